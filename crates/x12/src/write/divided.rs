//! Writes a document on several threads, each with one transaction at a time in memory as a tree.
//!
//! A first pass writes the headers and trailers and finds the texts of the transactions. The output is the
//! same as for the whole document.

use std::borrow::Cow;
use std::ops::Range;

use super::document::{write_interchanges, write_transaction};
use super::envelope::TransactionPlace;
use super::path::Path;
use super::value::Value;
use super::{DocumentError, DocumentFault, Output, SegmentDraft, Wrap, WriteOptions};
use crate::in_order;

/// The number of parts per thread. A thread that finishes early takes another part.
const PARTS: usize = 16;

/// The stack size of a thread: documents have hundreds of levels.
const STACK: usize = 8 << 20;

/// A transaction of a document, and its place in the output.
struct Transaction<'v> {
    text: &'v str,
    place: TransactionPlace,
}

/// The document as X12; `None` if it has an error or an unusual form. Parsing the whole document then finds
/// the error.
pub(super) fn write_divided(
    document: &str,
    writing: &WriteOptions,
    threads: usize,
) -> Option<Vec<u8>> {
    // A line of a fixed length may begin in one transaction and end in the next.
    if matches!(writing.wrap, Wrap::Length(..)) {
        return None;
    }
    let (root, count) = Value::outline(document).ok()?;
    let mut transactions = Vec::with_capacity(count);
    let mut output = Output::new(writing);
    let written = write_interchanges(&mut output, &root, &mut |output, transaction, path| {
        let Value::Text(Cow::Borrowed(text)) = *transaction else {
            return Err(DocumentError::new(path, DocumentFault::Expected("a text")));
        };
        let place = output.pass_transaction();
        transactions.push(Transaction { text, place });
        Ok(())
    });
    let envelope = output.checked(written).ok()?;
    // Each transaction that was skipped must be parsed once.
    if transactions.len() != count {
        return None;
    }
    let parts = parts(&transactions, threads.saturating_mul(PARTS));
    let written = in_order(
        threads,
        STACK,
        parts.len(),
        SegmentDraft::default,
        |draft, nth| {
            let part = transactions.get(parts.get(nth)?.clone())?;
            write_part(part, writing, draft)
        },
    );
    assembled(
        &envelope,
        parts.iter().map(|part| part.start),
        &transactions,
        written,
    )
}

/// Divides transactions into at least `count` parts if there are enough; the transactions of a part follow
/// each other in one group.
fn parts(transactions: &[Transaction<'_>], count: usize) -> Vec<Range<usize>> {
    let most = transactions.len().div_ceil(count.max(1));
    let (mut parts, mut begin) = (Vec::new(), 0);
    let same_group = |one: &Transaction<'_>, next: &Transaction<'_>| one.place.at == next.place.at;
    for group in transactions.chunk_by(same_group) {
        for part in group.chunks(most.max(1)) {
            parts.push(begin..begin + part.len());
            begin += part.len();
        }
    }
    parts
}

fn write_part(
    transactions: &[Transaction<'_>],
    writing: &WriteOptions,
    draft: &mut SegmentDraft,
) -> Option<Vec<u8>> {
    let mut output = Output::new(writing);
    for transaction in transactions {
        let value = Value::transaction(transaction.text).ok()?;
        output.begin_at(&transaction.place);
        write_transaction(&mut output, draft, &value, Path::ROOT).ok()?;
    }
    output.checked(Ok(())).ok()
}

/// Inserts the parts between the headers and trailers.
fn assembled(
    envelope: &[u8],
    firsts: impl Iterator<Item = usize>,
    transactions: &[Transaction<'_>],
    written: Vec<Option<Vec<u8>>>,
) -> Option<Vec<u8>> {
    let length = written.iter().flatten().map(Vec::len).sum::<usize>();
    let mut out = Vec::with_capacity(envelope.len().saturating_add(length));
    let mut copied = 0;
    for (first, part) in firsts.zip(written) {
        let at = transactions.get(first)?.place.at;
        out.extend_from_slice(envelope.get(copied..at)?);
        out.extend_from_slice(&part?);
        copied = at;
    }
    out.extend_from_slice(envelope.get(copied..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::document::write_whole;
    use super::super::{FirstControlNumbers, LineBreak};
    use super::*;

    /// A document whose groups have so many transactions.
    fn document(groups: &[usize]) -> String {
        let group = |count: &usize| {
            let transactions = (1..=*count).map(|nth| {
                format!(
                    r#"{{"ST_01":"850","ST_02":"{nth:04}","segments":[{{"BEG_01":"\"{{","BEG_03":"}}\\"}},
                    {{"N1_loop":[{{"N1_01":"ST"}},{{"N3_01":"a*b"}}]}},{{"REF_04":{{"REF_04_02":"{nth}"}}}}]}}"#
                )
            });
            let transactions = transactions.collect::<Vec<_>>().join(" ,\n");
            format!(r#"{{"GS_06":"1","GS_08":"004010","transactions":[{transactions}]}}"#)
        };
        let groups = groups.iter().map(group).collect::<Vec<_>>().join(",");
        format!(r#"{{"interchanges":[{{"ISA_12":"00401","functional_groups":[{groups}]}}]}}"#)
    }

    fn check(document: &str, is_divided: bool) {
        let mut ways = vec![WriteOptions::standard()];
        ways.push(WriteOptions {
            wrap: Wrap::OneLine,
            numbers: Some(FirstControlNumbers {
                interchange: 7,
                group: 8,
                transaction: 9,
            }),
            ..WriteOptions::standard()
        });
        for writing in ways {
            let divided = [1, 3].map(|threads| write_divided(document, &writing, threads));
            let whole = write_whole(document, &writing);
            let wanted = whole.ok().filter(|_| is_divided);
            assert_eq!(divided, [wanted.clone(), wanted], "{document}");
        }
    }

    #[test]
    fn a_divided_document_is_written_as_the_whole() {
        for groups in [&[1][..], &[200], &[3, 1, 0, 40], &[]] {
            check(&document(groups), true);
        }
        check(
            &document(&[2]).replace('[', " [\t").replace('}', "\n}"),
            true,
        );
    }

    #[test]
    fn documents_with_errors_are_left_to_the_whole() {
        let good = document(&[2, 2]);
        for (from, to) in [
            ("\"segments\"", "\"segment\""),
            ("\"ST_01\":\"850\",", ""),
            ("{\"REF_04_02\"", "[\"REF_04_02\""),
            ("\"a*b\"", "\"a*b"),
            ("\"a*b\"", "\"\\x\""),
            ("[{\"ST_01\"", "[1, {\"ST_01\""),
            ("}]}]}", "}]}]} x"),
        ] {
            let wrong = good.replace(from, to);
            assert_ne!(wrong, good);
            check(&wrong, false);
        }
    }

    #[test]
    fn transactions_elsewhere_are_read_with_the_whole() {
        let unread = r#"{"other":[{"other":[{"transactions":[{"a":}]}]}],"interchanges""#;
        check(
            &document(&[2]).replacen("{\"interchanges\"", unread, 1),
            false,
        );
        let twice = r#""transactions":[],"transactions":["#;
        check(&document(&[2]).replace("\"transactions\":[", twice), false);
    }

    #[test]
    fn lines_of_a_certain_length_are_left_to_the_whole() {
        let writing = WriteOptions {
            wrap: Wrap::Length(80, LineBreak::Lf),
            ..WriteOptions::standard()
        };
        assert_eq!(write_divided(&document(&[2]), &writing, 2), None);
    }
}
