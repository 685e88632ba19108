//! Access control lists of objects: stored and returned, but not enforced.
//!
//! Source: docs `API_GetObjectAcl`, `API_PutObjectAcl`, `about-object-ownership`, 2026-11.

use http::{HeaderName, HeaderValue, Request, Response};
use s3s::{Body, S3Result};

use super::amend;
use crate::embedded::acl;
use crate::embedded::configuration::{document_answer, query_value, receive_acl};
use crate::embedded::settings::Account;
use crate::embedded::state::Store;
use crate::event::ObjectChange;
use crate::operation::S3Target;

const VERSION_ID: HeaderName = HeaderName::from_static("x-amz-version-id");

/// An operation on the ACL of an object.
#[derive(Clone, Copy)]
pub(crate) enum AclTask {
    Get,
    Put,
}

impl AclTask {
    /// The task of an operation on the ACL of an object; `None` for other operations.
    pub(crate) fn of(operation: &str) -> Option<Self> {
        match operation {
            "GetObjectAcl" => Some(Self::Get),
            "PutObjectAcl" => Some(Self::Put),
            _ => None,
        }
    }

    /// Runs it on the object.
    ///
    /// # Errors
    /// There is no such object, or S3 refuses the ACL.
    pub(crate) async fn run(
        self,
        store: &Store,
        target: &S3Target,
        request: Request<Body>,
    ) -> S3Result<Response<Body>> {
        let account = request.extensions().get::<Account>();
        let account = account.map(|account| account.0.clone()).unwrap_or_default();
        let query = request.uri().query().unwrap_or_default();
        let version_id = query_value(query, "versionId");
        let place = Place {
            store,
            account: &account,
            target,
            version_id: version_id.as_deref(),
        };
        match self {
            Self::Get => place.get(),
            Self::Put => place.put(request).await,
        }
    }
}

/// An object, or a version of it.
struct Place<'a> {
    store: &'a Store,
    account: &'a str,
    target: &'a S3Target,
    version_id: Option<&'a str>,
}

impl Place<'_> {
    fn get(&self) -> S3Result<Response<Body>> {
        let S3Target { bucket, key } = self.target;
        let found = self
            .store
            .find(self.account, bucket, key, self.version_id)?;
        let kept = found.object.headers.acl.as_deref();
        let document = acl::of_object(kept, self.store.owner(self.account));
        Ok(with_version(document_answer(document), found.version_id))
    }

    async fn put(&self, request: Request<Body>) -> S3Result<Response<Body>> {
        let (head, body) = request.into_parts();
        let owner = self.store.owner(self.account);
        let list = match acl::object_of_headers(&head.headers, owner)? {
            Some(list) => list,
            None => receive_acl(body, &head.headers).await?,
        };
        let S3Target { bucket, key } = self.target;
        let version_id = amend(
            self.store,
            self.account,
            bucket,
            (key, self.version_id),
            &[ObjectChange::AclPut],
            |bucket, object| {
                acl::check_ownership(&bucket.configurations)?;
                acl::check_allowed(&list, &bucket.configurations)?;
                let before = object.headers.acl.take();
                object.headers.acl = acl::stored(&list, owner);
                Ok(object.headers.acl != before)
            },
        )?;
        Ok(with_version(Response::new(Body::empty()), version_id))
    }
}

fn with_version(mut answer: Response<Body>, version_id: Option<String>) -> Response<Body> {
    let value = version_id.and_then(|id| HeaderValue::from_str(&id).ok());
    if let Some(value) = value {
        answer.headers_mut().insert(VERSION_ID, value);
    }
    answer
}
