//! Recordings in the repository are part of the program.

use std::fs;
use std::path::{Path, PathBuf};

use b2bi_local_calibrate::{Recording, Settled};

use super::recorded_answers::{apply_above, both};
use super::tests::{altered, record};
use crate::calibration::InProcess;
use crate::config::Config;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// The recordings of AWS in the repository.
fn recordings() -> Vec<Recording> {
    let listed = fs::read_dir(fixtures().join("recordings")).unwrap();
    let files = listed.map(|file| file.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|end| end == "json"));
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    texts.map(|text| Recording::parse(&text).unwrap()).collect()
}

/// The answers of recordings, and this program's own answers.
async fn settled(recordings: &[Recording]) -> Settled {
    let mut asked = Recording::new("us-east-1", "aws", "2026-11-29");
    for recording in recordings {
        let one = both(recording, None).await.unwrap().1;
        asked.answers.extend(one.answers);
    }
    Settled::of(recordings, &asked)
}

/// `B2BI_LOCAL_UPDATE_DOCS=1` writes the file.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_has_what_recordings_settle() {
    let expected = settled(&recordings()).await.to_text();
    let file = fixtures().join("calibration/settled.json");
    if std::env::var_os("B2BI_LOCAL_UPDATE_DOCS").is_some() {
        fs::write(&file, &expected).unwrap();
    }
    let is_current = fs::read_to_string(&file).unwrap() == expected;
    assert!(
        is_current,
        "fixtures/calibration/settled.json is not current: run \
         `B2BI_LOCAL_UPDATE_DOCS=1 cargo nextest run -p b2bi-local-server settle`"
    );
}

/// A recording in the repository changes the answers of every server; a user's recording takes
/// precedence.
#[tokio::test(flavor = "multi_thread")]
async fn settled_answers_are_those_of_every_server() {
    let recorded = async |from: &str, to: &str, date: &str| {
        let server = InProcess::with(|config| config.b2bi.page_size = 3).await;
        let server = server.unwrap();
        let questions = ["missing-profile", "list-order"];
        let mut recorded =
            record(&altered(&server, |_, _, response| Ok(response)), &questions).await;
        for answer in &mut recorded.answers {
            let text = answer.body.to_string().replace(from, to);
            answer.body = serde_json::from_str(&text).unwrap();
        }
        "aws".clone_into(&mut recorded.source);
        date.clone_into(&mut recorded.date);
        recorded
    };
    let older = recorded("does not exist", "is gone", "2026-11-28").await;
    let newer = recorded("does not exist", "is not known", "2026-11-29").await;
    let settled = settled(&[newer.clone(), older.clone()]).await;
    assert!(settled.to_text().contains("is not known"));
    assert!(!settled.to_text().contains("is gone"));

    let config = Config::defaults().unwrap();
    let applied = Box::pin(apply_above(config, settled.clone())).await;
    let (config, facts) = applied.unwrap();
    assert_eq!(config.b2bi.page_size, 3);
    assert!(facts.unwrap().errors() > 0);

    let mut config = Config::defaults().unwrap();
    let first = older.answers.first().unwrap().clone();
    config.recording = Some(Recording {
        answers: vec![first.clone()],
        ..older
    });
    let (config, facts) = Box::pin(apply_above(config, settled)).await.unwrap();
    assert_eq!(config.b2bi.page_size, 3);
    let ours = first.body.to_string().replace("is gone", "does not exist");
    let ours = serde_json::from_str(&ours).unwrap();
    let call = ("b2bi", first.request.call.as_str());
    let reply = facts
        .unwrap()
        .error(call, first.status, &ours, "123456789012");
    let told = reply.map(|reply| reply.body.to_string());
    assert!(
        told.as_deref().is_some_and(|told| told.contains("is gone")),
        "{told:?}"
    );
}
