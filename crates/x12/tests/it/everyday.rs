//! One fault in the typical file of a guide is one problem, with the guide and without.

use std::fs;

use b2bi_local_x12::{Strictness, Validator, read};

/// The messages about a file with these segments and a correct SE01.
fn messages(segments: &[String]) -> Vec<String> {
    let mut segments = segments.to_vec();
    let st = segments
        .iter()
        .position(|segment| segment.starts_with("ST*"));
    let se = segments
        .iter()
        .rposition(|segment| segment.starts_with("SE*"));
    let (st, se) = (st.unwrap(), se.unwrap());
    let control = segments[se].rsplit('*').next().unwrap().to_owned();
    segments[se] = format!("SE*{}*{control}", se - st + 1);
    let input = format!("{}~", segments.join("~"));
    let validator = Validator::new(Strictness::Attested, None).guided();
    let (validator, _) = read(input.as_bytes(), validator);
    let problems = validator.finish().problems;
    problems.iter().map(ToString::to_string).collect()
}

/// The segments of each typical file, unchanged and without its guide.
fn everyday() -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/x12/guides");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let segments: Vec<String> = text
            .split('~')
            .map(|segment| segment.trim().to_owned())
            .filter(|segment| !segment.is_empty())
            .collect();
        let plain = segments.iter().map(|segment| {
            let is_header = segment.starts_with("GS*") || segment.starts_with("ST*");
            let parts = segment.split('*').enumerate();
            let parts = parts.filter(|(at, part)| *at != 3 || !part.starts_with("005010X"));
            let parts: Vec<&str> = parts
                .map(|(_, part)| match part.strip_prefix("005010X") {
                    Some(_) if is_header => "005010",
                    _ => part,
                })
                .collect();
            parts.join("*")
        });
        let plain = plain.collect();
        found.push((format!("{name} without its guide"), plain));
        found.push((name, segments));
    }
    found
}

/// The numbers of the segments between ST and SE.
fn inner(segments: &[String]) -> std::ops::Range<usize> {
    let place = |id: &str| segments.iter().position(|segment| segment.starts_with(id));
    place("ST*").unwrap() + 1..place("SE*").unwrap()
}

/// Whether a segment belongs to the reporting categories of an 834, whose LX, N1 and REF also occur
/// in other loops: if one is missing, the others belong to those.
fn is_ambiguous(segments: &[String], number: usize) -> bool {
    let of_categories = ["LS*", "LX*", "N1*75"];
    let mut of_categories = of_categories.iter();
    segments.iter().any(|segment| segment.starts_with("N1*75"))
        && of_categories.any(|start| segments[number].starts_with(start))
}

/// Makes faults in each file: each is at most one problem, and `least` is the minimum in total.
fn check(least: usize, faults: impl Fn(&[String], usize) -> Vec<Vec<String>>) {
    for (name, segments) in everyday() {
        assert_eq!(messages(&segments), Vec::<String>::new(), "{name}");
        for number in inner(&segments) {
            for faulty in faults(&segments, number) {
                let found = messages(&faulty);
                let segment = &faulty[number];
                let count = found.len();
                assert!(
                    (least..=1).contains(&count),
                    "{name}, {segment}: {found:#?}"
                );
            }
        }
    }
}

#[test]
fn an_identifier_in_lower_case_is_one_problem() {
    check(1, |segments, number| {
        let mut faulty = segments.to_vec();
        let (id, rest) = faulty[number].split_once('*').unwrap();
        faulty[number] = format!("{}*{rest}", id.to_lowercase());
        vec![faulty]
    });
}

#[test]
fn a_second_header_segment_is_one_problem_wherever_it_stands() {
    check(1, |segments, number| {
        let header = &segments[inner(segments).start];
        let is_other = !["BHT*", "BGN*", "BPR*"]
            .iter()
            .any(|id| header.starts_with(id));
        if is_other {
            return Vec::new();
        }
        let mut faulty = segments.to_vec();
        faulty.insert(number + 1, header.clone());
        vec![faulty]
    });
}

/// An invalid value is one problem, also if it is the qualifier by which a guide distinguishes a
/// place.
#[test]
fn a_wrong_value_is_one_problem() {
    check(0, |segments, number| {
        let parts: Vec<&str> = segments[number].split('*').collect();
        // A composite with a single value lacks its other components too.
        let is_simple = |at: &usize| !parts[*at].is_empty() && !parts[*at].contains(':');
        let simple = (1..parts.len()).filter(is_simple);
        let values = simple.flat_map(|at| ["\u{1}", "Q", "?!?!"].map(|value| (at, value)));
        let faulty = values.map(|(at, value)| {
            let mut parts = parts.clone();
            parts[at] = value;
            let mut faulty = segments.to_vec();
            faulty[number] = parts.join("*");
            faulty
        });
        faulty.collect()
    });
}

/// The transaction continues after it, so nothing begins or ends there.
#[test]
fn a_segment_of_the_envelope_within_a_transaction_is_one_problem() {
    check(1, |segments, number| {
        let others = [
            "ISA",
            "ISA*00*",
            "GS",
            "GS*IN*A*B*20260301*0930*9*X*004010",
            "GS*",
            "GE",
            "GE*1*1",
            "IEA*1*000000001",
            "IEA",
            "ST",
            "ST*",
            "ST*850*0099",
            "ST*999*1*005010X231A1",
            "SE",
            "SE*999*0001",
            "TA1*1",
            "ST*XYZ*1",
        ];
        let own = segments.iter().filter(|segment| {
            ["ISA*", "GS*", "ST*", "GE*", "IEA*"]
                .iter()
                .any(|id| segment.starts_with(id))
        });
        let odd = others.into_iter().chain(own.map(|segment| &**segment));
        odd.map(|odd| {
            let mut faulty = segments.to_vec();
            faulty.insert(number, odd.to_owned());
            faulty
        })
        .collect()
    });
}

#[test]
fn a_lost_segment_is_one_problem() {
    check(0, |segments, number| {
        let mut faulty = segments.to_vec();
        faulty.remove(number);
        let is_reported = !is_ambiguous(segments, number);
        is_reported.then_some(faulty).into_iter().collect()
    });
}

#[test]
fn an_odd_segment_in_place_of_another_is_one_problem() {
    check(1, |segments, number| {
        let odd = [
            "ZZZ*1",
            "qq",
            "",
            "*IC*X",
            "TDS*1",
            "XX9*1",
            "FST*1*D*W*20260101",
        ];
        let faulty = odd.map(|odd| {
            let mut faulty = segments.to_vec();
            faulty[number] = odd.to_owned();
            faulty
        });
        faulty.to_vec()
    });
}

/// The elements are those of the intended segment.
#[test]
fn a_mistyped_identifier_is_one_problem() {
    check(1, |segments, number| {
        let (id, elements) = segments[number].split_once('*').unwrap();
        let mistyped = [
            format!("{id}X"),
            format!("X{id}"),
            id[..1].to_owned(),
            "HLX".to_owned(),
        ];
        let faulty = mistyped
            .into_iter()
            .filter(|wrong| elements != "1" || wrong != "HLX");
        let faulty = faulty.map(|wrong| {
            let mut faulty = segments.to_vec();
            faulty[number] = format!("{wrong}*{elements}");
            faulty
        });
        faulty.collect()
    });
}

/// An HL segment that occurs again where the guide begins no level.
#[test]
fn a_copy_of_an_hl_segment_is_one_problem() {
    let guides = ["005010X222A1", "005010X223A2", "005010X214", "005010X217"];
    check(1, |segments, number| {
        let mut headers = segments.iter().filter(|segment| segment.starts_with("ST*"));
        let is_of = headers.any(|st| guides.iter().any(|guide| st.ends_with(guide)));
        if !is_of || !segments[number].starts_with("HL*") {
            return Vec::new();
        }
        let places = number + 2..inner(segments).end;
        let places = places.filter(|place| !segments[place - 1].starts_with("HL*"));
        let faulty = places.map(|place| {
            let mut faulty = segments.to_vec();
            faulty.insert(place, segments[number].clone());
            faulty
        });
        faulty.collect()
    });
}

/// The messages about a file with a segment after the first that begins with `after`.
fn messages_with(name: &str, after: &str, odd: &str) -> Vec<String> {
    let files = everyday();
    let (_, segments) = files.iter().find(|(found, _)| found == name).unwrap();
    let at = segments.iter().position(|found| found.starts_with(after));
    let mut segments = segments.clone();
    segments.insert(at.unwrap() + 1, odd.to_owned());
    messages(&segments)
}

#[test]
fn a_segment_with_a_qualifier_of_no_place_is_one_problem() {
    for (name, after, odd) in [
        ("professional-claim", "CLM*", "REF*ZZ*1"),
        ("professional-claim", "CLM*", "NM1*ZZ*1*X"),
        ("professional-claim", "CLM*", "DTP*999*D8*20260101"),
        ("professional-claim", "NM1*85", "PER*ZZ*A"),
        ("professional-claim", "NM1*85", "REF*ZZ*1"),
        ("professional-claim", "LX*", "NM1*PR*2*X"),
        ("professional-claim", "LX*", "REF*ZZ*1"),
        ("professional-claim", "N4*", "REF*ZZ*1"),
        ("institutional-claim", "CL1*", "AMT*ZZ*1"),
        ("institutional-claim", "HI*", "HI*BP:A1:D8:20260201"),
        ("remittance", "CLP*", "REF*ZZ*1"),
        ("remittance", "CLP*", "DTM*999*20260101"),
        ("remittance", "SVC*", "AMT*ZZ*1"),
        ("remittance", "SVC*", "REF*ZZ*1"),
        ("enrollment", "HD*", "AMT*ZZ*1"),
        ("enrollment", "HD*", "REF*ZZX*1"),
        ("enrollment", "NM1*IL", "AMT*ZZ*1"),
        ("eligibility-inquiry", "NM1*PR", "REF*ZZ*1"),
        ("claim-status-inquiry", "TRN*", "AMT*ZZ*1"),
    ] {
        let found = messages_with(name, after, odd);
        assert_eq!(found.len(), 1, "{name}, {odd} after {after}: {found:#?}");
    }
}

/// The message lists the guide's values for such a segment.
#[test]
fn a_qualifier_of_no_place_is_answered_with_those_that_are() {
    let found = messages_with("institutional-claim", "HI*", "HI*BP:A1:D8:20260201");
    let wanted =
        "Segment is not expected at this position. It may stand in loop 2300 with HI-1-1 ABK, BK,";
    assert!(found[0].contains(wanted), "{found:?}");
}

/// A guide may require an element that another element requires too.
#[test]
fn a_missing_element_that_is_required_twice_is_one_problem() {
    for (after, odd) in [("DMG*", "DMG*D8**F"), ("DMG*", "DMG**19700101*F")] {
        let files = everyday();
        let (_, segments) = files
            .iter()
            .find(|(name, _)| name == "professional-claim")
            .unwrap();
        let mut segments = segments.clone();
        let at = segments.iter().position(|found| found.starts_with(after));
        segments[at.unwrap()] = odd.to_owned();
        let found = messages(&segments);
        assert_eq!(found.len(), 1, "{odd}: {found:#?}");
        assert!(found[0].contains("Required data element DMG-"), "{found:?}");
    }
}
