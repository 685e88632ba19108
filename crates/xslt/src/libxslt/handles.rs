//! Owners of what the libraries allocate: dropping one frees it.

#![allow(unsafe_code, reason = "C is called here")]

use std::ffi::{CStr, c_char, c_int};
use std::{ptr, slice};

use super::errors;
use super::ffi::{self, xmlDoc, xsltStylesheet, xsltTransformContext};

/// A document in memory.
pub(super) struct Document(pub(super) *mut xmlDoc);

impl Document {
    /// Takes a document over, if it is one.
    pub(super) fn own(document: *mut xmlDoc) -> Option<Self> {
        (!document.is_null()).then_some(Self(document))
    }

    /// Reads a text; one that refers to anything external is not read.
    pub(super) fn read(text: &[u8], address: &CStr) -> Option<Self> {
        let document = Self::own(read(text, address))?;
        (!errors::has_refused()).then_some(document)
    }
}

/// Reads a text that is UTF-8 regardless of its declaration.
pub(super) fn read(text: &[u8], address: &CStr) -> *mut xmlDoc {
    let options = ffi::XML_PARSE_NOENT
        | ffi::XML_PARSE_NONET
        | ffi::XML_PARSE_NOCDATA
        | ffi::XML_PARSE_IGNORE_ENC
        | ffi::XML_PARSE_BIG_LINES;
    let Ok(length) = c_int::try_from(text.len()) else {
        return ptr::null_mut();
    };
    // SAFETY: the text has this length, and both other texts end with a zero.
    unsafe {
        ffi::xmlReadMemory(
            text.as_ptr().cast(),
            length,
            address.as_ptr(),
            c"UTF-8".as_ptr(),
            options,
        )
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        // SAFETY: the document is ours, and this is the only place that frees it.
        unsafe { ffi::xmlFreeDoc(self.0) }
    }
}

/// A template that was compiled.
pub(super) struct Stylesheet(pub(super) *mut xsltStylesheet);

impl Stylesheet {
    /// Compiles a template; the stylesheet owns the document from then on.
    pub(super) fn compile(template: Document) -> Option<Self> {
        // SAFETY: the document is alive; if the result is null, it remains ours and is freed.
        let stylesheet = unsafe { ffi::xsltParseStylesheetDoc(template.0) };
        if stylesheet.is_null() {
            return None;
        }
        std::mem::forget(template);
        Some(Self(stylesheet))
    }
}

impl Drop for Stylesheet {
    fn drop(&mut self) {
        // SAFETY: the stylesheet is ours, and this is the only place that frees it.
        unsafe { ffi::xsltFreeStylesheet(self.0) }
    }
}

/// The state of a transformation.
pub(super) struct Context(pub(super) *mut xsltTransformContext);

impl Context {
    pub(super) fn new(stylesheet: &Stylesheet, input: &Document) -> Option<Self> {
        // SAFETY: both are alive, and outlive the context: it is dropped first.
        let context = unsafe { ffi::xsltNewTransformContext(stylesheet.0, input.0) };
        (!context.is_null()).then_some(Self(context))
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the context is ours, and this is the only place that frees it.
        unsafe { ffi::xsltFreeTransformContext(self.0) }
    }
}

/// A text that a library allocated.
pub(super) struct Text {
    start: *mut ffi::xmlChar,
    length: usize,
}

impl Text {
    /// A result in the format of the template's `xsl:output`.
    pub(super) fn of(result: &Document, stylesheet: &Stylesheet) -> Option<Self> {
        let (mut start, mut length) = (ptr::null_mut(), 0);
        // SAFETY: both are alive, and the two places are ours to be written.
        let status = unsafe {
            ffi::xsltSaveResultToString(&raw mut start, &raw mut length, result.0, stylesheet.0)
        };
        let length = usize::try_from(length).ok()?;
        (status >= 0).then_some(Self { start, length })
    }

    /// A text that ends with a zero, if it is one.
    pub(super) fn own(start: *mut ffi::xmlChar) -> Option<Self> {
        if start.is_null() {
            return None;
        }
        // SAFETY: the libraries end their texts with a zero.
        let length = unsafe { CStr::from_ptr(start.cast()) }.count_bytes();
        Some(Self { start, length })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        if self.start.is_null() {
            return &[];
        }
        // SAFETY: the text has this length, and lives as long as `self`.
        unsafe { slice::from_raw_parts(self.start, self.length) }
    }

    pub(super) fn lossy(&self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        // SAFETY: `setup` has the libraries allocate by `malloc`; null may be freed.
        unsafe { libc::free(self.start.cast()) }
    }
}

/// The stream that libxslt writes its messages to.
///
/// Its own handler takes a variable list of arguments, which Rust cannot read; the standard one
/// prints to a stream.
pub(super) struct Messages {
    stream: *mut libc::FILE,
    // The stream keeps the addresses of both, so they must not move.
    buffer: Box<Buffer>,
}

struct Buffer {
    start: *mut c_char,
    length: usize,
}

impl Messages {
    pub(super) fn open() -> Option<Self> {
        let mut buffer = Box::new(Buffer {
            start: ptr::null_mut(),
            length: 0,
        });
        // SAFETY: the two values are ours, and do not move until the stream is closed.
        let stream = unsafe { libc::open_memstream(&raw mut buffer.start, &raw mut buffer.length) };
        (!stream.is_null()).then_some(Self { stream, buffer })
    }

    /// The stream, for as long as `self` lives.
    pub(super) fn stream(&self) -> *mut libc::FILE {
        self.stream
    }

    /// The output so far.
    pub(super) fn text(&self) -> String {
        // SAFETY: the stream is open; once flushed, its buffer contains `length` bytes.
        let bytes = unsafe {
            libc::fflush(self.stream);
            let start = ptr::read_volatile(&raw const self.buffer.start);
            let length = ptr::read_volatile(&raw const self.buffer.length);
            if start.is_null() {
                return String::new();
            }
            slice::from_raw_parts(start.cast::<u8>(), length)
        };
        String::from_utf8_lossy(bytes).into_owned()
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        // SAFETY: the stream is open, nothing writes to it any more, and its buffer is ours to free
        // once it is closed.
        unsafe {
            ffi::xmlSetGenericErrorFunc(ptr::null_mut(), ptr::null_mut());
            ffi::xsltSetGenericErrorFunc(ptr::null_mut(), ptr::null_mut());
            libc::fclose(self.stream);
            libc::free(self.buffer.start.cast());
        }
    }
}
