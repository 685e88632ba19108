//! Loop names of one's own.

use std::sync::Arc;

use b2bi_local_x12::{JsonWriter, Layout, LoopNames, Reader};

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
fn a_line_that_is_no_name_is_told() {
    let problem = |text: &str| LoopNames::parse(text).unwrap_err().line;
    assert_eq!(problem("850\t4010\tN1\tN1-1\n850\t4010\tN1\n"), 2);
    assert_eq!(problem("850\t4011\tN1\tN1-1\n"), 1);
    assert_eq!(problem("\n850\t4010\tN1\tN1-1\ta\tN1=\n"), 2);
}
