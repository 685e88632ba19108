//! Buckets and their objects.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::document::{Bucket, Content, Document};
use super::error::InitError;
use crate::app::App;

/// Creates the missing buckets and objects of a file; returns their number.
///
/// # Errors
///
/// A file cannot be read, or S3 refuses something.
pub(super) async fn apply(
    app: &App,
    document: &Document,
    folder: &Path,
) -> Result<usize, InitError> {
    let account = app.account_or(document.account.as_deref());
    let mut made = 0;
    for (name, bucket) in &document.buckets {
        let created = app.objects.create_bucket(account, name).await;
        let created = created.map_err(|source| InitError::Bucket {
            bucket: name.clone(),
            source,
        })?;
        made += usize::from(created);
        for (key, body) in contents(folder, bucket)? {
            made += usize::from(put(app, account, name, &key, body).await?);
        }
    }
    Ok(made)
}

/// Writes an object that is missing or differs; returns whether it did.
async fn put(
    app: &App,
    account: &str,
    bucket: &str,
    key: &str,
    body: Bytes,
) -> Result<bool, InitError> {
    let store = app.objects.store();
    let before = store.get(account, bucket, key, None).await;
    if before.is_ok_and(|before| before.body == body) {
        return Ok(false);
    }
    let kind = "application/octet-stream";
    let written = store.put(account, bucket, key, body, kind).await;
    written.map_err(|source| InitError::Object {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        source,
    })?;
    Ok(true)
}

/// The objects of a bucket, by key.
fn contents(folder: &Path, bucket: &Bucket) -> Result<Vec<(String, Bytes)>, InitError> {
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
fn files(
    folder: &Path,
    prefix: &str,
    contents: &mut Vec<(String, Bytes)>,
) -> Result<(), InitError> {
    let placed = |error| InitError::File(error).at(folder.display());
    let listed = fs::read_dir(folder).map_err(placed)?;
    let paths: Result<Vec<PathBuf>, _> = listed
        .map(|listed| listed.map(|item| item.path()))
        .collect();
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

fn bytes(path: &Path) -> Result<Bytes, InitError> {
    let read = fs::read(path).map_err(|error| InitError::File(error).at(path.display()))?;
    Ok(read.into())
}
