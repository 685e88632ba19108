//! Builds one column.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{
    Date32Builder, Decimal128Builder, Int32Builder, Int64Builder, ListBuilder, StringBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, StringArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Field};
use b2bi_local_x12_tables::{Column, ColumnType, Value};
use foldhash::fast::FixedState;

/// How many digits a decimal number has.
const PRECISION: u8 = 18;

/// The number that represents a missing text.
const NO_TEXT: i32 = -1;

pub(crate) enum ColumnBuilder {
    Text(StringBuilder),
    Code(CodeBuilder),
    Integer(Int32Builder),
    Long(Int64Builder),
    Decimal(Decimal128Builder, i8),
    Date(Date32Builder),
    TextList(ListBuilder<StringBuilder>),
}

impl ColumnBuilder {
    pub(crate) fn new(column: &Column) -> Self {
        match column.kind {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Code => Self::Code(CodeBuilder::default()),
            ColumnType::Integer => Self::Integer(Int32Builder::new()),
            ColumnType::Long => Self::Long(Int64Builder::new()),
            ColumnType::Decimal(scale) => Self::Decimal(
                Decimal128Builder::new(),
                i8::try_from(scale).unwrap_or_default(),
            ),
            ColumnType::Date => Self::Date(Date32Builder::new()),
            ColumnType::TextList => {
                let item = Field::new("item", DataType::Utf8, false);
                Self::TextList(ListBuilder::new(StringBuilder::new()).with_field(Arc::new(item)))
            }
        }
    }

    /// Takes a value, null where it is not of the column's type, and returns how many bytes it has.
    #[inline]
    pub(crate) fn push(&mut self, value: &Value<'_>) -> usize {
        match (self, value) {
            (Self::Text(builder), Value::Text(text)) => {
                builder.append_value(text);
                return text.len();
            }
            (Self::Text(builder), _) => builder.append_null(),
            (Self::Code(builder), Value::Text(text)) => builder.push(text),
            (Self::Code(builder), _) => builder.push_null(),
            (Self::Integer(builder), Value::Integer(number)) => {
                builder.append_option(i32::try_from(*number).ok());
            }
            (Self::Integer(builder), _) => builder.append_null(),
            (Self::Long(builder), Value::Integer(number)) => builder.append_value(*number),
            (Self::Long(builder), _) => builder.append_null(),
            (Self::Decimal(builder, _), Value::Decimal(number)) => {
                builder.append_value(i128::from(*number));
            }
            (Self::Decimal(builder, _), _) => builder.append_null(),
            (Self::Date(builder), Value::Date(days)) => builder.append_value(*days),
            (Self::Date(builder), _) => builder.append_null(),
            (Self::TextList(builder), Value::Texts(elements)) => {
                let mut bytes = 0;
                elements.for_each(|element| {
                    builder.values().append_value(element);
                    bytes += element.len();
                });
                builder.append(true);
                return bytes;
            }
            (Self::TextList(builder), _) => builder.append_null(),
        }
        0
    }

    /// Takes the column out and begins another.
    pub(crate) fn take(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Code(builder) => Arc::new(builder.take()?),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Long(builder) => Arc::new(builder.finish()),
            Self::Decimal(builder, scale) => {
                let numbers = builder.finish();
                Arc::new(numbers.with_precision_and_scale(PRECISION, *scale)?)
            }
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::TextList(builder) => Arc::new(builder.finish()),
        })
    }
}

/// Builds a dictionary.
#[derive(Default)]
pub(crate) struct CodeBuilder {
    /// The number of each row's text; [`NO_TEXT`] for null.
    keys: Vec<i32>,
    nulls: usize,
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, i32, FixedState>,
    /// The number of the text that came last, which often comes again.
    last: usize,
}

impl CodeBuilder {
    #[inline]
    fn push(&mut self, text: &str) {
        let is_last = self
            .texts
            .get(self.last)
            .is_some_and(|last| **last == *text);
        if !is_last {
            self.last = self.number(text);
        }
        self.keys.push(i32::try_from(self.last).unwrap_or(NO_TEXT));
    }

    #[inline]
    fn push_null(&mut self) {
        self.keys.push(NO_TEXT);
        self.nulls = self.nulls.saturating_add(1);
    }

    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return usize::try_from(*number).unwrap_or_default();
        }
        let number = self.texts.len();
        self.texts.push(text.into());
        let key = i32::try_from(number).unwrap_or(i32::MAX);
        self.numbers.insert(text.into(), key);
        number
    }

    fn take(&mut self) -> Result<DictionaryArray<Int32Type>, ArrowError> {
        let built = std::mem::take(self);
        let texts: StringArray = built.texts.iter().map(|text| Some(&**text)).collect();
        let valid = (built.nulls > 0).then(|| {
            let valid = built.keys.iter().map(|key| *key != NO_TEXT);
            valid.collect::<NullBuffer>()
        });
        DictionaryArray::try_new(
            Int32Array::try_new(built.keys.into(), valid)?,
            Arc::new(texts),
        )
    }
}
