//! Writes X12 from the document as JSON.

use std::fmt;
use std::thread::available_parallelism;

use super::divided::write_divided;
use super::path::Path;
use super::value::{JsonError, Value};
use super::{Output, SegmentDraft, WriteOptions};

/// The minimum size of a document whose transactions are written on all cores, in bytes.
const LONG: usize = 1 << 20;

/// Why a document cannot be written, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// The place, such as `interchanges[0].functional_groups[0]`.
    pub path: String,
    /// The problem there.
    pub fault: DocumentFault,
    /// Further problems; headers are checked to the end of the document.
    pub others: Vec<DocumentError>,
    /// The number of further errors in headers.
    pub omitted: usize,
}

impl DocumentError {
    pub(super) fn new(path: impl fmt::Display, fault: DocumentFault) -> Self {
        Self {
            path: path.to_string(),
            fault,
            others: Vec::new(),
            omitted: 0,
        }
    }
}

/// The possible problems of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentFault {
    /// The text is not valid JSON from this byte on.
    JsonError(usize),
    /// The text is not valid XML from this byte on.
    NotXml(usize),
    /// This member is missing.
    Missing(&'static str),
    /// The JSON or XML that should be here is inside a JSON string.
    Quoted,
    /// The document is in this member of a reply.
    InReply(&'static str),
    /// Something other than this was found.
    Expected(&'static str),
    /// This key does not name an element.
    KeyUnknown(String),
    /// An element of a header, or all of them if the position is 0, must have a value.
    HeaderMissing {
        /// The header's identifier, such as `GS`.
        segment: &'static str,
        /// The position of the element.
        position: usize,
    },
    /// An element of an ISA segment has too many characters.
    HeaderTooLong {
        /// The position of the element.
        position: usize,
        /// The maximum number of characters.
        limit: usize,
        /// The actual number of characters.
        found: usize,
    },
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.fault)?;
        self.others
            .iter()
            .try_for_each(|other| write!(f, "; {other}"))?;
        match self.omitted {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl fmt::Display for DocumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::JsonError(byte) => write!(f, "not JSON at byte {byte}"),
            Self::NotXml(byte) => write!(f, "not XML after byte {byte}"),
            Self::Missing(key) => write!(f, "{key} is missing"),
            Self::Quoted => f.write_str(
                "a JSON string holds the content; parse it as JSON first and send what the string \
                 holds (json.loads in Python, JSON.parse in JavaScript, jq -r): the mappedFileContent \
                 of TestMapping is such a string",
            ),
            Self::InReply(member) => {
                write!(f, "this is a whole reply; send what its member {member} holds")
            }
            Self::Expected(what) => write!(f, "{what} is expected"),
            Self::KeyUnknown(key) => write!(f, "{key} does not name an element"),
            Self::HeaderMissing {
                segment,
                position: 0,
            } => write!(f, "{segment} is missing"),
            Self::HeaderMissing { segment, position } => {
                write!(f, "{segment}{position:02} is missing")
            }
            Self::HeaderTooLong {
                position,
                limit,
                found,
            } => write!(
                f,
                "ISA{position:02} has {found} characters, and at most {limit} fit"
            ),
        }
    }
}

impl std::error::Error for DocumentError {}

/// The members with a document in replies of the service.
const REPLY_MEMBERS: [&str; 2] = ["mappedFileContent", "parsedFileContent"];

/// Writes a document as X12.
///
/// Loops are written in the order of their segments, whatever their names; a single object is
/// accepted in place of an array. The transactions of a long document are written on all cores.
///
/// # Errors
/// If the text is not JSON or not a document: the first invalid place. If headers lack values or
/// have wrong ones: each place.
pub fn write_json(document: &str, writing: &WriteOptions) -> Result<Vec<u8>, DocumentError> {
    if document.len() >= LONG {
        let threads = available_parallelism().map_or(1, usize::from);
        if let Some(written) = write_divided(document, writing, threads) {
            return Ok(written);
        }
    }
    write_whole(document, writing)
}

/// Parses a document as a whole and writes it.
pub(super) fn write_whole(
    document: &str,
    writing: &WriteOptions,
) -> Result<Vec<u8>, DocumentError> {
    let fault = |JsonError(byte)| DocumentError::new("", DocumentFault::JsonError(byte));
    let root = Value::parse(document).map_err(fault)?;
    let mut output = Output::new(writing);
    let mut draft = SegmentDraft::default();
    let written = write_interchanges(&mut output, &root, &mut |output, transaction, path| {
        write_transaction(output, &mut draft, transaction, path)
    });
    output.checked(written)
}

/// A function that writes one transaction of a document.
pub(super) type TransactionWriter<'w, 'o, 'v> =
    dyn FnMut(&mut Output<'o>, &Value<'v>, Path<'_>) -> Result<(), DocumentError> + 'w;

/// Writes the headers and trailers of a document, and calls `transactions` for each transaction.
pub(super) fn write_interchanges<'o, 'v>(
    output: &mut Output<'o>,
    root: &Value<'v>,
    transactions: &mut TransactionWriter<'_, 'o, 'v>,
) -> Result<(), DocumentError> {
    let list = listed(root, "interchanges", Path::ROOT)?;
    let list_path = Path::ROOT.member("interchanges");
    for (nth, interchange) in list.iter().enumerate() {
        write_interchange(output, interchange, list_path.item(nth), transactions)?;
    }
    Ok(())
}

fn write_interchange<'o, 'v>(
    output: &mut Output<'o>,
    interchange: &Value<'v>,
    path: Path<'_>,
    transactions: &mut TransactionWriter<'_, 'o, 'v>,
) -> Result<(), DocumentError> {
    let groups = listed(interchange, "functional_groups", path)?;
    let list_path = path.member("functional_groups");
    let isa = header(interchange, "ISA", path)?;
    let version = groups
        .first()
        .map_or(Ok(SegmentDraft::default()), |group| {
            header(group, "GS", list_path.item(0))
        })?;
    let fields = std::array::from_fn(|index| isa.value(index + 1).to_owned());
    output.interchange(fields, version.value(8));
    output.locate_faults(path);
    for (nth, group) in groups.iter().enumerate() {
        write_group(output, group, list_path.item(nth), transactions)?;
    }
    output.interchange_end();
    Ok(())
}

fn write_group<'o, 'v>(
    output: &mut Output<'o>,
    group: &Value<'v>,
    path: Path<'_>,
    transactions: &mut TransactionWriter<'_, 'o, 'v>,
) -> Result<(), DocumentError> {
    let list = listed(group, "transactions", path)?;
    let list_path = path.member("transactions");
    output.group(header(group, "GS", path)?);
    output.locate_faults(path);
    for (nth, transaction) in list.iter().enumerate() {
        transactions(output, transaction, list_path.item(nth))?;
    }
    output.group_end();
    Ok(())
}

/// Writes a transaction. All its segments use the memory of `draft`.
pub(super) fn write_transaction(
    output: &mut Output<'_>,
    draft: &mut SegmentDraft,
    transaction: &Value<'_>,
    path: Path<'_>,
) -> Result<(), DocumentError> {
    let segments = listed(transaction, "segments", path)?;
    let list_path = path.member("segments");
    output.transaction(header(transaction, "ST", path)?);
    output.locate_faults(path);
    for (nth, item) in segments.iter().enumerate() {
        write_item(output, draft, item, "", list_path.item(nth))?;
    }
    output.transaction_end();
    Ok(())
}

/// The items of a member that is an array.
fn listed<'v, 'a>(
    value: &'v Value<'a>,
    key: &'static str,
    path: Path<'_>,
) -> Result<&'v [Value<'a>], DocumentError> {
    let list = value
        .member(key)
        .ok_or_else(|| DocumentError::new(path, lack(value, key)))?;
    if list.is_quoted() {
        return Err(DocumentError::new(path.member(key), DocumentFault::Quoted));
    }
    Ok(list.items())
}

/// Why a value does not have a member.
fn lack(value: &Value<'_>, key: &'static str) -> DocumentFault {
    let in_reply = |member: &&&str| value.member(member).is_some();
    match value {
        Value::Object(_) => REPLY_MEMBERS
            .iter()
            .find(in_reply)
            .map_or(DocumentFault::Missing(key), |member| {
                DocumentFault::InReply(member)
            }),
        _ if value.is_quoted() => DocumentFault::Quoted,
        _ => DocumentFault::Expected("an object"),
    }
}

/// The elements of a header: the members whose keys consist of its identifier and a position.
fn header(value: &Value<'_>, id: &str, path: Path<'_>) -> Result<SegmentDraft, DocumentError> {
    let Value::Object(members) = value else {
        return Err(DocumentError::new(
            path,
            DocumentFault::Expected("an object"),
        ));
    };
    let mut draft = SegmentDraft::new(id, []);
    for (key, value) in members {
        let Some(rest) = key.strip_prefix(id).and_then(|rest| rest.strip_prefix('_')) else {
            continue;
        };
        let position = rest.split('_').next().and_then(number);
        let slot = position.and_then(|position| draft.slot(position, 1, 1));
        match (slot, value) {
            (Some(slot), Value::Text(text)) => text.as_ref().clone_into(slot),
            (Some(_), Value::Null) => {}
            (Some(_), _) => {
                return Err(DocumentError::new(
                    path.member(key),
                    DocumentFault::Expected("a string"),
                ));
            }
            (None, _) => {
                return Err(DocumentError::new(
                    path,
                    DocumentFault::KeyUnknown(key.to_string()),
                ));
            }
        }
    }
    Ok(draft)
}

/// Writes an item of a list of segments: a segment, a loop, or several of these in one object. The
/// first segment of a loop is `opener` unless the item says otherwise.
fn write_item(
    output: &mut Output<'_>,
    draft: &mut SegmentDraft,
    item: &Value<'_>,
    opener: &str,
    path: Path<'_>,
) -> Result<(), DocumentError> {
    let Value::Object(members) = item else {
        return Err(DocumentError::new(
            path,
            DocumentFault::Expected("an object"),
        ));
    };
    draft.clear();
    if members.is_empty() {
        opener.clone_into(&mut draft.id);
    }
    for (key, value) in members {
        if let Some(name) = key.strip_suffix("_loop") {
            flush(output, draft);
            write_loop(output, draft, value, name, path.member(key))?;
            continue;
        }
        let id = key.rsplit_once('_').map_or("", |(id, _)| id);
        if draft.id != id {
            flush(output, draft);
            id.clone_into(&mut draft.id);
        }
        set(draft, key, value, path)?;
    }
    flush(output, draft);
    Ok(())
}

fn write_loop(
    output: &mut Output<'_>,
    draft: &mut SegmentDraft,
    list: &Value<'_>,
    name: &str,
    path: Path<'_>,
) -> Result<(), DocumentError> {
    let mut opener = name.split('-').next().unwrap_or("");
    for (nth, item) in list.items().iter().enumerate() {
        write_item(output, draft, item, opener, path.item(nth))?;
        opener = "";
    }
    Ok(())
}

fn flush(output: &mut Output<'_>, draft: &mut SegmentDraft) {
    if !draft.id.is_empty() {
        output.segment(draft);
    }
    draft.clear();
}

/// Sets the element in a key such as `EB_03` or `EB_03#2`.
fn set(
    draft: &mut SegmentDraft,
    key: &str,
    value: &Value<'_>,
    path: Path<'_>,
) -> Result<(), DocumentError> {
    let unknown = || DocumentError::new(path, DocumentFault::KeyUnknown(key.to_owned()));
    let (_, rest) = key.rsplit_once('_').ok_or_else(unknown)?;
    let (position, repetition) = rest.split_once('#').unwrap_or((rest, "1"));
    let (Some(position), Some(repetition)) = (number(position), number(repetition)) else {
        return Err(unknown());
    };
    match value {
        Value::Null => {}
        Value::Text(text) => {
            text.as_ref()
                .clone_into(draft.slot(position, repetition, 1).ok_or_else(unknown)?);
        }
        Value::Object(components) => {
            for (key, value) in components {
                set_component(draft, (position, repetition), key, value, path)?;
            }
        }
        Value::Array(_) => {
            return Err(DocumentError::new(
                path.member(key),
                DocumentFault::Expected("a string or an object"),
            ));
        }
    }
    Ok(())
}

/// Sets the component in a key such as `EB_03_02`, for an element and its repetition.
fn set_component(
    draft: &mut SegmentDraft,
    (position, repetition): (usize, usize),
    key: &str,
    value: &Value<'_>,
    path: Path<'_>,
) -> Result<(), DocumentError> {
    let unknown = || DocumentError::new(path, DocumentFault::KeyUnknown(key.to_owned()));
    let component = key.rsplit('_').next().and_then(number);
    let slot = draft.slot(position, repetition, component.ok_or_else(unknown)?);
    let slot = slot.ok_or_else(unknown)?;
    match value {
        Value::Text(text) => text.as_ref().clone_into(slot),
        Value::Null => {}
        _ => {
            return Err(DocumentError::new(
                path.member(key),
                DocumentFault::Expected("a string"),
            ));
        }
    }
    Ok(())
}

fn number(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| *number > 0)
}
