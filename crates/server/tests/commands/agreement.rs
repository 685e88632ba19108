//! The exit status of `validate` and `ack` agrees with the acknowledgements.

use std::fs;

use crate::{DOCUMENTS, order, run};

/// The values at a position of all segments with an identifier.
fn values(answer: &str, id: &str, position: usize) -> Vec<String> {
    let lines = answer.lines().map(|line| line.trim_end_matches('~'));
    lines
        .filter_map(|line| line.strip_prefix(id)?.strip_prefix('*'))
        .map(|rest| rest.split('*').nth(position - 1).unwrap_or("").to_owned())
        .collect()
}

/// Compares the commands on one input; returns the exit status that they have in common.
fn check(input: &str) -> i32 {
    let (status, report, problems) = run(&["validate"], input);
    let (of_functional, functional, said) = run(&["ack"], input);
    let (of_ta1, ta1, _) = run(&["ack", "--form", "TA1"], input);
    let context = format!("{report}{problems}{functional}{said}{ta1}\n{input}");
    assert_eq!((of_functional, of_ta1), (status, status), "{context}");
    let parts = [
        values(&ta1, "TA1", 4),
        values(&functional, "AK9", 1),
        values(&functional, "AK5", 1),
        values(&functional, "IK5", 1),
    ];
    let is_accepted = |values: &Vec<String>| values.iter().all(|value| value == "A");
    let [statuses, groups, ..] = &parts;
    let is_answered = !statuses.is_empty() && !groups.is_empty();
    assert_eq!(
        status == 0,
        is_answered && parts.iter().all(is_accepted),
        "{context}"
    );
    if statuses.iter().any(|status| status == "R") {
        let is_rejected = groups.iter().all(|verdict| verdict == "R");
        assert!(is_rejected, "{context}");
    } else if status == 1 {
        assert!(!groups.is_empty(), "{context}");
    }
    status
}

#[test]
fn the_exit_status_is_what_the_acknowledgements_say() {
    let valid = order()
        .replace("SAC*C*D240***500~\n", "")
        .replace("SE*12", "SE*11");
    assert_eq!(check(&valid), 0);
    let changes = [
        ("IEA*1*000000001~", "IEA*1*000000001", 0),
        ("IEA*1*000000001~", "IEA*1*000000001~EOF", 0),
        ("GS*PO*BLUEBIKES", "GS*PO*B", 0),
        ("IEA*1*000000001", "IEA*1*000000002", 1),
        ("IEA*1*000000001", "IEA*2*000000001", 1),
        ("IEA*1*000000001~", "", 1),
        ("IEA*1*000000001~", "NTE**x~IEA*1*000000001~", 1),
        ("GE*1*1", "GE*1*2", 1),
        ("GE*1*1", "GE*2*1", 1),
        ("GE*1*1~", "", 1),
        ("GE*1*1~", "NTE**x~GE*1*1~", 1),
        ("SE*11*0001", "SE*11*0002", 1),
        ("SE*11*0001", "SE*10*0001", 1),
        ("SE*11*0001~", "", 1),
        ("ST*850*0001~", "", 1),
        ("ST*850*0001", "ST*999*0001", 1),
        ("ST*850*0001", "ST*850*", 1),
        ("GS*PO*", "GS*IN*", 1),
        ("GS*PO*", "GS*Q*", 1),
        ("*X*004010", "*T*004010", 1),
        ("*X*004010", "*X*00401", 1),
        ("*20260301*0930*1*X", "*20261301*0930*1*X", 1),
        ("*260301*0930*U", "*261301*0930*U", 1),
        ("*U*00401*", "*U*00499*", 1),
        ("*0*T*>~", "*0*T**~", 1),
        ("*0*T*>~", "*0*T*> ~", 1),
        ("BEG*00", "BEG*", 1),
        ("BEG*00", "beg*00", 1),
        ("N3*1 Canal", "ZZZ*1 Canal", 1),
        ("GS*PO", "ISB*~GS*PO", 1),
        ("ISA*", "UNB*", 2),
    ];
    for (old, new, status) in changes {
        assert!(valid.contains(old), "{old}");
        assert_eq!(
            check(&valid.replacen(old, new, 1)),
            status,
            "{old} -> {new}"
        );
    }
}

#[test]
fn the_exit_status_of_every_fixture_is_what_its_acknowledgement_says() {
    let guides = format!("{DOCUMENTS}/../guides");
    for entry in fs::read_dir(guides).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        if text.contains("\nST*999*") {
            continue;
        }
        assert_eq!(check(&text), 0, "{}", path.display());
        let lines: Vec<&str> = text.lines().collect();
        let middle = lines.len() / 2;
        let lost = [&lines[..middle], &lines[middle + 1..]].concat();
        assert_eq!(check(&lost.join("\n")), 1, "{}", path.display());
    }
}
