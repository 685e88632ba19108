use b2bi_local_dispatcher::{
    AccountRules, Caller, Descriptor, Endpoint, Operation, Protocol, Reply, Service, ServiceError,
    route,
};
use bytes::Bytes;
use http::Request;

const fn descriptor(signing_name: &'static str, protocol: Protocol) -> Descriptor {
    Descriptor {
        signing_name,
        protocol,
        operations: &["Do", "AssumeRoleWithWebIdentity"],
    }
}

static STS: Descriptor = descriptor("sts", Protocol::Query { namespace: "urn:x" });
static B2BI: Descriptor = descriptor(
    "b2bi",
    Protocol::Json {
        target_prefix: "B2BI",
    },
);

struct Echo(&'static Descriptor);

impl Service for Echo {
    type Input = Bytes;

    fn descriptor(&self) -> &'static Descriptor {
        self.0
    }

    fn decode(&self, _: Operation, body: &Bytes) -> Result<Bytes, ServiceError> {
        Ok(body.clone())
    }

    async fn call(&self, _: Caller, _: Operation, input: Bytes) -> Result<Reply, ServiceError> {
        Ok(Reply::Json(input))
    }
}

#[test]
fn one_operation_of_one_service_needs_no_signature() {
    assert!(STS.takes_unsigned("AssumeRoleWithWebIdentity"));
    assert!(!STS.takes_unsigned("Do"));
    assert!(!B2BI.takes_unsigned("AssumeRoleWithWebIdentity"));
    assert!(!B2BI.takes_unsigned("Do"));
}

#[test]
fn an_unknown_service_is_told_apart_and_names_those_that_are_here() {
    let services: Vec<Box<dyn Endpoint>> = vec![Box::new(Echo(&B2BI)), Box::new(Echo(&STS))];
    let request = Request::post("/").header("x-amz-target", "DynamoDB.Do");
    let (head, ()) = request.body(()).unwrap().into_parts();
    let unknown = route(&head, &services).err().unwrap();
    assert!(unknown.is_unknown_service());
    assert!(
        unknown.message().ends_with("Known services: b2bi, sts, s3"),
        "{}",
        unknown.message()
    );
    let request = Request::post("/").header("x-amz-target", "B2BI.Undo");
    let (head, ()) = request.body(()).unwrap().into_parts();
    let unknown = route(&head, &services).err().unwrap();
    assert!(!unknown.is_unknown_service());
}

#[test]
fn a_key_leads_to_its_account() {
    let rules = |decode_access_keys| AccountRules {
        default_account: "000000000001".to_owned(),
        default_region: "us-east-1".to_owned(),
        decode_access_keys,
    };
    // A key with each digit of base 32 that counts, so that no bit of it is lost unnoticed.
    for (key, decode, expected) in [
        ("test", true, "000000000001"),
        ("111122223333", false, "111122223333"),
        ("AKIAQYLPMN5HFIQR7XYA", true, "052310077262"),
        ("ASIAQYLPMN5HFIQR7XYA", true, "052310077262"),
        ("AKIAQYLPMN5HFIQR7XYA", false, "000000000001"),
        ("AKIAQYLPMN5H", true, "000000000001"),
        ("AKIAqylpmn5hfiqr7xya", true, "000000000001"),
    ] {
        assert_eq!(rules(decode).account_of_key(key), expected, "{key}");
    }
}
