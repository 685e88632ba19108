//! Acknowledgements, and splitting.

use std::fs;

use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Findings, FirstControlNumbers, Layout,
    ReceivedInterchanges, Strictness, Validator, acknowledge, acknowledge_interchanges, read,
    split, to_json,
};

use super::samples;

const ORDER: &str = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*000000042*0*T*>~\
GS*PO*BLUE*NORTH*20260301*0930*7*X*004010~ST*850*0001~BEG*00*SA*PO-77**20260301~REF*DP*12~PO1*1*4*EA*12.50~SE*5*0001~\
ST*850*0002~BEG*00*SA*PO-78**20260301~PO1*1*4*EA*12.50~SE*4*0002~GE*2*7~IEA*1*000000042~";

fn how(form: AcknowledgementForm) -> AcknowledgementOptions {
    AcknowledgementOptions {
        form,
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

fn answers(input: &str, how: &AcknowledgementOptions) -> (Option<String>, Option<String>) {
    let sink = (
        ReceivedInterchanges::new(),
        Validator::new(Strictness::Attested, None),
    );
    let ((received, validator), reading) = read(input.as_bytes(), sink);
    let validation = validator.finish();
    let findings = Findings::new(&reading, Some(&validation));
    let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| String::from_utf8(bytes).unwrap());
    (
        text(acknowledge(&received, &findings, how)),
        text(acknowledge_interchanges(&received, &findings, how)),
    )
}

/// The segments between GS and GE of the answer.
fn functional(input: &str, how: &AcknowledgementOptions) -> Vec<String> {
    let answer = answers(input, how).0.unwrap();
    let segments = answer.split("~\n").map(str::to_owned);
    segments
        .skip(2)
        .take_while(|segment| !segment.starts_with("GE"))
        .collect()
}

#[test]
fn an_order_is_accepted() {
    let (functional, interchange) = answers(ORDER, &how(AcknowledgementForm::Functional));
    assert_eq!(
        functional.unwrap(),
        "ISA*00*          *00*          *ZZ*NORTHMILL      *ZZ*BLUEBIKES      *261123*1057*U*00401*000000001*0*T*>~\n\
         GS*FA*NORTH*BLUE*20261123*105740*000000001*X*004010~\nST*997*0001~\nAK1*PO*7~\nAK2*850*0001~\nAK5*A~\n\
         AK2*850*0002~\nAK5*A~\nAK9*A*2*2*2~\nSE*8*0001~\nGE*1*000000001~\nIEA*1*000000001~\n"
    );
    assert_eq!(
        interchange.unwrap(),
        "ISA*00*          *00*          *ZZ*NORTHMILL      *ZZ*BLUEBIKES      *261123*1057*U*00401*000000001*0*T*>~\n\
         TA1*000000042*260301*0930*A*000~\nIEA*0*000000001~\n"
    );
}

#[test]
fn the_sample_is_answered_as_it_was() {
    let Some(folder) = samples::folder() else {
        return;
    };
    let input = fs::read_to_string(folder.join("engine/850-4010.edi")).unwrap();
    let wanted = fs::read_to_string(folder.join("engine/850-4010.997.edi")).unwrap();
    let sink = ReceivedInterchanges::new();
    let (received, reading) = read(input.as_bytes(), sink);
    let made = acknowledge(
        &received,
        &Findings::new(&reading, None),
        &how(AcknowledgementForm::Functional),
    )
    .unwrap();
    assert_eq!(String::from_utf8(made).unwrap(), wanted);
}

#[test]
fn errors_are_told_by_their_codes() {
    let faulty = ORDER
        .replacen("BEG*00*SA*PO-77**20260301~", "BEG*0*SA*PO-77~QQQ*1~", 1)
        .replacen("SE*5", "SE*9", 1);
    let form = AcknowledgementForm::Functional;
    assert_eq!(
        functional(&faulty, &how(form.clone())),
        [
            "ST*997*0001",
            "AK1*PO*7",
            "AK2*850*0001",
            "AK3*BEG*2**8",
            "AK4*1*353*4*0",
            "AK4*5*373*1",
            "AK3*QQQ*3**1",
            "AK5*R*5*4",
            "AK2*850*0002",
            "AK5*A",
            "AK9*P*2*2*1",
            "SE*12*0001",
        ]
    );
    let without = AcknowledgementOptions {
        details: false,
        ..how(form)
    };
    assert_eq!(
        functional(&faulty, &without),
        ["ST*997*0001", "AK1*PO*7", "AK9*P*2*2*1", "SE*4*0001"]
    );
    let guide = Some("005010X231A1".to_owned());
    assert_eq!(
        functional(&faulty, &how(AcknowledgementForm::Implementation(guide))),
        [
            "ST*999*0001*005010X231A1",
            "AK1*PO*7*004010",
            "AK2*850*0001",
            "IK3*BEG*2**8",
            "IK4*1*353*4*0",
            "IK4*5*373*1",
            "IK3*QQQ*3**1",
            "IK5*R*5*4",
            "AK2*850*0002",
            "IK5*A",
            "AK9*P*2*2*1",
            "SE*12*0001",
        ]
    );
}

#[test]
fn groups_and_interchanges_have_codes_too() {
    let how = how(AcknowledgementForm::Functional);
    let check = |old: &str, new: &str, group: Option<&str>, interchange: &str| {
        let (functional, answer) = answers(&ORDER.replacen(old, new, 1), &how);
        let line = functional.as_deref().and_then(|functional| {
            let mut lines = functional.lines();
            lines.find_map(|line| line.strip_prefix("AK9*")?.strip_suffix('~'))
        });
        assert_eq!(line, group, "{new}");
        assert!(
            answer.unwrap().contains(&format!("*{interchange}~\nIEA")),
            "{new}"
        );
    };
    check("GE*2*7", "GE*3*7", Some("R*3*2*0*5"), "R*024");
    check("GE*2*7", "GE*2*8", Some("R*2*2*0*4"), "R*024");
    check("GE*2*7~", "", Some("E*2*2*2*3"), "A*000");
    check("IEA*1*000000042", "IEA*1*000000043", None, "R*001");
    check("IEA*1", "IEA*2", None, "R*021");
    let (functional, answer) = answers(&ORDER.replacen("IEA*1*000000042~", "", 1), &how);
    assert_eq!(functional, None);
    assert!(answer.unwrap().contains("*R*023~\nIEA"));
}

#[test]
fn acknowledgements_are_not_acknowledged() {
    let how = how(AcknowledgementForm::Functional);
    let answer = answers(ORDER, &how).0.unwrap();
    assert_eq!(answers(&answer, &how), (None, None));
}

#[test]
fn a_piece_is_an_interchange_of_one_transaction() {
    let (pieces, reading) = split(ORDER.as_bytes());
    assert_eq!(reading.problems, []);
    assert_eq!(pieces.len(), 2);
    for (piece, number) in pieces.iter().zip([1, 2]) {
        let document = to_json(&piece.bytes, Layout::Compact);
        assert_eq!(document.reading.problems, []);
        assert_eq!(document.reading.contents[0].transactions, 1);
        assert_eq!(piece.position.transaction, number);
        assert!(
            document
                .text
                .contains(&format!(r#""BEG_03":"PO-7{}""#, number + 6))
        );
    }
}
