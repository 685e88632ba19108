//! The table `elements`: a row for each value.

use b2bi_local_x12::{Element, Place, Position};

use crate::context::{Context, Loops};
use crate::schema::ColumnType::{Code, Integer, Long, Text};
use crate::schema::{Column, RowSink, Value};
use crate::tracker::{Part, SegmentSink, row};

const WIDTH: usize = 17;

/// The columns of the table.
pub(crate) const COLUMNS: [Column; WIDTH] = [
    Column::new("file", Code),
    Column::new("interchange_number", Integer),
    Column::new("group_number", Integer),
    Column::new("transaction_number", Integer),
    Column::new("transaction_set", Code),
    Column::new("version", Code),
    Column::new("segment_number", Integer),
    Column::new("byte_offset", Long),
    Column::new("loop_path", Code),
    Column::new("loop_occurrence", Integer),
    Column::new("loop_segment_number", Integer),
    Column::new("parent_segment_number", Integer),
    Column::new("segment_id", Code),
    Column::new("element", Integer),
    Column::new("repetition", Integer),
    Column::new("component", Integer),
    Column::new("value", Text),
];

/// Makes the rows: one for each value that is not empty, without surrounding spaces.
pub(crate) struct ElementRows<R>(pub(crate) R);

impl<R: RowSink> SegmentSink for ElementRows<R> {
    fn take(&mut self, context: &Context, loops: &Loops, position: &Position, part: Part<'_>) {
        let (id, _) = part.split();
        let own = [
            Value::text(id),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
        ];
        let mut row: [Value<'_>; WIDTH] = row(context, loops, position, own);
        let mut add = |element: u32, repetition: u32, component: u32, value| {
            let [.., at_element, at_repetition, at_component, at_value] = &mut row;
            *at_element = element.into();
            *at_repetition = repetition.into();
            *at_component = component.into();
            *at_value = Value::filled(value);
            if !matches!(at_value, Value::Null) {
                self.0.row(&row);
            }
        };
        match part {
            Part::Isa(isa) => (1..=16).for_each(|at: u32| {
                let field = isa.field(usize::try_from(at).unwrap_or_default());
                add(at, 1, 0, field.trim_ascii());
            }),
            Part::Envelope(segment) => {
                for (element, at) in segment.elements().zip(1..) {
                    add(at, 1, 0, element.value());
                }
            }
            Part::Body(segment, place) => {
                for (element, at) in segment.elements().zip(1..) {
                    values(&element, place, at, &mut add);
                }
            }
        }
    }
}

/// Passes on the values of an element; the component is 0 if it is not a composite.
fn values<'a>(
    element: &Element<'a>,
    place: Place,
    at: u32,
    add: &mut impl FnMut(u32, u32, u32, &'a [u8]),
) {
    let is_composite = place.is_composite(usize::try_from(at).unwrap_or(usize::MAX));
    for (repetition, number) in element.repetitions().zip(1..) {
        if is_composite || repetition.has_components() {
            for (component, of) in repetition.components().zip(1..) {
                add(at, number, of, component.value());
            }
        } else {
            add(at, number, 0, repetition.value());
        }
    }
}
