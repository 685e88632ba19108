//! Checks of a template before it is compiled.

#![allow(unsafe_code, reason = "C is called here")]

use std::ffi::CStr;

use super::ffi::{self, xmlNode};
use super::handles::{Document, Text};

const XSLT: &CStr = c"http://www.w3.org/1999/XSL/Transform";

/// The version that a template requests, if it needs more than XSLT 1.0.
pub(super) fn newer_version(template: &Document) -> Option<String> {
    // SAFETY: the document is alive, and has a root because it was read without an error.
    let version = unsafe {
        let root = ffi::xmlDocGetRootElement(template.0);
        if root.is_null() {
            return None;
        }
        if is_xslt(root, None) {
            ffi::xmlGetNoNsProp(root, c"version".as_ptr())
        } else {
            ffi::xmlGetNsProp(root, c"version".as_ptr(), XSLT.as_ptr())
        }
    };
    let version = Text::own(version)?.lossy();
    let number: f64 = version.trim().parse().ok()?;
    (number >= 2.0).then_some(version)
}

/// Has the output written in UTF-8, and declared so, whichever encoding the template names: the
/// result is a text, not bytes. ASCII is UTF-8 already.
///
/// Source: Assumption A-36.
pub(super) fn write_unicode(template: &Document) {
    // SAFETY: the document is alive, and its elements are not removed here.
    unsafe {
        let root = ffi::xmlDocGetRootElement(template.0);
        if root.is_null() || !is_xslt(root, None) {
            return;
        }
        let mut element = ffi::xmlFirstElementChild(root);
        while !element.is_null() {
            if is_xslt(element, Some(c"output")) {
                set_encoding(element);
            }
            element = ffi::xmlNextElementSibling(element);
        }
    }
}

/// # Safety
///
/// The element is one of a document that is alive.
unsafe fn set_encoding(element: *mut xmlNode) {
    const KEPT: [&str; 3] = ["UTF-8", "US-ASCII", "ASCII"];
    // SAFETY: the element is alive, and the texts end with a zero.
    unsafe {
        let Some(named) = Text::own(ffi::xmlGetNoNsProp(element, c"encoding".as_ptr())) else {
            return;
        };
        if !KEPT
            .iter()
            .any(|item| named.lossy().eq_ignore_ascii_case(item))
        {
            ffi::xmlSetProp(element, c"encoding".as_ptr(), c"UTF-8".as_ptr());
        }
    }
}

/// Whether an element is one of XSLT's, and of this name.
///
/// # Safety
///
/// The element is one of a document that is alive.
unsafe fn is_xslt(element: *mut xmlNode, name: Option<&CStr>) -> bool {
    // SAFETY: an element has a name, and a namespace has an address; both end with a zero.
    unsafe {
        let namespace = (*element).ns;
        if namespace.is_null() || (*namespace).href.is_null() {
            return false;
        }
        CStr::from_ptr((*namespace).href.cast()) == XSLT
            && name.is_none_or(|name| CStr::from_ptr((*element).name.cast()) == name)
    }
}
