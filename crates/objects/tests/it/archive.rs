//! Archived objects and their restores, by the store's clock.

use super::object_lock::{DAY, World};
use super::*;

const ARCHIVED: &str = "x-amz-storage-class: GLACIER";
const DEEP: &str = "x-amz-storage-class: DEEP_ARCHIVE";

fn restore(days: &str, more: &str) -> String {
    format!("<RestoreRequest>{days}{more}</RestoreRequest>")
}

#[tokio::test]
async fn what_is_archived_is_read_after_a_restore_only() {
    let world = World::new().await;
    for (key, class, words) in [("g", ARCHIVED, "GLACIER"), ("d", DEEP, "DEEP_ARCHIVE")] {
        world
            .check(&format!("PUT /plain/{key}"), &[class], "bytes", "200")
            .await;
        let source = format!("x-amz-copy-source: plain/{key}");
        for (request, headers) in [
            (format!("GET /plain/{key}"), &[][..]),
            (format!("GET /plain/{key}"), &["range: bytes=0-1"]),
            ("PUT /plain/copy".to_owned(), &[&*source]),
        ] {
            let answer = world
                .check(&request, headers, "", "InvalidObjectState")
                .await;
            let class = format!("<StorageClass>{words}</StorageClass>");
            assert!(answer.text.contains(&class), "{request}: {}", answer.text);
            assert_eq!(answer.header("x-error-storage-class"), None);
        }
        let head = world
            .check(&format!("HEAD /plain/{key}"), &[], "", "200")
            .await;
        assert_eq!(head.header("x-amz-storage-class"), Some(words));
        assert_eq!(head.header("x-amz-restore"), None);

        let days = restore("<Days>2</Days>", "");
        let post = format!("POST /plain/{key}?restore");
        world.check(&post, &[], &days, "202").await;
        let restored = r#"ongoing-request="false", expiry-date="Sun, 04 Jan 2026 00:00:00 GMT""#;
        let read = world
            .check(&format!("GET /plain/{key}"), &[], "", "200")
            .await;
        assert_eq!(
            (&*read.text, read.header("x-amz-restore")),
            ("bytes", Some(restored))
        );
        world.check("PUT /plain/copy", &[&source], "", "200").await;
        // The copy has the standard class, and was not restored.
        let copy = world.check("HEAD /plain/copy", &[], "", "200").await;
        assert_eq!(copy.header("x-amz-restore"), None);
        // Another period replaces the first.
        let days = restore("<Days>1</Days>", "");
        world.check(&post, &[], &days, "200").await;
    }
    world.wait(2);
    world
        .check("GET /plain/g", &[], "", "InvalidObjectState")
        .await;
    let head = world.check("HEAD /plain/g", &[], "", "200").await;
    assert_eq!(head.header("x-amz-restore"), None);
}

#[tokio::test]
async fn lists_tell_of_restores_where_they_are_asked() {
    let world = World::new().await;
    world.check("PUT /plain/g", &[ARCHIVED], "", "200").await;
    world.check("PUT /plain/s", &[], "", "200").await;
    let days = restore("<Days>1</Days>", "");
    world
        .check("POST /plain/g?restore", &[], &days, "202")
        .await;
    let status = "<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>\
                  <RestoreExpiryDate>2026-01-03T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>";
    let asked = "x-amz-optional-object-attributes: RestoreStatus";
    for list in ["/plain", "/plain?list-type=2", "/plain?versions"] {
        let request = format!("GET {list}");
        let answer = world.check(&request, &[asked], "", "200").await;
        assert_eq!(answer.text.matches(status).count(), 1, "{}", answer.text);
        let answer = world.check(&request, &[], "", "200").await;
        assert!(!answer.text.contains("RestoreStatus"), "{}", answer.text);
    }
}

#[tokio::test]
async fn restores_that_s3_refuses() {
    let world = World::new().await;
    world.check("PUT /plain/s", &[], "", "200").await;
    world.check("PUT /plain/g", &[ARCHIVED], "", "200").await;
    world.check("PUT /plain/d", &[DEEP], "", "200").await;
    let tier = |tier: &str| {
        let job = format!("<GlacierJobParameters><Tier>{tier}</Tier></GlacierJobParameters>");
        restore("<Days>1</Days>", &job)
    };
    let day = "<Days>1</Days>";
    for (key, body, outcome) in [
        ("s", restore(day, ""), "InvalidObjectState"),
        ("none", restore(day, ""), "NoSuchKey"),
        ("g", String::new(), "MalformedXML"),
        ("g", restore("", ""), "MalformedXML"),
        ("g", restore("<Days>0</Days>", ""), "InvalidArgument"),
        ("g", restore("<Days>-1</Days>", ""), "InvalidArgument"),
        ("g", tier("Quick"), "MalformedXML"),
        ("d", tier("Expedited"), "InvalidArgument"),
        ("g", restore("", "<Type>SELECT</Type>"), "NotImplemented"),
        ("g", tier("Expedited"), "202"),
        ("d", tier("Bulk"), "202"),
    ] {
        let request = format!("POST /plain/{key}?restore");
        world.check(&request, &[], &body, outcome).await;
    }
    let version = "POST /plain/g?restore&versionId=null";
    world
        .check(version, &[], &restore(day, ""), "NoSuchVersion")
        .await;
}

#[tokio::test]
async fn restores_send_events() {
    let world = World::new().await;
    world.check("PUT /plain/g", &[ARCHIVED], "abc", "200").await;
    let mut events = world.s3.subscribe();
    let days = restore("<Days>1</Days>", "");
    world
        .check("POST /plain/g?restore", &[], &days, "202")
        .await;
    world
        .check("POST /plain/g?restore", &[], &days, "200")
        .await;
    for change in [ObjectChange::RestoreBegun, ObjectChange::RestoreDone] {
        let event = events.try_recv().unwrap();
        let restored = event.restored.unwrap();
        assert_eq!((event.change, event.size), (change, 3));
        assert_eq!(restored.storage_class, "GLACIER");
        let since = restored.until.duration_since(UNIX_EPOCH).unwrap();
        assert_eq!(since.as_secs() % DAY, 0);
    }
    assert!(events.try_recv().is_err());
}
