//! An external S3: the embedded one behind a socket, which checks signatures and can be made to
//! fail.

use std::sync::atomic::AtomicUsize;

use b2bi_local_objects::{ExternalS3, ExternalSettings, Keys, ObjectWriter};
use http::Method;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;

const SECRET: &str = "wJalrXUtnFEMI";
/// Longer than two parts of an upload.
const LONG: usize = 20 << 20;

/// An S3 on its own port, for the duration of the test.
struct Served {
    s3: EmbeddedS3,
    endpoint: String,
    task: JoinHandle<()>,
    /// The number of requests.
    requests: Arc<AtomicUsize>,
}

/// The outcome of a request.
#[derive(Clone, Copy)]
enum Fate {
    Answered,
    /// A reply that reports an overload.
    Busy,
    /// The connection ends without a reply after the request was executed.
    Lost,
}

impl Served {
    /// An S3 that handles its requests, counted from 0, as the function says.
    async fn new(fate: impl Fn(usize, &Request<Incoming>) -> Fate + Send + Sync + 'static) -> Self {
        let s3 = EmbeddedS3::new(Settings {
            credentials: Credentials::Known(vec![Credential::new(ACCOUNT, SECRET)]),
            ..settings()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let task = tokio::spawn(serve(
            listener,
            s3.clone(),
            Arc::new(fate),
            Arc::clone(&requests),
        ));
        Self {
            s3,
            endpoint,
            task,
            requests,
        }
    }

    async fn sound() -> Self {
        let served = Self::new(|_, _| Fate::Answered).await;
        served.s3.create_bucket(ACCOUNT, "orders");
        served
    }

    fn client(&self) -> ExternalS3 {
        ExternalS3::new(reached(&self.endpoint)).unwrap()
    }

    fn asked(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    s3: EmbeddedS3,
    fate: Arc<impl Fn(usize, &Request<Incoming>) -> Fate + Send + Sync + 'static>,
    requests: Arc<AtomicUsize>,
) {
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let (s3, fate, requests) = (s3.clone(), Arc::clone(&fate), Arc::clone(&requests));
        let answer = service_fn(move |request: Request<Incoming>| {
            let fate = fate(requests.fetch_add(1, Ordering::Relaxed), &request);
            let s3 = s3.clone();
            async move {
                match fate {
                    Fate::Answered => Ok(s3.call(ACCOUNT, request).await),
                    Fate::Busy => {
                        let reply = Response::builder().status(StatusCode::SERVICE_UNAVAILABLE);
                        Ok(reply.body(Body::empty()).unwrap())
                    }
                    Fate::Lost => {
                        s3.call(ACCOUNT, request).await;
                        Err(std::io::Error::other("lost"))
                    }
                }
            }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), answer));
    }
}

fn reached(endpoint: &str) -> ExternalSettings {
    let clock = settings().clock;
    ExternalSettings {
        keys: Keys::Fixed(Credential::new(ACCOUNT, SECRET)),
        pauses: vec![Duration::ZERO; 2],
        ..ExternalSettings::new(endpoint.parse().unwrap(), "eu-west-1".to_owned(), clock)
    }
}

fn long() -> Bytes {
    let pattern: Vec<u8> = (0..=250).collect();
    pattern.repeat(LONG / pattern.len()).into()
}

async fn all_keys(store: &dyn ObjectStore, prefix: &str, limit: usize) -> (Vec<String>, usize) {
    let (mut keys, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = store.list(ACCOUNT, "orders", prefix, after.as_deref(), limit);
        let page = page.await.unwrap();
        keys.extend(page.objects.into_iter().map(|object| object.key));
        pages += 1;
        after = page.next;
        if after.is_none() {
            return (keys, pages);
        }
    }
}

#[tokio::test]
async fn objects_come_back_as_they_were_put_whatever_their_key() {
    let served = Served::sound().await;
    let store = served.client();
    let mut keys = [
        "in/tp-1/",
        "in/tp-1/order.edi.2026-03-01T09:30:00.123Z.json",
        "in//a b+c%2F~#?&=;@!*'()[]{}^|\\\"<>`$,é€𝄞",
        "in/../x",
    ];
    for key in keys {
        let put = store
            .put(ACCOUNT, "orders", key, Bytes::from(key), "text/x")
            .await
            .unwrap();
        let head = store.head(ACCOUNT, "orders", key).await.unwrap();
        assert_eq!((put.size, &put.etag), (head.size, &head.etag), "{key}");
        assert_eq!(head.content_type.as_deref(), Some("text/x"));
        let read = store.get(ACCOUNT, "orders", key, None).await.unwrap();
        assert_eq!(
            (read.body, read.attributes),
            (Bytes::from(key), head),
            "{key}"
        );
    }
    keys.sort_unstable();
    let embedded = served.s3.store();
    for (store, is_external) in [
        (&store as &dyn ObjectStore, true),
        (embedded.as_ref(), false),
    ] {
        assert_eq!(
            all_keys(store, "in/", 2).await,
            (keys.map(str::to_owned).to_vec(), 2)
        );
        let now = store
            .list(ACCOUNT, "orders", "", None, 1)
            .await
            .unwrap()
            .as_of;
        assert_eq!(now.is_some(), is_external, "whose time it is");
        assert_eq!(all_keys(store, "in/tp-1/o", 9).await.0, [keys[3]]);
    }
    for key in keys {
        store.delete(ACCOUNT, "orders", key).await.unwrap();
        store.delete(ACCOUNT, "orders", key).await.unwrap();
    }
    assert!(all_keys(&store, "", 9).await.0.is_empty());
}

#[tokio::test]
async fn a_range_gives_what_there_is_of_it() {
    let served = Served::sound().await;
    let store = served.client();
    for (key, body) in [("ten", "0123456789"), ("none", "")] {
        store
            .put(ACCOUNT, "orders", key, Bytes::from(body), "text/x")
            .await
            .unwrap();
        for range in [0..4, 4..10, 8..99, 10..20, 99..100, 3..3, 0..u64::MAX] {
            let embedded = served.s3.store();
            let expected = embedded.get(ACCOUNT, "orders", key, Some(range.clone()));
            let expected = expected.await.unwrap();
            let found = store.get(ACCOUNT, "orders", key, Some(range.clone())).await;
            assert_eq!(found.unwrap(), expected, "{key} {range:?}");
        }
    }
}

#[tokio::test]
async fn long_objects_are_written_in_parts_and_seen_whole() {
    let served = Served::sound().await;
    let store = served.client();
    let begin = || store.writer(ACCOUNT, "orders", "long", "text/x");
    let write = async |mut writer: Box<dyn ObjectWriter>| {
        for piece in long().chunks(3 << 20) {
            writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        writer
    };
    let abandoned = write(begin().await.unwrap()).await;
    abandoned.abandon().await;
    let uploads = async || {
        let listed = served.s3.call(
            ACCOUNT,
            Request::get("/orders?uploads")
                .body(Full::from(""))
                .unwrap(),
        );
        listed.await.status()
    };
    assert_eq!(
        uploads().await,
        StatusCode::FORBIDDEN,
        "signatures are checked"
    );
    let written = write(begin().await.unwrap()).await;
    let seen = store.head(ACCOUNT, "orders", "long").await;
    assert_eq!(seen, Err(ObjectError::NoSuchKey));
    let written = written.finish().await.unwrap();
    let head = store.head(ACCOUNT, "orders", "long").await.unwrap();
    assert_eq!((written.size, &written.etag), (head.size, &head.etag));
    assert!(head.etag.ends_with("-3"), "{}", head.etag);
    let put = store.put(ACCOUNT, "orders", "put", long(), "text/x").await;
    assert_eq!(put.unwrap().etag, head.etag);
    for key in ["long", "put"] {
        let read = store.get(ACCOUNT, "orders", key, None).await.unwrap();
        assert!(read.body == long(), "{key} is another one");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_as_the_embedded_s3_does() {
    let served = Served::sound().await;
    let external = served.client();
    let embedded = served.s3.store();
    for store in [&external as &dyn ObjectStore, embedded.as_ref()] {
        let body = Bytes::from_static(b"x");
        for (bucket, expected) in [
            ("orders", ObjectError::NoSuchKey),
            ("gone", ObjectError::NoSuchBucket),
        ] {
            assert_eq!(
                store.head(ACCOUNT, bucket, "key").await,
                Err(expected.clone())
            );
            assert_eq!(
                store.get(ACCOUNT, bucket, "key", Some(0..1)).await,
                Err(expected)
            );
        }
        let expected = ObjectError::NoSuchBucket;
        let put = store
            .put(ACCOUNT, "gone", "key", body.clone(), "text/x")
            .await;
        assert_eq!(put, Err(expected.clone()));
        assert_eq!(
            store.delete(ACCOUNT, "gone", "key").await,
            Err(expected.clone())
        );
        let listed = store.list(ACCOUNT, "gone", "", None, 1).await;
        assert_eq!(listed, Err(expected));
    }
}

#[tokio::test]
async fn buckets_are_made_once() {
    let served = Served::sound().await;
    let store = served.client();
    assert_eq!(store.create_bucket(ACCOUNT, "invoices").await, Ok(true));
    assert_eq!(store.create_bucket(ACCOUNT, "invoices").await, Ok(false));
    assert!(store.create_bucket(ACCOUNT, "No").await.is_err());
    store
        .put(ACCOUNT, "invoices", "key", Bytes::new(), "text/x")
        .await
        .unwrap();
}

#[tokio::test]
async fn wrong_keys_are_told_from_refused_access() {
    let served = Served::sound().await;
    let wrong = ExternalSettings {
        keys: Keys::OfAccount,
        ..reached(&served.endpoint)
    };
    let store = ExternalS3::new(wrong).unwrap();
    let error = store.get(ACCOUNT, "orders", "key", None).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("S3 answers SignatureDoesNotMatch: "),
        "{error}"
    );
    let head = store.head(ACCOUNT, "orders", "key").await;
    assert_eq!(head, Err(ObjectError::AccessDenied));
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_not_for_ever() {
    for (fate, reason) in [(Fate::Busy, "503"), (Fate::Lost, "does not answer")] {
        let served = Served::new(move |at, _| if at < 2 { fate } else { Fate::Answered }).await;
        served.s3.create_bucket(ACCOUNT, "orders");
        let store = served.client();
        let put = store.put(ACCOUNT, "orders", "key", Bytes::from_static(b"x"), "text/x");
        assert_eq!(
            (put.await.unwrap().size, served.asked()),
            (1, 3),
            "{reason}"
        );

        let served = Served::new(move |_, _| fate).await;
        let error = served
            .client()
            .get(ACCOUNT, "orders", "key", None)
            .await
            .unwrap_err();
        assert!(
            matches!(&error, ObjectError::Unavailable(it) if it.contains(reason)),
            "{error:?}"
        );
        assert_eq!(served.asked(), 3);
    }
}

#[tokio::test]
async fn an_unreachable_s3_is_named_with_its_address() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let store = ExternalS3::new(reached(&endpoint)).unwrap();
    let error = store.head(ACCOUNT, "orders", "key").await.unwrap_err();
    let expected = format!("The S3 at {endpoint} does not answer: ");
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[tokio::test]
async fn an_upload_whose_completion_got_no_reply_is_there() {
    let completes = |request: &Request<Incoming>| {
        let query = request.uri().query().unwrap_or_default();
        request.method() == Method::POST && query.starts_with("uploadId")
    };
    let lost = AtomicUsize::new(0);
    let served = Served::new(move |_, request| {
        if completes(request) && lost.fetch_add(1, Ordering::Relaxed) == 0 {
            Fate::Lost
        } else {
            Fate::Answered
        }
    })
    .await;
    served.s3.create_bucket(ACCOUNT, "orders");
    let put = served
        .client()
        .put(ACCOUNT, "orders", "long", long(), "text/x")
        .await;
    let head = served
        .client()
        .head(ACCOUNT, "orders", "long")
        .await
        .unwrap();
    assert_eq!(
        (put.unwrap().size, head.etag.ends_with("-3")),
        (head.size, true)
    );
}
