//! Lifecycle rules, carried out by the clock that the store was given.

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

    /// How much expired at that time: removed, hidden and aborted.
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
    // Of the two that are not current, the newer one stays.
    assert_eq!(world.expired(20_002 * DAY).await, (1, 0, 0));
    let mut events = world.s3.subscribe();
    assert_eq!(world.expired(20_003 * DAY).await, (0, 1, 0));
    let marker = events.recv().await.unwrap();
    assert_eq!(
        marker.change.name(),
        "LifecycleExpiration:DeleteMarkerCreated"
    );
    assert_eq!(world.keys().await, ["a", "a", "a"]);
    // The last object became not current with the marker.
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
