//! Links static libraries of XSLT if the build names them; otherwise a worker loads the system's.

fn main() {
    println!("cargo:rerun-if-env-changed=B2BI_LOCAL_LIBXSLT");
    println!("cargo:rustc-check-cfg=cfg(linked)");
    #[cfg(feature = "libxslt")]
    if let Ok(prefix) = std::env::var("B2BI_LOCAL_LIBXSLT")
        && !prefix.is_empty()
    {
        link(&prefix);
    }
}

/// Links the results of scripts/libxslt-static; only the C library is needed in addition.
#[cfg(feature = "libxslt")]
fn link(prefix: &str) {
    println!("cargo:rustc-cfg=linked");
    println!("cargo:rustc-link-search=native={prefix}/lib");
    println!("cargo:rerun-if-changed={prefix}/lib");
    for library in ["exslt", "xslt", "xml2"] {
        println!("cargo:rustc-link-lib=static={library}");
    }
    println!("cargo:rustc-link-lib=m");
}
