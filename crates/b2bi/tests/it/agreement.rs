//! For any file, the validation, the job's result, its report and its acknowledgements agree.

use std::fs;

use b2bi_local_x12::{
    Findings, Outline, ReceivedInterchanges, Strictness, Validation, Validator, Version, read,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::bench::Bench;

const ORDERS: &str = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*000000042*0*T*>~\
GS*PO*BLUE*NORTH*20260301*0930*7*X*004010~ST*850*0001~BEG*00*SA*PO-77**20260301~N1*ST*SHOP*92*102~PO1*1*4*EA*12.50~\
CTT*1~SE*6*0001~ST*850*0002~BEG*00*SA*PO-78**20260301~PO1*1*4*EA*12.50~SE*4*0002~GE*2*7~IEA*1*000000042~";

/// Segments that are misplaced or invalid.
const ODD: [&str; 12] = [
    "ZZZ*1",
    "n1*ST",
    "",
    "*IC*X",
    "CLM*1",
    "TA1*1",
    "NTE**x",
    "ST*850*0001",
    "SE*4*0001",
    "GE*1*7",
    "IEA*1*000000042",
    "ISB*",
];

/// Invalid values.
const VALUES: [&str; 8] = [
    "",
    "\u{1}",
    "X",
    "99",
    "EA",
    "0002",
    "12345678901234567890",
    "é",
];

/// The orders with some segments and values lost, doubled, exchanged or replaced.
fn damaged() -> impl Strategy<Value = String> {
    let change = (any::<Index>(), 0..6_u8, any::<Index>(), any::<Index>());
    vec(change, 0..4).prop_map(|changes| {
        let mut segments: Vec<String> = ORDERS.split('~').map(str::to_owned).collect();
        segments.pop();
        for (at, kind, which, value) in changes {
            let at = at.index(segments.len());
            match kind {
                0 if segments.len() > 1 => drop(segments.remove(at)),
                1 => segments.insert(at, segments[at].clone()),
                2 => segments.insert(at, ODD[which.index(ODD.len())].to_owned()),
                3 => {
                    let other = which.index(segments.len());
                    segments.swap(at, other);
                }
                _ => {
                    let mut parts: Vec<&str> = segments[at].split('*').collect();
                    let part = which.index(parts.len());
                    parts[part] = VALUES[value.index(VALUES.len())];
                    segments[at] = parts.join("*");
                }
            }
        }
        segments.push(String::new());
        segments.join("~")
    })
}

/// The set and version of a transformer.
struct Taken {
    set: &'static str,
    version: &'static str,
    group_version: &'static str,
}

impl Taken {
    /// The guide, such as `X222`, after the six digits of the version.
    fn guide(&self) -> Option<&'static str> {
        self.group_version.get(6..10)
    }
}

const TAKEN: Taken = Taken {
    set: "850",
    version: "VERSION_4010",
    group_version: "004010",
};

const GENERATED: [Taken; 10] = [
    taken("850", "VERSION_4010", "004010"),
    taken("856", "VERSION_4010", "004010"),
    taken("810", "VERSION_4030", "004030"),
    taken("855", "VERSION_5010", "005010"),
    taken("214", "VERSION_4010", "004010"),
    taken("837", "VERSION_5010_HIPAA", "005010X222A1"),
    taken("837", "VERSION_5010_HIPAA", "005010X223A2"),
    taken("835", "VERSION_5010_HIPAA", "005010X221A1"),
    taken("834", "VERSION_5010_HIPAA", "005010X220A1"),
    taken("271", "VERSION_5010_HIPAA", "005010X279A1"),
];

const fn taken(set: &'static str, version: &'static str, group_version: &'static str) -> Taken {
    Taken {
        set,
        version,
        group_version,
    }
}

/// The result of a job, and the last parts of the names of its outputs, with their texts.
async fn ended(input: &[u8], taken: &Taken) -> (&'static str, Vec<(String, String)>) {
    let bench = Bench::new();
    let guide = taken.guide().map(|guide| format!("_{guide}"));
    let set = format!("X12_{}{}", taken.set, guide.unwrap_or_default());
    let x12 = json!({"transactionSet": set, "version": taken.version});
    let conversion = json!({"fromFormat": "X12", "formatOptions": {"x12": x12}});
    let transformer = json!({"name": "orders", "inputConversion": conversion});
    let folder = bench.watch("INBOUND", transformer).await;
    bench.drop(&format!("{folder}file"), input).await;
    let state = || bench.service().jobs().first().map(|job| job.state);
    while !matches!(state(), Some("succeeded" | "failed")) {
        tokio::task::yield_now().await;
    }
    let mut written = Vec::new();
    for key in bench.keys("out/").await {
        let text = String::from_utf8_lossy(&bench.read(&key).await).into_owned();
        written.push((key, text));
    }
    (state().unwrap_or_default(), written)
}

/// The values at a position in all segments with an identifier; an acknowledgement has the orders'
/// element separator unless that is invalid.
fn values(answer: Option<&String>, id: &str, position: usize) -> Vec<String> {
    let lines = answer.into_iter().flat_map(|answer| answer.lines());
    let elements = lines.map(|line| line.trim_end_matches('~').split('*').collect::<Vec<_>>());
    elements
        .filter(|elements| elements[0] == id)
        .map(|elements| elements.get(position).unwrap_or(&"").to_string())
        .collect()
}

fn faulty_transactions(validation: &Validation) -> usize {
    let positions = validation.problems.iter().map(|problem| problem.position);
    let mut faulty: Vec<_> = positions
        .filter(|at| at.transaction > 0)
        .map(|at| (at.interchange, at.group, at.transaction))
        .collect();
    faulty.sort_unstable();
    faulty.dedup();
    faulty.len()
}

/// Compares the job, report, TA1 and 997 or 999 with the validation; returns whether the job
/// succeeded.
async fn check(input: &[u8], taken: &Taken) -> bool {
    let mut validator = Validator::new(Strictness::Attested, None);
    if taken.guide().is_some() {
        validator = validator.guided();
    }
    let sink = (ReceivedInterchanges::new(), validator);
    let ((received, validator), reading) = read(input, sink);
    let validation = validator.finish();
    let findings = Findings::new(&reading, Some(&validation));
    let is_other = reading
        .contents
        .iter()
        .any(|kind| &*kind.set != taken.set || &*kind.group_version != taken.group_version);
    let (state, written) = ended(input, taken).await;
    let names: Vec<&str> = written.iter().map(|(name, _)| &**name).collect();
    let text = String::from_utf8_lossy(input);
    let context = format!("{state}, {names:?}, {}\n{text}", validation.report());

    let is_taken = !findings.reject_file() && reading.fatal().is_none() && !is_other;
    assert_eq!(state == "succeeded", is_taken, "{context}");
    let of = |part: &str| {
        let mut written = written.iter().filter(|(name, _)| name.contains(part));
        written.next().map(|(_, text)| text)
    };
    let has_report = of("VALIDATION_REPORT").is_some();
    let is_reported = is_taken && !validation.report().is_empty();
    assert_eq!(has_report, is_reported, "{context}");

    let (ta1, functional) = (of(".TA1"), of(".997").or(of(".999")));
    if is_other && !findings.reject_file() {
        assert!(ta1.is_none() && functional.is_none(), "{context}");
        return false;
    }
    let statuses = values(ta1, "TA1", 4);
    let is_rejected = |status: &String| status == "R";
    assert_eq!(
        statuses.iter().any(is_rejected),
        !is_taken && !statuses.is_empty(),
        "{context}"
    );
    let groups = values(functional, "AK9", 1);
    if !is_taken {
        assert!(groups.iter().all(is_rejected), "{context}");
        return false;
    }
    let mut accepted = values(functional, "AK5", 1);
    accepted.extend(values(functional, "IK5", 1));
    let refused = accepted.iter().filter(|status| is_rejected(status)).count();
    assert_eq!(accepted.len(), received.transactions(), "{context}");
    assert_eq!(refused, faulty_transactions(&validation), "{context}");
    assert_eq!(validation.total() > 0, has_report, "{context}");
    true
}

/// The files in two folders of fixtures, which are also the seeds of the fuzzers.
#[tokio::test]
async fn fixtures_end_as_validation_and_acknowledgements_say() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
    for folder in ["x12/documents", "fuzz/x12_acknowledge"] {
        for entry in fs::read_dir(format!("{fixtures}/{folder}")).unwrap() {
            let input = fs::read(entry.unwrap().path()).unwrap();
            check(&input, &TAKEN).await;
        }
    }
}

/// Sets generated from the tables: complete, with one segment lost, and with an unknown one.
#[tokio::test]
async fn generated_files_end_as_validation_and_acknowledgements_say() {
    for taken in GENERATED {
        let version = Version::of_group(taken.group_version.as_bytes()).unwrap();
        let outline = Outline::new(version, taken.set, taken.guide()).unwrap();
        let whole = outline.to_x12();
        assert!(check(whole.as_bytes(), &taken).await, "{whole}");
        let segments: Vec<&str> = whole.lines().collect();
        // Between the headers (ISA, GS, ST) and the trailers.
        let body = 3..segments.len() - 3;
        for at in [
            body.start + 1,
            usize::midpoint(body.start, body.end),
            body.end - 1,
        ] {
            let mut odd = segments.clone();
            odd[at] = "ZZZ*1~";
            check(odd.concat().as_bytes(), &taken).await;
            let mut lost = segments.clone();
            lost.remove(at);
            let counted = format!("SE*{}*0001~", body.len() + 1);
            lost[body.end - 1] = &counted;
            check(lost.concat().as_bytes(), &taken).await;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn validation_job_and_acknowledgements_agree(input in damaged()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check(input.as_bytes(), &TAKEN));
    }
}
