//! A second server with other settings plays AWS: each difference is named, and with `--facts` the first
//! server answers like the second.

use std::sync::Arc;

use b2bi_local_b2bi::{JobDuration, ListOrder, MappingReply};
use b2bi_local_calibrate::{Change, Comparison, compare};
use b2bi_local_x12::{Layout, LoopNames};

use super::apply_recording;
use super::tests::{Alteration, altered, asked, compared, record, with_body};
use crate::calibration::InProcess;
use crate::config::Config;

fn places(comparison: &Comparison) -> Vec<String> {
    let differences = comparison.differences.iter();
    differences
        .map(|difference| {
            let assumptions = difference.assumptions.join(" ");
            format!("{assumptions} {} {}", difference.step, difference.at)
        })
        .collect()
}

/// Records a server, and has another one answer as recorded.
async fn check(
    question: &str,
    setting: fn(&mut Config),
    alteration: Alteration,
    expected: &[&str],
) {
    let server = InProcess::with(setting).await.unwrap();
    let recorded = record(&altered(&server, alteration), &[question]).await;
    assert_eq!(recorded.skipped, []);
    let found = compared(&recorded).await;
    assert_eq!(places(&found), expected, "{question}");
    let is_code = found
        .differences
        .iter()
        .any(|difference| difference.change == Change::Code);
    assert!(!is_code, "{question}: {:?}", found.differences);
    let with_facts = InProcess::with(|config| config.recording = Some(recorded.clone()));
    let answered = asked(&with_facts.await.unwrap(), &recorded).await;
    assert_eq!(
        places(&compare(&recorded, &answered)),
        [""; 0],
        "{question}"
    );
}

/// As recorded.
const AS_IS: Alteration = |_, _, response| Ok(response);

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_aws_become_those_of_the_server() {
    let page = |config: &mut Config| config.b2bi.page_size = 2;
    check("list-order", page, AS_IS, &["A-09 list page size"]).await;
    let newest = |config: &mut Config| config.b2bi.list_order = ListOrder::NewestFirst;
    check(
        "list-order",
        newest,
        AS_IS,
        &["A-09 list body/transformers"],
    )
    .await;
    let length = |config: &mut Config| config.b2bi.id_length = 20;
    check(
        "new-profile",
        length,
        AS_IS,
        &["A-11 A-12 create ids/newProfile"],
    )
    .await;
    let layout = |config: &mut Config| config.b2bi.style.layout = Layout::Compact;
    let document = ["A-21 2 body/parsedFileContent"];
    check("parse-document", layout, AS_IS, &document).await;
    let names = |config: &mut Config| {
        let names = LoopNames::parse("850\t4010\tN1\tN1-310\n").unwrap();
        config.b2bi.style.loop_names = Some(Arc::new(names));
    };
    check("parse-document", names, AS_IS, &document).await;
    let plain = |config: &mut Config| config.b2bi.test_mapping_reply = MappingReply::Plain;
    let mapped = ["A-30 A-21 1 body/mappedFileContent"];
    check("mapping-reply", plain, AS_IS, &mapped).await;
}

/// Errors of every service are replaced, in JSON and in XML.
#[tokio::test(flavor = "multi_thread")]
async fn errors_of_aws_become_those_of_the_server() {
    let worded: Alteration = |_, _, mut response| {
        if response.status >= 400 {
            response.status = 418;
        }
        Ok(with_body(response, |text| {
            text.replace("<Message>", "<Message>Sorry &amp; ")
                .replace("essage\":\"", "essage\":\"Sorry, ")
        }))
    };
    let plain = |_: &mut Config| {};
    let both = |step: &str, number: &str, member: &str| {
        [
            format!("{number} {step} status"),
            format!("{number} {step} body/{member}"),
        ]
    };
    for (question, number, step, member) in [
        ("s3-mfa", "A-278", "1", "Message"),
        ("repeated-key", "A-341", "1", "Message"),
        ("missing-resource", "A-303", "1", "Message"),
    ] {
        let expected = both(step, number, member);
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(question, plain, worded, &expected).await;
    }
}

/// Jobs that take longer on AWS take as long here.
#[tokio::test(flavor = "multi_thread")]
async fn jobs_take_as_long_as_they_took() {
    let slow = InProcess::with(|config| config.b2bi.job_duration = JobDuration::Polls(6));
    let recorded = record(&altered(&slow.await.unwrap(), AS_IS), &["job"]).await;
    assert_eq!(recorded.skipped, []);
    let expected = ["A-20 A-72 end duration"];
    assert_eq!(places(&compared(&recorded).await), expected);
    let waited = recorded.answer("job", "end").unwrap().waited_ms;
    let mut config = Config::defaults().unwrap();
    config.recording = Some(recorded);
    let (config, _) = apply_recording(config).await.unwrap();
    let millis = match config.b2bi.job_duration {
        JobDuration::Fixed(time) => time.as_millis(),
        other => panic!("{other:?}"),
    };
    assert_eq!(millis, u128::from(waited));
}
