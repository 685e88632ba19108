//! The configurations of buckets: XML documents that are checked, stored and returned.
//!
//! The library that routes requests does not know their operations. A row of the table describes
//! each; S3's service model defines what a document may contain.

mod check;
mod generated;
mod list;
mod shape;
mod table;

use std::collections::BTreeMap;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use s3s::dto::NotificationConfiguration;
use s3s::xml::{Serialize as _, Serializer};
use s3s::{Body, S3Error, S3ErrorCode, S3Result, s3_error};

use self::check::Context;
use self::table::{ROWS, Row, UnsetError, UnsetReply};
use super::acl;
use super::body;
use super::checksum::{self, Algorithm};
use super::content::Content;
use super::digests::Digests;
use super::notifications::NOTIFICATION;
use super::settings::Account;
use super::state::{self, Store, Versioning};
use crate::xml::Element;

/// The maximum number of configurations with ids of one kind in a bucket. Source: docs of the PUT
/// operations, 2026-11.
const MAX_IDS: usize = 1000;
const MAX_ID: usize = 64;

/// The documents of a bucket, by name, and by `NAME/ID` if there are several; `NAME:header` has the
/// header that is stored with one. `None` represents the deletion of a document that new buckets
/// have.
pub(crate) type Configurations = BTreeMap<String, Option<String>>;

/// An operation on a configuration.
#[derive(Clone, Copy)]
pub(crate) struct Task {
    row: &'static Row,
    verb: Verb,
}

#[derive(Clone, Copy)]
enum Verb {
    Put,
    Get,
    Delete,
    List,
}

impl Task {
    /// The task of an operation on configurations; `None` for other operations.
    pub(crate) fn of(operation: &str) -> Option<Self> {
        ROWS.iter().find_map(|row| {
            let verbs = [
                (row.put, Verb::Put),
                (row.get, Verb::Get),
                (row.delete, Verb::Delete),
                (row.list, Verb::List),
            ];
            let verb = verbs.iter().find(|(name, _)| *name == operation);
            verb.map(|&(_, verb)| Self { row, verb })
        })
    }

    /// Runs it on the bucket.
    pub(crate) async fn run(
        self,
        memory: &Store,
        bucket: &str,
        request: Request<Body>,
    ) -> S3Result<Response<Body>> {
        let (head, body) = request.into_parts();
        let account = head.extensions.get::<Account>();
        let account = account.map(|account| account.0.clone()).unwrap_or_default();
        let query = head.uri.query().unwrap_or_default();
        let place = Place {
            memory,
            account: &account,
            bucket,
            row: self.row,
            name: self.row.key(query)?,
            is_from_service: head.extensions.get::<FromService>().is_some(),
        };
        match self.verb {
            Verb::Get => place.get(),
            Verb::Delete => place.delete(),
            Verb::List => list::answer(memory, &account, bucket, self.row, query),
            Verb::Put => {
                let owner = memory.owner(&account);
                let given = (self.row.of_headers)(&head.headers, owner)?;
                let element = if let Some(element) = given {
                    element
                } else {
                    let document = receive(body, &head.headers, self.row.max_bytes).await?;
                    self.row.read(&document)?
                };
                place.put(element, &head.headers)
            }
        }
    }
}

/// Reads a document and checks it against the digests in the request.
async fn receive(sent: Body, headers: &HeaderMap, most: usize) -> S3Result<Vec<u8>> {
    let bytes = body::collect(Some(sent.into()), most as u64).await;
    let bytes = bytes.map_err(|error| match error.code() {
        S3ErrorCode::EntityTooLarge => s3_error!(
            MaxMessageLengthExceeded,
            "Your request was too big: it may have {most} bytes"
        ),
        _ => error,
    })?;
    if bytes.is_empty() {
        return Err(s3_error!(MissingRequestBodyError, "Request Body is empty"));
    }
    let content = Content::from(bytes.clone());
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let claims: Vec<_> = Algorithm::headers()
        .filter_map(|(algorithm, header)| Some((algorithm, text(&header)?.to_owned())))
        .collect();
    let digests = Digests::of(checksum::likely_algorithm(&claims, None), &content)?;
    checksum::check_md5(text("content-md5"), &checksum::hex(&digests.md5))?;
    checksum::verify(&content, digests, &claims, None)?;
    Ok(bytes.into())
}

/// Reads the access control list in the body of a request.
///
/// # Errors
/// It is not one, or its digests do not match.
pub(crate) async fn receive_acl(sent: Body, headers: &HeaderMap) -> S3Result<Element> {
    let row = acl_row()?;
    let document = receive(sent, headers, row.max_bytes).await?;
    read_acl(&document)
}

/// Reads and checks an access control list.
///
/// # Errors
/// S3 does not accept it.
pub(crate) fn read_acl(document: &[u8]) -> S3Result<Element> {
    let list = acl_row()?.read(document)?;
    acl::check(&list)?;
    Ok(list)
}

fn acl_row() -> S3Result<&'static Row> {
    let row = ROWS.iter().find(|row| row.name == "acl");
    row.ok_or_else(|| S3ErrorCode::InternalError.into())
}

/// The tags of a new bucket, as its configuration.
///
/// # Errors
/// `MalformedXML`, `InvalidTag`.
pub(crate) fn of_new_tags(tags: Vec<Element>, is_from_service: bool) -> S3Result<Configurations> {
    let row = ROWS.iter().find(|row| row.name == table::TAGGING);
    let row = row.ok_or(S3ErrorCode::InternalError)?;
    let set = Element::with_children("TagSet", tags);
    let document = Element::with_children(row.root, vec![set]);
    let document = row.shape.read(document)?;
    check::tags(&document, is_from_service)?;
    let mut text = String::new();
    document.write(&mut text);
    Ok(Configurations::from([(row.name.to_owned(), Some(text))]))
}

/// Marks a request from another service of AWS, as its extension: such a request may set tags whose
/// keys begin with `aws:`.
#[derive(Clone, Copy, Debug)]
pub struct FromService;

/// A configuration of a bucket, which need not exist.
struct Place<'a> {
    memory: &'a Store,
    account: &'a str,
    bucket: &'a str,
    row: &'static Row,
    /// In [`Configurations`].
    name: String,
    is_from_service: bool,
}

impl Place<'_> {
    fn get(&self) -> S3Result<Response<Body>> {
        let (document, header) = self.memory.read(self.account, |buckets| {
            let bucket = state::bucket(buckets, self.bucket)?;
            let header = bucket.configurations.get(&self.row.header_key());
            let document = self.row.document(&bucket.configurations, self)?;
            Ok::<_, S3Error>((document, header.cloned().flatten()))
        })?;
        let mut answer = document_answer(document);
        self.add_header(&mut answer, header);
        Ok(answer)
    }

    fn delete(&self) -> S3Result<Response<Body>> {
        self.change(|configurations, _| {
            if matches!(self.row.unset, UnsetReply::Initial(..)) {
                configurations.insert(self.name.clone(), None);
            } else if configurations.remove(&self.name).is_none() && !self.row.list.is_empty() {
                return Err(self.row.not_there());
            }
            configurations.remove(&self.row.header_key());
            Ok(())
        })?;
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = StatusCode::NO_CONTENT;
        Ok(answer)
    }

    fn put(&self, element: Element, headers: &HeaderMap) -> S3Result<Response<Body>> {
        self.row.check_id(&element, &self.name)?;
        let header = self.row.header.map(|(name, default)| {
            let sent = headers.get(name).and_then(|value| value.to_str().ok());
            sent.unwrap_or(default).to_owned()
        });
        self.change(|configurations, context| {
            let mut element = element;
            (self.row.check)(&mut element, context)?;
            self.row.check_room(configurations, &self.name)?;
            if self.row.name == table::TAGGING && is_empty_set(&element) {
                configurations.remove(&self.name);
                return Ok(());
            }
            let mut text = String::new();
            element.write(&mut text);
            configurations.insert(self.name.clone(), Some(text));
            if let Some(header) = &header {
                configurations.insert(self.row.header_key(), Some(header.clone()));
            }
            Ok(())
        })?;
        if self.row.name == NOTIFICATION {
            self.memory.send_test(self.account, self.bucket);
        }
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = self.row.put_status;
        self.add_header(&mut answer, header);
        Ok(answer)
    }

    fn change(
        &self,
        change: impl FnOnce(&mut Configurations, &Context<'_>) -> S3Result<()>,
    ) -> S3Result<()> {
        self.memory.write(self.account, |buckets| {
            let bucket = state::bucket(buckets, self.bucket)?;
            let mut after = bucket.without_content();
            let mut configurations = std::mem::take(&mut after.configurations);
            let context = Context {
                buckets,
                bucket_name: self.bucket,
                bucket,
                is_from_service: self.is_from_service,
                new_id: &|| self.memory.id(),
            };
            change(&mut configurations, &context)?;
            after.versioning = versioning(&configurations).unwrap_or(after.versioning);
            after.configurations = configurations;
            let bucket = state::bucket_mut(buckets, self.bucket)?;
            self.memory
                .change_bucket(self.account, self.bucket, bucket, &after)
        })
    }

    fn add_header(&self, answer: &mut Response<Body>, value: Option<String>) {
        if let Some((name, default)) = self.row.header {
            let value = value.as_deref().unwrap_or(default);
            if let Ok(value) = HeaderValue::from_str(value) {
                let name = HeaderName::from_static(name);
                answer.headers_mut().insert(name, value);
            }
        }
    }
}

impl Row {
    /// The name of the configuration in a request among those of its bucket.
    fn key(&self, query: &str) -> S3Result<String> {
        if self.list.is_empty() {
            return Ok(self.name.to_owned());
        }
        let id = query_value(query, "id").unwrap_or_default();
        if id.chars().count() > MAX_ID {
            let message = format!("The configuration id has more than {MAX_ID} characters");
            return Err(with_status(
                "InvalidConfigurationId",
                &message,
                StatusCode::BAD_REQUEST,
            ));
        }
        Ok(format!("{}/{id}", self.name))
    }

    fn header_key(&self) -> String {
        format!("{}:header", self.name)
    }

    /// The stored document, or S3's reply if there is none.
    fn document(&self, configurations: &Configurations, place: &Place<'_>) -> S3Result<String> {
        match (configurations.get(&place.name), &self.unset) {
            (Some(Some(document)), _) => Ok(document.clone()),
            (None, UnsetReply::Owned(document)) => {
                let mut text = String::new();
                document(place.memory.owner(place.account)).write(&mut text);
                Ok(text)
            }
            (None, UnsetReply::Document(document) | UnsetReply::Initial(document, _)) => {
                Ok((*document).to_owned())
            }
            _ => Err(self.not_there()),
        }
    }

    fn not_there(&self) -> S3Error {
        match self.unset {
            UnsetReply::Document(_) | UnsetReply::Owned(_) => S3ErrorCode::InternalError.into(),
            UnsetReply::Initial(_, error) | UnsetReply::Error(error) => unset_error(error),
        }
    }

    fn read(&self, document: &[u8]) -> S3Result<Element> {
        let element = Element::read(document).filter(|element| element.name() == self.root);
        self.shape.read(element.ok_or(S3ErrorCode::MalformedXML)?)
    }

    /// Checks that a document has the id in its request.
    fn check_id(&self, document: &Element, name: &str) -> S3Result<()> {
        let id = document.text_of("Id").unwrap_or_default();
        if self.list.is_empty() || name.strip_prefix(self.name) == Some(&format!("/{id}")) {
            return Ok(());
        }
        let message = "Document ID does not match the specified configuration ID.";
        Err(with_status("IdMismatch", message, StatusCode::BAD_REQUEST))
    }

    fn check_room(&self, configurations: &Configurations, name: &str) -> S3Result<()> {
        let prefix = format!("{}/", self.name);
        let others = configurations.keys().filter(|key| key.starts_with(&prefix));
        if self.list.is_empty() || configurations.contains_key(name) || others.count() < MAX_IDS {
            return Ok(());
        }
        let message = format!("The bucket has {MAX_IDS} configurations of this kind");
        Err(with_status(
            "TooManyConfigurations",
            &message,
            StatusCode::BAD_REQUEST,
        ))
    }
}

fn unset_error((code, message): UnsetError) -> S3Error {
    with_status(code, message, StatusCode::NOT_FOUND)
}

/// Whether a document has no tags, which is the state of a bucket without tags.
fn is_empty_set(tagging: &Element) -> bool {
    let set = tagging.child("TagSet");
    set.is_none_or(|set| set.children.is_empty())
}

fn with_status(code: &str, message: &str, status: StatusCode) -> S3Error {
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InternalError);
    let mut error = S3Error::with_message(code, message.to_owned());
    error.set_status_code(status);
    error
}

/// The decoded value of a key in a query.
pub(crate) fn query_value(query: &str, name: &str) -> Option<String> {
    let mut pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    let value = value.replace('+', " ");
    Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
}

/// A reply with an XML document.
pub(crate) fn document_answer(document: String) -> Response<Body> {
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}");
    let mut answer = Response::new(Body::from(declared));
    let xml = HeaderValue::from_static("application/xml");
    answer.headers_mut().insert(CONTENT_TYPE, xml);
    answer
}

/// The versioning status in the configurations, if there is one.
pub(crate) fn versioning(configurations: &Configurations) -> Option<Versioning> {
    let document = configurations.get(table::VERSIONING)?.as_deref()?;
    let document = Element::read(document.as_bytes())?;
    Some(match document.text_of("Status")? {
        "Enabled" => Versioning::Enabled,
        _ => Versioning::Suspended,
    })
}

/// A configuration that cannot be imported into a bucket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigurationError {
    #[error("no bucket has a configuration {0}")]
    Unknown(String),
    #[error("the configuration {0} has another form of name")]
    NameForm(String),
    #[error("the configuration {0} is not one that S3 takes")]
    Invalid(String),
}

/// Checks configurations that an import sets on a bucket.
///
/// # Errors
/// The first configuration that no bucket has, or whose document S3 would refuse.
pub(crate) fn imported(given: Configurations) -> Result<Configurations, ConfigurationError> {
    for (name, document) in &given {
        let base = name.split(['/', ':']).next().unwrap_or_default();
        let row = ROWS.iter().find(|row| row.name == base);
        let row = row.ok_or_else(|| ConfigurationError::Unknown(name.clone()))?;
        let has_id = name.contains('/');
        if name.ends_with(":header") && row.header_key() == *name {
            continue;
        }
        if has_id == row.list.is_empty() {
            return Err(ConfigurationError::NameForm(name.clone()));
        }
        if let Some(document) = document {
            let element = row.read(document.as_bytes());
            let checked = element.and_then(|element| row.check_id(&element, name));
            let fits = document.len() <= row.max_bytes;
            if checked.is_err() || !fits {
                return Err(ConfigurationError::Invalid(name.clone()));
            }
        }
    }
    Ok(given)
}

/// The configuration of notifications in a row of an older version, if it has one.
pub(crate) fn of_notifications(
    notifications: &NotificationConfiguration,
) -> Option<(String, Option<String>)> {
    let mut document = Vec::new();
    let written = notifications.serialize(&mut Serializer::new(&mut document));
    written.ok()?;
    let element = Element::read(&document).filter(|element| !element.children.is_empty())?;
    let mut text = String::new();
    element.write(&mut text);
    Some(("notification".to_owned(), Some(text)))
}
