//! Values of elements: numbers, dates and periods, binary data.

use b2bi_local_x12::{Strictness, Validator, read};

/// The messages about one transaction, given without its ST and SE, each after the position of its
/// segment.
fn messages(group: &str, version: &str, set: &str, body: &str) -> Vec<String> {
    let isa12 = version.get(..5).unwrap_or_default();
    let isa11 = if version.starts_with("004010") {
        "U"
    } else {
        "^"
    };
    let count = body.matches('~').count() + 2;
    let input = format!(
        "ISA*00*          *00*          *ZZ*QUAY           *ZZ*HARBOUR        *260301*0930*{isa11}*{isa12}*000000001*0*T*:~\
         GS*{group}*QUAY*HARBOUR*20260301*0930*1*X*{version}~ST*{set}*0001~{body}SE*{count}*0001~GE*1*1~IEA*1*000000001~"
    );
    let validator = Validator::new(Strictness::Attested, None);
    let (validator, reading) = read(input.as_bytes(), validator);
    let report = validator.finish().report();
    let lines = report
        .lines()
        .filter_map(|line| line.split_once("*** ")?.1.split_once(": "));
    let envelope = reading.problems.iter().map(ToString::to_string);
    lines
        .map(|(_, message)| message.to_owned())
        .chain(envelope)
        .collect()
}

fn order(quantity: &str, date: &str) -> Vec<String> {
    let body = format!("BEG*00*SA*1**20260301~{date}PO1*1*{quantity}*EA*1~");
    messages("PO", "004010", "850", &body)
}

#[test]
fn what_is_no_number_is_said_to_be_none() {
    for value in [
        "EA", "E", "E5", ".", "-", "-.", "1,5", "1-", "+5", "1E", "--1", "A",
    ] {
        let wanted =
            format!("Data element PO1-2 with value |{value}| is not a valid decimal number");
        assert_eq!(order(value, ""), [wanted]);
    }
    for value in ["5", "-5", "0.5", ".5", "5.", "1E3", "-1.5E-3"] {
        assert_eq!(order(value, ""), Vec::<String>::new(), "{value}");
    }
    let long = order("1234567890123456", "");
    assert_eq!(
        long,
        ["Data element PO1-2 with value |1234567890123456| is too long. Valid length range: 1..15"]
    );
    for count in ["x", "-", ".", "1.0"] {
        let found = messages(
            "PO",
            "004010",
            "850",
            &format!("BEG*00*SA*1**20260301~PO1*1~CTT*{count}~"),
        );
        assert_eq!(
            found,
            [format!(
                "Data element CTT-1 with value |{count}| is not a valid number"
            )]
        );
    }
}

#[test]
fn a_period_has_the_format_that_is_named() {
    let check = |date: &str, wanted: &str| {
        let wanted: Vec<&str> = if wanted.is_empty() {
            Vec::new()
        } else {
            vec![wanted]
        };
        assert_eq!(order("1", date), wanted, "{date}");
    };
    check("DTM*002****D8*20260301~", "");
    check("DTM*002****UN*whenever~", "");
    check(
        "DTM*002****D8*20260231~",
        "Data element DTM-6 with value |20260231| is not a valid date in the format D8 (CCYYMMDD)",
    );
    check(
        "DTM*002****RD8*20260301~",
        "Data element DTM-6 with value |20260301| is not a valid date in the format RD8 (CCYYMMDD-CCYYMMDD)",
    );
    check(
        "DTM*002****TM*2460~",
        "Data element DTM-6 with value |2460| is not a valid time in the format TM (HHMM)",
    );
    check(
        "DTM*002****DT*202603012460~",
        "Data element DTM-6 with value |202603012460| is not a valid date in the format DT (CCYYMMDDHHMM)",
    );
}

#[test]
fn segments_of_claims_have_formats_too() {
    let check = |segment: &str, wanted: &str| {
        let body = format!(
            "BHT*0019*00*1*20260301*0930*CH~HL*1**20*1~NM1*85*2*CLINIC~HL*2*1*22*0~NM1*IL*1*ROE~{segment}CLM*C1*10~"
        );
        let body = if segment.starts_with("HI") || segment.starts_with("DTP") {
            format!("{}{segment}", body.replacen(segment, "", 1))
        } else {
            body
        };
        let found = messages("HC", "005010", "837", &body);
        let wanted: Vec<&str> = if wanted.is_empty() {
            Vec::new()
        } else {
            vec![wanted]
        };
        assert_eq!(found, wanted, "{segment}");
    };
    check("DMG*D8*19700101*F~", "");
    check(
        "DMG*D8*1970010*F~",
        "Data element DMG-2 with value |1970010| is not a valid date in the format D8 (CCYYMMDD)",
    );
    check("DTP*434*RD8*20260101-20260131~", "");
    // Assumption A-391: the order of the two dates is not checked.
    check("DTP*434*RD8*20260131-20260101~", "");
    check(
        "DTP*434*RD8*20260101/20260131~",
        "Data element DTP-3 with value |20260101/20260131| is not a valid date in the format RD8 (CCYYMMDD-CCYYMMDD)",
    );
    check(
        "DTP*096*TM*930~",
        "Data element DTP-3 with value |930| is not a valid time in the format TM (HHMM)",
    );
    check("HI*BR:0AB:D8:20260101*BQ:0AC:D8:20260102~", "");
    check("HI*BR:0AB*BQ:0AC:D8:20260102~", "");
    check(
        "HI*BR:0AB:D8:20260101*BQ:0AC:D8:202613~",
        "Data element HI-2-4 with value |202613| is not a valid date in the format D8 (CCYYMMDD)",
    );
    check(
        "HI*BI:71:RD8:20260101~",
        "Data element HI-1-4 with value |20260101| is not a valid date in the format RD8 (CCYYMMDD-CCYYMMDD)",
    );
}

#[test]
fn a_wrong_length_of_binary_data_is_one_problem() {
    let check = |binary: &str, wanted: Option<&str>| {
        let body = format!(
            "BGN*11*1*20260301~NM1*PR*2*PLAN~NM1*41*2*CLINIC~NM1*1P*2*CLINIC~NM1*QC*1*ROE~LX*1~DTP*368*D8*20260301~CAT*AE*TX~EFI*05~{binary}~"
        );
        let found = messages("PI", "005010", "275", &body);
        let wanted = wanted.map(|value| {
            format!(
                "Data element BIN-1 with value |{value}| is not the length of the data: no segment terminator follows it"
            )
        });
        assert_eq!(found, wanted.into_iter().collect::<Vec<_>>(), "{binary}");
    };
    check("BIN*6*abcdef", None);
    check("BIN*06*abcdef", None);
    for (binary, value) in [
        ("BIN*6*a~b*c~d", "6"),
        ("BIN*4*abcdef", "4"),
        ("BIN*60*abcdef", "60"),
        ("BIN*-3*abc", "-3"),
        ("BIN*0*abc", "0"),
        ("BIN*600000*abc", "600000"),
        ("BIN*999999999999999*abc", "999999999999999"),
    ] {
        check(binary, Some(value));
    }
}
