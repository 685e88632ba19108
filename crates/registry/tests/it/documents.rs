//! Documents in memory and on disk.

use std::convert::Infallible;

use b2bi_local_b2bi::Scope;
use b2bi_local_persistence::{RowStore, WriteError};
use b2bi_local_registry::Documents;
use serde_json::{Value, json};

fn scope(account: &str) -> Scope {
    Scope {
        account: account.into(),
        region: "us-east-1".into(),
    }
}

async fn put(documents: &Documents, account: &str, id: &str, document: Value) {
    let scope = scope(account);
    let put = documents.change::<_, WriteError>(&scope, |change| {
        change.put("things", id, document);
        Ok(())
    });
    put.await.unwrap();
}

fn ids(documents: &Documents, account: &str) -> Vec<String> {
    let listed = documents.list(&scope(account), "things");
    listed.into_iter().map(|(id, _)| id).collect()
}

#[tokio::test]
async fn collections_accounts_and_regions_are_apart() {
    let documents = Documents::new();
    put(&documents, "1", "b", json!(1)).await;
    put(&documents, "1", "a/ü\"", json!(2)).await;
    put(&documents, "2", "c", json!(3)).await;
    assert_eq!(ids(&documents, "1"), ["a/ü\"", "b"]);
    assert_eq!(ids(&documents, "2"), ["c"]);
    assert_eq!(documents.list(&scope("1"), "thing"), []);
    assert_eq!(documents.describe(Some("1"), None).len(), 2);
    assert_eq!(documents.describe(None, Some("eu-west-1")).len(), 0);
    documents.reset(Some("1"), None).await.unwrap();
    assert_eq!(documents.describe(None, None).len(), 1);
}

#[tokio::test]
async fn a_change_that_fails_changes_nothing() {
    #[derive(Debug)]
    struct Failed;
    impl From<WriteError> for Failed {
        fn from(_: WriteError) -> Self {
            Self
        }
    }
    let documents = Documents::new();
    put(&documents, "1", "a", json!(1)).await;
    let scope = scope("1");
    let failed = documents.change::<Infallible, _>(&scope, |change| {
        change.put("things", "a", json!(2));
        assert_eq!(change.get("things", "a").as_deref(), Some(&json!(2)));
        assert_eq!(change.remove("things", "a").as_deref(), Some(&json!(2)));
        assert_eq!(change.get("things", "a"), None);
        Err(Failed)
    });
    failed.await.unwrap_err();
    assert_eq!(
        documents.get(&scope, "things", "a").as_deref(),
        Some(&json!(1))
    );
}

#[tokio::test]
async fn documents_outlive_the_process_and_can_be_exchanged() {
    let directory = std::env::temp_dir().join(format!("registry-documents-{}", std::process::id()));
    let open = || Documents::with_row_store(RowStore::open(&directory).unwrap()).unwrap();
    let documents = open();
    put(&documents, "1", "a/ü\"", json!({"x": [1]})).await;
    put(&documents, "2", "b", json!(1)).await;
    let described = documents.describe(None, None);
    drop(documents);

    let documents = open();
    assert_eq!(documents.describe(None, None), described);
    put(&documents, "1", "c", json!(1)).await;
    documents.replace(described.clone()).await.unwrap();
    documents.all_flushed().await;
    drop(documents);

    let documents = open();
    assert_eq!(documents.describe(None, None), described);
    documents.reset(None, None).await.unwrap();
    drop(documents);
    assert_eq!(open().describe(None, None), []);
    std::fs::remove_dir_all(&directory).unwrap();
}
