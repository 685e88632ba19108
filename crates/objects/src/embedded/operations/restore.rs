//! Restores archived objects.

use s3s::dto::{RestoreObjectInput, RestoreObjectOutput};
use s3s::{S3ErrorCode, S3Response, S3Result};

use super::amend;
use crate::embedded::reply::Accepted;
use crate::embedded::state::Store;
use crate::event::ObjectChange;

/// Makes an archived object readable for some days, or changes the number of days.
pub(crate) fn restore(
    store: &Store,
    account: &str,
    input: RestoreObjectInput,
) -> S3Result<S3Response<RestoreObjectOutput>> {
    let request = input.restore_request.ok_or(S3ErrorCode::MalformedXML)?;
    let now = store.now();
    let mut had_copy = false;
    amend(
        store,
        account,
        &input.bucket,
        (&input.key, input.version_id.as_deref()),
        &[ObjectChange::RestoreBegun, ObjectChange::RestoreDone],
        |_, object| {
            had_copy = object.headers.restore(&request, now)?;
            Ok(!had_copy)
        },
    )?;
    let mut answer = S3Response::new(RestoreObjectOutput::default());
    if !had_copy {
        answer.extensions.insert(Accepted);
    }
    Ok(answer)
}
