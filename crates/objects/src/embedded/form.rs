//! Looks into the fields of an upload form, which hold what other requests say in headers.
//!
//! The library refuses a form that carries a signature when it knows no keys. So the signature's
//! field is renamed to one that S3 ignores; the form's policy stays and is held to.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http_body::Frame;
use http_body_util::StreamBody;
use s3s::{Body, S3ErrorCode, S3Result, StdError};

use super::body;

/// The file is a form's last field, so nothing beyond it is the form's.
const FILE: &[u8] = b"name=\"file\"";

/// What stands before the file's own name.
const FILENAME: &[u8] = b"filename=\"";

/// The fields that hold signatures, and names as long that a policy need not list.
const SIGNATURES: [(&[u8], &[u8]); 2] = [
    (b"name=\"x-amz-signature\"", b"name=\"x-ignore-signat\""),
    (b"name=\"signature\"", b"name=\"x-ignore-\""),
];

/// The most that may stand before the file.
///
/// Source: docs `RESTObjectPOST` (20 KB), rounded up.
const MAX_FIELDS: usize = 64 << 10;

/// A form whose fields have been looked into.
pub(crate) struct Form {
    pub(crate) body: Body,
    /// The access key id the form is signed with.
    pub(crate) access_key: Option<String>,
}

/// Tells whether the request uploads a form.
pub(crate) fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    let is_form = |value: &HeaderValue| value.as_bytes().starts_with(b"multipart/form-data");
    method == Method::POST && headers.get(CONTENT_TYPE).is_some_and(is_form)
}

/// Reads a form up to its file, and passes the file on as it comes.
///
/// # Errors
/// `MaxPostPreDataLengthExceededError` when the file is too far away.
pub(crate) async fn read(mut form: Body, unsign: bool) -> S3Result<Form> {
    let (mut head, begun) = fields(&mut form).await?;
    let access_key = access_key(&head);
    for (signed, ignored) in SIGNATURES.into_iter().filter(|_| unsign) {
        head = replace(&head, signed, ignored);
    }
    if let Some(filename) = filename(&begun) {
        head = replace(&head, b"${filename}", filename);
    }
    let read = [head, begun].map(Ok::<Bytes, StdError>);
    let whole = stream::iter(read)
        .chain(form)
        .map(|chunk| chunk.map(Frame::data));
    Ok(Form {
        body: Body::http_body_unsync(StreamBody::new(whole)),
        access_key,
    })
}

/// The bytes up to the file's name, and those after it that came along, with a whole line.
async fn fields(form: &mut Body) -> S3Result<(Bytes, Bytes)> {
    let mut gathered = BytesMut::new();
    loop {
        let file = find(&gathered, FILE);
        if let Some(file) =
            file.filter(|file| find(gathered.get(*file..).unwrap_or_default(), b"\r\n").is_some())
        {
            let head = gathered.split_to(file).freeze();
            return Ok((head, gathered.freeze()));
        }
        if gathered.len() > MAX_FIELDS {
            return Err(S3ErrorCode::MaxPostPreDataLengthExceededError.into());
        }
        match body::next(form).await? {
            Some(chunk) => gathered.extend_from_slice(&chunk),
            None => return Ok((gathered.freeze(), Bytes::new())),
        }
    }
}

/// The name of the file as the form gives it, which `${filename}` in the key stands for.
fn filename(begun: &[u8]) -> Option<&[u8]> {
    let line = begun.get(..find(begun, b"\r\n")?)?;
    let name = line.get(find(line, FILENAME)? + FILENAME.len()..)?;
    name.split(|byte| *byte == b'"').next()
}

/// The access key id of a form, signed by version 4 or 2.
fn access_key(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let value = |name: &str| {
        Some(
            text.split_once(name)?
                .1
                .split_once("\r\n\r\n")?
                .1
                .to_owned(),
        )
    };
    let value = value("name=\"x-amz-credential\"").or_else(|| value("name=\"AWSAccessKeyId\""))?;
    value.split(['/', '\r']).next().map(str::to_owned)
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn replace(text: &Bytes, part: &[u8], other: &[u8]) -> Bytes {
    let Some(at) = find(text, part) else {
        return text.clone();
    };
    Bytes::from([&text.slice(..at), other, &text.slice(at + part.len()..)].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    async fn check(form: &'static str, expected: &str, access_key: Option<&str>) {
        for length in 1..=form.len() {
            let chunks = form.as_bytes().chunks(length);
            let frames =
                chunks.map(|chunk| Ok::<_, StdError>(Frame::data(Bytes::from_static(chunk))));
            let body = StreamBody::new(stream::iter(frames.collect::<Vec<_>>()));
            let form = read(Body::http_body_unsync(body), true).await.unwrap();
            let actual = BodyExt::collect(form.body).await.unwrap().to_bytes();
            assert_eq!(
                (actual.as_ref(), form.access_key.as_deref()),
                (expected.as_bytes(), access_key)
            );
        }
    }

    #[tokio::test]
    async fn signatures_are_renamed_before_the_file_only() {
        check(
            "name=\"x-amz-signature\"\r\n\r\nab name=\"file\"\r\nname=\"x-amz-signature\"",
            "name=\"x-ignore-signat\"\r\n\r\nab name=\"file\"\r\nname=\"x-amz-signature\"",
            None,
        )
        .await;
        check(
            "name=\"signature\" name=\"file\"\r\n",
            "name=\"x-ignore-\" name=\"file\"\r\n",
            None,
        )
        .await;
        check("name=\"key\"", "name=\"key\"", None).await;
    }

    #[tokio::test]
    async fn the_file_gives_its_name_to_the_key() {
        let file = "name=\"file\"; filename=\"a b.edi\"\r\n\r\n${filename}";
        let form = format!("name=\"key\"\r\n\r\nin/${{filename}}\r\n{file}");
        let expected = format!("name=\"key\"\r\n\r\nin/a b.edi\r\n{file}");
        check(form.leak(), &expected, None).await;
    }

    #[tokio::test]
    async fn access_keys_are_found() {
        let version_4 =
            "name=\"x-amz-credential\"\r\n\r\nAKIA/20261123/us-east-1\r\n--b name=\"file\"\r\n";
        check(version_4, version_4, Some("AKIA")).await;
        let version_2 = "name=\"AWSAccessKeyId\"\r\n\r\nAKIA\r\n--b name=\"file\"\r\n";
        check(version_2, version_2, Some("AKIA")).await;
    }
}
