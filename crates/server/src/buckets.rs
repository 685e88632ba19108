//! Buckets for resource types, by requests to the embedded S3.

use async_trait::async_trait;
use b2bi_local_objects::{Body, EmbeddedS3, FromService};
use b2bi_local_registry::{Buckets, HandlerContext, HandlerError, HandlerErrorCode};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use quick_xml::Reader;
use quick_xml::events::Event;

/// The buckets of the embedded S3; `None` if objects are elsewhere.
pub(crate) struct ServerBuckets(pub(crate) Option<EmbeddedS3>);

/// What S3 has answered.
struct Answer {
    status: StatusCode,
    body: String,
}

impl ServerBuckets {
    async fn call(
        &self,
        context: &HandlerContext,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> Result<Answer, HandlerError> {
        let s3 = self.0.as_ref().ok_or_else(|| {
            let message = "Buckets are in an S3 elsewhere (--s3-endpoint), where stacks make none";
            HandlerError::new(HandlerErrorCode::GeneralServiceException, message)
        })?;
        let body = Bytes::from(body.unwrap_or_default());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-length", body.len())
            .extension(FromService)
            .body(Full::new(body));
        let request = request.map_err(|error| HandlerError::invalid(error.to_string()))?;
        // The server's own request has no signature.
        let response = s3.trusting().call(&context.scope.account, request).await;
        Answer::read(response).await
    }
}

impl Answer {
    async fn read(response: Response<Body>) -> Result<Self, HandlerError> {
        let (head, body) = response.into_parts();
        let read = body.collect().await.map_err(|error| {
            HandlerError::new(HandlerErrorCode::ServiceInternalError, error.to_string())
        })?;
        Ok(Self {
            status: head.status,
            body: String::from_utf8_lossy(&read.to_bytes()).into_owned(),
        })
    }

    fn checked(self) -> Result<String, HandlerError> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        let code = text_of(&self.body, "Code").unwrap_or_default();
        let message = text_of(&self.body, "Message").unwrap_or_else(|| code.clone());
        let kind = match (code.as_str(), self.status) {
            ("BucketAlreadyExists" | "BucketAlreadyOwnedByYou", _) => {
                HandlerErrorCode::AlreadyExists
            }
            ("NoSuchBucket", _) | ("", StatusCode::NOT_FOUND) => HandlerErrorCode::NotFound,
            ("SlowDown", _) => HandlerErrorCode::Throttling,
            ("AccessDenied", _) => HandlerErrorCode::AccessDenied,
            ("TooManyBuckets", _) => HandlerErrorCode::ServiceLimitExceeded,
            (_, status) if status.is_server_error() => HandlerErrorCode::ServiceInternalError,
            (_, StatusCode::BAD_REQUEST) => HandlerErrorCode::InvalidRequest,
            _ => HandlerErrorCode::GeneralServiceException,
        };
        Err(HandlerError::new(kind, message))
    }
}

#[async_trait]
impl Buckets for ServerBuckets {
    async fn create(&self, context: &HandlerContext, bucket: &str) -> Result<(), HandlerError> {
        if self.exists(context, bucket).await? {
            return Err(HandlerError::new(
                HandlerErrorCode::AlreadyExists,
                format!("{bucket} already exists"),
            ));
        }
        let answer = self
            .call(context, Method::PUT, &format!("/{bucket}"), None)
            .await?;
        answer.checked().map(drop)
    }

    async fn delete(&self, context: &HandlerContext, bucket: &str) -> Result<(), HandlerError> {
        let answer = self
            .call(context, Method::DELETE, &format!("/{bucket}"), None)
            .await?;
        answer.checked().map(drop)
    }

    async fn exists(&self, context: &HandlerContext, bucket: &str) -> Result<bool, HandlerError> {
        let answer = self
            .call(context, Method::HEAD, &format!("/{bucket}"), None)
            .await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(false),
            _ => answer.checked().map(|_| true),
        }
    }

    async fn list(&self, context: &HandlerContext) -> Result<Vec<String>, HandlerError> {
        let answer = self.call(context, Method::GET, "/", None).await?;
        Ok(texts_of(&answer.checked()?, "Name"))
    }

    async fn configuration(
        &self,
        context: &HandlerContext,
        bucket: &str,
        name: &str,
    ) -> Result<Option<String>, HandlerError> {
        let answer = self
            .call(context, Method::GET, &format!("/{bucket}?{name}"), None)
            .await?;
        let code = text_of(&answer.body, "Code");
        match (answer.status, code.as_deref()) {
            (StatusCode::NOT_FOUND, Some(code)) if code != "NoSuchBucket" => Ok(None),
            _ => answer.checked().map(Some),
        }
    }

    async fn set_configuration(
        &self,
        context: &HandlerContext,
        bucket: &str,
        name: &str,
        document: Option<String>,
    ) -> Result<(), HandlerError> {
        let method = if document.is_some() {
            Method::PUT
        } else {
            Method::DELETE
        };
        let answer = self
            .call(context, method, &format!("/{bucket}?{name}"), document)
            .await?;
        answer.checked().map(drop)
    }
}

fn text_of(xml: &str, element: &str) -> Option<String> {
    texts_of(xml, element).into_iter().next()
}

/// The texts of all elements of this name.
fn texts_of(xml: &str, element: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let (mut found, mut inside) = (Vec::new(), None);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let is_wanted = start.local_name().as_ref() == element;
                inside = is_wanted.then(String::new);
            }
            Ok(Event::Text(text)) => {
                if let Some(inside) = &mut inside {
                    inside.push_str(&text);
                }
            }
            Ok(Event::End(_)) => found.extend(inside.take()),
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::texts_of;

    #[test]
    fn texts_are_found_by_the_name_of_their_element() {
        let xml = "<L xmlns=\"x\"><Owner><ID>1</ID></Owner><B><Name>a</Name></B><B><Name>b-c</Name></B></L>";
        assert_eq!(texts_of(xml, "Name"), ["a", "b-c"]);
        assert!(texts_of("<L><Name>a", "Name").is_empty());
        assert!(texts_of("", "Name").is_empty());
    }
}
