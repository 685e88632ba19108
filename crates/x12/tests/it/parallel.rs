//! Reading on several threads gives the same result as on one.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::thread;

use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Findings, FirstControlNumbers, Isa, JsonWriter,
    Layout, LoopKey, ParallelReader, ParallelSink, Place, Position, ReadReport, Reader,
    ReceivedInterchanges, Segment, Set, Sink, Strictness, Validator, XmlWriter, acknowledge,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const ISA: &str = "ISA*00*          *00*          *ZZ*A              *ZZ*B              \
    *260301*0930*^*00501*000000001*0*T*:~";
/// Transactions, some of which have problems, before their control numbers are set.
const TRANSACTIONS: [&str; 8] = [
    "ST*850*#~BEG*00*SA*PO-#**20260301~PO1*1*4*EA*12.5*TE*VN*A-#~CTT*1~SE*5*#~",
    "ST*850*#~\nBEG*00*SA*PO-#**20260301~\nREF*DP*a^b~\nPO1*1*4*EA*12.5**VN*A:#~\nCTT*1~\nSE*6*#~\n",
    "ST*850*#~BEG*00*SA*PO-#**20260331~N1*ST*Name~N3*Street~PO1*1*4*EA**TE*VN*\"~PID*F****x~SE*7*#~",
    "ST*850*#~BEG*00*XX*PO-#**20260399~PO1*1*4*EA*12.5*TE~CTT*2~SE*9*#~",
    "ST*850*#~SE*2*#~",
    "ST*997*#~AK1*PO*1~AK9*A*1*1*1~SE*4*#~",
    "ST*850*#~BEG*00*SA*1**20260301~~PO1*1*4*EA~ge*1*1~SE*5*#~",
    "ST*275*#~BIN*12*SE*1*1~ST*x*~SE*3*#~",
];

/// Files with several interchanges, groups and transactions, in which some bytes are replaced,
/// removed or repeated.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let transactions = vec((select(TRANSACTIONS.to_vec()), 1..4_u8), 0..7);
    let groups = vec((transactions, select(vec!["PO", "PI", "FA"])), 1..4);
    let byte = prop_oneof![select(b"*~>:^|\n\r \0HLSETN10".to_vec()), any::<u8>()];
    let changes = vec((any::<Index>(), 0..5_u8, byte), 0..5);
    (vec(groups, 1..3), changes).prop_map(|(interchanges, changes)| {
        let mut file = String::new();
        for groups in &interchanges {
            file += ISA;
            for (transactions, kind) in groups {
                let _ = write!(file, "GS*{kind}*A*B*20260301*0930*1*X*005010~");
                for (number, (text, repeated)) in (1..).zip(transactions) {
                    for repetition in 0..*repeated {
                        let control = format!("{number}{repetition}");
                        file += &text.replace('#', &format!("{control:0>4}"));
                    }
                }
                let count: u32 = transactions
                    .iter()
                    .map(|(_, count)| u32::from(*count))
                    .sum();
                let _ = writeln!(file, "GE*{count}*1~");
            }
            let _ = writeln!(file, "IEA*{}*000000001~", groups.len());
        }
        damage(file.into_bytes(), changes)
    })
}

fn damage(mut input: Vec<u8>, changes: Vec<(Index, u8, u8)>) -> Vec<u8> {
    for (at, kind, byte) in changes {
        let at = at.index(input.len().max(1));
        match kind {
            0 => input
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|old| *old = byte),
            1 if at < input.len() => drop(input.remove(at)),
            2 => input.insert(at.min(input.len()), byte),
            3 => input.truncate(at.max(input.len() / 2)),
            _ => {}
        }
    }
    input
}

/// All results of a sink, for comparison.
trait Outcome {
    fn outcome(self, reading: &ReadReport) -> String;
}

impl Outcome for JsonWriter {
    fn outcome(self, _: &ReadReport) -> String {
        String::from_utf8(self.finish()).unwrap()
    }
}

impl Outcome for XmlWriter {
    fn outcome(self, _: &ReadReport) -> String {
        String::from_utf8(self.finish()).unwrap()
    }
}

impl Outcome for (ReceivedInterchanges, Validator<'_>) {
    fn outcome(self, reading: &ReadReport) -> String {
        let (received, validator) = self;
        let validation = validator.finish();
        let findings = Findings::new(reading, Some(&validation));
        let how = AcknowledgementOptions {
            form: AcknowledgementForm::ByGroup,
            details: true,
            date: "20261123".into(),
            time: "105740".into(),
            numbers: FirstControlNumbers {
                interchange: 1,
                group: 1,
                transaction: 1,
            },
        };
        let answer = acknowledge(&received, &findings, &how);
        format!(
            "{}\n{:#?}\n{answer:?}\n{:?}",
            validation.report(),
            validation,
            received.envelopes().collect::<Vec<_>>().len()
        )
    }
}

fn check<S: ParallelSink + Outcome>(
    input: &[u8],
    sink: impl Fn() -> S,
    size: usize,
    window: usize,
) {
    let mut reader = Reader::new(sink());
    reader.push(input);
    let (one, reading) = reader.finish();
    let (several, found) = thread::scope(|scope| {
        let reader = ParallelReader::new(scope, Reader::new(sink()), 3, window);
        let mut reader = reader.grows_to(2 * window);
        let look = |_: &mut S| Ok::<(), Infallible>(());
        for piece in input.chunks(size) {
            reader.push(piece, look).unwrap();
        }
        reader.finish(look).unwrap()
    });
    assert_eq!(found, reading, "{}", input.escape_ascii());
    let (several, one) = (several.outcome(&found), one.outcome(&reading));
    assert_eq!(several, one, "{}", input.escape_ascii());
}

fn check_all(input: &[u8], size: usize, window: usize) {
    check(input, || JsonWriter::new(Layout::Pretty, 0), size, window);
    check(input, || JsonWriter::new(Layout::Compact, 0), size, window);
    check(input, || XmlWriter::new(0), size, window);
    for strictness in [Strictness::Attested, Strictness::Inferred] {
        let sink = || {
            let validator = Validator::new(strictness, None).guided();
            (ReceivedInterchanges::new(), validator)
        };
        check(input, sink, size, window);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn several_threads_read_what_one_reads(
        input in files(),
        size in 1..3000_usize,
        window in 100..4000_usize,
    ) {
        check_all(&input, size, window);
    }
}

#[test]
fn wrapped_files_and_those_with_other_delimiters_read_the_same() {
    let body = TRANSACTIONS[0].replace('#', "0001").repeat(20);
    let file = format!("{ISA}GS*PO*A*B*20260301*0930*1*X*005010~{body}GE*20*1~IEA*1*000000001~");
    let wrapped: Vec<u8> = file
        .as_bytes()
        .chunks(80)
        .flat_map(|line| [line, b"\r\n"].concat())
        .collect();
    let several = [
        file.clone(),
        file.replace('~', "\n"),
        file.replace('*', "|"),
    ]
    .concat();
    for input in [
        wrapped,
        several.into_bytes(),
        file.replace('~', "~\r\n").into_bytes(),
    ] {
        for window in [700, 100_000] {
            check_all(&input, 500, window);
        }
    }
}

#[test]
fn headers_that_one_thread_leaves_out_are_left_out_by_all() {
    let group = |version: &str| format!("GS*PO*A*B*20260301*0930*1*X*{version}~");
    let isa = |separator: &str| ISA.replace(":~", &format!("{separator}~"));
    let body = TRANSACTIONS[1].replace('#', "0001").repeat(6);
    let end = "GE*6*1~IEA*1*000000001~";
    for [first, second] in [["0040", "005010"], ["005010", "0040"], ["004010", "005010"]] {
        let (first, second) = (group(first), group(second));
        for headers in [
            format!("{ISA}{first}{second}"),
            format!("{ISA}{first}{}{second}", isa("^")),
            format!("{}{ISA}{first}", isa(">")),
            format!("{ISA}{}{first}", isa(">")),
        ] {
            let file = format!("{headers}{body}{end}");
            for window in (60..file.len()).step_by(41) {
                check_all(file.as_bytes(), 500, window);
            }
        }
    }
}

/// Counts transactions that others have read, and segments that it gets itself.
#[derive(Default)]
struct Counted {
    accepted: usize,
    segments: usize,
}

impl Sink for Counted {
    fn interchange(&mut self, _: &Isa, _: &Position) {}
    fn group(&mut self, _: &Segment<'_>, _: &Position) {}
    fn transaction(&mut self, _: &Segment<'_>, _: Option<&Arc<Set>>, _: &Position) {}
    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}
    fn segment(&mut self, _: &Segment<'_>, _: Place, _: &Position) {
        self.segments += 1;
    }
    fn close(&mut self, _: &Position) {}
    fn transaction_end(&mut self, _: &Segment<'_>, _: &Position) {}
    fn group_end(&mut self, _: &Segment<'_>, _: &Position) {}
    fn interchange_end(&mut self, _: &Segment<'_>, _: &Position) {}
}

impl ParallelSink for Counted {
    type Worker = Self;
    type Made = ();

    fn workers(&self) -> impl Fn() -> Self + Send + Sync + use<> {
        Self::default
    }

    fn begin(_: &mut Self) {}
    fn made(_: &mut Self) {}

    fn problems(_: &Self) -> usize {
        0
    }

    fn accept(&mut self, (): ()) {
        self.accepted += 1;
    }
}

fn counted(body: &str, count: usize, (window, largest): (usize, usize)) -> (usize, usize) {
    let groups = format!("GS*PO*A*B*20260301*0930*1*X*005010~\n{body}GE*{count}*1~\n").repeat(2);
    let file = format!("{ISA}\n{groups}IEA*2*000000001~\n").repeat(2);
    let (counted, reading) = thread::scope(|scope| {
        let reader = ParallelReader::new(scope, Reader::new(Counted::default()), 2, window);
        let mut reader = reader.grows_to(largest);
        let look = |_: &mut Counted| Ok::<(), Infallible>(());
        reader.push(file.as_bytes(), look).unwrap();
        reader.finish(look).unwrap()
    });
    assert_eq!(reading.fatal(), None);
    (counted.accepted, counted.segments)
}

#[test]
fn transactions_without_problems_are_read_by_other_threads() {
    let good = TRANSACTIONS[0].replace('#', "0001");
    assert_eq!(counted(&good.repeat(10), 10, (1 << 20, 0)), (40, 0));
    // If they have problems, this thread reads them: three segments of each.
    let wrong = good.replace("SE*5", "SE*4");
    assert_eq!(counted(&wrong.repeat(10), 10, (1 << 20, 0)), (0, 120));
    let mixed = good.repeat(9) + &wrong;
    assert_eq!(counted(&mixed, 10, (1 << 20, 0)), (36, 12));
}

#[test]
fn windows_grow_where_transactions_are_long() {
    let good = TRANSACTIONS[0].replace('#', "0001");
    let length = good.len();
    let (accepted, _) = counted(&good.repeat(10), 10, (length, length));
    assert!(accepted < 10, "{accepted}");
    let (accepted, segments) = counted(&good.repeat(10), 10, (length, 8 * length));
    assert!(accepted > 30 && segments < 40, "{accepted}, {segments}");
}

#[test]
fn lines_after_a_fatal_problem_are_not_counted_however_the_input_comes() {
    let rest = "GS*PO*A*B*20260301*0930*1*X*005010~".repeat(200);
    let whole = format!("{}*{rest}\nST*850\n\n\nBEG*00\n", &ISA[..ISA.len() - 1]);
    let read = |size: usize| {
        let mut reader = Reader::new(Counted::default());
        for piece in whole.as_bytes().chunks(size) {
            reader.push(piece);
        }
        reader.finish().1
    };
    let expected = read(whole.len());
    assert!(expected.fatal().is_some());
    for size in (1..whole.len()).step_by(97) {
        assert_eq!(read(size), expected, "{size}");
    }
}
