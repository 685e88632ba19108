//! The envelope of outbound files from the partnership, and the date and time in envelopes.

use b2bi_local_model::Timestamp;
use b2bi_local_model::types::{
    GetPartnershipResponse, LineTerminator, OutboundEdiOptions, WrapFormat, WrapOptions,
    X12Delimiters, X12Envelope, X12GS05TimeFormat, X12OutboundEdiHeaders,
};
use b2bi_local_x12::{Delimiters, LineBreak, ReceivedInterchanges, Wrap, WriteOptions, read};

use crate::state::control_numbers::FirstNumbers;

/// The length of a line if the options give none.
const LINE: usize = 80;

/// A partnership's envelope.
pub(crate) fn of(partnership: &GetPartnershipResponse) -> Option<&X12Envelope> {
    let options = partnership.capability_options.as_ref()?;
    let OutboundEdiOptions::X12(envelope) = options.outbound_edi.as_ref()?;
    Some(envelope)
}

/// The first control numbers of a partnership.
pub(crate) fn starts(partnership: Option<&GetPartnershipResponse>) -> FirstNumbers {
    let numbers = partnership
        .and_then(of)
        .and_then(|partnership| partnership.common.as_ref()?.control_numbers.as_ref());
    let start = |number: Option<i32>| {
        number
            .and_then(|number| u64::try_from(number).ok())
            .unwrap_or(1)
    };
    match numbers {
        None => FirstNumbers::FIRST,
        Some(numbers) => FirstNumbers {
            interchange: start(numbers.starting_interchange_control_number),
            group: start(numbers.starting_functional_group_control_number),
            transaction: start(numbers.starting_transaction_set_control_number),
        },
    }
}

/// Whether X12 is validated before it is delivered.
///
/// Source: on in AWS's console unless turned off; without a value: Assumption A-78.
pub(crate) fn is_validated(envelope: Option<&X12Envelope>) -> bool {
    envelope
        .and_then(|envelope| envelope.common.as_ref()?.validate_edi)
        .unwrap_or(true)
}

/// The options for writing X12 for a partnership: its headers replace the document's.
pub(crate) fn writing(envelope: Option<&X12Envelope>) -> WriteOptions {
    let mut writing = WriteOptions::standard();
    let Some(envelope) = envelope else {
        return writing;
    };
    if let Some(wrap) = &envelope.wrap_options {
        writing.wrap = wrapped(wrap);
    }
    if let Some(common) = &envelope.common {
        put_headers(&mut writing, common);
    }
    writing
}

fn put_headers(writing: &mut WriteOptions, common: &X12OutboundEdiHeaders) {
    if let Some(delimiters) = &common.delimiters {
        put_delimiters(&mut writing.delimiters, delimiters);
    }
    writing.time_digits = common.gs05_time_format.map(|format| match format {
        X12GS05TimeFormat::Hhmm => 4,
        X12GS05TimeFormat::Hhmmss => 6,
        X12GS05TimeFormat::Hhmmssdd => 8,
    });
    let given = |position, value: &Option<String>| Some((position, value.clone()?));
    if let Some(isa) = &common.interchange_control_headers {
        let fields = [
            given(5, &isa.sender_id_qualifier),
            given(6, &isa.sender_id),
            given(7, &isa.receiver_id_qualifier),
            given(8, &isa.receiver_id),
            given(14, &isa.acknowledgment_requested_code),
            given(15, &isa.usage_indicator_code),
        ];
        writing.isa.extend(fields.into_iter().flatten());
        let repetition = isa.repetition_separator.as_deref().and_then(only_byte);
        writing.delimiters.repetition = repetition;
    }
    if let Some(gs) = &common.functional_group_headers {
        let fields = [
            given(2, &gs.application_sender_code),
            given(3, &gs.application_receiver_code),
            given(7, &gs.responsible_agency_code),
        ];
        writing.gs.extend(fields.into_iter().flatten());
    }
}

fn put_delimiters(delimiters: &mut Delimiters, given: &X12Delimiters) {
    let byte = |text: &Option<String>| text.as_deref().and_then(only_byte);
    delimiters.element = byte(&given.data_element_separator).unwrap_or(delimiters.element);
    delimiters.component = byte(&given.component_separator).unwrap_or(delimiters.component);
    delimiters.terminator = byte(&given.segment_terminator).unwrap_or(delimiters.terminator);
}

/// The model requires one ASCII character.
fn only_byte(text: &str) -> Option<u8> {
    text.bytes().next()
}

fn wrapped(options: &WrapOptions) -> Wrap {
    let line_break = match options.line_terminator {
        Some(LineTerminator::Crlf) => LineBreak::CrLf,
        Some(LineTerminator::Cr) => LineBreak::Cr,
        Some(LineTerminator::Lf) | None => LineBreak::Lf,
    };
    match options.wrap_by {
        WrapFormat::Segment => Wrap::Segment(line_break),
        WrapFormat::OneLine => Wrap::OneLine,
        WrapFormat::LineLength => {
            let length = options
                .line_length
                .and_then(|line_length| usize::try_from(line_length).ok());
            Wrap::Length(length.unwrap_or(LINE), line_break)
        }
    }
}

/// Adds the current date and time to envelopes without any.
///
/// Source: Assumption A-77.
pub(crate) fn date(x12: &[u8], writing: &mut WriteOptions, now: Timestamp) {
    let (received, _) = read(x12, ReceivedInterchanges::new());
    let (date, time) = date_and_time(now);
    let short = |text: &str, range: std::ops::Range<usize>| text.get(range).map(str::to_owned);
    let isa = [(9, short(&date, 2..8)), (10, short(&time, 0..4))];
    let gs = [(4, Some(date.clone())), (5, short(&time, 0..4))];
    let blank = |text: &[u8]| text.trim_ascii().is_empty();
    let isa_lacks = |position| {
        received
            .envelopes()
            .any(|(isa, _)| blank(isa.field(position)))
    };
    let gs_lacks = |position: usize| {
        received.envelopes().any(|(_, mut groups)| {
            groups.any(|gs| {
                gs.get(position - 1)
                    .is_none_or(|found| blank(found.as_bytes()))
            })
        })
    };
    for (position, value) in isa.into_iter().filter(|(position, _)| isa_lacks(*position)) {
        writing.isa.extend(value.map(|value| (position, value)));
    }
    for (position, value) in gs.into_iter().filter(|(position, _)| gs_lacks(*position)) {
        writing.gs.extend(value.map(|value| (position, value)));
    }
}

/// `CCYYMMDD` and `HHMMSS`, UTC.
pub(crate) fn date_and_time(now: Timestamp) -> (String, String) {
    let text = now.to_string();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (date, time) = digits.split_at_checked(8).unwrap_or_default();
    (date.to_owned(), time.chars().take(6).collect())
}
