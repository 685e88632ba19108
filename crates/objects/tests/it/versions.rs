//! Versions of objects, compared with a plain list of what was written and deleted.

use std::collections::BTreeMap;
use std::fs;

use b2bi_local_persistence::RowStore;
use http::HeaderMap;
use proptest::prelude::*;

use super::*;

const KEYS: [&str; 2] = ["a", "a/b"];

async fn send(s3: &EmbeddedS3, request: &str, body: &str) -> (StatusCode, HeaderMap, String) {
    send_with(s3, request, &[], body).await
}

async fn send_with(
    s3: &EmbeddedS3,
    request: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (StatusCode, HeaderMap, String) {
    let (method, uri) = request.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(uri);
    request = request.header("content-length", body.len());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::from(body.to_owned())).unwrap();
    let answer = s3.call(ACCOUNT, request).await;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, headers, String::from_utf8_lossy(&body).into_owned())
}

async fn version(s3: &EmbeddedS3, status: &str) {
    let document =
        format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    let (status, _, text) = send(s3, "PUT /orders?versioning", &document).await;
    assert_eq!(status, StatusCode::OK, "{text}");
}

fn id_of(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-amz-version-id")?;
    Some(id.to_str().unwrap().to_owned())
}

fn between<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once("</").unwrap().0)
}

/// The contents of a list: keys, ids, and whether each is the latest.
fn entries(list: &str, element: &str) -> Vec<(String, String, bool)> {
    let start = format!("<{element}>");
    let parts = list.split(&start).skip(1);
    let text = |part: &str, name| between(part, name).unwrap().to_owned();
    let entry = |part: &str| {
        let is_latest = text(part, "IsLatest") == "true";
        (text(part, "Key"), text(part, "VersionId"), is_latest)
    };
    parts.map(entry).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Enable,
    Suspend,
    Put(&'static str),
    Delete(&'static str),
    /// The version at this index of the key's list, newest first.
    DeleteVersion(&'static str, usize),
    DeleteMany(&'static str, usize),
    Restart,
    Snapshot,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = prop::sample::select(&KEYS[..]);
    let step = prop_oneof![
        2 => Just(Step::Enable),
        2 => Just(Step::Suspend),
        6 => key.clone().prop_map(Step::Put),
        4 => key.clone().prop_map(Step::Delete),
        4 => (key.clone(), 0..4_usize).prop_map(|(key, at)| Step::DeleteVersion(key, at)),
        2 => (key, 0..4_usize).prop_map(|(key, at)| Step::DeleteMany(key, at)),
        1 => Just(Step::Restart),
        1 => Just(Step::Snapshot),
    ];
    prop::collection::vec(step, 1..25)
}

/// Ids and bodies of the versions of each key, newest first; a delete marker has no body.
#[derive(Default)]
struct Model {
    versioning: Option<bool>,
    keys: BTreeMap<&'static str, Vec<(String, Option<String>)>>,
}

impl Model {
    fn put(&mut self, key: &'static str, id: Option<String>, body: String) {
        self.add(key, id, Some(body));
    }

    fn add(&mut self, key: &'static str, id: Option<String>, body: Option<String>) {
        let versions = self.keys.entry(key).or_default();
        let id = id.unwrap_or_else(|| "null".to_owned());
        if id == "null" {
            versions.retain(|(other, _)| *other != "null");
        }
        versions.insert(0, (id, body));
    }

    fn delete(&mut self, key: &'static str, id: Option<String>) {
        if self.versioning.is_none() {
            self.keys.entry(key).or_default().clear();
        } else {
            self.add(key, id, None);
        }
    }

    fn delete_version(&mut self, key: &'static str, id: &str) {
        let versions = self.keys.entry(key).or_default();
        versions.retain(|(other, _)| other != id);
    }

    fn id_at(&self, key: &str, at: usize) -> String {
        let versions = self.keys.get(key);
        let version = versions.and_then(|versions| versions.get(at));
        version.map_or("null", |(id, _)| id).to_owned()
    }

    async fn check(&self, s3: &EmbeddedS3) {
        let (_, _, list) = send(s3, "GET /orders?versions", "").await;
        let (mut objects, mut markers) = (Vec::new(), Vec::new());
        for (key, versions) in &self.keys {
            for (at, (id, body)) in versions.iter().enumerate() {
                let entry = ((*key).to_owned(), id.clone(), at == 0);
                let by_id = format!("GET /orders/{key}?versionId={id}");
                let (status, headers, read) = send(s3, &by_id, "").await;
                if let Some(body) = body {
                    assert_eq!((status, &read), (StatusCode::OK, body), "{by_id}");
                    objects.push(entry);
                } else {
                    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{by_id}: {read}");
                    assert_eq!(headers.get("x-amz-delete-marker").unwrap(), "true");
                    markers.push(entry);
                }
            }
            let newest = versions.first().and_then(|(_, body)| body.clone());
            let (status, _, read) = send(s3, &format!("GET /orders/{key}"), "").await;
            let found = (status == StatusCode::OK).then_some(read);
            assert_eq!(found, newest, "{key}");
        }
        assert_eq!(entries(&list, "Version"), objects, "{list}");
        assert_eq!(entries(&list, "DeleteMarker"), markers, "{list}");
    }
}

async fn run(steps: Vec<Step>, directory: &std::path::Path) {
    let open = || EmbeddedS3::with_row_store(settings(), RowStore::open(directory).unwrap());
    let mut s3 = open().unwrap();
    s3.create_bucket(ACCOUNT, "orders");
    let mut model = Model::default();
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            Step::Enable => {
                version(&s3, "Enabled").await;
                model.versioning = Some(true);
            }
            Step::Suspend => {
                version(&s3, "Suspended").await;
                model.versioning = Some(false);
            }
            Step::Put(key) => {
                let body = format!("body {number}");
                let request = format!("PUT /orders/{key}");
                let (_, headers, _) = send(&s3, &request, &body).await;
                assert_eq!(id_of(&headers).is_some(), model.versioning.is_some());
                model.put(key, id_of(&headers), body);
            }
            Step::Delete(key) => {
                let request = format!("DELETE /orders/{key}");
                let (status, headers, _) = send(&s3, &request, "").await;
                assert_eq!(status, StatusCode::NO_CONTENT);
                model.delete(key, id_of(&headers));
            }
            Step::DeleteVersion(key, at) => {
                let id = model.id_at(key, at);
                let request = format!("DELETE /orders/{key}?versionId={id}");
                let (status, _, _) = send(&s3, &request, "").await;
                assert_eq!(status, StatusCode::NO_CONTENT);
                model.delete_version(key, &id);
            }
            Step::DeleteMany(key, at) => {
                let ids = [at, at + 1].map(|at| model.id_at(key, at));
                let object = |id| {
                    let name = format!("<Key>{key}</Key><VersionId>{id}</VersionId>");
                    format!("<Object>{name}</Object>")
                };
                let document = format!("<Delete>{}</Delete>", ids.each_ref().map(object).concat());
                let (status, _, text) = send(&s3, "POST /orders?delete", &document).await;
                assert_eq!(status, StatusCode::OK, "{text}");
                assert!(!text.contains("<Error>"), "{text}");
                for id in &ids {
                    model.delete_version(key, id);
                }
            }
            Step::Restart => {
                drop(s3);
                s3 = open().unwrap();
            }
            Step::Snapshot => {
                let described = s3.describe(None).unwrap();
                let text = serde_json::to_string(&described).unwrap();
                s3.reset(None).await.unwrap();
                let prepared = s3.prepare(serde_json::from_str(&text).unwrap()).await;
                s3.replace(prepared.unwrap()).await.unwrap();
                assert_eq!(s3.describe(None).unwrap(), described);
            }
        }
        model.check(&s3).await;
    }
    let is_empty = model.keys.values().all(Vec::is_empty);
    let (status, _, text) = send(&s3, "DELETE /orders", "").await;
    let expected = if is_empty {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::CONFLICT
    };
    assert_eq!(status, expected, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn versions_are_as_a_plain_list_of_them(steps in steps()) {
        let directory = std::env::temp_dir().join(format!("versions-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(steps, &directory));
        let _ = fs::remove_dir_all(&directory);
    }
}

/// A bucket with versions: three of `a`, the middle one a marker, and one of `d/e`.
async fn sample() -> (EmbeddedS3, [String; 4]) {
    let (s3, _) = with_bucket(settings());
    version(&s3, "Enabled").await;
    let mut ids = Vec::new();
    for request in [
        "PUT /orders/a",
        "DELETE /orders/a",
        "PUT /orders/a",
        "PUT /orders/d/e",
    ] {
        let (_, headers, _) = send(&s3, request, "x").await;
        ids.push(id_of(&headers).unwrap());
    }
    (s3, ids.try_into().unwrap())
}

#[tokio::test]
async fn lists_come_in_pages_that_begin_at_their_markers() {
    let (s3, _) = sample().await;
    for (query, pages) in [
        ("", &["a", "a", "a", "d/e"][..]),
        ("&delimiter=/", &["a", "a", "a", "d/"]),
        ("&prefix=d", &["d/e"]),
        ("&prefix=d/&delimiter=/", &["d/e"]),
        ("&prefix=x", &[]),
        ("&key-marker=a", &["d/e"]),
        ("&key-marker=a&delimiter=/", &["d/"]),
        ("&key-marker=d/&delimiter=/", &[]),
    ] {
        let mut listed = Vec::new();
        let mut at = query.to_owned();
        loop {
            let request = format!("GET /orders?versions&max-keys=1{at}");
            let (status, _, text) = send(&s3, &request, "").await;
            assert_eq!(status, StatusCode::OK, "{request}: {text}");
            let prefix = text.split_once("<CommonPrefixes>").map(|(_, rest)| rest);
            let prefix = prefix.and_then(|rest| between(rest, "Prefix"));
            listed.extend(between(&text, "Key").or(prefix).map(str::to_owned));
            if between(&text, "IsTruncated") != Some("true") {
                break;
            }
            let (base, _) = query.split_once("&key-marker").unwrap_or((query, ""));
            at = format!(
                "{base}&key-marker={}",
                between(&text, "NextKeyMarker").unwrap()
            );
            if let Some(id) = between(&text, "NextVersionIdMarker") {
                at = format!("{at}&version-id-marker={id}");
            }
            if query.contains("key-marker") && query.contains("delimiter") {
                at += "&delimiter=/";
            }
        }
        assert_eq!(listed, pages, "{query}");
    }
}

#[tokio::test]
async fn wrong_requests_about_versions_are_refused() {
    let (s3, [_, marker, ..]) = sample().await;
    let unknown = "0".repeat(32);
    for (request, body, code) in [
        (
            "GET /orders?versions&version-id-marker=null",
            "",
            "InvalidArgument",
        ),
        (
            "GET /orders?versions&key-marker=a&version-id-marker=",
            "",
            "InvalidArgument",
        ),
        (
            "GET /orders?versions&key-marker=a&version-id-marker=x",
            "",
            "InvalidArgument",
        ),
        ("GET /orders?versions&max-keys=-1", "", "InvalidArgument"),
        ("GET /orders/a?versionId=x", "", "InvalidArgument"),
        ("DELETE /orders/a?versionId=x", "", "InvalidArgument"),
        (
            &format!("GET /orders/a?versionId={unknown}"),
            "",
            "NoSuchVersion",
        ),
        (
            &format!("GET /orders/a?versionId={marker}"),
            "",
            "MethodNotAllowed",
        ),
        (
            &format!("GET /orders/a?tagging&versionId={marker}"),
            "",
            "MethodNotAllowed",
        ),
        (
            "PUT /orders?versioning",
            "<VersioningConfiguration/>",
            "IllegalVersioningConfigurationException",
        ),
        (
            "PUT /orders?versioning",
            "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>",
            "MalformedXML",
        ),
        (
            "PUT /orders?versioning",
            "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>",
            "AccessDenied",
        ),
        ("DELETE /orders", "", "BucketNotEmpty"),
    ] {
        let (status, _, text) = send(&s3, request, body).await;
        assert!(status.is_client_error(), "{request}: {status}");
        assert_eq!(between(&text, "Code"), Some(code), "{request}: {text}");
    }
}

#[tokio::test]
async fn copies_name_the_version_that_they_are_of() {
    let (s3, ids) = sample().await;
    let [first_id, marker_id, ..] = &ids;
    let source = |id: &str| format!("orders/a?versionId={id}");
    let first = source(first_id);
    let restore = [("x-amz-copy-source", first.as_str())];
    let (status, headers, text) = send_with(&s3, "PUT /orders/a", &restore, "").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let source_id = headers.get("x-amz-copy-source-version-id").unwrap();
    assert_eq!(source_id.to_str().unwrap(), first_id);
    assert!(!ids.contains(&id_of(&headers).unwrap()));
    let marker = source(marker_id);
    let of_marker = [("x-amz-copy-source", marker.as_str())];
    let (_, _, text) = send_with(&s3, "PUT /orders/b", &of_marker, "").await;
    assert_eq!(between(&text, "Code"), Some("InvalidRequest"));
}

#[tokio::test]
async fn events_name_their_version_and_what_happened() {
    let (s3, [first, ..]) = sample().await;
    let mut events = s3.subscribe();
    let form = "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\np\r\n--x\r\n\
                Content-Disposition: form-data; name=\"file\"\r\n\r\nbody\r\n--x--\r\n";
    let form_type = [("content-type", "multipart/form-data; boundary=x")];
    let (status, _, text) = send_with(&s3, "POST /orders", &form_type, form).await;
    assert!(status.is_success(), "{text}");
    let copy = [("x-amz-copy-source", "orders/a")];
    send_with(&s3, "PUT /orders/c", &copy, "").await;
    send(&s3, "DELETE /orders/c", "").await;
    send(&s3, &format!("DELETE /orders/a?versionId={first}"), "").await;
    send(&s3, &format!("DELETE /orders/a?versionId={first}"), "").await;
    let mut received = Vec::new();
    while let Ok(event) = events.try_recv() {
        let id = event.version_id.unwrap();
        received.push((event.change.name(), event.key, id == first));
    }
    let expected = [
        ("ObjectCreated:Post", "p", false),
        ("ObjectCreated:Copy", "c", false),
        ("ObjectRemoved:DeleteMarkerCreated", "c", false),
        ("ObjectRemoved:Delete", "a", true),
    ];
    assert_eq!(
        received,
        expected.map(|(name, key, is_first)| (name, key.to_owned(), is_first))
    );
}

#[tokio::test]
async fn an_upload_in_parts_and_tags_have_versions() {
    let (s3, [first, ..]) = sample().await;
    let (_, _, begun) = send(&s3, "POST /orders/a?uploads", "").await;
    let id = between(&begun, "UploadId").unwrap();
    send(
        &s3,
        &format!("PUT /orders/a?partNumber=1&uploadId={id}"),
        "part",
    )
    .await;
    let parts = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>";
    let complete = format!("POST /orders/a?uploadId={id}");
    let (_, headers, _) = send(&s3, &complete, parts).await;
    let completed = id_of(&headers).unwrap();
    let (_, headers, read) = send(&s3, "GET /orders/a", "").await;
    assert_eq!((id_of(&headers), read.as_str()), (Some(completed), "part"));
    let tags = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
    let older = format!("/orders/a?tagging&versionId={first}");
    let (_, headers, _) = send(&s3, &format!("PUT {older}"), tags).await;
    assert_eq!(id_of(&headers).as_ref(), Some(&first));
    let (_, _, text) = send(&s3, &format!("GET {older}"), "").await;
    assert!(text.contains("<Key>k</Key>"), "{text}");
    let (_, _, text) = send(&s3, "GET /orders/a?tagging", "").await;
    assert!(!text.contains("<Key>"), "{text}");
}

#[tokio::test]
async fn conditions_hold_for_the_current_object() {
    let (s3, _) = sample().await;
    let absent = [("if-none-match", "*")];
    let (status, _, _) = send_with(&s3, "PUT /orders/a", &absent, "x").await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    send(&s3, "DELETE /orders/a", "").await;
    let (status, headers, _) = send(&s3, "GET /orders/a", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(headers.get("x-amz-delete-marker").unwrap(), "true");
    let (status, _, _) = send_with(&s3, "PUT /orders/a", &absent, "x").await;
    assert_eq!(status, StatusCode::OK, "a delete marker is no object");
}
