//! Reads the fields of an upload form, which correspond to the headers of other requests.
//!
//! The form is written again for the library from the fields that were read here, so that the
//! checked values are the ones in use. The fields of the signature are omitted, because the library
//! refuses them.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http_body::Frame;
use http_body_util::StreamBody;
use s3s::{Body, S3ErrorCode, S3Result, StdError, s3_error};

use super::body;

/// The maximum number of bytes before the file.
///
/// Source: docs `RESTObjectPOST` (20 KB), rounded up.
const MAX_FIELDS: usize = 64 << 10;
/// The fields with signatures.
const SIGNATURES: [&str; 2] = ["x-amz-signature", "signature"];

/// A form whose fields have been read.
pub(crate) struct Form {
    pub(crate) fields: Fields,
    boundary: Vec<u8>,
    /// The file's part as far as it has been read, from its boundary on.
    begun: Bytes,
    rest: Body,
}

/// The fields before the file: names in lower case, and values.
#[derive(Default)]
pub(crate) struct Fields(Vec<(String, String)>);

/// Whether the request uploads a form.
pub(crate) fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    let is_form = |value: &HeaderValue| value.as_bytes().starts_with(b"multipart/form-data");
    method == Method::POST && headers.get(CONTENT_TYPE).is_some_and(is_form)
}

impl Fields {
    /// The value of a field.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.iter();
        fields
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// All fields, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Replaces the value of an existing field.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        if let Some((_, old)) = self.0.iter_mut().find(|(known, _)| known == name) {
            *old = value;
        }
    }

    /// The access key id that signed the form, with version 4 or 2.
    pub(crate) fn access_key(&self) -> Option<&str> {
        let credential = self
            .get("x-amz-credential")
            .or_else(|| self.get("awsaccesskeyid"))?;
        credential.split('/').next()
    }

    fn push(&mut self, name: &str, value: &str) -> S3Result<()> {
        let name = name.to_ascii_lowercase();
        if self.get(&name).is_some() {
            return Err(s3_error!(
                MalformedPOSTRequest,
                "The form has more than one field named '{name}'."
            ));
        }
        self.0.push((name, value.to_owned()));
        Ok(())
    }
}

impl Form {
    /// Reads a form up to its file.
    ///
    /// # Errors
    /// `MaxPostPreDataLengthExceededError` if too many bytes precede the file,
    /// `MalformedPOSTRequest` if it is not a form.
    pub(crate) async fn read(headers: &HeaderMap, mut form: Body) -> S3Result<Self> {
        let boundary = boundary(headers).ok_or_else(malformed)?;
        let mut gathered = BytesMut::new();
        loop {
            if let Some((mut fields, file)) = parse(&gathered, &boundary)? {
                if let Some(filename) = file.filename
                    && let Some(key) = fields.get("key")
                {
                    let key = key.replace("${filename}", &filename);
                    fields.set("key", key);
                }
                return Ok(Self {
                    fields,
                    boundary,
                    begun: gathered.freeze().slice(file.start..),
                    rest: form,
                });
            }
            if gathered.len() > MAX_FIELDS {
                return Err(S3ErrorCode::MaxPostPreDataLengthExceededError.into());
            }
            match body::next(&mut form).await? {
                Some(piece) => gathered.extend_from_slice(&piece),
                None => return Err(malformed()),
            }
        }
    }

    /// The form as the library reads it.
    pub(crate) fn into_body(self) -> Body {
        let mut head = Vec::new();
        for (name, value) in self
            .fields
            .iter()
            .filter(|(name, _)| !SIGNATURES.contains(name))
        {
            head.extend([b"--", self.boundary.as_slice()].concat());
            head.extend_from_slice(b"\r\nContent-Disposition: form-data; name=\"");
            head.extend([name.as_bytes(), b"\"\r\n\r\n", value.as_bytes(), b"\r\n"].concat());
        }
        let read = [head.into(), self.begun].map(Ok::<Bytes, StdError>);
        let whole = stream::iter(read).chain(self.rest);
        Body::http_body_unsync(StreamBody::new(whole.map(|piece| piece.map(Frame::data))))
    }
}

/// The part of the file.
struct File {
    /// Where its boundary begins.
    start: usize,
    filename: Option<String>,
}

/// The fields and the file's part; `None` if more must be read first.
fn parse(form: &[u8], boundary: &[u8]) -> S3Result<Option<(Fields, File)>> {
    let delimiter = [b"--", boundary].concat();
    let between = [b"\r\n", delimiter.as_slice()].concat();
    let mut fields = Fields::default();
    let mut start = if form.starts_with(b"\r\n") { 2 } else { 0 };
    loop {
        let part = form.get(start..).unwrap_or_default();
        let Some(after) = part.get(delimiter.len()..delimiter.len() + 2) else {
            return Ok(None);
        };
        if !part.starts_with(&delimiter) || after != b"\r\n" {
            return Err(malformed());
        }
        let head = delimiter.len() + 2;
        let Some(length) = part.get(head..).and_then(|found| find(found, b"\r\n\r\n")) else {
            return Ok(None);
        };
        let value = head + length + 4;
        let disposition = Disposition::of(part.get(head..head + length).unwrap_or_default());
        let disposition = disposition.ok_or_else(malformed)?;
        if disposition.name.eq_ignore_ascii_case("file") {
            let filename = disposition.filename;
            return Ok(Some((fields, File { start, filename })));
        }
        // An empty value has the boundary directly after the empty line.
        let Some(end) = part
            .get(value - 2..)
            .and_then(|found| find(found, &between))
        else {
            return Ok(None);
        };
        let end = (value - 2 + end).max(value);
        let text = part.get(value..end).unwrap_or_default();
        let text = str::from_utf8(text).map_err(|_| malformed())?;
        fields.push(&disposition.name, text)?;
        let step = if part
            .get(end..)
            .is_some_and(|found| found.starts_with(&between))
        {
            2
        } else {
            0
        };
        start += end + step;
    }
}

/// The contents of a part's `Content-Disposition`.
struct Disposition {
    name: String,
    filename: Option<String>,
}

impl Disposition {
    fn of(head: &[u8]) -> Option<Self> {
        let head = str::from_utf8(head).ok()?;
        let value = head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_it = name.trim().eq_ignore_ascii_case("content-disposition");
            is_it.then_some(value)
        })?;
        let (mut name, mut filename) = (None, None);
        let mut rest = value.split_once(';')?.1;
        while let Some((parameter, after)) = rest.split_once('=') {
            let (found, after) = quoted(after)?;
            match parameter
                .trim_matches([' ', ';', '\t'])
                .to_ascii_lowercase()
                .as_str()
            {
                "name" => name = Some(found.to_owned()),
                "filename" => filename = Some(found.to_owned()),
                _ => {}
            }
            rest = after;
        }
        // The name is written into a header again.
        let name = name.filter(|name| !name.contains(['"', '\r', '\n']))?;
        Some(Self { name, filename })
    }
}

/// A value in quotes, or a word, and the text after it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('"') {
        Some(inside) => inside.split_once('"'),
        None => Some(text.split_once(';').unwrap_or((text, ""))),
    }
}

/// The boundary that a content type names.
fn boundary(headers: &HeaderMap) -> Option<Vec<u8>> {
    let content_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let (_, parameters) = content_type.split_once(';')?;
    let mut parameters = parameters
        .split(';')
        .filter_map(|part| part.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty()).then(|| value.as_bytes().to_vec())
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn malformed() -> s3s::S3Error {
    S3ErrorCode::MalformedPOSTRequest.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    const FILE: &str = "--b\r\nContent-Disposition: form-data; name=\"file\"; \
                        filename=\"a b.edi\"\r\n\r\n${filename}\r\n--b--\r\n";

    fn field(name: &str, value: &str) -> String {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    /// What the library reads from a form, or the code of its error, with pieces of each length.
    async fn check(form: &str, expected: Result<&str, &str>) {
        let mut headers = HeaderMap::new();
        let content_type = HeaderValue::from_static("multipart/form-data; boundary=b");
        headers.insert(CONTENT_TYPE, content_type);
        for length in 1..=form.len() {
            let pieces = form.as_bytes().chunks(length);
            let frames: Vec<_> = pieces
                .map(|pieces| Ok::<_, StdError>(Frame::data(Bytes::copy_from_slice(pieces))))
                .collect();
            let body = Body::http_body_unsync(StreamBody::new(stream::iter(frames)));
            let found = match Form::read(&headers, body).await {
                Ok(form) => {
                    let whole = BodyExt::collect(form.into_body()).await.unwrap();
                    Ok(String::from_utf8(whole.to_bytes().to_vec()).unwrap())
                }
                Err(error) => Err(error.code().as_str().to_owned()),
            };
            let found = found.as_deref().map_err(String::as_str);
            assert_eq!(found, expected, "{form:?} by {length}");
        }
    }

    #[tokio::test]
    async fn forms_are_written_anew_without_their_signatures() {
        let key = field("key", "k");
        for (form, expected) in [
            (key.clone() + FILE, key.clone() + FILE),
            (
                field("X-Amz-Signature", "s") + &key + FILE,
                key.clone() + FILE,
            ),
            (field("signature", "s") + FILE, FILE.to_owned()),
            (
                field("KEY", "in/${filename}") + FILE,
                field("key", "in/a b.edi") + FILE,
            ),
            (field("x", "") + FILE, field("x", "") + FILE),
            (
                field("x", "name=\"file\"\r\n\r\n") + FILE,
                field("x", "name=\"file\"\r\n\r\n") + FILE,
            ),
            (format!("\r\n{key}{FILE}"), key.clone() + FILE),
        ] {
            check(&form, Ok(&expected)).await;
        }
    }

    #[tokio::test]
    async fn what_is_no_form_is_refused() {
        let twice = field("Key", "a") + &field("key", "b") + FILE;
        for form in [
            "",
            "nonsense that is long enough",
            "--b--\r\n",
            "--b\r\nContent-Type: text/x\r\n\r\nv\r\n--b--\r\n",
            "--b\r\nContent-Disposition: form-data\r\n\r\nv\r\n--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nv\r\n--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nv",
            &twice,
        ] {
            check(form, Err("MalformedPOSTRequest")).await;
        }
    }

    #[tokio::test]
    async fn access_keys_are_found() {
        for (name, value, expected) in [
            (
                "x-amz-credential",
                "AKIA/20261123/us-east-1/s3/aws4_request",
                Some("AKIA"),
            ),
            ("AWSAccessKeyId", "AKIA", Some("AKIA")),
            ("key", "AKIA", None),
        ] {
            let (fields, _) = parse((field(name, value) + FILE).as_bytes(), b"b")
                .unwrap()
                .unwrap();
            assert_eq!(fields.access_key(), expected, "{name}");
        }
    }
}
