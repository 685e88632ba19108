//! Finds the functions of the libraries.
//!
//! The libraries and their dependencies double the time that a process takes to start and add
//! megabytes to it, and the server never calls them. So they are not linked: a worker loads them. A
//! build with static libraries (`B2BI_LOCAL_LIBXSLT`) links those: pages that are never used are
//! not in memory.

#![allow(unsafe_code, reason = "C is called here")]

#[cfg(not(linked))]
use std::mem::ManuallyDrop;

#[cfg(not(linked))]
use libloading::Library;

/// The library that needs the two others, so that all functions are found through it.
#[cfg(not(linked))]
const LIBRARY: &str = if cfg!(target_vendor = "apple") {
    "libexslt.0.dylib"
} else {
    "libexslt.so.0"
};

/// Declares functions and one variable of the libraries.
///
/// They can be called once `load` has succeeded; it is called first, and may be called again. The
/// variable becomes a function that returns its address.
macro_rules! functions {
    (
        variable $variable:ident: $type:ty;
        $($name:ident($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)?;)*
    ) => {
        /// Where everything is, for as long as the process lives.
        #[allow(non_snake_case, reason = "C's own names")]
        struct Functions {
            $variable: std::sync::atomic::AtomicPtr<$type>,
            $($name: unsafe extern "C" fn($($kind),*) $(-> $result)?,)*
        }

        static FUNCTIONS: std::sync::OnceLock<Functions> = std::sync::OnceLock::new();

        impl Functions {
            #[cfg(linked)]
            #[allow(clippy::unnecessary_wraps, reason = "the other one can fail")]
            fn find() -> Result<Self, super::libraries::LoadError> {
                unsafe extern "C" {
                    static mut $variable: $type;
                    $(fn $name($($argument: $kind),*) $(-> $result)?;)*
                }
                Ok(Self { $variable: (&raw mut $variable).into(), $($name,)* })
            }

            #[cfg(not(linked))]
            fn find() -> Result<Self, super::libraries::LoadError> {
                let library = super::libraries::open()?;
                // SAFETY: the types are those that the libraries' headers declare.
                unsafe {
                    let $variable: *mut $type = library.find(stringify!($variable))?;
                    Ok(Self {
                        $variable: $variable.into(),
                        $($name: library.find(stringify!($name))?,)*
                    })
                }
            }
        }

        /// Finds the functions.
        ///
        /// # Errors
        ///
        /// Why they cannot be loaded, and what to do.
        pub(super) fn load() -> Result<(), super::libraries::LoadError> {
            if FUNCTIONS.get().is_none() {
                // If two threads get here at the same time, they have found the same.
                let _ = FUNCTIONS.set(Functions::find()?);
            }
            Ok(())
        }

        fn functions() -> &'static Functions {
            FUNCTIONS.get().unwrap_or_else(|| std::process::abort())
        }

        pub(super) fn $variable() -> *mut $type {
            functions().$variable.load(std::sync::atomic::Ordering::Relaxed)
        }

        $(pub(super) unsafe fn $name($($argument: $kind),*) $(-> $result)? {
            // SAFETY: as the caller promises.
            unsafe { (functions().$name)($($argument),*) }
        })*
    };
}
pub(super) use functions;

/// The libraries cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error(
    "XSLT needs the library libxslt, which cannot be loaded: {0}. Install it (Debian and Ubuntu: \
     libxslt1.1, Fedora: libxslt), or plug in a processor by --xslt-command"
)]
#[cfg_attr(linked, allow(dead_code, reason = "linked libraries are always there"))]
pub(super) struct LoadError(#[source] libloading::Error);

/// The libraries, which are never unloaded.
#[cfg(not(linked))]
pub(super) struct Libraries(ManuallyDrop<Library>);

/// Loads the libraries.
///
/// # Errors
///
/// The reason if that is impossible, and what to do.
#[cfg(not(linked))]
pub(super) fn open() -> Result<Libraries, LoadError> {
    // SAFETY: the code that runs when these libraries are loaded only initialises the libraries.
    let library = unsafe { Library::new(LIBRARY) };
    library
        .map(|library| Libraries(ManuallyDrop::new(library)))
        .map_err(LoadError)
}

#[cfg(not(linked))]
impl Libraries {
    /// Where a function or a variable is.
    ///
    /// # Safety
    ///
    /// It has this type: that of the function, or a pointer to the variable.
    pub(super) unsafe fn find<T: Copy>(&self, name: &str) -> Result<T, LoadError> {
        // SAFETY: as the caller promises; the library is never unloaded.
        unsafe { self.0.get::<T>(name) }
            .map(|item| *item)
            .map_err(LoadError)
    }
}
