//! Faults of the envelope: the report, the effect on the file, and the acknowledgement.

mod codes;
mod encodings;
mod forms;
mod groups;
mod places;

use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Findings, FirstControlNumbers, Layout, Reader,
    ReceivedInterchanges, Strictness, Validator, acknowledge, acknowledge_interchanges, read,
    split, to_json,
};

const ORDER: &str = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*000000042*0*T*>~\
GS*PO*BLUE*NORTH*20260301*0930*7*X*004010~ST*850*0001~BEG*00*SA*PO-77**20260301~PO1*1*4*EA*12.50~SE*4*0001~\
ST*850*0002~BEG*00*SA*PO-78**20260301~PO1*1*4*EA*12.50~SE*4*0002~GE*2*7~IEA*1*000000042~";

const CLAIM: &str = "ISA*00*          *00*          *ZZ*QUAY           *ZZ*HARBOUR        *260301*0930*^*00501*000000001*0*T*:~\
GS*HC*QUAY*HARBOUR*20260301*0930*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20260301*0930*CH~\
NM1*41*2*QUAY BILLING*****46*Q1~PER*IC*DESK*TE*5550000001~NM1*40*2*HARBOUR*****46*H1~\
HL*1**20*1~NM1*85*2*PIER CLINIC*****XX*1234567893~N3*1 PIER ROAD~N4*DAYTON*OH*454020001~REF*EI*123456789~\
HL*2*1*22*0~SBR*P*18*******MC~NM1*IL*1*ROE*PAT****MI*W1~N3*2 LOW ROAD~N4*DAYTON*OH*45402~DMG*D8*19700101*F~\
NM1*PR*2*PLAN*****PI*P1~CLM*C1*10***11:B:1*Y*A*Y*Y~HI*ABK:A000~LX*1~SV1*HC:99213*10*UN*1***1~DTP*472*D8*20260101~\
SE*23*0001~GE*1*1~IEA*1*000000001~";

/// The problems of an input, and its acknowledgements.
struct Answers {
    report: Vec<String>,
    notes: Vec<String>,
    is_rejected: bool,
    /// The segments of the 997s and 999s.
    functional: Vec<String>,
    /// TA104 and TA105 of each TA1.
    interchanges: Vec<String>,
}

fn how() -> AcknowledgementOptions {
    AcknowledgementOptions {
        form: AcknowledgementForm::ByGroup,
        details: true,
        date: "20261123".into(),
        time: "105740".into(),
        numbers: FirstControlNumbers {
            interchange: 1,
            group: 1,
            transaction: 1,
        },
    }
}

fn answers(input: &[u8]) -> Answers {
    let validator = Validator::new(Strictness::Attested, None).guided();
    let ((received, validator), reading) = read(input, (ReceivedInterchanges::new(), validator));
    let validation = validator.finish();
    let findings = Findings::new(&reading, Some(&validation));
    let segments = |answer: Option<Vec<u8>>| -> Vec<String> {
        let text = String::from_utf8(answer.unwrap_or_default()).unwrap();
        text.lines()
            .map(|line| line[..line.len().saturating_sub(1)].to_owned())
            .collect()
    };
    let interchanges = segments(acknowledge_interchanges(&received, &findings, &how()));
    let lines = validation.report();
    let lines = lines.lines();
    Answers {
        report: lines
            .filter_map(|line| Some(line.split_once("*** ")?.1.to_owned()))
            .collect(),
        notes: validation.notes.iter().map(ToString::to_string).collect(),
        is_rejected: findings.reject_file(),
        functional: segments(acknowledge(&received, &findings, &how())),
        interchanges: interchanges
            .iter()
            .filter(|interchange| interchange.starts_with("TA1"))
            .map(|interchange| interchange.splitn(5, '*').last().unwrap().to_owned())
            .collect(),
    }
}

impl Answers {
    /// The acceptance of transactions and groups, with their codes.
    fn verdicts(&self) -> String {
        let is_verdict =
            |text: &&String| ["AK5", "IK5", "AK9"].iter().any(|id| text.starts_with(id));
        let verdicts: Vec<&str> = self
            .functional
            .iter()
            .filter(is_verdict)
            .map(|functional| &**functional)
            .collect();
        verdicts.join(" ")
    }
}

/// Changes the order: one message that contains `message`, the verdicts of a 997, TA104 and TA105.
fn check(old: &str, new: &str, message: &str, verdicts: &str, interchange: &str) {
    assert!(ORDER.contains(old), "{old}");
    let found = answers(ORDER.replacen(old, new, 1).as_bytes());
    assert_eq!(found.report.len(), 1, "{old} -> {new}: {:?}", found.report);
    assert!(
        found.report[0].contains(message),
        "{message}: {:?}",
        found.report
    );
    assert_eq!(found.verdicts(), verdicts, "{old} -> {new}");
    assert_eq!(found.interchanges, [interchange], "{old} -> {new}");
    assert_eq!(
        found.is_rejected,
        interchange.starts_with('R'),
        "{old} -> {new}"
    );
    // A rejected file is acknowledged with a TA1 only.
    assert_eq!(found.functional.is_empty(), found.is_rejected);
}

const ACCEPTED: &str = "AK5*A AK5*A AK9*A*2*2*2";

#[test]
fn faults_of_interchanges_that_are_accepted_with_errors() {
    let e = |old: &str, new: &str, message: &str, note: &str| {
        check(old, new, message, ACCEPTED, &format!("E*{note}"));
    };
    e(
        "GS*PO",
        "ISB*~GS*PO",
        "Required data element ISB-1 is missing",
        "031",
    );
    e(
        "GS*PO",
        "ISE*261332*0930~GS*PO",
        "ISE-1 with value |261332|",
        "028",
    );
    e(
        "GS*PO",
        "ISE*260302*2930~GS*PO",
        "ISE-2 with value |2930|",
        "029",
    );
}

#[test]
fn faults_of_interchanges_that_reject_them() {
    let r = |old: &str, new: &str, message: &str, note: &str| {
        check(old, new, message, "", &format!("R*{note}"));
    };
    r("ISA*00*", "ISA*99*", "ISA-1 with value |99|", "010");
    r("ISA*00*          ", "ISA*00*\u{1}         ", "ISA-2", "011");
    r(
        "*00*          *ZZ",
        "*99*          *ZZ",
        "ISA-3 with value |99|",
        "012",
    );
    r("*ZZ*BLUE", "*A1*BLUE", "ISA-5 with value |A1|", "005");
    r("*ZZ*NORTH", "*A1*NORTH", "ISA-7 with value |A1|", "007");
    r(
        "*260301*0930*U",
        "*261332*0930*U",
        "ISA-9 with value |261332|",
        "014",
    );
    r(
        "*260301*0930*U",
        "*260301*2561*U",
        "ISA-10 with value |2561|",
        "015",
    );
    r("*U*00401*", "*U*00999*", "ISA-12 with value |00999|", "017");
    r(
        "GE*2*7~",
        "GE*2*7~NTE**hello~NTE**again~",
        "Unexpected segment NTE",
        "022",
    );
    r(
        "GS*PO*BLUE*NORTH*20260301*0930*7*X*004010~",
        "",
        "its GS segment is missing",
        "024",
    );
    r(
        "IEA*1*000000042~",
        "",
        "must be terminated with an IEA",
        "023",
    );
    r(
        "SE*4*0002~GE*2*7~IEA*1*000000042~",
        "",
        "must be terminated with an SE",
        "023",
    );
}

#[test]
fn more_faults_of_interchanges_that_reject_them() {
    let r = |old: &str, new: &str, message: &str, note: &str| {
        check(old, new, message, "", &format!("R*{note}"));
    };
    r(
        "IEA*1*000000042",
        "IEA*1*000000043",
        "Control number error in IEA segment",
        "001",
    );
    r(
        "*0930*U*00401",
        "*0930*X*00401",
        "ISA-11 with value |X|",
        "002",
    );
    r(
        "*U*00401*",
        "*^*00601*",
        "version of the envelope that is not supported",
        "003",
    );
    r(
        "*ZZ*BLUEBIKES      *",
        "*ZZ*               *",
        "Required data element ISA-6 is missing",
        "006",
    );
    r(
        "*ZZ*NORTHMILL      *",
        "*ZZ*               *",
        "Required data element ISA-8 is missing",
        "008",
    );
    r(
        "*000000042*0*T",
        "*000000042*2*T",
        "ISA-14 with value |2|",
        "019",
    );
    r(
        "*000000042*0*T",
        "*000000042*0*X",
        "ISA-15 with value |X|",
        "020",
    );
    r("IEA*1*", "IEA*3*", "Functional group count error", "021");
    r(
        "*PO*BLUE*",
        "*PO**",
        "Required data element GS-2 is missing",
        "024",
    );
    r(
        "*20260301*0930*7",
        "*20261399*0930*7",
        "GS-4 with value |20261399|",
        "024",
    );
    r(
        "*20260301*0930*7",
        "*20260301*9930*7",
        "GS-5 with value |9930|",
        "024",
    );
    r(
        "GS*PO*",
        "GS**",
        "Required data element GS-1 is missing",
        "024",
    );
}

#[test]
fn a_control_number_has_nine_digits() {
    let found = answers(ORDER.replace("000000042", "ABCDEF042").as_bytes());
    assert_eq!(found.report.len(), 1, "{:?}", found.report);
    assert_eq!(found.interchanges, ["R*018"]);
}

#[test]
fn faults_of_transactions_do_not_reject_the_file() {
    let a = |old: &str, new: &str, message: &str, verdicts: &str| {
        check(old, new, message, verdicts, "A*000");
    };
    a(
        "GE*2*7~",
        "",
        "must be terminated with a GE",
        "AK5*A AK5*A AK9*E*2*2*2*3",
    );
    a(
        "GE*2*7",
        "NTE**x~GE*2*7",
        "Unexpected segment NTE",
        "AK5*A AK5*A AK9*E*2*2*2",
    );
    a(
        "SE*4*0002~",
        "",
        "must be terminated with an SE segment instead of GE",
        "AK5*A AK5*R*2 AK9*P*2*2*1",
    );
    a(
        "SE*4*0001~",
        "",
        "must be terminated with an SE segment instead of ST",
        "AK5*R*2 AK5*A AK9*P*2*2*1",
    );
    a(
        "PO1*1*4*EA*12.50~SE*4*0001~",
        "",
        "must be terminated with an SE segment instead of ST",
        "AK5*R*2 AK5*A AK9*P*2*2*1",
    );
    a(
        "SE*4*0001",
        "SE*5*0001",
        "Segment count error",
        "AK5*R*4 AK5*A AK9*P*2*2*1",
    );
    a(
        "SE*4*0001",
        "SE*4*0009",
        "Control number error in SE",
        "AK5*R*3 AK5*A AK9*P*2*2*1",
    );
    a(
        "ST*850*0001~",
        "ST*999*0001~",
        "Transaction set 999 is not supported",
        "AK5*R*1 AK5*A AK9*P*2*2*1",
    );
    a(
        "ST*850*0001~",
        "ST**0001~",
        "Required data element ST-1",
        "AK5*R*6 AK5*A AK9*P*2*2*1",
    );
    a(
        "BEG*00*SA*PO-77**20260301~PO1*1*4*EA*12.50~SE*4*0001~",
        "PO1*1*4*EA*12.50~SE*3*0001~",
        "Required segment is missing",
        "AK5*R*5 AK5*A AK9*P*2*2*1",
    );
    a(
        "PO1*1*4*EA*12.50~SE*4*0001~",
        "PO1*1*4*EA*12.50~TA1*1~SE*5*0001~",
        "Segment is not defined",
        "AK5*R*5 AK5*A AK9*P*2*2*1",
    );
}

#[test]
fn what_is_tolerated_changes_nothing() {
    for (input, wanted) in [
        (
            ORDER.trim_end_matches('~').to_owned(),
            "Segment without terminator",
        ),
        (format!("{ORDER}EOF"), "Text after interchange 1"),
        (
            format!("{ORDER}\r\n\u{1a}-- end --\r\n"),
            "Text after interchange 1",
        ),
        (ORDER.replace("GS*PO*BLUE*NORTH*", "GS*PO*B*NORTH*"), "GS-2"),
    ] {
        let found = answers(input.as_bytes());
        assert_eq!(found.report, Vec::<String>::new(), "{input}");
        assert_eq!(found.notes.len(), 1, "{input}: {:?}", found.notes);
        assert!(found.notes[0].contains(wanted), "{:?}", found.notes);
        assert_eq!(found.verdicts(), ACCEPTED, "{input}");
        assert_eq!(found.interchanges, ["A*000"], "{input}");
    }
    // Text between two interchanges does not hide the second.
    let second = ORDER.replace("000000042", "000000043");
    let found = answers(format!("{ORDER}-- DISALLOWED --\n{second}").as_bytes());
    assert_eq!(found.interchanges, ["A*000", "A*000"]);
    // Parts of an interchange outside of one are lost, and the sender must be informed.
    let found = answers(format!("{ORDER}GE*1*1~").as_bytes());
    assert!(found.is_rejected);
    assert_eq!(found.interchanges, ["R*022"]);
}

#[test]
fn a_file_of_which_an_interchange_is_rejected_is_rejected_as_a_whole() {
    let second = ORDER
        .replace("000000042", "000000043")
        .replace("*260301*0930*U", "*269901*0930*U");
    let found = answers(format!("{ORDER}{second}").as_bytes());
    assert_eq!(found.interchanges, ["R*022", "R*014"]);
    assert_eq!(found.functional, Vec::<String>::new());
}

#[test]
fn a_message_shows_the_beginning_of_a_long_value() {
    let long = "P".repeat(100_000);
    let found = answers(ORDER.replacen("PO-77", &long, 1).as_bytes());
    assert_eq!(found.report.len(), 1);
    let wanted = format!("|{}... (100000 characters)| is too long", "P".repeat(200));
    assert!(found.report[0].contains(&wanted), "{}", found.report[0]);
}

#[test]
fn a_second_trailer_is_one_problem() {
    for (old, new, message) in [
        ("GE*2*7~", "GE*2*7~GE*2*7~", "Unexpected segment GE"),
        ("GE*2*7~", "GE~", "Expected 2 instead of nothing"),
    ] {
        let found = answers(ORDER.replacen(old, new, 1).as_bytes());
        assert!(found.report[0].contains(message), "{:?}", found.report);
        let is_of_ge = |line: &String| line.contains("GE");
        assert!(found.report.iter().all(is_of_ge), "{:?}", found.report);
        assert!(found.is_rejected);
    }
}

#[test]
fn a_file_without_its_isa_has_one_message_and_no_answer() {
    for input in [ORDER, CLAIM] {
        let headless = &input[input.find("GS*").unwrap()..];
        let found = answers(headless.as_bytes());
        assert_eq!(found.report.len(), 1, "{:?}", found.report);
        assert!(
            found.report[0].contains("No supported EDI standard interchange begins with GS"),
            "{:?}",
            found.report
        );
        assert!(found.is_rejected);
        assert_eq!(found.functional, Vec::<String>::new());
        assert_eq!(found.interchanges, Vec::<String>::new());
    }
    // The ISA of a second interchange.
    let lost = format!("{ORDER}{}", &ORDER[ORDER.find("GS*").unwrap()..]);
    let found = answers(lost.as_bytes());
    assert_eq!(found.report.len(), 1, "{:?}", found.report);
    assert!(found.is_rejected);
    assert_eq!(found.interchanges, ["R*022"]);
}

#[test]
fn a_file_that_ends_within_a_segment_has_one_message() {
    // Wherever the file is cut, one message reports it and rejects the file.
    for input in [ORDER, CLAIM] {
        let whole = input.len() - 1;
        for end in 107..whole {
            let cut = &input[..end];
            let found = answers(cut.as_bytes());
            assert_eq!(found.report.len(), 1, "{cut}: {:?}", found.report);
            assert!(found.is_rejected, "{cut}");
            assert_eq!(found.interchanges, ["R*023"], "{cut}");
            assert_eq!(found.notes, Vec::<String>::new(), "{cut}");
            let rest = cut.rsplit('~').next().unwrap();
            let wanted = match rest.split('*').next().unwrap() {
                "" => "must be terminated with".to_owned(),
                id => format!("The file ends in the middle of segment {id} (line"),
            };
            assert!(
                found.report[0].contains(&wanted),
                "{cut}: {:?}",
                found.report
            );
        }
    }
    let lines = ORDER.replace('~', "~\n");
    let end = lines.find("*EA").unwrap();
    assert_eq!(
        answers(&lines.as_bytes()[..end]).report,
        [
            "Segment PO1 at position 3: The file ends in the middle of segment PO1 (line 5, byte 190)"
        ]
    );
}

#[test]
fn acknowledgements_are_not_answered() {
    let ta1 = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*000000042*0*T*>~\
        TA1*000000001*260301*0930*A*000~IEA*0*000000042~";
    let found = answers(ta1.as_bytes());
    assert_eq!(found.report, Vec::<String>::new());
    assert_eq!(found.interchanges, Vec::<String>::new());
    assert_eq!(found.functional, Vec::<String>::new());
}

#[test]
fn optional_control_segments_are_legal() {
    let input = ORDER.replacen(
        "GS*PO",
        "ISB*1~ISE*260302*0930~TA1*000000001*260301*0930*A*000~GS*PO",
        1,
    );
    let found = answers(input.as_bytes());
    assert_eq!(found.report, Vec::<String>::new());
    assert_eq!(found.interchanges, ["A*000"]);
}
