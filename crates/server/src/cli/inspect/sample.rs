//! Samples and outlines of the transaction sets.

use b2bi_local_b2bi::Selection;
use b2bi_local_model::types::X12Version;
use b2bi_local_x12::{
    ElementType, JsonWriter, Layout, Outline, OutlineElement, OutlineSegment, OutlineValue, Reader,
    Strictness, validate,
};
use serde_json::{Map, Value, json};

use super::segments::{DocumentWriter, SegmentRecorder};
use super::selection::sets_of;

/// ISA, GS and ST.
const HEADERS: usize = 3;

/// The part of a set in a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SampleSize {
    /// Every loop and segment once.
    Full,
    /// The required parts.
    Required,
}

/// The sets of each version, as the API spells them.
pub(crate) fn sets() -> Value {
    let of = |version: &X12Version| -> Vec<&str> {
        sets_of(*version).map(|(set, _)| set.as_str()).collect()
    };
    let versions = X12Version::ALL.iter();
    let sets: Map<String, Value> = versions
        .map(|version| (version.as_str().to_owned(), of(version).into()))
        .collect();
    sets.into()
}

/// An interchange with one transaction of a set.
pub(crate) fn sample(selection: Selection, size: SampleSize) -> Option<String> {
    let mut outline = outline_of(selection)?;
    if size == SampleSize::Required {
        let mut depths = depths(&outline.to_x12(), outline.segments.len());
        if selection.is_guided() {
            leave_out(&mut outline, &mut depths);
        } else {
            outline.segments = required(outline.segments, &depths);
        }
    }
    Some(outline.to_x12())
}

/// The possible segments and elements of the set.
pub(crate) fn outline(selection: Selection) -> Option<Value> {
    let outline = outline_of(selection)?;
    let segments: Vec<Value> = outline.segments.iter().map(segment_json).collect();
    Some(segments.into())
}

fn outline_of(selection: Selection) -> Option<Outline> {
    Outline::new(selection.version(), selection.set(), selection.guide())
}

/// The depth of each segment between ST and SE.
fn depths(x12: &str, segments: usize) -> Vec<usize> {
    let writer = DocumentWriter::Json(JsonWriter::new(Layout::Compact, 0));
    let mut reader = Reader::new(SegmentRecorder::new(writer, 0, segments.saturating_add(6)));
    reader.push(x12.as_bytes());
    let (recorder, _) = reader.finish();
    let transaction = recorder.depths().skip(HEADERS).take(segments);
    transaction.collect()
}

/// The segments without optional ones, and without the loops that these open.
fn required(segments: Vec<OutlineSegment>, depths: &[usize]) -> Vec<OutlineSegment> {
    let mut left_out = None;
    let kept = segments.into_iter().zip(depths).filter(|(segment, depth)| {
        if left_out.is_some_and(|loop_depth| **depth > loop_depth) {
            return false;
        }
        left_out = (segment.opens && !segment.required).then_some(**depth);
        segment.required
    });
    kept.map(|(segment, _)| segment).collect()
}

/// Leaves out the optional parts of a guide as long as this causes no problem: levels of a
/// hierarchy count their children, and one of several loops may be required.
fn leave_out(outline: &mut Outline, depths: &mut Vec<usize>) {
    let wanted = problems(outline);
    let mut at = 0;
    while let (Some(segment), Some(depth)) = (outline.segments.get(at), depths.get(at).copied()) {
        let (is_required, opens) = (segment.required, segment.opens);
        let inner = depths.iter().skip(at.saturating_add(1));
        let inner = inner.take_while(|inner| opens && **inner > depth).count();
        let end = at.saturating_add(inner).saturating_add(1);
        if !is_required {
            let mut shorter = outline.clone();
            shorter.segments.drain(at..end.min(shorter.segments.len()));
            if problems(&shorter) <= wanted {
                *outline = shorter;
                depths.drain(at..end.min(depths.len()));
                continue;
            }
        }
        at = at.saturating_add(1);
    }
}

/// How many problems an outline has as X12.
fn problems(outline: &Outline) -> u64 {
    let (validation, _) = validate(outline.to_x12().as_bytes(), Strictness::Attested, None);
    validation.total()
}

fn segment_json(segment: &OutlineSegment) -> Value {
    let elements: Vec<Value> = segment.elements.iter().map(element_json).collect();
    json!({
        "id": segment.id,
        "isRequired": segment.required,
        "max": maximum(segment.max),
        "opens": segment.opens,
        "elements": elements,
    })
}

fn element_json(element: &OutlineElement) -> Value {
    let values: Vec<Value> = element.values.iter().map(value_json).collect();
    json!({
        "position": element.position,
        "isRequired": element.required,
        "isComposite": element.composite,
        "values": values,
    })
}

fn value_json(value: &OutlineValue) -> Value {
    json!({
        "component": value.component,
        "isRequired": value.required,
        "type": type_name(value.form),
        "min": value.min,
        "max": maximum(value.max),
        "codes": value.codes,
        "codeCount": value.code_count,
    })
}

/// A number; null means without limit.
fn maximum(max: u32) -> Option<u32> {
    (max != u32::MAX).then_some(max)
}

/// The name of a type.
fn type_name(form: ElementType) -> &'static str {
    match form {
        ElementType::Text => "text",
        ElementType::Code => "code",
        ElementType::Date => "date",
        ElementType::Time => "time",
        ElementType::Decimal => "decimal",
        ElementType::Integer => "integer",
        ElementType::Binary => "binary",
    }
}
