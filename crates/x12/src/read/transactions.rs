//! Finds the transactions of an input without reading them.

use std::ops::Range;

use memchr::memchr;

use crate::Segment;
use crate::isa::FIXED_LENGTH;

/// The ordinals of an interchange, of its group, and of its transaction.
pub(super) type Ordinals = (u32, u32, u32);

/// The headers before a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Headers {
    /// The ISA segment with its terminator.
    pub(super) isa: Vec<u8>,
    /// The GS segment with its terminator.
    pub(super) gs: Vec<u8>,
}

/// A transaction that seems to be complete.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Which of the headers precede it.
    pub(super) headers: usize,
    pub(super) ordinals: Ordinals,
    /// The ST segment with its terminator, what follows it, and the SE segment with its terminator.
    pub(super) st: Range<usize>,
    pub(super) body: Range<usize>,
    pub(super) se: Range<usize>,
}

/// The transactions found in a part of an input.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    pub(super) headers: Vec<Headers>,
    pub(super) found: Vec<Found>,
    /// Where the first incomplete part begins.
    pub(super) rest: usize,
    /// The ordinals at the end, and the start of `rest`.
    pub(super) ordinals: Ordinals,
    pub(super) ordinals_at_rest: Ordinals,
}

/// Scans an input, segment by segment.
struct Scan<'i> {
    input: &'i [u8],
    at: usize,
    ordinals: Ordinals,
    /// The ST segment of the current transaction.
    st: Option<Range<usize>>,
    out: Transactions,
}

impl Headers {
    fn delimiter(&self, at: usize) -> Option<u8> {
        self.isa.get(at).copied()
    }

    /// Enters an interchange.
    pub(super) fn set_isa(&mut self, isa: &[u8]) {
        self.gs.clear();
        self.isa.clear();
        self.isa.extend_from_slice(isa);
    }

    /// Enters a group.
    pub(super) fn set_gs(&mut self, gs: &Segment<'_>) {
        self.gs.clear();
        self.gs.extend_from_slice(gs.bytes());
        self.gs.push(gs.delimiters().terminator);
    }
}

impl Transactions {
    /// The transactions of `input`, which begins after `headers` and after the parts that the
    /// ordinals count.
    pub(super) fn find(input: &[u8], headers: Headers, ordinals: Ordinals) -> Self {
        let mut scan = Scan {
            input,
            at: 0,
            ordinals,
            st: None,
            out: Self {
                headers: vec![headers],
                ..Self::default()
            },
        };
        while scan.next().is_some() {}
        let (interchange, group, transaction) = scan.ordinals;
        let open = scan.st.map(|st| st.start);
        Self {
            rest: open.unwrap_or(scan.at),
            ordinals: scan.ordinals,
            ordinals_at_rest: match open {
                Some(_) => (interchange, group, transaction.saturating_sub(1)),
                None => scan.ordinals,
            },
            ..scan.out
        }
    }
}

impl Scan<'_> {
    fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.input.get(range).unwrap_or_default()
    }

    /// Takes the next segment; `None` if it is incomplete.
    fn next(&mut self) -> Option<()> {
        let is_blank = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' ' | b'\t');
        let rest = self.input.get(self.at..)?;
        self.at += rest.iter().position(|byte| !is_blank(byte))?;
        let begin = self.at;
        let rest = self.input.get(begin..)?;
        if rest.starts_with(b"ISA") {
            let isa = rest.get(..FIXED_LENGTH)?.to_vec();
            self.at += FIXED_LENGTH;
            self.ordinals = (self.ordinals.0.saturating_add(1), 0, 0);
            self.enter(Headers {
                isa,
                gs: Vec::new(),
            });
            return Some(());
        }
        let headers = self.out.headers.last()?;
        let element = headers.delimiter(3)?;
        let end = begin + memchr(headers.delimiter(FIXED_LENGTH - 1)?, rest)? + 1;
        self.at = end;
        let id = rest.get(..2).filter(|_| rest.get(2) == Some(&element));
        match id {
            Some(b"GS") => {
                let headers = Headers {
                    isa: headers.isa.clone(),
                    gs: self.bytes(begin..end).to_vec(),
                };
                self.ordinals = (self.ordinals.0, self.ordinals.1.saturating_add(1), 0);
                self.enter(headers);
            }
            Some(b"ST") => {
                self.ordinals.2 = self.ordinals.2.saturating_add(1);
                self.st = Some(begin..end);
            }
            Some(b"SE") => self.end_transaction(begin..end),
            _ => {}
        }
        Some(())
    }

    fn enter(&mut self, headers: Headers) {
        self.st = None;
        self.out.headers.push(headers);
    }

    fn end_transaction(&mut self, se: Range<usize>) {
        if let Some(st) = self.st.take() {
            self.out.found.push(Found {
                headers: self.out.headers.len().saturating_sub(1),
                ordinals: self.ordinals,
                body: st.end..se.start,
                st,
                se,
            });
        }
    }
}
