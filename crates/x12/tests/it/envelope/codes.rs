//! Each acknowledgement code for the envelope, with an input that gets it.

use super::{ORDER, answers};

/// Changes of the order, and the resulting TA105.
const NOTES: [(&str, &str, &str); 27] = [
    ("*T*>~", "*T*>~", "000"),
    ("IEA*1*000000042", "IEA*1*000000142", "001"),
    ("*0930*U*", "*0930*M*", "002"),
    ("*00401*", "*00604*", "003"),
    ("*T*>~", "*T*> ~", "004"),
    ("*ZZ*BLUE", "*QQ*BLUE", "005"),
    ("BLUEBIKES      ", "BLUE\u{2}BIKES     ", "006"),
    ("*ZZ*NORTH", "*99*NORTH", "007"),
    ("NORTHMILL      ", "               ", "008"),
    ("ISA*00*", "ISA*77*", "010"),
    ("ISA*00*          ", "ISA*03*\u{2}SECRET   ", "011"),
    ("*00*          *ZZ*BLUE", "*88*          *ZZ*BLUE", "012"),
    (
        "*00*          *ZZ*BLUE",
        "*01*\u{2}SECRET   *ZZ*BLUE",
        "013",
    ),
    ("*260301*0930*U", "*260230*0930*U", "014"),
    ("*260301*0930*U", "*260301*2460*U", "015"),
    ("*U*00401*", "*>*00501*", "016"),
    ("*00401*", "*4010 *", "017"),
    ("*000000042*0", "*00000004A*0", "018"),
    ("*0*T*", "*7*T*", "019"),
    ("*0*T*", "*0*Q*", "020"),
    ("IEA*1", "IEA*7", "021"),
    ("IEA*1", "N9*1~IEA*1", "022"),
    ("IEA*1*000000042~", "", "023"),
    ("*20260301*0930*7*", "*20261301*0930*7*", "024"),
    ("GS*", "ISE*991399*0930~GS*", "028"),
    ("GS*", "ISE*260301*9999~GS*", "029"),
    ("GS*", "ISB~GS*", "031"),
];

#[test]
fn every_code_of_an_interchange_is_given() {
    for (old, new, note) in NOTES {
        assert!(ORDER.contains(old), "{old}");
        let found = answers(ORDER.replacen(old, new, 1).as_bytes());
        let [interchange] = found.interchanges.as_slice() else {
            panic!("{new}: {:?}", found.interchanges);
        };
        let letter = match note {
            "000" => "A",
            "028" | "029" | "031" => "E",
            _ => "R",
        };
        assert_eq!(
            *interchange,
            format!("{letter}*{note}"),
            "{old} -> {new}: {:?}",
            found.report
        );
        assert_eq!(
            found.report.len(),
            usize::from(letter != "A"),
            "{new}: {:?}",
            found.report
        );
    }
    // These change more than one place.
    let twice = format!("{ORDER}{ORDER}");
    assert_eq!(answers(twice.as_bytes()).interchanges, ["R*022", "R*025"]);
    let letters = ORDER.replace('*', "Q");
    assert_eq!(answers(letters.as_bytes()).interchanges, ["R*026"]);
    let digit = ORDER.replacen("*T*>~", "*T*0~", 1);
    assert_eq!(answers(digit.as_bytes()).interchanges, ["R*027"]);
}

/// Changes of the order, and the resulting codes of its transactions and its group.
#[test]
fn every_code_of_a_group_and_of_a_transaction_is_given() {
    for (changes, verdicts) in [
        (&[("GS*PO*", "GS*AC*")][..], "AK9*R*2*2*0*1"),
        (&[("*X*004010", "*X*003999")], "AK9*R*2*2*0*2"),
        (&[("GE*2*7~", "")], "AK5*A AK5*A AK9*E*2*2*2*3"),
        (&[("GE*2*7", "GE*2*70")], "AK9*R*2*2*0*4"),
        (&[("GE*2*7", "GE*12*7")], "AK9*R*12*2*0*5"),
        (
            &[("*7*X*", "*-7*X*"), ("GE*2*7", "GE*2*-7")],
            "AK9*R*2*2*0*6",
        ),
        (&[("*7*X*", "**X*")], "AK9*R*2*2*0*6"),
        (
            &[("ST*850*0002", "ST*999*0002")],
            "AK5*A AK5*R*1 AK9*P*2*2*1",
        ),
        (&[("SE*4*0002~", "")], "AK5*A AK5*R*2 AK9*P*2*2*1"),
        (&[("SE*4*0002", "SE*4*2")], "AK5*A AK5*R*3 AK9*P*2*2*1"),
        (&[("SE*4*0002", "SE*44*0002")], "AK5*A AK5*R*4 AK9*P*2*2*1"),
        (&[("BEG*00", "BEG*0")], "AK5*R*5 AK5*A AK9*P*2*2*1"),
        (
            &[("ST*850*0001", "ST*85*0001")],
            "AK5*R*6 AK5*A AK9*P*2*2*1",
        ),
        (
            &[("ST*850*0001", "ST*850*1"), ("SE*4*0001", "SE*4*1")],
            "AK5*R*7 AK5*A AK9*P*2*2*1",
        ),
        (&[("ST*850*0001", "ST*850")], "AK5*R*7 AK5*A AK9*P*2*2*1"),
        (
            &[("ST*850*0002", "ST*850*0001"), ("SE*4*0002", "SE*4*0001")],
            "AK5*A AK5*R*23 AK9*P*2*2*1",
        ),
    ] {
        let change = |text: String, (old, new): &(&str, &str)| text.replacen(old, new, 1);
        let input = changes.iter().fold(ORDER.to_owned(), change);
        let found = answers(input.as_bytes());
        assert_eq!(
            found.verdicts(),
            verdicts,
            "{changes:?}: {:?}",
            found.report
        );
        assert_eq!(found.report.len(), 1, "{changes:?}: {:?}", found.report);
    }
}
