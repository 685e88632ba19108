//! Sets up the libraries: the available functions, the allocator, and that nothing outside is
//! read or written.

#![allow(unsafe_code, reason = "C is called here")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use b2bi_local_mapping::Run;
use b2bi_local_sandbox::OUT_OF_MEMORY;

use super::ffi::{self, xsltSecurityPrefs, xsltTransformContext};
use super::handles::{self, Messages};
use super::{TEMPLATE, errors};

/// How deep templates may call each other: libxslt recurses on the native stack.
const MOST_DEPTH: usize = 2_000;

static ONCE: Once = Once::new();
static PREFERENCES: AtomicPtr<xsltSecurityPrefs> = AtomicPtr::new(ptr::null_mut());
/// The current template, for `document('')`.
static SELF: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Makes the libraries ready for a template and its run.
pub(super) fn prepare(template: &str, run: &Run, messages: &Messages) {
    ONCE.call_once(once);
    errors::forget();
    *SELF.lock().unwrap_or_else(PoisonError::into_inner) = template.as_bytes().to_vec();
    let depth = c_int::try_from(run.limits.depth.min(MOST_DEPTH)).unwrap_or(c_int::MAX);
    // The low bits of a seed are as good as any.
    let seed = u32::try_from(run.seed & u64::from(u32::MAX)).unwrap_or_default();
    let now_seconds = u64::try_from(run.now.div_euclid(1000)).unwrap_or_default();
    // SAFETY: transformations take turns, so nothing reads these settings meanwhile; the stream
    // lives until the messages are dropped, which resets it. A worker has no other thread that
    // reads the environment.
    unsafe {
        *ffi::xsltMaxDepth() = depth;
        ffi::xmlSetStructuredErrorFunc(ptr::null_mut(), errors::note);
        ffi::xmlSetGenericErrorFunc(messages.stream().cast(), ptr::null_mut());
        ffi::xsltSetGenericErrorFunc(messages.stream().cast(), ptr::null_mut());
        libc::srand(seed);
        // The dates of EXSLT take the time from here if it is set, and UTC with it.
        std::env::set_var("SOURCE_DATE_EPOCH", now_seconds.to_string());
    }
}

/// The permissions of a transformation: it may read its own template, and nothing else.
pub(super) fn preferences() -> *mut xsltSecurityPrefs {
    PREFERENCES.load(Ordering::Relaxed)
}

fn once() {
    // SAFETY: nothing of the libraries was used before, and nothing else uses them now.
    unsafe {
        ffi::xmlMemSetup(libc::free, allocate, reallocate, duplicate);
        ffi::xmlInitParser();
        ffi::xsltInit();
        ffi::exsltCommonRegister();
        ffi::exsltMathRegister();
        ffi::exsltSetsRegister();
        ffi::exsltFuncRegister();
        ffi::exsltStrRegister();
        ffi::exsltDateRegister();
        ffi::exsltDynRegister();
        ffi::xmlSetExternalEntityLoader(refuse_entity);
        ffi::xsltSetLoaderFunc(load);
        let preferences = ffi::xsltNewSecurityPrefs();
        for (option, check) in [
            (ffi::XSLT_SECPREF_READ_FILE, may_read as ffi::SecurityCheck),
            (ffi::XSLT_SECPREF_WRITE_FILE, refuse),
            (ffi::XSLT_SECPREF_CREATE_DIRECTORY, refuse),
            (ffi::XSLT_SECPREF_READ_NETWORK, refuse),
            (ffi::XSLT_SECPREF_WRITE_NETWORK, refuse),
        ] {
            ffi::xsltSetSecurityPrefs(preferences, option, check);
        }
        ffi::xsltSetDefaultSecurityPrefs(preferences);
        PREFERENCES.store(preferences, Ordering::Relaxed);
    }
}

/// External entities, document type definitions and documents do not exist.
extern "C" fn refuse_entity(
    address: *const c_char,
    _id: *const c_char,
    _parser: *mut ffi::xmlParserCtxt,
) -> *mut ffi::xmlParserInput {
    if !address.is_null() {
        // SAFETY: the library ends its texts with a zero.
        let address = unsafe { CStr::from_ptr(address) };
        errors::note_refused(&address.to_string_lossy());
    }
    ptr::null_mut()
}

/// A template may read itself.
unsafe extern "C" fn may_read(
    preferences: *mut xsltSecurityPrefs,
    context: *mut xsltTransformContext,
    address: *const c_char,
) -> c_int {
    // SAFETY: libxslt asks about a text that ends with a zero.
    if !address.is_null() && unsafe { CStr::from_ptr(address) } == TEMPLATE {
        return 1;
    }
    // SAFETY: as above.
    unsafe { refuse(preferences, context, address) }
}

unsafe extern "C" fn refuse(
    _preferences: *mut xsltSecurityPrefs,
    _context: *mut xsltTransformContext,
    address: *const c_char,
) -> c_int {
    if !address.is_null() {
        // SAFETY: libxslt asks about a text that ends with a zero.
        let address = unsafe { CStr::from_ptr(address) };
        errors::note_refused(&address.to_string_lossy());
    }
    0
}

/// Reads the template again as a document, for `document('')`.
extern "C" fn load(
    address: *const ffi::xmlChar,
    _dictionary: *mut ffi::xmlDict,
    _options: c_int,
    _context: *mut c_void,
    kind: c_int,
) -> *mut ffi::xmlDoc {
    if address.is_null() || kind != ffi::XSLT_LOAD_DOCUMENT {
        return ptr::null_mut();
    }
    // SAFETY: libxslt asks for a text that ends with a zero.
    if unsafe { CStr::from_ptr(address.cast()) } != TEMPLATE {
        return ptr::null_mut();
    }
    let template = SELF.lock().unwrap_or_else(PoisonError::into_inner);
    handles::read(&template, TEMPLATE)
}

/// Memory, or the end: the libraries do not take a refusal well everywhere.
unsafe extern "C" fn allocate(size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    there(unsafe { libc::malloc(size) }, size)
}

unsafe extern "C" fn reallocate(block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the block is one of ours, as the library promises.
    there(unsafe { libc::realloc(block, size) }, size)
}

unsafe extern "C" fn duplicate(text: *const c_char) -> *mut c_char {
    // SAFETY: the text ends with a zero, as the library promises.
    there(unsafe { libc::strdup(text) }.cast(), 1).cast()
}

fn there(block: *mut c_void, size: usize) -> *mut c_void {
    if block.is_null() && size > 0 {
        // SAFETY: a process may end at any time; nothing is cleaned up, and nothing needs to be.
        unsafe { libc::_exit(OUT_OF_MEMORY) }
    }
    block
}
