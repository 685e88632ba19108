//! The functions of libxml2, libxslt and libexslt in use, declared by hand.
//!
//! The module `libraries` finds the functions.
//!
//! Of their structures only the beginnings are declared that have been the same in all releases of
//! these libraries' second and first generation, which is what their sonames promise.

#![allow(
    unsafe_code,
    non_camel_case_types,
    non_snake_case,
    reason = "the declarations of a C library, under its own names"
)]

use std::ffi::{c_char, c_int, c_uint, c_void};

use super::libraries::functions;

pub(super) type xmlChar = u8;

/// Declares C types that are only ever seen behind a pointer.
macro_rules! opaque {
    ($($name:ident),*) => {
        $(#[repr(C)]
        pub(super) struct $name {
            _data: [u8; 0],
        })*
    };
}

opaque!(
    xmlDoc,
    xsltStylesheet,
    xsltSecurityPrefs,
    xmlParserInput,
    xmlParserCtxt,
    xmlDict
);

/// The beginning of a node.
#[repr(C)]
pub(super) struct xmlNode {
    _private: *mut c_void,
    kind: c_int,
    pub(super) name: *const xmlChar,
    children: *mut xmlNode,
    last: *mut xmlNode,
    parent: *mut xmlNode,
    next: *mut xmlNode,
    prev: *mut xmlNode,
    doc: *mut xmlDoc,
    pub(super) ns: *mut xmlNs,
}

/// The beginning of a namespace.
#[repr(C)]
pub(super) struct xmlNs {
    next: *mut xmlNs,
    kind: c_int,
    pub(super) href: *const xmlChar,
}

/// An error of libxml2.
#[repr(C)]
pub(super) struct xmlError {
    pub(super) domain: c_int,
    pub(super) code: c_int,
    pub(super) message: *const c_char,
    pub(super) level: c_int,
    pub(super) file: *const c_char,
    pub(super) line: c_int,
    pub(super) str1: *const c_char,
    str2: *const c_char,
    str3: *const c_char,
    pub(super) int1: c_int,
    /// The column.
    pub(super) int2: c_int,
}

/// The beginning of a transformation's context.
#[repr(C)]
pub(super) struct xsltTransformContext {
    style: *mut xsltStylesheet,
    kind: c_int,
    templ: *mut c_void,
    templ_nr: c_int,
    templ_max: c_int,
    templ_tab: *mut c_void,
    vars: *mut c_void,
    vars_nr: c_int,
    vars_max: c_int,
    vars_tab: *mut c_void,
    vars_base: c_int,
    ext_functions: *mut c_void,
    ext_elements: *mut c_void,
    ext_infos: *mut c_void,
    mode: *const xmlChar,
    mode_uri: *const xmlChar,
    doc_list: *mut c_void,
    document: *mut c_void,
    node: *mut xmlNode,
    node_list: *mut c_void,
    output: *mut xmlDoc,
    insert: *mut xmlNode,
    xpath_ctxt: *mut c_void,
    pub(super) state: c_uint,
}

pub(super) const XML_PARSE_NOENT: c_int = 1 << 1;
pub(super) const XML_PARSE_NONET: c_int = 1 << 11;
pub(super) const XML_PARSE_NOCDATA: c_int = 1 << 14;
pub(super) const XML_PARSE_IGNORE_ENC: c_int = 1 << 21;
pub(super) const XML_PARSE_BIG_LINES: c_int = 1 << 22;

/// An error after which the parser continues.
pub(super) const XML_ERR_ERROR: c_int = 2;
/// The domain of errors in XPath expressions.
pub(super) const XML_FROM_XPATH: c_int = 12;

pub(super) const XSLT_STATE_OK: c_uint = 0;
pub(super) const XSLT_STATE_STOPPED: c_uint = 2;

pub(super) const XSLT_SECPREF_READ_FILE: c_int = 1;
pub(super) const XSLT_SECPREF_WRITE_FILE: c_int = 2;
pub(super) const XSLT_SECPREF_CREATE_DIRECTORY: c_int = 3;
pub(super) const XSLT_SECPREF_READ_NETWORK: c_int = 4;
pub(super) const XSLT_SECPREF_WRITE_NETWORK: c_int = 5;

/// A document requested by `document()`, and not by `xsl:import`.
pub(super) const XSLT_LOAD_DOCUMENT: c_int = 2;

pub(super) type ErrorHandler = extern "C" fn(*mut c_void, *const xmlError);
pub(super) type EntityLoader =
    extern "C" fn(*const c_char, *const c_char, *mut xmlParserCtxt) -> *mut xmlParserInput;
pub(super) type SecurityCheck =
    unsafe extern "C" fn(*mut xsltSecurityPrefs, *mut xsltTransformContext, *const c_char) -> c_int;
pub(super) type DocumentLoader =
    extern "C" fn(*const xmlChar, *mut xmlDict, c_int, *mut c_void, c_int) -> *mut xmlDoc;
pub(super) type Free = unsafe extern "C" fn(*mut c_void);
pub(super) type Malloc = unsafe extern "C" fn(usize) -> *mut c_void;
pub(super) type Realloc = unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void;
pub(super) type Strdup = unsafe extern "C" fn(*const c_char) -> *mut c_char;

functions! {
    variable xsltMaxDepth: c_int;

    // libxml2
    xmlMemSetup(
        free: Free,
        malloc: Malloc,
        realloc: Realloc,
        strdup: Strdup,
    ) -> c_int;
    xmlInitParser();
    xmlSetGenericErrorFunc(context: *mut c_void, handler: *mut c_void);
    xmlSetStructuredErrorFunc(context: *mut c_void, handler: ErrorHandler);
    xmlSetExternalEntityLoader(loader: EntityLoader);
    xmlReadMemory(
        buffer: *const c_char,
        size: c_int,
        url: *const c_char,
        encoding: *const c_char,
        options: c_int,
    ) -> *mut xmlDoc;
    xmlFreeDoc(doc: *mut xmlDoc);
    xmlDocGetRootElement(doc: *mut xmlDoc) -> *mut xmlNode;
    xmlFirstElementChild(node: *mut xmlNode) -> *mut xmlNode;
    xmlNextElementSibling(node: *mut xmlNode) -> *mut xmlNode;
    xmlGetNoNsProp(node: *mut xmlNode, name: *const c_char) -> *mut xmlChar;
    xmlGetNsProp(
        node: *mut xmlNode,
        name: *const c_char,
        namespace: *const c_char,
    ) -> *mut xmlChar;
    xmlSetProp(
        node: *mut xmlNode,
        name: *const c_char,
        value: *const c_char,
    ) -> *mut c_void;

    // libxslt
    xsltInit();
    xsltSetGenericErrorFunc(context: *mut c_void, handler: *mut c_void);
    xsltSetLoaderFunc(loader: DocumentLoader);
    xsltNewSecurityPrefs() -> *mut xsltSecurityPrefs;
    xsltSetSecurityPrefs(
        prefs: *mut xsltSecurityPrefs,
        option: c_int,
        check: SecurityCheck,
    ) -> c_int;
    xsltSetDefaultSecurityPrefs(prefs: *mut xsltSecurityPrefs);
    xsltSetCtxtSecurityPrefs(
        prefs: *mut xsltSecurityPrefs,
        ctxt: *mut xsltTransformContext,
    ) -> c_int;
    xsltParseStylesheetDoc(doc: *mut xmlDoc) -> *mut xsltStylesheet;
    xsltFreeStylesheet(style: *mut xsltStylesheet);
    xsltNewTransformContext(
        style: *mut xsltStylesheet,
        doc: *mut xmlDoc,
    ) -> *mut xsltTransformContext;
    xsltFreeTransformContext(ctxt: *mut xsltTransformContext);
    xsltApplyStylesheetUser(
        style: *mut xsltStylesheet,
        doc: *mut xmlDoc,
        params: *const *const c_char,
        output: *const c_char,
        profile: *mut libc::FILE,
        ctxt: *mut xsltTransformContext,
    ) -> *mut xmlDoc;
    xsltSaveResultToString(
        text: *mut *mut xmlChar,
        length: *mut c_int,
        result: *mut xmlDoc,
        style: *mut xsltStylesheet,
    ) -> c_int;

    // libexslt
    exsltCommonRegister();
    exsltMathRegister();
    exsltSetsRegister();
    exsltFuncRegister();
    exsltStrRegister();
    exsltDateRegister();
    exsltDynRegister();
}
