//! Buckets and their objects.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::Full;

use super::document::{Bucket, Content, Document};
use crate::app::App;

/// Makes the buckets and objects of a file that are not there; returns how many.
///
/// # Errors
///
/// A file cannot be read, or S3 refuses something.
pub(super) async fn apply(app: &App, document: &Document, folder: &Path) -> Result<usize, String> {
    let account = app.account_or(document.account.as_deref());
    let mut made = 0;
    for (name, bucket) in &document.buckets {
        made += usize::from(create(app, account, name).await?);
        for (key, body) in contents(folder, bucket)? {
            made += usize::from(put(app, account, name, &key, body).await?);
        }
    }
    Ok(made)
}

/// Makes a bucket as a client would, so that its name is checked; whether it is new.
async fn create(app: &App, account: &str, name: &str) -> Result<bool, String> {
    let request = Request::builder()
        .method(Method::PUT)
        .uri(format!("/{name}"))
        .header("host", "localhost")
        .body(Full::new(Bytes::new()));
    let request = request.map_err(|error| format!("bucket {name}: {error}"))?;
    let before = app.s3.store().list(account, name, "", None, 1).await;
    if before.is_ok() {
        return Ok(false);
    }
    match app.s3.call(account, request).await.status() {
        StatusCode::OK => Ok(true),
        status => Err(format!(
            "bucket {name} cannot be made: S3 answers {status}; is it a valid name?"
        )),
    }
}

/// Writes an object that is not there, or is another one; whether it did.
async fn put(
    app: &App,
    account: &str,
    bucket: &str,
    key: &str,
    body: Bytes,
) -> Result<bool, String> {
    let store = app.s3.store();
    let before = store.get(account, bucket, key, None).await;
    if before.is_ok_and(|it| it.body == body) {
        return Ok(false);
    }
    let kind = "application/octet-stream";
    let written = store.put(account, bucket, key, body, kind).await;
    written.map_err(|error| format!("object {bucket}/{key}: {error}"))?;
    Ok(true)
}

/// The objects of a bucket, by key.
fn contents(folder: &Path, bucket: &Bucket) -> Result<Vec<(String, Bytes)>, String> {
    let mut contents = Vec::new();
    if let Some(inner) = &bucket.folder {
        files(&folder.join(inner), "", &mut contents)?;
    }
    for (key, content) in &bucket.objects {
        let body = match content {
            Content::Text(text) => Bytes::from(text.clone()),
            Content::File { file } => bytes(&folder.join(file))?,
        };
        contents.push((key.clone(), body));
    }
    Ok(contents)
}

/// The files of a folder and of those in it, in the order of their names.
fn files(folder: &Path, prefix: &str, contents: &mut Vec<(String, Bytes)>) -> Result<(), String> {
    let placed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let listed = fs::read_dir(folder).map_err(placed)?;
    let paths: Result<Vec<PathBuf>, _> = listed.map(|it| it.map(|it| it.path())).collect();
    let mut paths = paths.map_err(placed)?;
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let key = format!("{prefix}{name}");
        if path.is_dir() {
            files(&path, &format!("{key}/"), contents)?;
        } else {
            contents.push((key, bytes(&path)?));
        }
    }
    Ok(())
}

fn bytes(path: &Path) -> Result<Bytes, String> {
    let read = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(read.into())
}
