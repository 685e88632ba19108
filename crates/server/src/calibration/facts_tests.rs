//! A second server with other settings plays the part of AWS: each difference is reported, and with
//! `--facts` the first server answers like the second.

use std::sync::Arc;

use b2bi_local_b2bi::{IdForm, IdForms, JobDuration, ListOrder, MappingReply};
use b2bi_local_calibrate::{Change, Comparison, Recording, Response, compare};
use b2bi_local_x12::{JsonForm, Layout, LoopNames};
use serde_json::{Value, json};

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

/// Each list has its order: by creation, name or id, and the reverse of each.
#[tokio::test(flavor = "multi_thread")]
async fn lists_have_the_recorded_order() {
    for order in [
        ListOrder::NewestFirst,
        ListOrder::ByName,
        ListOrder::ByNameReversed,
        ListOrder::ById,
        ListOrder::ByIdReversed,
    ] {
        let check = async |question: &str, operation: &str, members: &str| {
            let server = InProcess::with(|config| {
                let orders = &mut config.b2bi.list_orders;
                orders.insert(operation.to_owned(), order);
                config.seed = Some(1);
            });
            let server = server.await.unwrap();
            let recorded = record(&altered(&server, AS_IS), &["list-order", question]).await;
            let sorted_by = recorded.answer(question, "list").unwrap().sorted_by.clone();
            let found = compared(&recorded).await;
            let by_id = [ListOrder::ById, ListOrder::ByIdReversed];
            if found.differences.is_empty() && by_id.contains(&order) {
                // By chance this is the order of creation.
                assert!(sorted_by.is_some());
                return;
            }
            let expected = [format!("A-09 list body/{members}")];
            assert_eq!(places(&found), expected, "{order:?}");
            let config = with_recording(recorded).await;
            let made = config.b2bi.list_orders.get(operation).copied();
            if !(by_id.contains(&order) && question != "list-order") {
                assert_eq!(made, Some(order), "{operation}");
            }
            assert!(made.is_some(), "{operation}");
        };
        check("list-order", "ListTransformers", "transformers").await;
        check("list-order-profiles", "ListProfiles", "profiles").await;
        let capabilities = "list-order-capabilities";
        check(capabilities, "ListCapabilities", "capabilities").await;
        let partnerships = "list-order-partnerships";
        check(partnerships, "ListPartnerships", "partnerships").await;
    }
}

/// All lists are by id if the longest is, and the others may be.
#[tokio::test(flavor = "multi_thread")]
async fn lists_by_id_are_distinguished_from_lists_by_name() {
    let server = InProcess::with(|config| {
        config.b2bi.list_order = ListOrder::ById;
        config.seed = Some(1);
    });
    let lists = [
        "list-order",
        "list-order-profiles",
        "list-order-partnerships",
    ];
    let recorded = record(&altered(&server.await.unwrap(), AS_IS), &lists).await;
    let config = with_recording(recorded).await;
    for operation in ["ListTransformers", "ListProfiles", "ListPartnerships"] {
        let made = config.b2bi.list_orders.get(operation);
        assert_eq!(made, Some(&ListOrder::ById), "{operation}");
    }
}

/// Ids of each kind have the form of AWS's: prefix, length, characters.
#[tokio::test(flavor = "multi_thread")]
async fn ids_have_the_recorded_form() {
    let hex = "0123456789abcdef";
    let uuid = [8, 4, 4, 4, 12];
    let forms = [
        ("p", IdForm::new("prf-", &[20], hex)),
        ("tr", IdForm::new("", &uuid, hex)),
        ("ca", IdForm::new("c_", &[16], "0123456789")),
        (
            "ps",
            IdForm::new("ps-", &[17], "0123456789abcdefghijklmnopqrstuvwxyz"),
        ),
        ("tp", IdForm::new("TP-", &[24], "0123456789ABCDEF")),
        (
            "tj",
            IdForm::new("job-", &[21], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ),
    ];
    let forms: IdForms = forms
        .into_iter()
        .map(|(kind, form)| (kind.to_owned(), form))
        .collect();
    let server = InProcess::with(|config| config.b2bi.id_forms = forms.clone());
    let server = server.await.unwrap();
    let questions = ["new-profile", "id-forms", "job"];
    let recorded = record(&altered(&server, AS_IS), &questions).await;
    assert_eq!(recorded.skipped, []);
    let found = compared(&recorded).await;
    let changes = found.differences.iter().map(|found| found.change);
    assert!(
        changes.clone().all(|change| change == Change::IdShape),
        "{found:#?}"
    );
    assert!(changes.count() > forms.len(), "{found:#?}");
    let config = with_recording(recorded.clone()).await;
    assert_eq!(config.b2bi.id_forms, forms);
    let with_facts = InProcess::with(|config| config.recording = Some(recorded.clone()));
    let answered = asked(&with_facts.await.unwrap(), &recorded).await;
    assert_eq!(places(&compare(&recorded, &answered)), [""; 0]);
}

/// The default configuration with the settings of a recording.
async fn with_recording(recorded: Recording) -> Config {
    let mut config = Config::defaults().unwrap();
    config.recording = Some(recorded);
    Box::pin(apply_recording(config)).await.unwrap().0
}

/// Documents can have any common layout, set separately for `TestParsing`, `TestMapping` and jobs.
#[tokio::test(flavor = "multi_thread")]
async fn documents_are_laid_out_as_those_of_aws() {
    let of_parsing = |config: &mut Config| {
        config.b2bi.style.layout = Layout::Form(JsonForm::JACKSON);
        config.b2bi.job_layout = Some(Layout::Pretty);
    };
    let document = ["A-21 2 body/parsedFileContent"];
    check("parse-document", of_parsing, AS_IS, &document).await;
    let of_jobs = |config: &mut Config| {
        config.b2bi.job_layout = Some(Layout::Compact);
        config.b2bi.job_mapping_form = Some(JsonForm::JACKSON);
    };
    check(
        "job-without-mapping",
        of_jobs,
        AS_IS,
        &["A-19 document body"],
    )
    .await;
    check("job", of_jobs, AS_IS, &["A-20 A-72 document body"]).await;
    let of_mapping = |config: &mut Config| config.b2bi.test_mapping_form = Some(JsonForm::COMPACT);
    let mapped = ["A-30 A-21 1 body/mappedFileContent"];
    check("mapping-reply", of_mapping, AS_IS, &mapped).await;

    let server = InProcess::with(of_parsing).await.unwrap();
    let both = ["parse-document", "job-without-mapping"];
    let recorded = record(&altered(&server, AS_IS), &both).await;
    let config = with_recording(recorded).await;
    assert_eq!(config.b2bi.style.layout, Layout::Form(JsonForm::JACKSON));
    assert_eq!(config.b2bi.job_layout, Some(Layout::Pretty));
}

/// A layout and names of loops in one difference are two facts.
#[tokio::test(flavor = "multi_thread")]
async fn documents_may_differ_in_layout_and_names() {
    let setting = |config: &mut Config| {
        let names = LoopNames::parse("850\t4010\tN1\tN1-310\n").unwrap();
        config.b2bi.style.loop_names = Some(Arc::new(names));
        config.b2bi.style.layout = Layout::Form(JsonForm::JACKSON);
    };
    let document = "A-21 2 body/parsedFileContent";
    check("parse-document", setting, AS_IS, &[document, document]).await;
}

/// The wording of validation is a fact, whatever the values in it.
#[tokio::test(flavor = "multi_thread")]
async fn messages_of_validation_are_those_of_aws() {
    let worded: Alteration = |_, _, response| {
        Ok(with_body(response, |text| {
            text.replace("within functional group", "of group")
                .replace("Data element", "The element")
        }))
    };
    let messages: Vec<String> = (0..3)
        .map(|at| format!("A-51 2 body/validationMessages/{at}"))
        .collect();
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    check("parse-broken-elements", |_| (), worded, &messages).await;
}

/// Reports of jobs have AWS's texts: as recorded, or else those of `TestParsing`.
#[tokio::test(flavor = "multi_thread")]
async fn reports_of_jobs_have_the_words_of_aws() {
    let worded: Alteration = |_, _, response| {
        Ok(with_body(response, |text| {
            text.replace("within functional group", "of group")
                .replace("Data element", "The element")
                .replace("errors detected", "faults found")
                .replace("    Transaction", "    Set")
        }))
    };
    let server = InProcess::with(|_| ()).await.unwrap();
    let questions = ["parse-broken-elements", "job-report", "job-report-two"];
    let recorded = record(&altered(&server, worded), &questions).await;
    assert_eq!(recorded.skipped, []);
    let found = compared(&recorded).await;
    let of_report = found
        .differences
        .iter()
        .filter(|found| found.step == "report");
    assert!(of_report.clone().count() > 4, "{found:#?}");
    let changes = found.differences.iter().map(|found| found.change);
    assert!({ changes }.all(|change| change == Change::ValidationMessages));
    let with_facts = async |only: &str| {
        let mut known = recorded.clone();
        known
            .answers
            .retain(|answer| answer.question.starts_with(only));
        let server = InProcess::with(|config| config.recording = Some(known));
        let answered = asked(&server.await.unwrap(), &recorded).await;
        (places(&compare(&recorded, &answered)), answered)
    };
    assert_eq!(with_facts("").await.0, [""; 0]);
    // Reports of files that were not recorded change too.
    assert_eq!(with_facts("parse").await.0.len(), 4);
    let (left, _) = with_facts("job-report").await;
    assert!(
        left.iter()
            .all(|place| place.contains("validationMessages")),
        "{left:?}"
    );
    let (_, answered) = with_facts("parse").await;
    let report = answered.answer("job-report", "report").unwrap();
    let text = report.body.as_str().unwrap();
    assert!(
        text.contains("The element") && text.contains("errors detected"),
        "{text}"
    );
}

/// Log records have AWS's texts for errors and for the failure reasons of jobs.
#[tokio::test(flavor = "multi_thread")]
async fn reasons_of_failed_jobs_are_those_of_aws() {
    let worded: Alteration = |_, _, response| {
        Ok(with_body(response, |text| {
            text.replace("No supported EDI", "No known EDI")
        }))
    };
    let server = InProcess::with(|_| ()).await.unwrap();
    let plain = record(&altered(&server, AS_IS), &["job-failed"]).await;
    let recorded = record(&altered(&server, worded), &["job-failed"]).await;
    assert_ne!(plain, recorded);
    check("job-failed", |_| (), worded, &["A-60 end body/message"]).await;
}

/// A reply with a changed mapping template.
fn with_template(response: Response, change: fn(&str) -> String) -> Response {
    with_body(response, |text| {
        let mut body: Value = serde_json::from_str(&text).unwrap_or_default();
        if let Some(Value::String(template)) = body.get_mut("mappingTemplate") {
            *template = change(template);
        }
        body.to_string()
    })
}

/// A template with four spaces per level.
fn spread_out(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let content = line.trim_start();
        let blanks = line.len() - content.len();
        format!("{}{content}", " ".repeat(blanks * 2))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Starter templates: another form for all, or another template for the same request.
#[tokio::test(flavor = "multi_thread")]
async fn starter_templates_are_those_of_aws() {
    let expected = [
        "A-43 jsonata body/mappingTemplate",
        "A-43 xslt body/mappingTemplate",
    ];
    let of_sample = [
        "A-42 jsonata body/mappingTemplate",
        "A-42 xslt body/mappingTemplate",
    ];
    let spread: Alteration = |request, _, response| match request.service.as_str() {
        "b2bi" => Ok(with_template(response, spread_out)),
        _ => Ok(response),
    };
    check("starter-template", |_| (), spread, &expected).await;
    check("starter-from-sample", |_| (), spread, &of_sample).await;
    let other: Alteration = |request, _, response| match request.service.as_str() {
        "b2bi" => Ok(with_template(response, |text| {
            format!("(: {} :)", text.len())
        })),
        _ => Ok(response),
    };
    check("starter-template", |_| (), other, &expected).await;
}

/// The template is another one each time; how it is given is a fact.
#[tokio::test(flavor = "multi_thread")]
async fn generated_mappings_are_given_as_by_aws() {
    let changed: Alteration = |request, _, response| {
        let is_generated = request
            .headers
            .get("x-amz-target")
            .is_some_and(|target| target.ends_with("GenerateMapping"));
        if !is_generated || response.status >= 400 {
            return Ok(response);
        }
        Ok(with_body(response, |text| {
            let mut body: Value = serde_json::from_str(&text).unwrap_or_default();
            body["mappingAccuracy"] =
                json!(body["mappingAccuracy"].as_f64().unwrap_or_default() * 100.0);
            let template = body["mappingTemplate"].as_str().unwrap_or_default();
            body["mappingTemplate"] = format!("```jsonata\n{template}\n```").into();
            body.to_string()
        }))
    };
    let expected = [
        "A-140 A-141 A-142 accuracy body/mappingAccuracy",
        "A-140 A-141 A-142 accuracy body/form:/mappingTemplate/fence",
    ];
    check("generate-mapping", |_| (), changed, &expected).await;
}

/// Fields of log records and of events.
#[tokio::test(flavor = "multi_thread")]
async fn fields_of_log_records_and_events_are_those_of_aws() {
    let changed: Alteration = |request, _, response| {
        let is_of_logs = request.service == "logs" || request.service == "events";
        if !is_of_logs {
            return Ok(response);
        }
        Ok(with_body(response, |text| {
            text.replace("\\\"eventNotes\\\"", "\\\"notes\\\"")
                .replace("File Transform", "FILE_TRANSFORM")
                .replace("ack-generation-status", "acknowledgement-status")
                .replace("NOT_ATTEMPTED", "SKIPPED")
        }))
    };
    let check = async |question: &str, number: &str, place: &str| {
        let server = InProcess::with(|_| ()).await.unwrap();
        let recorded = record(&altered(&server, changed), &[question]).await;
        assert_eq!(recorded.skipped, [], "{question}");
        let found = compared(&recorded).await;
        assert!(!found.differences.is_empty(), "{question}");
        for difference in &found.differences {
            assert_eq!(difference.change, Change::Fields, "{difference:?}");
            assert!(difference.at.starts_with(place), "{difference:?}");
            assert!(difference.assumptions.contains(&number.to_owned()));
        }
        let with_facts = InProcess::with(|config| config.recording = Some(recorded.clone()));
        let answered = asked(&with_facts.await.unwrap(), &recorded).await;
        assert_eq!(
            places(&compare(&recorded, &answered)),
            [""; 0],
            "{question}"
        );
    };
    check("log-records", "A-79", "body/json:/events/message/").await;
    check("events", "A-405", "body/events/").await;
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
    let (config, _) = Box::pin(apply_recording(config)).await.unwrap();
    let millis = match config.b2bi.job_duration {
        JobDuration::Fixed(time) => time.as_millis(),
        other => panic!("{other:?}"),
    };
    assert_eq!(millis, u128::from(waited));
}
