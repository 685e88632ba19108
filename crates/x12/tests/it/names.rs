//! Custom loop names.

use std::sync::Arc;

use b2bi_local_x12::{JsonWriter, Layout, LoopNames, Outline, Reader, Version, to_json, to_xml};

const ORDER: &str = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*000000042*0*T*>~\
GS*PO*BLUE*NORTH*20260301*0930*7*X*004010~ST*850*0001~BEG*00*SA*PO-77**20260301~N1*ST*A~N1*BT*B~PO1*1~PID*F~PID*S~SE*8*0001~\
GE*1*7~IEA*1*000000042~";

#[test]
fn names_are_replaced() {
    let table = "#set\tversion\tpath\tname\n850\t4010\tN1\tN1_other\n850\t4010\tN1\tN1-BILL\ta\tN1_01=BT|X\n\
                 850\t4010\tPO1/PID\tPID-9%\n850\t5010\tN1\tnot-here\n";
    let names = Arc::new(LoopNames::parse(table).unwrap());
    let mut reader = Reader::named(JsonWriter::new(Layout::Compact, 0), names);
    reader.push(ORDER.as_bytes());
    let text = String::from_utf8(reader.finish().0.finish()).unwrap();
    for name in [
        "N1_other_loop",
        "N1-BILL_loop",
        "PO1-8000_loop",
        "PID-9A_loop",
        "PID-9B_loop",
    ] {
        assert!(text.contains(name), "{name} in {text}");
    }
}

#[test]
fn a_line_that_is_no_name_is_reported() {
    let problem = |text: &str| LoopNames::parse(text).unwrap_err().line;
    assert_eq!(problem("850\t4010\tN1\tN1-1\n850\t4010\tN1\n"), 2);
    assert_eq!(problem("850\t4011\tN1\tN1-1\n"), 1);
    assert_eq!(problem("\n850\t4010\tN1\tN1-1\ta\tN1=\n"), 2);
}

/// A claim with these entities below CLM, below SBR and below LX.
fn claim(version: &str, st03: &str, entities: &[&str]) -> String {
    let names = ["NM1*", &entities.join("*1*ROE~NM1*"), "*1*ROE~"].concat();
    format!(
        "ISA*00*          *00*          *ZZ*QUAY           *ZZ*HARBOUR        *260301*0930*^*00501*000000001*0*T*:~\
         GS*HC*QUAY*HARBOUR*20260301*0930*1*X*{version}~ST*837*0001{st03}~BHT*0019*00*1*20260301*0930*CH~HL*1**20*1~\
         NM1*85*2*CLINIC~HL*2*1*22*0~CLM*C1*10~{names}SBR*S~{names}LX*1~SV1*HC:1*1~{names}SE*9*0001~GE*1*1~IEA*1*000000001~"
    )
}

fn check(version: &str, st03: &str, entities: &[&str], wanted: [&str; 3]) {
    let input = claim(version, st03, entities);
    let json = to_json(input.as_bytes(), Layout::Compact).text;
    let xml = to_xml(input.as_bytes()).text;
    for (loops, letters) in ["NM1-2310", "NM1-2330", "NM1-2420"].iter().zip(wanted) {
        let found = |text: &str, end: &str| -> String {
            let rest = text.split(loops).skip(1);
            rest.filter_map(|rest| rest.split_once(end))
                .flat_map(|(letter, _)| [letter, " "])
                .collect()
        };
        let letters: String = letters
            .chars()
            .map(|letter| format!("{letter} ").replace('-', ""))
            .collect();
        assert_eq!(found(&json, "_loop"), letters, "{version} {st03} {loops}");
        assert_eq!(found(&xml, "\""), letters, "{version} {st03} {loops}");
    }
}

#[test]
fn loops_of_a_claim_are_named_by_its_guide() {
    let professional = &["DN", "P3", "82", "77", "DQ", "PW", "45", "XX"];
    let letters = ["AABCDEF-", "CCDEF---", "FFACDGH-"];
    check("005010X222A1", "*005010X222A1", professional, letters);
    check("005010X222", "", professional, letters);
    check("005010X222A2", "", professional, letters);
    check("005010", "*005010X222A1", professional, letters);
    check("005010X298", "", professional, letters);
    let institutional = &["71", "72", "ZZ", "82", "77", "DN", "85"];
    check(
        "005010X223A2",
        "",
        institutional,
        ["ABCDEF-", "CDEGFHI", "-ABC-D-"],
    );
    let dental = &["DN", "P3", "82", "77", "DD", "DQ", "85"];
    check(
        "005010X224A2",
        "",
        dental,
        ["AABCDE-", "CCDGHEF", "--ADBC-"],
    );
    // Without a guide the names are those of the set.
    check(
        "005010",
        "",
        institutional,
        ["ABCDEF-", "CDEGFHI", "-ABC-D-"],
    );
    check(
        "005010X999",
        "",
        institutional,
        ["ABCDEF-", "CDEGFHI", "-ABC-D-"],
    );
}

#[test]
fn starter_outlines_have_the_names_of_their_guide() {
    let outline = Outline::new(Version::V5010, "837", Some("X222")).unwrap();
    let text = to_json(outline.to_x12().as_bytes(), Layout::Compact).text;
    for (name, code) in [
        ("2310B", "82"),
        ("2310C", "77"),
        ("2330D", "82"),
        ("2420A", "82"),
    ] {
        assert!(
            text.contains(&format!("\"NM1-{name}_loop\":[{{\"NM1_01\":\"{code}\"")),
            "{name}"
        );
    }
}

#[test]
fn names_may_be_for_one_guide() {
    let table = "837\t5010\tHL/CLM/NM1\tNM1-VERSION\tNM1_01=82\n\
                 837\t005010X222A1\tHL/CLM/NM1\tNM1-GUIDE\t-\tNM1_01=82|77\n\
                 837\t5010X223\tHL/CLM/NM1\tNM1-OTHER\n";
    let names = Arc::new(LoopNames::parse(table).unwrap());
    for (version, wanted, unwanted) in [
        (
            "005010X222A1",
            ["NM1-GUIDE_loop", "NM1-2310_loop"],
            "NM1-VERSION",
        ),
        (
            "005010X223A2",
            ["NM1-VERSION_loop", "NM1-OTHER_loop"],
            "NM1-GUIDE",
        ),
        ("005010", ["NM1-VERSION_loop", "NM1-2310_loop"], "NM1-GUIDE"),
        (
            "005010X777",
            ["NM1-VERSION_loop", "NM1-2310_loop"],
            "NM1-GUIDE",
        ),
    ] {
        let mut reader = Reader::named(JsonWriter::new(Layout::Compact, 0), Arc::clone(&names));
        reader.push(claim(version, "", &["82", "DQ"]).as_bytes());
        let text = String::from_utf8(reader.finish().0.finish()).unwrap();
        assert!(
            wanted.iter().all(|name| text.contains(name)),
            "{version}: {text}"
        );
        assert!(!text.contains(unwanted), "{version}: {text}");
    }
    for wrong in [
        "837\t005010Y222\tHL\tHL-1",
        "837\t004011X98\tHL\tHL-1",
        "837\t501\tHL\tHL-1",
    ] {
        assert_eq!(LoopNames::parse(wrong).unwrap_err().line, 1, "{wrong}");
    }
}
