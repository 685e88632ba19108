//! What a validation finds, how the job ends, its report and its acknowledgements agree, whatever the file.

use b2bi_local_x12::{Findings, ReceivedInterchanges, Strictness, Validation, Validator, read};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::bench::Bench;

const ORDERS: &str = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*000000042*0*T*>~\
GS*PO*BLUE*NORTH*20260301*0930*7*X*004010~ST*850*0001~BEG*00*SA*PO-77**20260301~N1*ST*SHOP*92*102~PO1*1*4*EA*12.50~\
CTT*1~SE*6*0001~ST*850*0002~BEG*00*SA*PO-78**20260301~PO1*1*4*EA*12.50~SE*4*0002~GE*2*7~IEA*1*000000042~";

/// Segments that stand where they should not, or are none.
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

/// Values that are none.
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

/// The orders with some segments lost, doubled, exchanged or replaced, and some values too.
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

/// How a job on a file has ended, and the last parts of the names of what it wrote, with its texts.
async fn ended(input: &str) -> (&'static str, Vec<(String, String)>) {
    let bench = Bench::new();
    let x12 = json!({"transactionSet": "X12_850", "version": "VERSION_4010"});
    let conversion = json!({"fromFormat": "X12", "formatOptions": {"x12": x12}});
    let transformer = json!({"name": "orders", "inputConversion": conversion});
    let folder = bench.watch("INBOUND", transformer).await;
    bench.drop(&format!("{folder}file"), input.as_bytes()).await;
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

/// The values at a position of all segments with an identifier; an acknowledgement has the separator of
/// elements that the orders have unless theirs cannot be any.
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

async fn check(input: &str) {
    let sink = (
        ReceivedInterchanges::new(),
        Validator::new(Strictness::Attested, None),
    );
    let ((received, validator), reading) = read(input.as_bytes(), sink);
    let validation = validator.finish();
    let findings = Findings::new(&reading, Some(&validation));
    let is_other = reading
        .contents
        .iter()
        .any(|kind| &*kind.set != "850" || &*kind.group_version != "004010");
    let (state, written) = ended(input).await;
    let names: Vec<&str> = written.iter().map(|(name, _)| &**name).collect();
    let context = format!("{state}, {names:?}, {}\n{input}", validation.report());

    let is_taken = !findings.reject_file() && reading.fatal().is_none() && !is_other;
    assert_eq!(state == "succeeded", is_taken, "{context}");
    let of = |part: &str| {
        let mut written = written.iter().filter(|(name, _)| name.contains(part));
        written.next().map(|(_, text)| text)
    };
    let has_report = of("VALIDATION_REPORT").is_some();
    let is_reported = is_taken && !validation.report().is_empty();
    assert_eq!(has_report, is_reported, "{context}");

    let (ta1, functional) = (of(".TA1"), of(".997"));
    if is_other && !findings.reject_file() {
        assert!(ta1.is_none() && functional.is_none(), "{context}");
        return;
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
        return;
    }
    let accepted = values(functional, "AK5", 1);
    let refused = accepted.iter().filter(|status| is_rejected(status)).count();
    assert_eq!(accepted.len(), received.transactions(), "{context}");
    assert_eq!(refused, faulty_transactions(&validation), "{context}");
    assert_eq!(validation.total() > 0, has_report, "{context}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn validation_job_and_acknowledgements_agree(input in damaged()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check(&input));
    }
}
