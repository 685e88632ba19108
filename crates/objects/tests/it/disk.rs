//! Objects on disk: they exist after a restart, in files if they are long.

use std::fs;
use std::path::PathBuf;

use b2bi_local_persistence::RowStore;

use super::*;

const LONG: usize = 700_000;

/// A directory that is removed with the test.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("objects-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn open(&self) -> EmbeddedS3 {
        EmbeddedS3::with_row_store(settings(), RowStore::open(&self.0).unwrap()).unwrap()
    }

    fn files(&self) -> usize {
        fs::read_dir(self.0.join("blobs")).unwrap().count()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn long(seed: u8) -> Bytes {
    let bytes = (0..LONG).map(|at| u8::try_from(at % 251).unwrap() ^ seed);
    bytes.collect::<Vec<u8>>().into()
}

async fn put(store: &Arc<dyn ObjectStore>, key: &str, body: Bytes) {
    let put = store.put(ACCOUNT, "orders", key, body, "text/x").await;
    put.unwrap();
}

async fn get(
    store: &Arc<dyn ObjectStore>,
    key: &str,
    range: Option<std::ops::Range<u64>>,
) -> Bytes {
    store.get(ACCOUNT, "orders", key, range).await.unwrap().body
}

#[tokio::test]
async fn everything_is_there_again() {
    let directory = Directory::new("again");
    let before = {
        let s3 = directory.open();
        s3.create_bucket(ACCOUNT, "orders");
        let store = s3.store();
        put(&store, "short", Bytes::from_static(b"ISA*00")).await;
        put(&store, "line\nbreak", long(1)).await;
        put(&store, "gone", long(2)).await;
        store.delete(ACCOUNT, "orders", "gone").await.unwrap();
        let (status, _) = call(&s3, ACCOUNT, "PUT /orders/http?x-id=PutObject", "body").await;
        assert_eq!(status, StatusCode::OK);
        let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
        let (status, _) = call(&s3, ACCOUNT, "PUT /orders/short?tagging", tags).await;
        assert_eq!(status, StatusCode::OK);
        store.list(ACCOUNT, "orders", "", None, 9).await.unwrap()
    };
    assert_eq!(directory.files(), 1, "a file for the one long object");
    let s3 = directory.open();
    let store = s3.store();
    let after = store.list(ACCOUNT, "orders", "", None, 9).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(get(&store, "short", None).await, "ISA*00");
    assert_eq!(get(&store, "line\nbreak", None).await, long(1));
    assert_eq!(
        get(&store, "line\nbreak", Some(300_000..600_000)).await,
        long(1).slice(300_000..600_000)
    );
    let (_, tagging) = call(&s3, ACCOUNT, "GET /orders/short?tagging", "").await;
    assert!(
        tagging.contains("<Key>a</Key><Value>b</Value>"),
        "{tagging}"
    );
    let (_, read) = call(&s3, ACCOUNT, "GET /orders/line%0Abreak", "").await;
    assert_eq!(read.len(), String::from_utf8_lossy(&long(1)).len());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn files_are_not_held_open() {
    let directory = Directory::new("open");
    let open = || {
        let open = fs::read_dir("/proc/self/fd").unwrap();
        let targets = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        let blobs = directory.0.join("blobs");
        targets.filter(|target| target.starts_with(&blobs)).count()
    };
    {
        let s3 = directory.open();
        s3.create_bucket(ACCOUNT, "orders");
        for number in 0..3 {
            put(&s3.store(), &number.to_string(), long(number)).await;
        }
        assert_eq!(open(), 0);
    }
    let s3 = directory.open();
    assert_eq!(get(&s3.store(), "2", None).await, long(2));
    assert_eq!((directory.files(), open()), (3, 0));
}

#[tokio::test]
async fn a_file_goes_with_its_object() {
    let directory = Directory::new("files");
    {
        let s3 = directory.open();
        s3.create_bucket(ACCOUNT, "orders");
        let store = s3.store();
        put(&store, "a", long(1)).await;
        put(&store, "a", long(2)).await;
        put(&store, "b", long(3)).await;
        store.delete(ACCOUNT, "orders", "b").await.unwrap();
        let mut unfinished = store
            .writer(ACCOUNT, "orders", "c", "text/x")
            .await
            .unwrap();
        unfinished.write(long(4)).await.unwrap();
        drop(unfinished);
        assert_eq!(get(&store, "a", None).await, long(2));
    }
    assert_eq!(directory.files(), 1);
    fs::write(directory.0.join("blobs/00000000000000ff"), "left over").unwrap();
    let s3 = directory.open();
    assert_eq!(directory.files(), 1);
    assert_eq!(get(&s3.store(), "a", None).await, long(2));
}

#[tokio::test]
async fn an_upload_in_parts_goes_on_after_a_start() {
    let directory = Directory::new("parts");
    let part: &'static str = "x".repeat(5 << 20).leak();
    let id = {
        let s3 = directory.open();
        s3.create_bucket(ACCOUNT, "orders");
        let (_, begun) = call(&s3, ACCOUNT, "POST /orders/big?uploads", "").await;
        let id = begun.split("<UploadId>").nth(1).unwrap();
        let id = id.split('<').next().unwrap().to_owned();
        let first = format!("PUT /orders/big?partNumber=1&uploadId={id}");
        assert_eq!(call(&s3, ACCOUNT, &first, part).await.0, StatusCode::OK);
        id
    };
    let s3 = directory.open();
    let second = format!("PUT /orders/big?partNumber=2&uploadId={id}");
    assert_eq!(call(&s3, ACCOUNT, &second, "end").await.0, StatusCode::OK);
    let named = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part><Part><PartNumber>2</PartNumber></Part></CompleteMultipartUpload>";
    let complete = format!("POST /orders/big?uploadId={id}");
    let (status, text) = call(&s3, ACCOUNT, &complete, named).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    drop(s3);
    let s3 = directory.open();
    let read = get(&s3.store(), "big", Some((5 << 20) - 1..(5 << 20) + 9)).await;
    assert_eq!(read, "xend");
    let (_, uploads) = call(&s3, ACCOUNT, "GET /orders?uploads", "").await;
    assert!(!uploads.contains("<Upload>"), "{uploads}");
}

#[tokio::test]
async fn a_missing_file_is_an_error() {
    let directory = Directory::new("missing");
    {
        let s3 = directory.open();
        s3.create_bucket(ACCOUNT, "orders");
        put(&s3.store(), "a", long(1)).await;
    }
    fs::remove_dir_all(directory.0.join("blobs")).unwrap();
    let refused = EmbeddedS3::with_row_store(settings(), RowStore::open(&directory.0).unwrap());
    let problem = refused.err().unwrap();
    assert!(
        problem
            .to_string()
            .contains("orders/a cannot be read: the file blobs/"),
        "{problem}"
    );
}
