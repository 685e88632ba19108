//! A long file through little memory: `cargo bench -p b2bi-local-x12 --bench stream`.
#![expect(clippy::print_stdout, reason = "a benchmark reports on its output")]

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use b2bi_local_x12::{JsonWriter, Layout, Reader, Strictness, Validator};

const SIZE: usize = 2_000_000_000;
const PIECE: usize = 64 << 10;

fn main() {
    let begin = Instant::now();
    let mut reader = Reader::new((
        JsonWriter::new(Layout::Compact, 0),
        Validator::new(Strictness::Attested, None),
    ));
    let mut pending: Vec<u8> = header().into_bytes();
    let (mut read, mut written, mut count) = (0, 0, 0);
    while read < SIZE {
        while pending.len() < PIECE {
            count += 1;
            pending.extend_from_slice(transaction(count).as_bytes());
        }
        reader.push(&pending);
        read += pending.len();
        pending.clear();
        written += reader.sink().0.hand_out(|json| black_box(json).len());
    }
    reader.push(format!("GE*{count}*1~\nIEA*1*000000001~\n").as_bytes());
    let ((writer, validator), reading) = reader.finish();
    written += writer.finish().len();
    let problems = reading.problems.len() as u64 + validator.finish().total();
    println!(
        "{} MB read with validation, {} MB of JSON written in {:.1} s, {problems} problems, {}",
        read / 1_000_000,
        written / 1_000_000,
        begin.elapsed().as_secs_f64(),
        peak().unwrap_or_default()
    );
}

/// The maximum resident memory, as Linux reports it.
fn peak() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    Some(
        status
            .lines()
            .find(|line| line.starts_with("VmHWM"))?
            .to_owned(),
    )
}

fn header() -> String {
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260301*0930*U*00401*000000001*0*T*>~\n\
     GS*PO*SENDER*RECEIVER*20260301*0930*1*X*004010~\n"
        .to_owned()
}

fn transaction(number: usize) -> String {
    let line = "PO1*1*3*EA*9.25*TE*BP*ITEM00001*VN*V1~\nPID*F****Part number of the order~\nREF*LI*1~\nSAC*C*D240***100~\n";
    let lines = line.repeat(40);
    format!(
        "ST*850*{number:09}~\nBEG*00*SA*PO{number:08}**20260301~\nN1*ST*North Mill*92*0001~\n{lines}CTT*40~\nSE*165*{number:09}~\n"
    )
}
