//! Lifecycle rules by the store's clock.

use std::future::ready;
use std::sync::atomic::AtomicU64;

use super::*;

const DAY: u64 = 24 * 60 * 60;
/// A morning.
const START: u64 = 20_000 * DAY + 9 * 60 * 60;
const VERSIONED: &str =
    "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";

struct World {
    s3: EmbeddedS3,
    now: Arc<AtomicU64>,
}

impl World {
    /// A bucket with these rules.
    async fn new(rules: &str) -> Self {
        let now = Arc::new(AtomicU64::new(START));
        let time = Arc::clone(&now);
        let clock =
            Arc::new(move || UNIX_EPOCH + Duration::from_secs(time.load(Ordering::Relaxed)));
        let (s3, _) = with_bucket(Settings {
            clock,
            ..settings()
        });
        let world = Self { s3, now };
        let document = format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
        world.ask("PUT /orders?lifecycle", document).await;
        world
    }

    async fn ask(&self, request: &str, body: String) -> String {
        let (method, uri) = request.split_once(' ').unwrap();
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .header("content-length", body.len());
        let is_object = method == "PUT" && !uri.contains('?');
        let request = if is_object {
            request.header("x-amz-tagging", "kind=test")
        } else {
            request
        };
        let (status, text) = read(
            self.s3
                .call(ACCOUNT, request.body(Full::from(body)).unwrap())
                .await,
        )
        .await;
        assert!(status.is_success(), "{method} {uri}: {text}");
        text
    }

    async fn put(&self, key: &str, body: &str) {
        self.ask(&format!("PUT /orders/{key}"), body.to_owned())
            .await;
    }

    fn set(&self, seconds: u64) {
        self.now.store(seconds, Ordering::Relaxed);
    }

    /// The numbers that expired at a time: removed, hidden and aborted.
    async fn expired(&self, seconds: u64) -> (usize, usize, usize) {
        self.set(seconds);
        let expired = self.s3.expire(|| ready(())).await.unwrap();
        let mut expired = expired.into_iter().map(|(_, bucket, expired)| {
            assert_eq!(bucket, "orders");
            (expired.removed, expired.hidden, expired.aborted)
        });
        expired.next().unwrap_or_default()
    }

    async fn keys(&self) -> Vec<String> {
        let text = self.ask("GET /orders?versions", String::new()).await;
        let keys = text.split("<Key>").skip(1);
        keys.map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect()
    }
}

fn rule(about: &str, action: &str) -> String {
    format!("<Rule><Status>Enabled</Status>{about}{action}</Rule>")
}

const TWO_DAYS: &str = "<Expiration><Days>2</Days></Expiration>";

#[tokio::test]
async fn objects_expire_at_the_midnight_after_their_days() {
    let world = World::new(&rule("<Filter/>", TWO_DAYS)).await;
    let mut events = world.s3.subscribe();
    world.put("a", "1").await;
    for (seconds, expected) in [
        (START + 2 * DAY, (0, 0, 0)),
        (20_003 * DAY - 1, (0, 0, 0)),
        (20_003 * DAY, (1, 0, 0)),
        (20_004 * DAY, (0, 0, 0)),
    ] {
        assert_eq!(world.expired(seconds).await, expected, "{seconds}");
    }
    assert!(world.keys().await.is_empty());
    assert_eq!(events.recv().await.unwrap().change, ObjectChange::Put);
    let last = events.recv().await.unwrap();
    assert_eq!(last.change.name(), "LifecycleExpiration:Delete");
    assert_eq!((last.key.as_str(), last.size), ("a", 1));
}

#[tokio::test]
async fn rules_are_about_prefixes_tags_and_sizes() {
    let date = "<Expiration><Date>2024-10-06T00:00:00Z</Date></Expiration>";
    let and = "<Filter><And><Prefix>in/</Prefix><Tag><Key>kind</Key><Value>test</Value></Tag></And></Filter>";
    let other = "<Filter><Tag><Key>kind</Key><Value>other</Value></Tag></Filter>";
    let long = "<Filter><ObjectSizeGreaterThan>2</ObjectSizeGreaterThan></Filter>";
    let short = "<Filter><ObjectSizeLessThan>2</ObjectSizeLessThan></Filter>";
    for (about, action, kept) in [
        ("<Filter/>", TWO_DAYS, &[][..]),
        ("<Prefix>in/</Prefix>", TWO_DAYS, &["out/c"]),
        ("<Filter><Prefix>in/</Prefix></Filter>", date, &["out/c"]),
        (and, TWO_DAYS, &["out/c"]),
        (other, TWO_DAYS, &["in/a", "in/b", "out/c"]),
        (long, TWO_DAYS, &["in/a", "out/c"]),
        (short, TWO_DAYS, &["in/b"]),
    ] {
        let world = World::new(&rule(about, action)).await;
        for (key, body) in [("in/a", "1"), ("in/b", "333"), ("out/c", "1")] {
            world.put(key, body).await;
        }
        world.expired(20_003 * DAY).await;
        assert_eq!(world.keys().await, kept, "{about}");
    }
    let disabled = rule("<Filter/>", TWO_DAYS).replace("Enabled", "Disabled");
    let world = World::new(&disabled).await;
    world.put("a", "1").await;
    assert_eq!(world.expired(20_009 * DAY).await, (0, 0, 0));
}

#[tokio::test]
async fn versions_expire_once_they_are_not_current() {
    let noncurrent = "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>\
        <NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration>";
    let world = World::new(&rule("<Filter/>", &format!("{TWO_DAYS}{noncurrent}"))).await;
    world
        .ask("PUT /orders?versioning", VERSIONED.to_owned())
        .await;
    for body in ["1", "22", "333"] {
        world.put("a", body).await;
    }
    // Of the two noncurrent versions, the newer one remains.
    assert_eq!(world.expired(20_002 * DAY).await, (1, 0, 0));
    let mut events = world.s3.subscribe();
    assert_eq!(world.expired(20_003 * DAY).await, (0, 1, 0));
    let marker = events.recv().await.unwrap();
    assert_eq!(
        marker.change.name(),
        "LifecycleExpiration:DeleteMarkerCreated"
    );
    assert_eq!(world.keys().await, ["a", "a", "a"]);
    // The last object became noncurrent with the marker.
    assert_eq!(world.expired(20_005 * DAY).await, (1, 0, 0));
    assert_eq!(world.keys().await, ["a", "a"]);
}

#[tokio::test]
async fn markers_that_hide_nothing_and_stale_uploads_go() {
    let actions = "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>\
        <AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>";
    let world = World::new(&rule("<Filter/>", actions)).await;
    world
        .ask("PUT /orders?versioning", VERSIONED.to_owned())
        .await;
    world.put("a", "1").await;
    world.ask("DELETE /orders/a", String::new()).await;
    world.ask("DELETE /orders/b", String::new()).await;
    world.ask("POST /orders/c?uploads", String::new()).await;
    assert_eq!(world.expired(START).await, (1, 0, 0));
    assert_eq!(world.keys().await, ["a", "a"]);
    assert_eq!(world.expired(20_001 * DAY).await, (0, 0, 0));
    assert_eq!(world.expired(20_002 * DAY).await, (0, 0, 1));
    let text = world.ask("GET /orders?uploads", String::new()).await;
    assert!(!text.contains("<Upload>"), "{text}");
}

#[tokio::test]
async fn many_keys_expire_in_steps() {
    let world = World::new(&rule("<Filter/>", TWO_DAYS)).await;
    for number in 0..600 {
        world.put(&format!("k{number}"), "1").await;
    }
    assert_eq!(world.expired(20_003 * DAY).await, (600, 0, 0));
    assert!(world.keys().await.is_empty());
}

/// The storage class and the expiry of an object in its headers.
async fn class_and_expiration(world: &World, uri: &str) -> (Option<String>, Option<String>) {
    let request = Request::builder().method("HEAD").uri(uri);
    let request = request.body(Full::from("")).unwrap();
    let response = world.s3.call(ACCOUNT, request).await;
    let header = |name: &str| {
        let header = response.headers().get(name)?;
        Some(header.to_str().unwrap().to_owned())
    };
    (header("x-amz-storage-class"), header("x-amz-expiration"))
}

#[tokio::test]
async fn objects_get_the_storage_classes_of_their_rules() {
    let to = |days: u32, class: &str| {
        format!("<Transition><Days>{days}</Days><StorageClass>{class}</StorageClass></Transition>")
    };
    let any_size = "<Filter><ObjectSizeGreaterThan>0</ObjectSizeGreaterThan></Filter>";
    let ladder = format!("{}{}", to(1, "STANDARD_IA"), to(3, "GLACIER"));
    let long = "x".repeat(128 << 10);
    for (about, actions, body, day, expected) in [
        (any_size, &ladder, "1", 20_001, None),
        (any_size, &ladder, "1", 20_002, Some("STANDARD_IA")),
        (any_size, &ladder, "1", 20_004, Some("GLACIER")),
        ("<Filter/>", &ladder, "1", 20_004, None),
        ("<Filter/>", &ladder, long.as_str(), 20_004, Some("GLACIER")),
        (
            "<Filter><Prefix>z</Prefix></Filter>",
            &ladder,
            long.as_str(),
            20_004,
            None,
        ),
        (
            any_size,
            &format!("{}{TWO_DAYS}", to(0, "GLACIER_IR")),
            "1",
            20_001,
            Some("GLACIER_IR"),
        ),
    ] {
        let world = World::new(&rule(about, actions)).await;
        world.put("a", body).await;
        let mut events = world.s3.subscribe();
        world.expired(day * DAY).await;
        let (class, _) = class_and_expiration(&world, "/orders/a").await;
        assert_eq!(class.as_deref(), expected, "{about} {actions} {day}");
        let event = events.try_recv().ok().map(|event| event.change.name());
        assert_eq!(event, expected.map(|_| "LifecycleTransition"));
        // Once is enough, and nothing moves back.
        world.expired(day * DAY).await;
        assert!(events.try_recv().is_err());
    }
}

#[tokio::test]
async fn older_versions_get_the_storage_classes_of_their_rules() {
    let to = "<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>1\
        </NewerNoncurrentVersions><StorageClass>DEEP_ARCHIVE</StorageClass></NoncurrentVersionTransition>";
    let any_size = "<Filter><ObjectSizeGreaterThan>0</ObjectSizeGreaterThan></Filter>";
    let world = World::new(&rule(any_size, to)).await;
    world
        .ask("PUT /orders?versioning", VERSIONED.to_owned())
        .await;
    for body in ["1", "2", "3"] {
        world.put("a", body).await;
    }
    world.expired(20_002 * DAY).await;
    let text = world.ask("GET /orders?versions", String::new()).await;
    let classes = text.split("<StorageClass>").skip(1);
    let classes: Vec<&str> = classes
        .map(|rest| rest.split('<').next().unwrap())
        .collect();
    assert_eq!(classes, ["STANDARD", "STANDARD", "DEEP_ARCHIVE"]);
}

#[tokio::test]
async fn small_objects_are_archived_where_the_bucket_says_so() {
    let world = World::new(&rule("<Filter/>", TWO_DAYS)).await;
    let archived = "<Transition><Days>0</Days><StorageClass>GLACIER</StorageClass></Transition>";
    let rules = format!(
        "<LifecycleConfiguration>{}</LifecycleConfiguration>",
        rule("<Filter/>", archived)
    );
    let request = Request::builder()
        .method("PUT")
        .uri("/orders?lifecycle")
        .header("content-length", rules.len())
        .header(
            "x-amz-transition-default-minimum-object-size",
            "varies_by_storage_class",
        );
    let request = request.body(Full::from(rules)).unwrap();
    assert_eq!(
        world.s3.call(ACCOUNT, request).await.status(),
        StatusCode::OK
    );
    world.put("a", "1").await;
    world.expired(20_001 * DAY).await;
    assert_eq!(
        class_and_expiration(&world, "/orders/a").await.0.as_deref(),
        Some("GLACIER")
    );
}

#[tokio::test]
async fn reads_tell_when_an_object_expires() {
    let date = "<Expiration><Date>2024-10-05T00:00:00Z</Date></Expiration>";
    let rules = [
        rule("<ID>two days</ID><Prefix>in/</Prefix>", TWO_DAYS),
        rule("<ID>day</ID><Prefix>in/early</Prefix>", date),
    ];
    let world = World::new(&rules.concat()).await;
    for (key, expected) in [
        ("out/a", None),
        (
            "in/a",
            Some("expiry-date=\"Mon, 07 Oct 2024 00:00:00 GMT\", rule-id=\"two days\""),
        ),
        (
            "in/early",
            Some("expiry-date=\"Sat, 05 Oct 2024 00:00:00 GMT\", rule-id=\"day\""),
        ),
    ] {
        world.put(key, "1").await;
        let (_, expiration) = class_and_expiration(&world, &format!("/orders/{key}")).await;
        assert_eq!(expiration.as_deref(), expected, "{key}");
    }
}
