//! Retention periods and legal holds of versions, by the store's clock.

use super::*;

pub(crate) const DAY: u64 = 24 * 60 * 60;
/// 2026-01-01.
const START: u64 = 1_767_225_600;
const LOCKED: &str = "x-amz-bucket-object-lock-enabled: true";
const BYPASS: &str = "x-amz-bypass-governance-retention: true";
const SUM: &str = "content-md5: 1B2M2Y8AsgTpgAmY7PhCfg==";
const GOVERNANCE: &str = "x-amz-object-lock-mode: GOVERNANCE";
const COMPLIANCE: &str = "x-amz-object-lock-mode: COMPLIANCE";
const FEBRUARY: &str = "x-amz-object-lock-retain-until-date: 2026-02-01T00:00:00Z";
const HOLD: &str = "x-amz-object-lock-legal-hold: ON";

pub(crate) struct World {
    pub(crate) s3: EmbeddedS3,
    now: Arc<AtomicU64>,
}

/// The reply to a request.
pub(crate) struct Answer {
    /// The error's code, or the status.
    pub(crate) outcome: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl World {
    /// The bucket `locked`, and the bucket `plain`, which has versions and no object lock.
    pub(crate) async fn new() -> Self {
        let now = Arc::new(AtomicU64::new(START));
        let time = Arc::clone(&now);
        let clock =
            Arc::new(move || UNIX_EPOCH + Duration::from_secs(time.load(Ordering::Relaxed)));
        let world = Self {
            s3: EmbeddedS3::new(Settings {
                clock,
                ..settings()
            }),
            now,
        };
        world.check("PUT /locked", &[LOCKED], "", "200").await;
        world.check("PUT /plain", &[], "", "200").await;
        let versions =
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        world
            .check("PUT /plain?versioning", &[], versions, "200")
            .await;
        world
    }

    pub(crate) fn wait(&self, days: u64) {
        self.now.fetch_add(days * DAY, Ordering::Relaxed);
    }

    pub(crate) async fn ask(&self, request: &str, headers: &[&str], body: &str) -> Answer {
        let (method, uri) = request.split_once(' ').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(uri)
            .header("content-length", body.len());
        for header in headers {
            let (name, value) = header.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let request = request.body(Full::from(body.to_owned())).unwrap();
        let response = self.s3.call(ACCOUNT, request).await;
        let headers = response.headers().clone();
        let (status, text) = read(response).await;
        let code = text.split_once("<Code>").map(|(_, rest)| rest);
        let code = code.and_then(|rest| rest.split('<').next());
        Answer {
            outcome: code.unwrap_or(status.as_str()).to_owned(),
            headers,
            text,
        }
    }

    pub(crate) async fn check(
        &self,
        request: &str,
        headers: &[&str],
        body: &str,
        outcome: &str,
    ) -> Answer {
        let answer = self.ask(request, headers, body).await;
        let text = &answer.text;
        assert_eq!(answer.outcome, outcome, "{request} {headers:?}: {text}");
        answer
    }

    /// Uploads an object in one part.
    async fn upload(&self, key: &str) {
        let begun = self
            .check(&format!("POST /locked/{key}?uploads"), &[], "", "200")
            .await;
        let (_, id) = begun.text.split_once("<UploadId>").unwrap();
        let (id, _) = id.split_once('<').unwrap();
        let part = format!("PUT /locked/{key}?partNumber=1&uploadId={id}");
        self.check(&part, &[], "part", "200").await;
        let parts = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>";
        let complete = format!("POST /locked/{key}?uploadId={id}");
        self.check(&complete, &[], parts, "200").await;
    }

    /// Puts an object, and returns the path of its version.
    async fn put(&self, key: &str, lock: &[&str]) -> String {
        let headers = [&[SUM], lock].concat();
        let answer = self
            .check(&format!("PUT /locked/{key}"), &headers, "", "200")
            .await;
        let id = answer.header("x-amz-version-id").unwrap();
        format!("/locked/{key}?versionId={id}")
    }
}

fn retention(mode: &str, day: &str) -> String {
    format!(
        "<Retention><Mode>{mode}</Mode><RetainUntilDate>{day}T00:00:00Z</RetainUntilDate></Retention>"
    )
}

#[tokio::test]
async fn uploads_are_locked_as_their_headers_ask() {
    let past = "x-amz-object-lock-retain-until-date: 2025-02-01T00:00:00Z";
    for (path, headers, outcome) in [
        ("/locked/k", &[GOVERNANCE, FEBRUARY, SUM][..], "200"),
        (
            "/locked/k",
            &[HOLD, "x-amz-checksum-crc32: AAAAAA=="],
            "200",
        ),
        ("/locked/k", &[GOVERNANCE, FEBRUARY], "InvalidRequest"),
        ("/locked/k", &[HOLD], "InvalidRequest"),
        ("/plain/k", &[GOVERNANCE, FEBRUARY, SUM], "InvalidRequest"),
        ("/plain/k", &[HOLD, SUM], "InvalidRequest"),
        ("/locked/k", &[GOVERNANCE, SUM], "InvalidArgument"),
        ("/locked/k", &[FEBRUARY, SUM], "InvalidArgument"),
        ("/locked/k", &[GOVERNANCE, past, SUM], "InvalidArgument"),
        (
            "/locked/k",
            &["x-amz-object-lock-mode: governance", FEBRUARY, SUM],
            "InvalidArgument",
        ),
        (
            "/locked/k",
            &["x-amz-object-lock-legal-hold: on", SUM],
            "InvalidArgument",
        ),
        ("/locked/k?uploads", &[GOVERNANCE, FEBRUARY], "200"),
        ("/locked/k?uploads", &[GOVERNANCE], "InvalidArgument"),
        ("/plain/k?uploads", &[HOLD], "InvalidRequest"),
        (
            "/locked/c",
            &["x-amz-copy-source: locked/from", GOVERNANCE, FEBRUARY],
            "200",
        ),
        (
            "/plain/c",
            &["x-amz-copy-source: locked/from", HOLD],
            "InvalidRequest",
        ),
    ] {
        let world = World::new().await;
        world.put("from", &[]).await;
        let method = if path.contains("uploads") {
            "POST"
        } else {
            "PUT"
        };
        world
            .check(&format!("{method} {path}"), headers, "", outcome)
            .await;
    }
}

#[tokio::test]
async fn a_lock_is_told_by_reads() {
    let world = World::new().await;
    let version = world.put("k", &[GOVERNANCE, FEBRUARY, HOLD]).await;
    for request in ["GET /locked/k".to_owned(), format!("HEAD {version}")] {
        let answer = world.check(&request, &[], "", "200").await;
        assert_eq!(answer.header("x-amz-object-lock-mode"), Some("GOVERNANCE"));
        assert_eq!(answer.header("x-amz-object-lock-legal-hold"), Some("ON"));
        let until = answer.header("x-amz-object-lock-retain-until-date");
        assert!(
            until.unwrap().starts_with("2026-02-01T00:00:00"),
            "{until:?}"
        );
    }
    for (request, expected) in [
        (
            "GET /locked/k?retention",
            "<Mode>GOVERNANCE</Mode><RetainUntilDate>2026-02-01T00:00:00",
        ),
        ("GET /locked/k?legal-hold", "<Status>ON</Status>"),
    ] {
        let answer = world.check(request, &[], "", "200").await;
        assert!(answer.text.contains(expected), "{}", answer.text);
    }
    // A copy has no lock of its own.
    let copied = ["x-amz-copy-source: locked/k"];
    world.check("PUT /locked/copy", &copied, "", "200").await;
    for (request, outcome) in [
        (
            "GET /locked/copy?retention",
            "NoSuchObjectLockConfiguration",
        ),
        (
            "GET /locked/copy?legal-hold",
            "NoSuchObjectLockConfiguration",
        ),
        ("GET /locked/none?retention", "NoSuchKey"),
        ("GET /plain/k?retention", "InvalidRequest"),
        ("GET /plain/k?legal-hold", "InvalidRequest"),
        ("GET /none/k?retention", "NoSuchBucket"),
    ] {
        world.check(request, &[], "", outcome).await;
    }
}

#[tokio::test]
async fn a_locked_version_is_not_deleted() {
    for (lock, bypass, days, outcome) in [
        (&[][..], false, 0, "204"),
        (&[GOVERNANCE, FEBRUARY], false, 0, "AccessDenied"),
        (&[GOVERNANCE, FEBRUARY], true, 0, "204"),
        (&[GOVERNANCE, FEBRUARY], false, 32, "204"),
        (&[COMPLIANCE, FEBRUARY], true, 0, "AccessDenied"),
        (&[COMPLIANCE, FEBRUARY], true, 30, "AccessDenied"),
        (&[COMPLIANCE, FEBRUARY], false, 31, "204"),
        (&[HOLD], true, 3650, "AccessDenied"),
    ] {
        let world = World::new().await;
        let version = world.put("k", lock).await;
        let (_, id) = version.split_once('=').unwrap();
        // A delete without a version hides the object, whatever its lock.
        world.check("DELETE /locked/k", &[], "", "204").await;
        world.wait(days);
        let headers = if bypass { &[BYPASS][..] } else { &[] };
        let many =
            format!("<Delete><Object><Key>k</Key><VersionId>{id}</VersionId></Object></Delete>");
        if outcome == "AccessDenied" {
            let answer = world.ask("POST /locked?delete", headers, &many).await;
            assert!(
                answer.text.contains("<Code>AccessDenied<"),
                "{}",
                answer.text
            );
        }
        world
            .check(&format!("DELETE {version}"), headers, "", outcome)
            .await;
        let kept = if outcome == "204" {
            "NoSuchVersion"
        } else {
            "200"
        };
        world.check(&format!("HEAD {version}"), &[], "", kept).await;
    }
}

#[tokio::test]
async fn a_retention_is_changed_only_as_its_mode_allows() {
    let none = "<Retention></Retention>".to_owned();
    let (march, january) = ("2026-03-01", "2026-01-15");
    for (before, after, bypass, outcome) in [
        (GOVERNANCE, retention("GOVERNANCE", march), false, "200"),
        (
            GOVERNANCE,
            retention("GOVERNANCE", january),
            false,
            "AccessDenied",
        ),
        (GOVERNANCE, retention("GOVERNANCE", january), true, "200"),
        (
            GOVERNANCE,
            retention("COMPLIANCE", march),
            false,
            "AccessDenied",
        ),
        (GOVERNANCE, retention("COMPLIANCE", march), true, "200"),
        (GOVERNANCE, none.clone(), false, "AccessDenied"),
        (GOVERNANCE, none.clone(), true, "200"),
        (COMPLIANCE, retention("COMPLIANCE", march), false, "200"),
        (
            COMPLIANCE,
            retention("COMPLIANCE", january),
            true,
            "AccessDenied",
        ),
        (
            COMPLIANCE,
            retention("GOVERNANCE", march),
            true,
            "AccessDenied",
        ),
        (COMPLIANCE, none, true, "AccessDenied"),
        (
            GOVERNANCE,
            retention("governance", march),
            true,
            "MalformedXML",
        ),
        (
            GOVERNANCE,
            retention("GOVERNANCE", "2025-12-31"),
            true,
            "InvalidArgument",
        ),
        (
            GOVERNANCE,
            "<Retention><Mode>GOVERNANCE</Mode></Retention>".to_owned(),
            true,
            "MalformedXML",
        ),
    ] {
        let world = World::new().await;
        let version = world.put("k", &[before, FEBRUARY]).await;
        let headers = if bypass { &[BYPASS][..] } else { &[] };
        let request = format!("PUT {version}&retention");
        world.check(&request, headers, &after, outcome).await;
    }
}

#[tokio::test]
async fn a_legal_hold_is_set_and_taken_off() {
    let world = World::new().await;
    let version = world.put("k", &[]).await;
    let hold = |status: &str| format!("<LegalHold><Status>{status}</Status></LegalHold>");
    for (body, outcome, delete) in [
        (hold("ON"), "200", "AccessDenied"),
        (hold("abc"), "MalformedXML", "AccessDenied"),
        (
            "<LegalHold></LegalHold>".to_owned(),
            "MalformedXML",
            "AccessDenied",
        ),
        (hold("OFF"), "200", "204"),
    ] {
        let request = format!("PUT {version}&legal-hold");
        world.check(&request, &[], &body, outcome).await;
        let request = format!("DELETE {version}");
        world.check(&request, &[BYPASS], "", delete).await;
    }
    world.check("PUT /plain/k", &[], "", "200").await;
    let request = "PUT /plain/k?legal-hold";
    world
        .check(request, &[], &hold("ON"), "InvalidRequest")
        .await;
    world
        .check("DELETE /plain/k", &[BYPASS], "", "InvalidArgument")
        .await;
}

#[tokio::test]
async fn the_default_of_a_bucket_locks_what_is_put_into_it() {
    for (period, mode, until) in [
        ("<Days>2</Days>", "COMPLIANCE", "2026-01-03T00:00:00"),
        ("<Years>1</Years>", "GOVERNANCE", "2027-01-01T00:00:00"),
    ] {
        let world = World::new().await;
        let rule = format!(
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>\
             <Mode>{mode}</Mode>{period}</DefaultRetention></Rule></ObjectLockConfiguration>"
        );
        world
            .check("PUT /locked?object-lock", &[], &rule, "200")
            .await;
        world.put("put", &[]).await;
        let copied = ["x-amz-copy-source: locked/put"];
        world.check("PUT /locked/copy", &copied, "", "200").await;
        let store = world.s3.store();
        let bytes = Bytes::from_static(b"x");
        store
            .put(ACCOUNT, "locked", "own", bytes, "text/plain")
            .await
            .unwrap();
        world.upload("parts").await;
        for key in ["put", "copy", "own", "parts"] {
            let answer = world
                .check(&format!("HEAD /locked/{key}"), &[], "", "200")
                .await;
            assert_eq!(answer.header("x-amz-object-lock-mode"), Some(mode), "{key}");
            let date = answer
                .header("x-amz-object-lock-retain-until-date")
                .unwrap();
            assert!(date.starts_with(until), "{key}: {date}");
        }
        let version = world.put("asked", &[GOVERNANCE, FEBRUARY]).await;
        let answer = world
            .check(&format!("HEAD {version}"), &[], "", "200")
            .await;
        assert_eq!(answer.header("x-amz-object-lock-mode"), Some("GOVERNANCE"));
    }
}

#[tokio::test]
async fn rules_leave_locked_versions_alone() {
    let world = World::new().await;
    let rule = "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter></Filter>\
        <NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>\
        </Rule></LifecycleConfiguration>";
    world.check("PUT /locked?lifecycle", &[], rule, "200").await;
    let locked = world.put("k", &[COMPLIANCE, FEBRUARY]).await;
    let free = world.put("k", &[]).await;
    world.put("k", &[]).await;
    for (days, kept) in [(10, "200"), (40, "NoSuchVersion")] {
        world.wait(days);
        world.s3.expire(|| std::future::ready(())).await.unwrap();
        world
            .check(&format!("HEAD {free}"), &[], "", "NoSuchVersion")
            .await;
        world.check(&format!("HEAD {locked}"), &[], "", kept).await;
    }
}

#[tokio::test]
async fn uploads_in_parts_are_exported_and_imported() {
    let world = World::new().await;
    world.upload("parts").await;
    let sha = ["x-amz-checksum-algorithm: SHA256"];
    let copied = [sha[0], "x-amz-copy-source: locked/parts"];
    world.check("PUT /locked/sha", &copied, "", "200").await;
    let text = serde_json::to_string(&world.s3.describe(None).unwrap()).unwrap();
    let other = World::new().await;
    let prepared = other.s3.prepare(serde_json::from_str(&text).unwrap()).await;
    other.s3.replace(prepared.unwrap()).await.unwrap();
    for key in ["parts", "sha"] {
        let mode = ["x-amz-checksum-mode: ENABLED"];
        let request = format!("HEAD /locked/{key}");
        let (before, after) = (
            world.check(&request, &mode, "", "200").await,
            other.check(&request, &mode, "", "200").await,
        );
        for name in [
            "etag",
            "x-amz-checksum-type",
            "x-amz-checksum-sha256",
            "x-amz-checksum-crc64nvme",
        ] {
            assert_eq!(before.header(name), after.header(name), "{key} {name}");
        }
        assert_eq!(
            before.header("etag").unwrap().contains("-1"),
            key == "parts"
        );
    }
    // Parts that do not match the bytes are refused.
    for (before, after) in [
        ("\"size\":4", "\"size\":5"),
        ("\"size\":4", "\"size\":3"),
        ("SHA256", "SHA7"),
    ] {
        assert!(text.contains(before), "{text}");
        let wrong = serde_json::from_str(&text.replace(before, after)).unwrap();
        other.s3.prepare(wrong).await.unwrap_err();
    }
}

#[tokio::test]
async fn locks_are_exported_and_imported() {
    let world = World::new().await;
    let version = world.put("k", &[COMPLIANCE, FEBRUARY, HOLD]).await;
    let described = world.s3.describe(None).unwrap();
    let text = serde_json::to_string(&described).unwrap();
    let other = World::new().await;
    let prepared = other.s3.prepare(serde_json::from_str(&text).unwrap()).await;
    other.s3.replace(prepared.unwrap()).await.unwrap();
    assert_eq!(other.s3.describe(None).unwrap(), described);
    other
        .check(&format!("DELETE {version}"), &[BYPASS], "", "AccessDenied")
        .await;
}
