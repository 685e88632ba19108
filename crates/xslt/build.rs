//! Finds libxml2, libxslt and libexslt: the system's, or static ones below a prefix.

fn main() {
    println!("cargo:rerun-if-env-changed=B2BI_LOCAL_LIBXSLT");
    #[cfg(feature = "libxslt")]
    link();
}

#[cfg(feature = "libxslt")]
fn link() {
    match std::env::var("B2BI_LOCAL_LIBXSLT") {
        Ok(prefix) if !prefix.is_empty() => statically(&prefix),
        _ => by_pkg_config(),
    }
}

/// What scripts/libxslt-static built: nothing but the C library is needed besides.
#[cfg(feature = "libxslt")]
fn statically(prefix: &str) {
    println!("cargo:rustc-link-search=native={prefix}/lib");
    println!("cargo:rerun-if-changed={prefix}/lib");
    for library in ["exslt", "xslt", "xml2"] {
        println!("cargo:rustc-link-lib=static={library}");
    }
    println!("cargo:rustc-link-lib=m");
}

#[cfg(feature = "libxslt")]
fn by_pkg_config() {
    for (library, least) in [
        ("libexslt", "0.8.17"),
        ("libxslt", "1.1.29"),
        ("libxml-2.0", "2.9.4"),
    ] {
        let found = pkg_config::Config::new()
            .atleast_version(least)
            .probe(library);
        if let Err(error) = found {
            println!(
                "cargo::error={library} is not there. Run scripts/libxslt to install it, name a \
                 prefix with static libraries in B2BI_LOCAL_LIBXSLT, or build the server with \
                 --no-default-features"
            );
            println!("cargo::warning={error}");
        }
    }
}
