//! Starter templates: their output is valid for every set of every version and every guide.

use b2bi_local_mapping::{
    Engine, Jsonata, Limits, Run, StarterLanguage, starter_of_folded_sample, starter_of_outline,
};
use b2bi_local_x12::{
    Layout, Outline, Strictness, Validator, Version, WriteOptions, guides, read, sets, to_json,
    write_json, write_xml,
};

/// The maximum length of a template that the service accepts.
const MOST: usize = 350_000;

fn evaluated(template: &str) -> String {
    let run = Run::new(0, 1, Limits::standard());
    let template = Jsonata.compile(template).unwrap();
    template.evaluate("{}", &run).unwrap().unwrap()
}

/// The output of a stylesheet that contains nothing to evaluate.
fn written_by(stylesheet: &str) -> &str {
    let start = stylesheet.find("<ediroot").unwrap();
    let end = stylesheet.find("</ediroot>").unwrap();
    &stylesheet[start..end + "</ediroot>".len()]
}

/// The problems that the standard, the guide and rules inferred for it find.
fn report(x12: &[u8]) -> String {
    let validator = Validator::new(Strictness::Inferred, None).guided();
    let (validator, reading) = read(x12, validator);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    validator.finish().report()
}

fn check(outline: &Outline) {
    let name = format!("{} of {}", outline.set, outline.group_version);
    let wanted = to_json(outline.to_x12().as_bytes(), Layout::Pretty).text;
    let template = starter_of_outline(outline, StarterLanguage::Jsonata, MOST);
    assert!(template.len() <= MOST, "{name}: {}", template.len());
    let x12 = write_json(&evaluated(&template), &WriteOptions::standard()).unwrap();
    assert_eq!(report(&x12), "", "{name}");
    assert_eq!(to_json(&x12, Layout::Pretty).text, wanted, "{name}");
    let stylesheet = starter_of_outline(outline, StarterLanguage::Xslt, MOST);
    assert!(stylesheet.len() <= MOST, "{name}: {}", stylesheet.len());
    let by_xml = write_xml(written_by(&stylesheet), &WriteOptions::standard()).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&by_xml),
        String::from_utf8_lossy(&x12),
        "{name}"
    );
}

fn check_version(version: Version) {
    for set in sets(version) {
        check(&Outline::new(version, set, None).unwrap());
    }
}

#[test]
fn every_set_of_4010() {
    check_version(Version::V4010);
}

#[test]
fn every_set_of_4030() {
    check_version(Version::V4030);
}

#[test]
fn every_set_of_4050() {
    check_version(Version::V4050);
}

#[test]
fn every_set_of_4060() {
    check_version(Version::V4060);
}

#[test]
fn every_set_of_5010() {
    check_version(Version::V5010);
}

#[test]
fn every_guide() {
    for (set, guide) in guides() {
        check(&Outline::new(Version::V5010, set, Some(guide)).unwrap());
    }
}

/// The elements with a note that a template writes, by line.
fn noted(template: &str) -> Vec<&str> {
    let lines = template.lines().map(str::trim);
    lines
        .filter(|line| line.starts_with('"') && line.ends_with("*/"))
        .collect()
}

#[test]
fn a_folded_sample_has_one_of_each_kind_with_notes() {
    let order = "ISA*00*          *00*          *ZZ*THEM           *ZZ*US             *260301*0930*U*00401*000000009*0*P*>~\
                 GS*PO*THEM*US*20260301*0930*9*X*004010~ST*850*0001~BEG*00*SA*PO-1**20260301~\
                 N1*ST*Cellar*92*07~N4*Utrecht~N1*BT*Office~\
                 PO1*1*4*EA*12.50**UP*123456789012~PID*F****Lamp~\
                 PO1*2*9*CA*3**VN*X-1~CTP**CON*2.75~PID*F****Bowl~CTT*2~SE*11*0001~GE*1*9~IEA*1*000000009~";
    let outline = Outline::new(Version::V4010, "850", None).unwrap();
    let template =
        starter_of_folded_sample(order.as_bytes(), &outline, StarterLanguage::Jsonata, MOST);
    for (element, count) in [
        ("\"N1_01\" : ", 2),
        ("\"N1_01\" : \"BT\"", 1),
        ("\"PO1_01\" : \"1\"", 1),
        ("\"PO1_01\" : ", 1),
        ("\"PO1_07\" : \"123456789012\"", 1),
        ("\"CTP_03\" : \"2.75\"", 1),
        ("\"PID_05\" : \"Lamp\"", 1),
        ("\"PID_05\" : ", 1),
    ] {
        let live = noted(&template);
        let found = live.iter().filter(|line| line.starts_with(element)).count();
        assert_eq!(found, count, "{element}\n{template}");
    }
    assert!(template.contains("THEM"), "{template}");
    let x12 = write_json(&evaluated(&template), &WriteOptions::standard()).unwrap();
    assert_eq!(report(&x12), "", "{template}");
    let stylesheet =
        starter_of_folded_sample(order.as_bytes(), &outline, StarterLanguage::Xslt, MOST);
    let by_xml = write_xml(written_by(&stylesheet), &WriteOptions::standard()).unwrap();
    assert_eq!(by_xml, x12);
}
