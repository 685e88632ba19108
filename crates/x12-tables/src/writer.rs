//! Rows as text: JSON Lines and CSV.

use std::io::Write as _;

use crate::schema::{Column, ColumnType, RowSink, Value};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    /// A JSON object in each line.
    JsonLines,
    /// A heading, then a line for each row, as RFC 4180 has it; lists are JSON.
    Csv,
}

/// Writes rows as text.
pub struct RowWriter {
    format: RowFormat,
    columns: Vec<Column>,
    /// The text before the value of each column in JSON.
    keys: Vec<Vec<u8>>,
    out: Vec<u8>,
}

impl RowWriter {
    /// A writer of rows with these columns, for the beginning of an output or for what follows it.
    #[must_use]
    pub fn new(format: RowFormat, columns: Vec<Column>, is_beginning: bool) -> Self {
        let mut writer = Self {
            format,
            keys: keys(&columns),
            columns,
            out: Vec::new(),
        };
        if is_beginning && format == RowFormat::Csv {
            writer.heading();
        }
        writer
    }

    /// Passes on what has been written so far, and keeps the memory for the rest.
    pub fn hand_out<T>(&mut self, to: impl FnOnce(&[u8]) -> T) -> T {
        let taken = to(&self.out);
        self.out.clear();
        taken
    }

    fn heading(&mut self) {
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            push_csv(&mut self.out, &column.name);
        }
        self.out.extend_from_slice(b"\r\n");
    }
}

fn keys(columns: &[Column]) -> Vec<Vec<u8>> {
    let keys = columns.iter().enumerate().map(|(at, column)| {
        let mut key = vec![if at == 0 { b'{' } else { b',' }];
        push_json(&mut key, &column.name);
        key.push(b':');
        key
    });
    keys.collect()
}

impl RowSink for RowWriter {
    fn row(&mut self, row: &[Value<'_>]) {
        let out = &mut self.out;
        let cells = row.iter().zip(&self.columns);
        match self.format {
            RowFormat::JsonLines => {
                for ((value, column), key) in cells.zip(&self.keys) {
                    out.extend_from_slice(key);
                    json_value(out, value, column.kind);
                }
                out.extend_from_slice(b"}\n");
            }
            RowFormat::Csv => {
                for (at, (value, column)) in cells.enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    csv_value(out, value, column.kind);
                }
                out.extend_from_slice(b"\r\n");
            }
        }
    }
}

fn json_value(out: &mut Vec<u8>, value: &Value<'_>, kind: ColumnType) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Text(text) => push_json(out, text),
        Value::Date(_) => {
            out.push(b'"');
            plain(out, value, kind);
            out.push(b'"');
        }
        Value::Integer(_) | Value::Decimal(_) | Value::Texts(_) => plain(out, value, kind),
    }
}

fn csv_value(out: &mut Vec<u8>, value: &Value<'_>, kind: ColumnType) {
    match value {
        Value::Null => {}
        Value::Text(text) => push_csv(out, text),
        Value::Texts(_) => {
            let mut list = Vec::new();
            plain(&mut list, value, kind);
            push_csv(out, &String::from_utf8_lossy(&list));
        }
        Value::Integer(_) | Value::Decimal(_) | Value::Date(_) => plain(out, value, kind),
    }
}

/// Appends a value that needs no quotes.
fn plain(out: &mut Vec<u8>, value: &Value<'_>, kind: ColumnType) {
    // Writing to a vector cannot fail.
    let _ = match value {
        Value::Null => Ok(()),
        Value::Text(text) => out.write_all(text.as_bytes()),
        Value::Integer(number) => write!(out, "{number}"),
        Value::Decimal(number) => decimal(out, *number, kind),
        Value::Date(days) => date(out, *days),
        Value::Texts(elements) => {
            let mut before = b'[';
            elements.for_each(|element| {
                out.push(before);
                push_json(out, element);
                before = b',';
            });
            out.write_all(if before == b'[' { b"[]" } else { b"]" })
        }
    };
}

fn decimal(out: &mut Vec<u8>, number: i64, kind: ColumnType) -> std::io::Result<()> {
    let scale = match kind {
        ColumnType::Decimal(scale) => usize::from(scale),
        _ => 0,
    };
    let sign = if number < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(scale));
    if scale == 0 {
        write!(out, "{sign}{whole}")
    } else {
        write!(out, "{sign}{whole}.{fraction}")
    }
}

/// Writes a day of the Gregorian calendar as CCYY-MM-DD.
fn date(out: &mut Vec<u8>, days: i32) -> std::io::Result<()> {
    // Eras of 400 years, which begin with a March, so that a leap day is the last of its year.
    let days = i64::from(days) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let (month, later) = if from_march < 10 {
        (from_march + 3, 0)
    } else {
        (from_march - 9, 1)
    };
    let year = year_of_era + era * 400 + later;
    write!(out, "{year:04}-{month:02}-{day:02}")
}

fn push_json(out: &mut Vec<u8>, text: &str) {
    // Text is written to a vector: nothing fails.
    let _ = serde_json::to_writer(out, text);
}

fn push_csv(out: &mut Vec<u8>, text: &str) {
    if !text.contains([',', '"', '\r', '\n']) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::{RowFormat, RowWriter};
    use crate::schema::{Column, ColumnType, RowSink as _, Value};

    fn written(format: RowFormat, row: &[Value<'_>]) -> String {
        let columns = vec![
            Column::new("a", ColumnType::Text),
            Column::new("b", ColumnType::Decimal(2)),
            Column::new("c", ColumnType::Date),
            Column::new("d", ColumnType::Long),
        ];
        let mut writer = RowWriter::new(format, columns, true);
        writer.row(row);
        writer.hand_out(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    #[test]
    fn rows_become_text() {
        let text = |text| Value::from(text);
        for (row, json, csv) in [
            (
                [
                    text("x"),
                    Value::Decimal(-5),
                    Value::Date(0),
                    Value::Integer(7),
                ],
                r#"{"a":"x","b":-0.05,"c":"1970-01-01","d":7}"#,
                "x,-0.05,1970-01-01,7",
            ),
            (
                [
                    text("a,\"b\""),
                    Value::Decimal(12345),
                    Value::Date(19782),
                    Value::Null,
                ],
                r#"{"a":"a,\"b\"","b":123.45,"c":"2024-02-29","d":null}"#,
                "\"a,\"\"b\"\"\",123.45,2024-02-29,",
            ),
            (
                [Value::Null, Value::Null, Value::Date(-1), Value::Null],
                r#"{"a":null,"b":null,"c":"1969-12-31","d":null}"#,
                ",,1969-12-31,",
            ),
        ] {
            assert_eq!(written(RowFormat::JsonLines, &row), format!("{json}\n"));
            assert_eq!(
                written(RowFormat::Csv, &row),
                format!("a,b,c,d\r\n{csv}\r\n")
            );
        }
    }
}
