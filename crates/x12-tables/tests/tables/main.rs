//! The tables of whole files: their contents, and that parts of a file give the rows of the whole.
#![expect(clippy::panic, clippy::format_push_string, reason = "tests")]

mod sets;
mod specifications;

use std::fs;
use std::path::PathBuf;

use b2bi_local_x12_tables::{
    Origin, RangeFinder, RowFormat, RowSink, RowWriter, Table, TableReader, Value, table_names,
};
use proptest::prelude::*;

/// An 835 with two claims, the second of which has a value that is not a number.
const REMITTANCE: &str = "\
ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260301*0930*^*00501*000000001*0*T*:~
GS*HP*PAYER*CLINIC*20260301*0930*1*X*005010X221A1~
ST*835*0001~
BPR*I*500*C*ACH*CCP*01*111111118*DA*1234*1512345678**01*111111118*DA*5678*20260302~
TRN*1*TRACE1*1512345678~
N1*PR*GOOD PAYER*XV*12345~
N1*PE*CLINIC*XX*1234567893~
LX*1~
CLP*C1*1*400*300*50*12*ICN1*11*1~
CAS*CO*45*40*1*253*10~
NM1*QC*1*DOE*JANE****MI*M1~
DTM*232*20260101~
SVC*HC:99213:25*200*150**1~
CAS*PR*1*50~
SVC*HC:99214*200*150**1~
CLP*C2*2*300*200.5x*0*12*ICN2~
PLB*1234567893*20261231*WO:A1*-20.5*CS:B2*5~
SE*16*0001~
GE*1*1~
IEA*1*000000001~
";

/// The rows of a table as lines of CSV, and the number of problems.
fn rows(table: &Table, origin: Origin, bytes: &[u8], chunk: usize) -> (Vec<String>, usize) {
    let writer = RowWriter::new(RowFormat::Csv, table.schema(), false);
    let mut reader = TableReader::new(table, "f", origin, writer);
    bytes.chunks(chunk).for_each(|piece| reader.push(piece));
    let (mut writer, report) = reader.finish();
    let text = writer.hand_out(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let lines = text.lines().map(str::to_owned).collect();
    (lines, report.problems.len() + report.values.len())
}

fn table(name: &str) -> Table {
    Table::named(name).unwrap_or_else(|| panic!("there is no table {name}"))
}

/// The values of some columns of a table of the 835 above, row by row.
fn check(name: &str, columns: &[&str], expected: &[&str], problems: usize) {
    check_of(REMITTANCE, name, columns, expected, problems);
}

/// The values of some columns of a table of a file, row by row.
fn check_of(text: &str, name: &str, columns: &[&str], expected: &[&str], problems: usize) {
    let table = table(name);
    let schema = table.schema();
    let at: Vec<usize> = columns
        .iter()
        .filter_map(|wanted| schema.iter().position(|column| column.name == *wanted))
        .collect();
    assert_eq!(at.len(), columns.len(), "{name} lacks one of {columns:?}");
    let (lines, found) = rows(&table, Origin::default(), text.as_bytes(), 1000);
    let shown = lines.iter().map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let cells = at.iter().filter_map(|at| cells.get(*at).copied());
        cells.collect::<Vec<_>>().join(" ")
    });
    assert_eq!(shown.collect::<Vec<_>>(), expected, "{name}");
    assert_eq!(found, problems, "{name}");
}

#[test]
fn a_specification_gives_rows() {
    check(
        "835.payments",
        &["payment_amount", "payment_date", "payer_name", "payee_id"],
        &["500.00 2026-03-02 GOOD PAYER 1234567893"],
        0,
    );
    check(
        "835.claims",
        &[
            "segment_number",
            "trace_number",
            "claim_id",
            "charge_amount",
            "paid_amount",
            "patient_last_name",
            "statement_from",
        ],
        &[
            "7 TRACE1 C1 400.00 300.00 DOE 2026-01-01",
            "14 TRACE1 C2 300.00   ",
        ],
        1,
    );
    check(
        "835.services",
        &[
            "claim_segment_number",
            "claim_id",
            "procedure_code",
            "modifier_1",
            "paid_amount",
        ],
        &["7 C1 99213 25 150.00", "7 C1 99214  150.00"],
        0,
    );
    check(
        "835.adjustments",
        &[
            "item_number",
            "claim_id",
            "service_segment_number",
            "adjustment_group",
            "reason_code",
            "amount",
        ],
        &[
            "1 C1  CO 45 40.00",
            "2 C1  CO 253 10.00",
            "1 C1 11 PR 1 50.00",
        ],
        0,
    );
    check(
        "835.provider_adjustments",
        &["reason_code", "reference", "amount"],
        &["WO A1 -20.50", "CS B2 5.00"],
        0,
    );
}

#[test]
fn a_value_that_does_not_fit_is_a_problem() {
    let problems = table("835.claims").with_its_problems();
    let (lines, _) = rows(&problems, Origin::default(), REMITTANCE.as_bytes(), 1000);
    let of_value: Vec<&String> = lines
        .iter()
        .filter(|line| line.contains("value-not-of-type"))
        .collect();
    assert_eq!(of_value.len(), 1, "{lines:?}");
    assert!(
        of_value.iter().all(|line| line.contains("CLP-04")),
        "{of_value:?}"
    );
}

/// Writes the file again.
#[derive(Default)]
struct Rebuilt(String);

impl RowSink for Rebuilt {
    fn row(&mut self, row: &[Value<'_>]) {
        if let [
            ..,
            Value::Text(delimiters),
            Value::Text(id),
            Value::Texts(elements),
        ] = row
        {
            let separator = delimiters.chars().next().unwrap_or_default();
            self.0.push_str(id);
            elements.for_each(|element| {
                self.0.push(separator);
                self.0.push_str(element);
            });
            self.0.extend(delimiters.chars().last());
        }
    }
}

fn rebuilt(bytes: &[u8]) -> String {
    let mut reader = TableReader::new(&Table::Segments, "f", Origin::default(), Rebuilt::default());
    reader.push(bytes);
    reader.finish().0.0
}

/// The file without the whitespace that may precede a segment.
fn unwrapped(text: &str, terminator: char) -> String {
    let segments = text.split(terminator).map(str::trim_start);
    segments.collect::<Vec<_>>().join(&terminator.to_string())
}

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let is_edi = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "edi");
    paths.filter(is_edi).collect()
}

#[test]
fn segments_give_back_the_file() {
    let paths = fixtures("../../fixtures/x12/guides");
    assert!(paths.len() > 20);
    for path in paths {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let terminator = text.chars().nth(105).unwrap_or('~');
        assert_eq!(
            rebuilt(text.as_bytes()),
            unwrapped(&text, terminator),
            "{}",
            path.display()
        );
    }
}

#[test]
fn segments_keep_characters_beyond_ascii() {
    let utf8 = REMITTANCE
        .replace("GOOD PAYER", "BÖRSE É")
        .replace('\n', "");
    assert_eq!(rebuilt(utf8.as_bytes()), utf8);
    let latin1 = utf8
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?'));
    assert_eq!(rebuilt(&latin1.collect::<Vec<_>>()), utf8);
    let wide = utf8.replace('~', "¦");
    assert_eq!(rebuilt(wide.as_bytes()), wide);
}

/// The rows of a file that is read in ranges of about this size.
fn in_ranges(table: &Table, bytes: &[u8], size: u64, chunk: usize) -> Vec<String> {
    let mut finder = RangeFinder::new(size);
    bytes.chunks(chunk).for_each(|piece| finder.push(piece));
    let ranges = finder.finish();
    let lines = ranges.into_iter().flat_map(|range| {
        let from = usize::try_from(range.origin.byte).unwrap_or_default();
        let to = usize::try_from(range.end).unwrap_or_default();
        let part = bytes.get(from..to).unwrap_or_default();
        rows(table, range.origin, part, chunk).0
    });
    lines.collect()
}

fn same_in_ranges(bytes: &[u8], chunk: usize) {
    let is_tried = |name: &String| !name.contains('.') || name.starts_with("835.");
    for name in table_names().into_iter().filter(is_tried) {
        let table = table(&name);
        if !table.is_of_ranges() {
            continue;
        }
        let whole = rows(&table, Origin::default(), bytes, bytes.len().max(1)).0;
        let length = bytes.len() as u64;
        for size in [1, length / 7, length / 2, length] {
            assert_eq!(
                in_ranges(&table, bytes, size, chunk),
                whole,
                "{name} {size}"
            );
        }
    }
}

#[test]
fn ranges_of_any_fixture_give_the_rows_of_the_whole() {
    let documents = fixtures("../../fixtures/x12/documents");
    assert!(documents.len() > 10);
    for path in documents {
        same_in_ranges(&fs::read(&path).unwrap_or_default(), 4096);
    }
}

/// Interchanges of groups of transactions, each with a few claims.
fn interchanges(shape: &[Vec<u8>], line_end: &str) -> String {
    let mut text = String::new();
    for (interchange, groups) in shape.iter().enumerate() {
        let control = format!("{:09}", interchange + 1);
        text += &format!(
            "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^*00501*{control}*0*T*:~{line_end}"
        );
        for (group, transactions) in groups.iter().enumerate() {
            text += &format!("GS*HP*A*B*20260301*0930*{group}*X*005010X221A1~{line_end}");
            for number in 0..*transactions {
                text += &format!(
                    "ST*835*{number:04}~{line_end}BPR*I*{number}*C*ACH~{line_end}TRN*1*T{number}~{line_end}LX*1~{line_end}"
                );
                for claim in 0..=number % 3 {
                    text += &format!(
                        "CLP*C{claim}*1*{claim}.5*1~{line_end}CAS*CO*1*{claim}~{line_end}SVC*HC:1:2^3*1*1~{line_end}"
                    );
                }
                text += &format!("SE*9*{number:04}~{line_end}");
            }
            text += &format!("GE*{transactions}*{group}~{line_end}");
        }
        text += &format!("IEA*{}*{control}~{line_end}", groups.len());
    }
    text
}

/// The sum of the third element of all CLP segments in hundredths, by the table of segments.
fn charges(bytes: &[u8]) -> i64 {
    let mut sum = 0;
    let rows = |row: &[Value<'_>]| {
        if let [.., Value::Text(id), Value::Texts(elements)] = row
            && id == "CLP"
        {
            let mut at = 0;
            elements.for_each(|element| {
                at += 1;
                if at == 3 {
                    let (whole, tenths) = element.split_once('.').unwrap_or((element, "0"));
                    let number = |text: &str| text.parse::<i64>().unwrap_or_default();
                    sum += number(whole) * 100 + number(tenths) * 10;
                }
            });
        }
    };
    let mut reader = TableReader::new(&Table::Segments, "f", Origin::default(), rows);
    reader.push(bytes);
    let _ = reader.finish();
    sum
}

fn charges_by_column(bytes: &[u8]) -> i64 {
    let table = table("835.claims");
    let at = table
        .schema()
        .iter()
        .position(|column| column.name == "charge_amount")
        .unwrap_or_default();
    let mut sum = 0;
    let rows = |row: &[Value<'_>]| {
        if let Some(Value::Decimal(number)) = row.get(at) {
            sum += number;
        }
    };
    let mut reader = TableReader::new(&table, "f", Origin::default(), rows);
    reader.push(bytes);
    let _ = reader.finish();
    sum
}

#[test]
fn a_short_range_that_looks_wrapped_is_read_as_the_whole() {
    // An ISA that is too long, and a first range that ends on the second line.
    let text = interchanges(&[vec![1]], "\n").replacen("          *00*", "              *00*", 1);
    same_in_ranges(text.as_bytes(), 100);
}

#[test]
fn a_range_does_not_begin_after_a_header_that_is_left_out() {
    let text = interchanges(&[vec![2, 1]], "\n");
    let mut finder = RangeFinder::new(1);
    finder.push(text.as_bytes());
    assert_eq!(finder.finish().len(), 1 + text.matches("ST*").count());
    for control in ["", "0", "7"] {
        let odd = format!("GS*HP*A*B*20260301*0930*{control}~\nGS*");
        same_in_ranges(text.replacen("GS*", &odd, 1).as_bytes(), 100);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn any_split_gives_the_same_rows(
        shape in prop::collection::vec(prop::collection::vec(0_u8..5, 0..3), 1..4),
        line_end in prop::sample::select(vec!["", "\n", "\r\n"]),
        chunk in 1_usize..400,
    ) {
        let text = interchanges(&shape, line_end);
        same_in_ranges(text.as_bytes(), chunk);
        prop_assert_eq!(rebuilt(text.as_bytes()), unwrapped(&text, '~'));
        prop_assert_eq!(charges(text.as_bytes()), charges_by_column(text.as_bytes()));
    }

    #[test]
    fn nothing_fails_on_damaged_input(
        shape in prop::collection::vec(prop::collection::vec(0_u8..3, 0..3), 1..3),
        cut in any::<prop::sample::Index>(),
        length in 0_usize..300,
        noise in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = interchanges(&shape, "\n").into_bytes();
        let from = cut.index(bytes.len());
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, noise);
        same_in_ranges(&bytes, 100);
    }
}
