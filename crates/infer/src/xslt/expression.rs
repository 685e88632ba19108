//! Prints expressions, as `XPath` or, where `XPath` is not enough, as instructions.

use super::path::quoted;
use super::{Printer, attribute, text};
use crate::dates::{DateFormat, Piece};
use crate::evaluate::MARKS;
use crate::notation::Notation as _;
use crate::scalar::{Scalar, number_text};
use crate::standard;
use crate::template::{Aggregate, Bound, Expression, Path};
use crate::tree::SchemaId;

/// The maximum number of pairs of a qualifier and a product's number in a segment.
const PAIRS: usize = 10;
const SMALL: &str = "abcdefghijklmnopqrstuvwxyz";
const CAPITAL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Printer<'_> {
    pub(super) fn expression(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::Constant(Scalar::Number(number)) => number_text(*number),
            Expression::Constant(value) => quoted(&value.text()),
            Expression::Path(path) => self.path(path),
            Expression::Number(of) => format!("number({})", self.expression(of)),
            Expression::Text(of) => self.expression(of),
            Expression::Trim(of) => format!("normalize-space({})", self.expression(of)),
            Expression::Compact(of) => format!("translate({}, '{MARKS}', '')", self.expression(of)),
            Expression::Upper(of) => {
                format!("translate({}, '{SMALL}', '{CAPITAL}')", self.expression(of))
            }
            Expression::Lower(of) => {
                format!("translate({}, '{CAPITAL}', '{SMALL}')", self.expression(of))
            }
            Expression::Fixed(of, decimals) => self.fixed(of, *decimals),
            Expression::Magnitude(of) => magnitude(&self.expression(of)),
            Expression::Round(of, 0) => format!("round({})", self.expression(of)),
            Expression::Round(of, decimals) => {
                let factor = format!("1{}", "0".repeat(usize::try_from(*decimals).unwrap_or(0)));
                format!("round({} * {factor}) div {factor}", self.operand(of))
            }
            Expression::Scale(of, power) => self.scaled(of, *power),
            Expression::Capital(of) => capital(&self.expression(of)),
            Expression::Pad(of, width, fill) => padded(&self.expression(of), *width, *fill),
            Expression::Reformat(of, from, to) => reformatted(&self.expression(of), *from, *to),
            Expression::Concat(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.expression(part)).collect();
                format!("concat({})", parts.join(", "))
            }
            Expression::Is(..)
            | Expression::Beyond(..)
            | Expression::Compare(..)
            | Expression::Signed(..) => self.conditional(expression),
            Expression::Pair(path, _, qualifier) => self.pair(path, qualifier),
            Expression::Title(_)
            | Expression::Choose(..)
            | Expression::Classes(..)
            | Expression::Table(..)
            | Expression::Otherwise(..)
            | Expression::JoinOfEach(..)
            | Expression::Join(..) => self.variable(expression),
            Expression::Slice(..)
            | Expression::Before(..)
            | Expression::After(..)
            | Expression::Piece(..) => self.part(expression),
            arithmetic => self.arithmetic(arithmetic),
        }
    }

    /// A condition, or a number whose sign depends on one.
    fn conditional(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::Beyond(of, bound) => format!("{} {}", self.operand(of), bound.text()),
            Expression::Compare(one, relation, other) => {
                let (one, other) = (self.operand(one), self.operand(other));
                format!("{one} {} {other}", relation.operator())
            }
            Expression::Signed(of, code, negative) => self.signed(of, code, negative),
            Expression::Is(of, value) => format!("{} = {}", self.operand(of), quoted(value)),
            _ => String::new(),
        }
    }

    /// A number with a fixed number of decimals.
    fn fixed(&mut self, of: &Expression, decimals: u32) -> String {
        let zeros = "0".repeat(usize::try_from(decimals).unwrap_or(0));
        let point = if zeros.is_empty() { "" } else { "." };
        format!("format-number({}, '0{point}{zeros}')", self.expression(of))
    }

    fn scaled(&mut self, of: &Expression, power: i32) -> String {
        let factor = format!("1{}", "0".repeat(usize::try_from(power.abs()).unwrap_or(0)));
        let operator = if power < 0 { "div" } else { "*" };
        format!("{} {operator} {factor}", self.operand(of))
    }

    /// A number that is negative for some codes.
    fn signed(&mut self, of: &Expression, code: &Expression, negative: &[String]) -> String {
        let (of, code) = (self.operand(of), self.operand(code));
        let is = negative
            .iter()
            .map(|item| format!("{code} = {}", quoted(item)));
        let is = is.collect::<Vec<_>>().join(" or ");
        format!("{of} * (1 - 2 * ({is}))")
    }

    /// A part of a text.
    fn part(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::Slice(of, start, length) => {
                let of = self.expression(of);
                let length = length
                    .map(|length| format!(", {length}"))
                    .unwrap_or_default();
                if *start < 0 {
                    let back = start.unsigned_abs().saturating_sub(1);
                    return format!("substring({of}, string-length({of}) - {back}{length})");
                }
                format!("substring({of}, {}{length})", i64::from(*start) + 1)
            }
            Expression::Before(of, separator) => {
                format!(
                    "substring-before({}, {})",
                    self.expression(of),
                    quoted(separator)
                )
            }
            Expression::After(of, separator) => {
                format!(
                    "substring-after({}, {})",
                    self.expression(of),
                    quoted(separator)
                )
            }
            Expression::Piece(of, separator, index) => {
                let separator = quoted(separator);
                let mut rest = self.expression(of);
                for _ in 0..*index {
                    rest = format!("substring-after({rest}, {separator})");
                }
                format!("substring-before(concat({rest}, {separator}), {separator})")
            }
            other => self.expression(other),
        }
    }

    /// The products of two values of records, as nodes in a variable.
    fn products(&mut self, path: &Path, one: &[SchemaId], other: &[SchemaId]) -> String {
        let select = attribute(&self.path(path));
        let (one, other) = (self.field(one), self.field(other));
        let name = self.name("products".to_owned());
        let product = attribute(&format!("{one} * {other}"));
        self.before.extend([
            format!("<xsl:variable name=\"{name}\">"),
            format!("  <xsl:for-each select=\"{select}\">"),
            format!("    <product><xsl:value-of select=\"{product}\"/></product>"),
            "  </xsl:for-each>".to_owned(),
            "</xsl:variable>".to_owned(),
        ]);
        self.exslt = true;
        format!("exsl:node-set(${name})/product")
    }

    /// A number that is computed for each record, as nodes in a variable.
    fn of_each(&mut self, path: &Path, each: &Expression) -> String {
        let select = attribute(&self.path(path));
        let start = self.before.len();
        self.names.push(None);
        let number = attribute(&self.expression(each));
        self.names.pop();
        let inner = self.before.split_off(start);
        let name = self.name("numbers".to_owned());
        self.before.extend([
            format!("<xsl:variable name=\"{name}\">"),
            format!("  <xsl:for-each select=\"{select}\">"),
        ]);
        let inner = inner.into_iter().map(|line| format!("    {line}"));
        self.before.extend(inner);
        self.before.extend([
            format!("    <number><xsl:value-of select=\"{number}\"/></number>"),
            "  </xsl:for-each>".to_owned(),
            "</xsl:variable>".to_owned(),
        ]);
        self.exslt = true;
        format!("exsl:node-set(${name})/number")
    }

    fn arithmetic(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::Count(path) => format!("count({})", self.path(path)),
            Expression::Levels => self.count_of_levels(),
            Expression::Has(path) => format!("boolean({})", self.path(path)),
            Expression::Aggregate(what, path) => aggregate(*what, &self.path(path)),
            Expression::Sum(path) => format!("sum({})", self.path(path)),
            Expression::SumOfProducts(path, one, other) => {
                format!("sum({})", self.products(path, one, other))
            }
            Expression::AggregateOfProducts(what, path, one, other) => {
                let products = self.products(path, one, other);
                aggregate(*what, &products)
            }
            Expression::AggregateOfEach(what, path, each) => {
                let numbers = self.of_each(path, each);
                aggregate(*what, &numbers)
            }
            Expression::Quotient(one, other) => {
                format!("{} div {}", self.operand(one), self.operand(other))
            }
            Expression::Product(one, other) => {
                format!("{} * {}", self.operand(one), self.operand(other))
            }
            Expression::Plus(one, other) => {
                format!("{} + {}", self.operand(one), self.operand(other))
            }
            Expression::Minus(one, other) => {
                format!("{} - {}", self.operand(one), self.operand(other))
            }
            Expression::Position(1, 1) => "position()".to_owned(),
            Expression::Position(first, step) => format!("{first} + {step} * (position() - 1)"),
            _ => "''".to_owned(),
        }
    }

    /// An expression as an operand.
    fn operand(&mut self, of: &Expression) -> String {
        let text = self.expression(of);
        let loose = matches!(
            of,
            Expression::Product(..)
                | Expression::Plus(..)
                | Expression::Minus(..)
                | Expression::Quotient(..)
                | Expression::Scale(..)
                | Expression::Round(..)
                | Expression::Magnitude(..)
                | Expression::Position(..)
                | Expression::Signed(..)
                | Expression::Beyond(..)
                | Expression::Compare(..)
                | Expression::Is(..)
        );
        if loose { format!("({text})") } else { text }
    }

    /// A variable for an expression that needs instructions.
    fn variable(&mut self, expression: &Expression) -> String {
        let block = self.block(expression);
        let name = self.name("value".to_owned());
        self.before.push(format!("<xsl:variable name=\"{name}\">"));
        self.before
            .extend(block.into_iter().map(|block| format!("  {block}")));
        self.before.push("</xsl:variable>".to_owned());
        format!("${name}")
    }

    /// The instructions for a value that needs them.
    pub(super) fn block(&mut self, expression: &Expression) -> Vec<String> {
        match expression {
            Expression::Table(of, entries) => self.table(of, entries),
            Expression::Choose(is, one, other) => {
                let is = self.expression(is);
                chosen([when(&is, one)], Some(other))
            }
            Expression::Classes(of, classes, other) => {
                let number = self.operand(of);
                let class = |(bound, value): &(f64, Scalar)| {
                    when(
                        &format!("{number} {}", Bound::AtLeast(*bound).text()),
                        value,
                    )
                };
                chosen(classes.iter().map(class), Some(other))
            }
            Expression::Otherwise(of, value) => {
                let select = attribute(&self.expression(of));
                let basis = attribute(&self.expression(of.basis()));
                let exists = format!(
                    "  <xsl:when test=\"string({basis}) != ''\">\
                     <xsl:value-of select=\"{select}\"/></xsl:when>"
                );
                chosen([exists], Some(value))
            }
            Expression::Join(path, separator) => {
                let separator = text(&Scalar::Text(separator.clone()));
                joined(&attribute(&self.path(path)), &separator, ".", Vec::new())
            }
            Expression::JoinOfEach(path, each, separator) => {
                self.joined_each(path, each, separator)
            }
            Expression::Title(of) => {
                let select = attribute(&self.expression(of));
                self.strings = true;
                vec![
                    format!("<xsl:for-each select=\"str:tokenize({select}, ' ')\">"),
                    "  <xsl:if test=\"position() &gt; 1\"><xsl:text> </xsl:text></xsl:if>"
                        .to_owned(),
                    format!("  <xsl:value-of select=\"{}\"/>", capital(".")),
                    "</xsl:for-each>".to_owned(),
                ]
            }
            other => {
                let select = attribute(&self.expression(other));
                vec![format!("<xsl:value-of select=\"{select}\"/>")]
            }
        }
    }

    /// The texts that are computed for each record, with a separator between them.
    fn joined_each(&mut self, path: &Path, each: &Expression, separator: &str) -> Vec<String> {
        let separator = text(&Scalar::Text(separator.to_owned()));
        let select = attribute(&self.path(path));
        let start = self.before.len();
        self.names.push(None);
        let value = attribute(&self.expression(each));
        self.names.pop();
        joined(&select, &separator, &value, self.before.split_off(start))
    }

    fn table(&mut self, of: &Expression, entries: &[(String, Scalar)]) -> Vec<String> {
        let code = self.expression(of);
        let of_code =
            |(item, value): &(String, Scalar)| when(&format!("{code} = {}", quoted(item)), value);
        chosen(entries.iter().map(of_code), None)
    }

    fn pair(&mut self, path: &Path, qualifier: &str) -> String {
        let schema = path.steps.last().map(|last| last.schema);
        let code = schema.and_then(|schema| self.tree.schema(schema).label.code());
        let segment = code.unwrap_or_default();
        let first = standard::first_pair(&segment).unwrap_or(1);
        let base = self.path(path);
        let qualifier = quoted(qualifier);
        let place = |place: usize| {
            format!(
                "{base}/element[@Id = '{segment}{:02}'][../element[@Id = '{segment}{place:02}'] = {qualifier}]",
                place + 1
            )
        };
        let places: Vec<String> = (first..).step_by(2).take(PAIRS).map(place).collect();
        format!("({})", places.join(" | "))
    }
}

/// The instruction for the first condition that is true.
fn chosen(whens: impl IntoIterator<Item = String>, otherwise: Option<&Scalar>) -> Vec<String> {
    let mut lines = vec!["<xsl:choose>".to_owned()];
    lines.extend(whens);
    lines
        .extend(otherwise.map(|value| format!("  <xsl:otherwise>{}</xsl:otherwise>", text(value))));
    lines.push("</xsl:choose>".to_owned());
    lines
}

fn when(test: &str, value: &Scalar) -> String {
    format!(
        "  <xsl:when test=\"{}\">{}</xsl:when>",
        attribute(test),
        text(value)
    )
}

/// `XPath` 1.0 has no maximum and minimum: selects the number that no other exceeds.
fn aggregate(what: Aggregate, nodes: &str) -> String {
    match what {
        Aggregate::Average => format!("sum({nodes}) div count({nodes})"),
        Aggregate::Max => format!("{nodes}[not(. < {nodes})]"),
        Aggregate::Min => format!("{nodes}[not(. > {nodes})]"),
    }
}

/// A text with an initial capital, the rest in lower case.
fn capital(of: &str) -> String {
    format!(
        "concat(translate(substring({of}, 1, 1), '{SMALL}', '{CAPITAL}'), \
         translate(substring({of}, 2), '{CAPITAL}', '{SMALL}'))"
    )
}

/// A text padded to a length; a negative length pads at the start.
fn padded(of: &str, width: i32, fill: char) -> String {
    let length = width.unsigned_abs();
    let filling = quoted(
        &fill
            .to_string()
            .repeat(usize::try_from(length).unwrap_or(0)),
    );
    if width < 0 {
        let padded = format!("concat({filling}, {of})");
        let back = length.saturating_sub(1);
        return format!("substring({padded}, string-length({padded}) - {back})");
    }
    format!("substring(concat({of}, {filling}), 1, {length})")
}

/// A date or time in another format.
fn reformatted(of: &str, from: DateFormat, to: DateFormat) -> String {
    let piece = |piece: Piece| match piece {
        Piece::Copied(start, length) => format!("substring({of}, {}, {length})", start + 1),
        Piece::Literal(text) => quoted(&text),
    };
    let pieces: Vec<String> = from.pieces(to).into_iter().map(piece).collect();
    format!("concat({})", pieces.join(", "))
}

/// The texts of nodes with a separator between them, and the instructions that they need.
fn joined(select: &str, separator: &str, value: &str, before: Vec<String>) -> Vec<String> {
    let mut lines = vec![format!("<xsl:for-each select=\"{select}\">")];
    lines.extend(before.into_iter().map(|line| format!("  {line}")));
    lines.extend([
        format!("  <xsl:if test=\"position() &gt; 1\"><xsl:text>{separator}</xsl:text></xsl:if>"),
        format!("  <xsl:value-of select=\"{value}\"/>"),
        "</xsl:for-each>".to_owned(),
    ]);
    lines
}

/// A number without its sign: XPath 1.0 has no function for it.
fn magnitude(number: &str) -> String {
    format!("({number}) * (1 - 2 * (({number}) < 0))")
}
