//! Ids in requests of resources that do not exist.

use serde_json::{Value, json};

use crate::bench::{BUCKET, Bench};

const MISSING: &str = "ca-0123456789abcdef0";

/// The operation fails with an error that names the missing id, and changes nothing.
async fn check(bench: &Bench, operation: &str, input: Value, error: &str) {
    let before = bench.service().describe().unwrap_or_default();
    let reply = bench.call(operation, input).await;
    let message = reply[error]["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("0123456789abcdef0"),
        "{operation}: {reply}"
    );
    let after = bench.service().describe().unwrap_or_default();
    assert_eq!(after, before, "{operation}");
}

fn capability(transformer: &str) -> Value {
    let x12 = json!({"transactionSet": "X12_850", "version": "VERSION_4010"});
    let location = json!({"bucketName": BUCKET, "key": "in"});
    json!({"edi": {"capabilityDirection": "INBOUND", "type": {"x12Details": x12},
           "inputLocation": location, "outputLocation": location, "transformerId": transformer}})
}

#[tokio::test]
async fn requests_that_name_a_missing_resource_change_nothing() {
    let bench = Bench::new();
    let transformer = json!({"name": "t", "inputConversion": {"fromFormat": "X12",
        "formatOptions": {"x12": {"transactionSet": "X12_850", "version": "VERSION_4010"}}}});
    bench.watch("INBOUND", transformer).await;
    let state = bench.service().describe().unwrap();
    let id = |table: &str, member: &str| {
        let found = &state["scopes"][0][table][0];
        found["description"][member].clone()
    };
    let profile = id("profiles", "profileId");
    let partnership = id("partnerships", "partnershipId");
    let known = id("capabilities", "capabilityId");
    let missing = "ResourceNotFoundException";
    let partner = |profile: &Value, capabilities: Value| {
        json!({"profileId": profile, "name": "x",
        "email": "a@b.example", "capabilities": capabilities})
    };
    let absent = json!("p-0123456789abcdef0");
    let table = [
        ("CreatePartnership", partner(&profile, json!([MISSING]))),
        (
            "CreatePartnership",
            partner(&profile, json!([known, MISSING])),
        ),
        ("CreatePartnership", partner(&absent, json!([known]))),
        (
            "UpdatePartnership",
            json!({"partnershipId": partnership, "capabilities": [MISSING]}),
        ),
        (
            "UpdatePartnership",
            json!({"partnershipId": partnership, "name": "changed",
                                     "capabilities": [known, MISSING]}),
        ),
        (
            "UpdatePartnership",
            json!({"partnershipId": "ps-0123456789abcdef0", "name": "x"}),
        ),
        ("UpdateProfile", json!({"profileId": absent, "name": "x"})),
        (
            "CreateCapability",
            json!({"name": "c", "type": "edi",
                                    "configuration": capability("tr-0123456789abcdef0")}),
        ),
        (
            "UpdateCapability",
            json!({"capabilityId": known,
                                    "configuration": capability("tr-0123456789abcdef0")}),
        ),
    ];
    for (operation, input) in table {
        check(&bench, operation, input, missing).await;
    }
}
