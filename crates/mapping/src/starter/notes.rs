//! The comments of starter templates on segments, elements and values.

use b2bi_local_x12::{ElementType, OutlineElement, OutlineSegment, OutlineValue};

use super::Detail;

/// `required, up to 5`
pub(super) fn of_occurrence(segment: &OutlineSegment) -> String {
    let need = need(segment.required);
    match segment.max {
        1 => format!("{need}, once"),
        u32::MAX => format!("{need}, any number"),
        max => format!("{need}, up to {max}"),
    }
}

/// `required, code 00 01 05`
pub(super) fn of_element(element: &OutlineElement, detail: Detail) -> String {
    let need = if element.present && !element.required {
        "needed here"
    } else {
        need(element.required)
    };
    match element.values.first() {
        Some(value) if !element.composite => format!("{need}, {}", kind(value, detail)),
        _ => format!("{need}, composite"),
    }
}

/// `optional, text 1-30`
pub(super) fn of_component(value: &OutlineValue, detail: Detail) -> String {
    format!("{}, {}", need(value.required), kind(value, detail))
}

fn need(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}

fn kind(value: &OutlineValue, detail: Detail) -> String {
    let (min, max) = (value.min, value.max);
    let length = match (min, max) {
        (_, u32::MAX) => format!("{min} or more"),
        _ if min == max => min.to_string(),
        _ => format!("{min}-{max}"),
    };
    match value.form {
        ElementType::Date if max < 8 => "date YYMMDD".to_owned(),
        ElementType::Date if min < 8 => "date YYMMDD or CCYYMMDD".to_owned(),
        ElementType::Date => "date CCYYMMDD".to_owned(),
        ElementType::Time => format!("time HHMMSSDD, {length} digits of it"),
        ElementType::Decimal => format!("number, {length} digits"),
        ElementType::Integer => format!("number without a point, {length} digits"),
        ElementType::Text => format!("text {length}"),
        ElementType::Binary => "data".to_owned(),
        ElementType::Code if value.codes.is_empty() || detail >= Detail::NoCodes => {
            format!("code {length}")
        }
        ElementType::Code => codes(value),
    }
}

fn codes(value: &OutlineValue) -> String {
    let listed = value.codes.join(" ");
    if value.code_count > value.codes.len() {
        format!("code {listed} ... of {}", value.code_count)
    } else {
        format!("code {listed}")
    }
}
