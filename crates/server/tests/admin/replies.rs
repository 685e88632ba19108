//! What single routes reply, and their limits.

use std::fs;
use std::path::Path;

use b2bi_local_server::Config;
use serde_json::Value;

use super::{check, fresh, send, server};

#[tokio::test]
async fn there_are_at_most_a_hundred_snapshots() {
    let control = fresh().await;
    for number in 0..100 {
        let request = format!("POST /_b2bi/snapshots/s{number}");
        check(&control, &request, "", 201, "taken").await;
    }
    let another = "POST /_b2bi/snapshots/another";
    check(&control, another, "", 409, "DELETE one of them").await;
    check(&control, "POST /_b2bi/snapshots/s7", "", 201, "s7").await;
    check(&control, "DELETE /_b2bi/snapshots/s7", "", 200, "s7").await;
    check(&control, another, "", 201, "another").await;
}

#[tokio::test]
async fn the_folder_of_init_is_a_script_of_the_last_stage() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("init-without-files");
    fs::create_dir_all(&folder).unwrap();
    let init = Some(folder);
    let config = Config::defaults().unwrap();
    let control = server(Config { init, ..config }).await;
    let script = r#""state":"SUCCESSFUL""#;
    check(&control, "GET /_localstack/init", "", 200, script).await;
    check(&control, "GET /_localstack/init/ready", "", 200, script).await;
    check(
        &control,
        "GET /_localstack/init/boot",
        "",
        200,
        r#""scripts":[]"#,
    )
    .await;
}

#[tokio::test]
async fn the_list_of_routes_describes_each() {
    let routes = send(&fresh().await, "GET /_b2bi", "").await.json();
    let routes = routes["routes"].as_array().unwrap();
    let health = routes.iter().find(|route| route["path"] == "/_b2bi/health");
    assert_ne!(health.unwrap()["summary"], Value::Null);
    let mut summaries: Vec<_> = routes
        .iter()
        .map(|route| route["summary"].as_str())
        .collect();
    summaries.sort_unstable();
    summaries.dedup();
    assert!(summaries.len() > routes.len() / 2, "{summaries:?}");
}
