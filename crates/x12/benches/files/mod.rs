//! Shared code of the benchmarks: generated files, a minimal reader as the baseline, and the
//! measurement.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use b2bi_local_x12::{JsonWriter, Layout, Reader};

/// The length of a generated file, in bytes.
const SIZE: usize = 20_000_000;

/// Prints the best of several rounds, because the machine is shared. Words on the command line
/// select measurements: each must occur in the line that is printed.
pub(crate) fn report(
    rounds: usize,
    name: &str,
    what: &str,
    bytes: usize,
    mut run: impl FnMut() -> usize,
) {
    let label = format!("{name} {what}");
    let mut words = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'));
    if !words.all(|word| label.contains(&word)) {
        return;
    }
    let best = (0..rounds)
        .map(|_| {
            let begin = Instant::now();
            black_box(run());
            begin.elapsed()
        })
        .min()
        .unwrap_or_default();
    #[expect(
        clippy::cast_precision_loss,
        reason = "megabytes a second need few digits"
    )]
    let speed = bytes as f64 / 1e6 / best.as_secs_f64();
    println!("{label:<32} {speed:7.1} MB/s");
}

/// JSON, written and taken in pieces.
pub(crate) fn streamed(input: &[u8], layout: Layout) -> usize {
    let mut reader = Reader::new(JsonWriter::new(layout, 1 << 20));
    let mut written = 0;
    for piece in input.chunks(64 << 10) {
        reader.push(piece);
        written += reader.sink().hand_out(|json| black_box(json).len());
    }
    written + reader.finish().0.finish().len()
}

/// The minimum that any reader does: split, and print flat objects.
pub(crate) fn floor(input: &[u8]) -> usize {
    let mut out: Vec<u8> = Vec::with_capacity(input.len() * 4);
    for segment in input.split(|byte| *byte == b'~') {
        let mut elements = segment.trim_ascii_start().split(|byte| *byte == b'*');
        let id = elements.next().unwrap_or(&[]);
        out.push(b'{');
        for (position, element) in (1u8..).zip(elements) {
            if !element.is_empty() {
                out.push(b'"');
                out.extend_from_slice(id);
                out.extend_from_slice(&[b'_', b'0' + position / 10, b'0' + position % 10]);
                out.extend_from_slice(b"\":\"");
                out.extend_from_slice(element);
                out.extend_from_slice(b"\",");
            }
        }
        out.extend_from_slice(b"},");
    }
    out.len()
}

fn envelope(
    isa11: &str,
    isa12: &str,
    group: &str,
    transactions: impl Fn(usize) -> String,
) -> Vec<u8> {
    let mut text = format!(
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260301*0930*{isa11}*{isa12}*000000001*0*T*>~\n\
         {group}~\n"
    );
    let mut count = 0;
    while text.len() < SIZE {
        count += 1;
        let body = transactions(count);
        let segments = body.matches('~').count() + 1;
        let _ = writeln!(text, "{body}SE*{segments}*{count:04}~");
    }
    let _ = writeln!(text, "GE*{count}*1~\nIEA*1*000000001~");
    text.into_bytes()
}

/// Purchase orders of 40 lines: 850 in 4010.
pub(crate) fn purchase_orders() -> Vec<u8> {
    envelope(
        "U",
        "00401",
        "GS*PO*SENDER*RECEIVER*20260301*0930*1*X*004010",
        |number| {
            let mut body = format!(
                "ST*850*{number:04}~\nBEG*00*SA*PO{number:08}**20260301~\nREF*DP*038~\nPER*BD*Jo Buyer*TE*5551234567~\n\
             DTM*002*20260401~\nN1*ST*North Mill*92*{number:04}~\nN3*1 Canal Street~\nN4*Utrecht*NH*35110*NL~\n"
            );
            for line in 1..=40 {
                let _ = write!(
                    body,
                    "PO1*{line}*{}*EA*{}.25*TE*BP*ITEM{line:05}*VN*V{line}-{number}~\nPID*F****Part number {line} of the order~\n\
                 REF*LI*{line}~\nSAC*C*D240***{}~\n",
                    line * 3,
                    line + 9,
                    line * 100
                );
            }
            body + "CTT*40~\n"
        },
    )
}

/// Remittances of 30 claims: 835 in 5010.
pub(crate) fn remittances() -> Vec<u8> {
    envelope(
        "^",
        "00501",
        "GS*HP*SENDER*RECEIVER*20260301*0930*1*X*005010X221A1",
        |number| {
            let mut body = format!(
                "ST*835*{number:04}~\nBPR*I*{number}.50*C*CHK************20260301~\nTRN*1*{number:09}*1512345678~\n\
             DTM*405*20260301~\nN1*PR*Payer of All~\nN3*1 Main Street~\nN4*Dayton*OH*45402~\nPER*BL*Desk*TE*8005551234~\n\
             N1*PE*Quay Clinic*XX*1234567893~\nLX*1~\n"
            );
            for claim in 1..=30 {
                let _ = write!(
                    body,
                    "CLP*C{claim:06}*1*{}*{}*10*12*ICN{claim:08}*11*1~\nNM1*QC*1*Roe*Al*M***MI*M{claim:08}~\nDTM*232*20260201~\n\
                 SVC*HC>99213*100*80**1~\nDTM*472*20260201~\nCAS*CO*45*20~\nREF*6R*{claim}~\nAMT*B6*80~\n",
                    claim * 100,
                    claim * 80
                );
            }
            body
        },
    )
}
