//! A stray segment is one problem, and the rest stays in its loops.

use b2bi_local_x12::{Layout, Strictness, Validator, WriteOptions, read, to_json, write_json};
use serde_json::Value;

const CLAIM: &str = "ISA*00*          *00*          *ZZ*QUAY           *ZZ*HARBOUR        *260301*0930*^*00501*000000001*0*T*:~\
GS*HC*QUAY*HARBOUR*20260301*0930*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20260301*0930*CH~\
NM1*41*2*QUAY BILLING*****46*Q1~PER*IC*DESK*TE*5550000001~NM1*40*2*HARBOUR*****46*H1~\
HL*1**20*1~NM1*85*2*PIER CLINIC*****XX*1234567893~N3*1 PIER ROAD~N4*DAYTON*OH*454020001~REF*EI*123456789~\
HL*2*1*22*0~SBR*P*18*******MC~NM1*IL*1*ROE*PAT****MI*W1~N3*2 LOW ROAD~N4*DAYTON*OH*45402~DMG*D8*19700101*F~\
NM1*PR*2*PLAN*****PI*P1~CLM*C1*10***11:B:1*Y*A*Y*Y~HI*ABK:A000~LX*1~SV1*HC:99213*10*UN*1***1~DTP*472*D8*20260101~\
HL*3*1*22*0~SBR*P*18*******MC~NM1*IL*1*DOE*SAM****MI*W2~N3*3 LOW ROAD~N4*DAYTON*OH*45402~DMG*D8*19700101*M~\
NM1*PR*2*PLAN*****PI*P1~CLM*C2*10***11:B:1*Y*A*Y*Y~HI*ABK:A000~LX*1~SV1*HC:99213*10*UN*1***1~DTP*472*D8*20260101~\
SE*35*0001~GE*1*1~IEA*1*000000001~";

/// The messages about an input.
fn messages(input: &str) -> Vec<String> {
    let validator = Validator::new(Strictness::Inferred, None).guided();
    let (validator, _) = read(input.as_bytes(), validator);
    let report = validator.finish().report();
    report
        .lines()
        .filter_map(|line| Some(line.split_once("*** ")?.1.to_owned()))
        .collect()
}

/// Each segment of a document with its loops.
fn places(value: &Value, within: &str, found: &mut Vec<String>) {
    for item in value.as_array().unwrap() {
        for (key, value) in item.as_object().unwrap() {
            match key.strip_suffix("_loop") {
                Some(name) => places(value, &format!("{within}{name}/"), found),
                None if found.last().is_none_or(|last| !last.ends_with('*')) => {
                    found.push(format!("{within}{}*", key.split('_').next().unwrap()));
                }
                None => {}
            }
        }
        if let Some(last) = found.last_mut() {
            *last = last.trim_end_matches('*').to_owned();
        }
    }
}

fn document(input: &str) -> Vec<String> {
    let document: Value =
        serde_json::from_str(&to_json(input.as_bytes(), Layout::Compact).text).unwrap();
    let mut found = Vec::new();
    let path = "/interchanges/0/functional_groups/0/transactions/0/segments";
    let segments = document.pointer(path).unwrap();
    places(segments, "", &mut found);
    found
}

/// Adds `odd` after `after`: `wanted` is the only message, and every other segment keeps its place.
fn check(after: &str, odd: &str, wanted: &str) {
    let input = CLAIM
        .replacen(after, &format!("{after}{odd}"), 1)
        .replacen("SE*35", "SE*36", 1);
    let found = messages(&input);
    assert_eq!(found.len(), 1, "{odd} after {after}: {found:?}");
    let says = found.iter().all(|message| message.contains(wanted));
    assert!(says, "{odd} after {after}: {found:?}");
    let (mut without, plain) = (document(&input), document(CLAIM));
    let id = odd.split(['*', '~']).find(|part| !part.is_empty());
    if let Some(id) = id {
        let last = |place: &String| place.rsplit('/').next() == Some(id);
        let again = |list: &[String]| list.iter().filter(|place| last(place)).count();
        assert_eq!(again(&without), again(&plain) + 1, "{without:?}");
        let at = without
            .iter()
            .zip(plain.iter().chain([&String::new()]))
            .position(|(with, plain)| with != plain);
        without.remove(at.unwrap());
    }
    assert_eq!(without, plain, "{odd} after {after}");
}

#[test]
fn an_odd_segment_is_one_problem() {
    assert_eq!(messages(CLAIM), Vec::<String>::new());
    let places = [
        "BHT*0019*00*1*20260301*0930*CH~",
        "PER*IC*DESK*TE*5550000001~",
        "HL*1**20*1~",
        "N3*1 PIER ROAD~",
        "HL*2*1*22*0~",
        "DMG*D8*19700101*F~",
        "HI*ABK:A000~",
        "LX*1~",
        "SV1*HC:99213*10*UN*1***1~",
    ];
    for after in places {
        check(after, "ZZZ*custom~", "Segment ZZZ at position");
        check(after, "zz*1~", "Segment zz at position");
        check(
            after,
            "BEG*00*SA*1**20260301~",
            "not defined in the transaction set",
        );
        check(after, "~", "It has no identifier");
        check(after, "*IC*X~", "It has no identifier");
        check(after, "QQQ~", "Segment QQQ at position");
    }
}

#[test]
fn a_segment_that_a_claim_has_elsewhere_closes_nothing() {
    check(
        "SBR*P*18*******MC~",
        "BHT*0019*00*1*20260301*0930*CH~",
        "Segment BHT at position 13",
    );
    // The claim is closed, so what follows is outside of it, but nothing more is reported.
    for after in [
        "CLM*C1*10***11:B:1*Y*A*Y*Y~",
        "LX*1~",
        "SV1*HC:99213*10*UN*1***1~",
    ] {
        let odd = "BHT*0019*00*1*20260301*0930*CH~";
        let input = CLAIM
            .replacen(after, &format!("{after}{odd}"), 1)
            .replacen("SE*35", "SE*36", 1);
        let found = messages(&input);
        assert_eq!(found.len(), 1, "{after}: {found:?}");
        let says = |message: &String| message.contains("Segment BHT at position");
        assert!(found.iter().all(says), "{found:?}");
    }
    check("LX*1~", "MIA*1~", "Segment MIA at position");
}

/// Replaces a segment's identifier by an unknown one.
fn mistyped(right: &str, wrong: &str) {
    for (at, _) in CLAIM.match_indices(&format!("~{right}*")) {
        let (before, rest) = CLAIM.split_at(at + 1);
        let input = format!("{before}{wrong}{}", &rest[right.len()..]);
        let found = messages(&input);
        assert_eq!(found.len(), 1, "{wrong} for {right} at {at}: {found:?}");
        let is_unknown = ["not recognized", "not defined in the transaction set"]
            .iter()
            .any(|wanted| found.iter().all(|message| message.contains(wanted)));
        assert!(is_unknown, "{found:?}");
    }
}

#[test]
fn a_mistyped_identifier_is_one_problem() {
    for (right, wrong) in [
        ("NM1", "nm1"),
        ("NM1", "NMI"),
        ("N3", "n3"),
        ("N4", "n4"),
        ("REF", "RFE"),
        ("SBR", "SRB"),
        ("CLM", "CLN"),
        ("LX", "lx"),
        ("SV1", "SVI"),
        ("DTP", "DPT"),
        ("HI", "H1"),
        ("DMG", "dmg"),
        ("BHT", "BTH"),
        ("PER", "PRE"),
    ] {
        mistyped(right, wrong);
    }
}

#[test]
fn an_empty_segment_may_be_counted_or_not() {
    let with = CLAIM.replacen("LX*1~", "~LX*1~~", 1);
    for (count, wrong) in [
        (34, true),
        (35, false),
        (36, false),
        (37, false),
        (38, true),
    ] {
        let input = with.replacen("SE*35", &format!("SE*{count}"), 1);
        let found = messages(&input);
        assert_eq!(found.len(), 2 + usize::from(wrong), "{count}: {found:?}");
    }
}

#[test]
fn odd_segments_are_written_back() {
    for odd in [
        "N3~", "ZZZ~", "*IC*X~", "zz**1~", "REF**~", "QQQQ*1~", "A B*1~", "MSG~", "BHT~",
    ] {
        for after in ["HL*1**20*1~", "LX*1~", "N3*1 PIER ROAD~"] {
            let input = CLAIM.replacen(after, &format!("{after}{odd}"), 1);
            let first = to_json(input.as_bytes(), Layout::Compact).text;
            let written = write_json(&first, &WriteOptions::standard()).unwrap();
            assert_eq!(to_json(&written, Layout::Compact).text, first, "{odd}");
            let wanted = odd.trim_start_matches('*').trim_end_matches(['~', '*']);
            let text = String::from_utf8(written).unwrap();
            assert!(text.contains(&format!("\n{wanted}~\n")), "{odd}: {text}");
        }
    }
}

const ORDER: &str = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*000000042*0*T*>~\
GS*PO*BLUE*NORTH*20260301*0930*7*X*004010~ST*850*0001~BEG*00*SA*PO-77**20260301~N1*ST*SHOP*92*12~N3*1 ROAD~\
N4*TOWN*OH*45402~PO1*1*4*EA*12.50~PID*F****BIKE~SCH*4*EA***002*20260401~CTT*1~SE*10*0001~GE*1*7~IEA*1*000000042~";

/// Replaces a segment by another, or by nothing.
fn replaced(input: &str, number: usize, by: &str) -> String {
    let mut segments: Vec<&str> = input.split_inclusive('~').collect();
    segments[number] = by;
    let text = segments.concat();
    if by.is_empty() {
        let se = text.find("SE*").unwrap();
        let (count, rest) = text[se + 3..].split_once('*').unwrap();
        let count: u32 = count.parse().unwrap();
        return format!("{}SE*{}*{rest}", &text[..se], count - 1);
    }
    text
}

/// Whatever segment is lost or replaced by a stray one, there is at most one message.
#[test]
fn a_lost_segment_is_one_problem_whatever_it_opened() {
    let with_pay_to = CLAIM
        .replacen(
            "HL*2*",
            "NM1*87*2~N3*4 PIER ROAD~N4*DAYTON*OH*45402~HL*2*",
            1,
        )
        .replacen("SE*35", "SE*38", 1);
    let odd = ["", "ZZZ*1~", "qq~", "~", "*IC*X~", "TDS*1~"];
    for input in [ORDER, &with_pay_to] {
        assert_eq!(messages(input), Vec::<String>::new());
        let count = input.matches('~').count();
        for number in 3..count - 3 {
            for by in odd {
                let found = messages(&replaced(input, number, by));
                let segment = input.split('~').nth(number).unwrap();
                assert!(found.len() <= 1, "{by} for {segment}: {found:?}");
                assert!(by.is_empty() || !found.is_empty(), "{by} for {segment}");
            }
        }
    }
}

#[test]
fn an_odd_segment_in_place_of_the_only_line_is_one_problem() {
    let line = ORDER
        .split('~')
        .position(|found| found.starts_with("PO1*"))
        .unwrap();
    for odd in [
        "ZZZ*1~",
        "CLM*1*2~",
        "po1*1*4*EA*1~",
        "BEG*00*SA*PO-77**20260301~",
        "FST*1*D*W*20260101~",
    ] {
        let found = messages(&replaced(ORDER, line, odd));
        let id = odd.split('*').next().unwrap();
        assert_eq!(found.len(), 1, "{odd}: {found:?}");
        assert!(
            found[0].contains(&format!("Segment {id} at position 6")),
            "{found:?}"
        );
    }
}

#[test]
fn a_lost_opener_is_named_where_its_loop_is_required() {
    let check = |input: &str, lost: &str, wanted: &str| {
        let number = input
            .split('~')
            .position(|found| found.starts_with(lost))
            .unwrap();
        assert_eq!(messages(&replaced(input, number, "")), [wanted]);
    };
    check(
        ORDER,
        "PO1*",
        "Segment PO1 at position 6: Required segment is missing. PO1 belongs after N4 at position 5.",
    );
    check(
        ORDER,
        "N1*",
        "Segment N3 at position 3: Segment is not expected at this position. It may stand in loops N1-4000, N1-6100, N1-8600, N1-8740.",
    );
    check(
        CLAIM,
        "NM1*85",
        "Segment NM1 at position 7: Required segment is missing. Loop 2010AA: NM1 (85) belongs after HL at position 6.",
    );
    // Another subscriber follows, so none is missing.
    check(
        CLAIM,
        "HL*2*",
        "Segment SBR at position 11: Segment is not expected at this position. It may stand in loops 2000B, 2300, 2320.",
    );
}

/// Independent problems are both reported.
#[test]
fn separate_problems_stay_separate() {
    for (changes, wanted) in [
        (
            &[("N1*ST*SHOP*92*12~", ""), ("CTT*1~", "ZZZ*1~CTT*1~")][..],
            2,
        ),
        (
            &[
                ("N3*1 ROAD~", "N3*1 ROAD~ZZZ*1~"),
                ("CTT*1~", "CTT*1~CTT*1~"),
            ],
            2,
        ),
        (
            &[
                ("PO1*1*4*EA*12.50~", "N9*ZZ*1~REF*ZZ*1~"),
                ("BEG*00", "BEG*XX"),
            ],
            2,
        ),
    ] {
        let mut input = ORDER.to_owned();
        for (old, new) in changes {
            assert!(input.contains(old));
            input = input.replacen(old, new, 1);
        }
        let from = input.find("ST*850").unwrap();
        let count = input[from..]
            .find("SE*")
            .map(|to| input[from..from + to].matches('~').count());
        let input = input.replacen("SE*10", &format!("SE*{}", count.unwrap() + 1), 1);
        let found = messages(&input);
        assert!(found.len() >= wanted, "{changes:?}: {found:?}");
    }
}

/// Replaces one text by another: there is exactly the wanted message.
fn said(old: &str, new: &str, count: u32, wanted: &str) {
    let input = CLAIM
        .replacen(old, new, 1)
        .replacen("SE*35", &format!("SE*{count}"), 1);
    assert_eq!(messages(&input), [wanted], "{old} -> {new}");
}

#[test]
fn messages_say_where_a_segment_belongs() {
    said(
        "REF*EI*123456789~",
        "",
        34,
        "Segment REF at position 10: Required segment is missing. Loop 2010AA: REF (EI or SY) belongs after N4 at position 9.",
    );
    said(
        "NM1*PR*2*PLAN*****PI*P1~",
        "",
        34,
        "Segment NM1 at position 17: Required segment is missing. Loop 2010BB: NM1 (PR) belongs after DMG at position 16.",
    );
    said(
        "LX*1~",
        "MIA*1~LX*1~",
        36,
        "Segment MIA at position 20: Segment is not expected at this position. It may stand in loop SBR-2320.",
    );
}
