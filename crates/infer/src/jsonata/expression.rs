//! Prints expressions as JSONata.

use super::path::name;
use super::{Helper, LEVELS_NAME, Printer, literal, quoted};
use crate::dates::{DateFormat, Piece};
use crate::notation::Notation as _;
use crate::scalar::Scalar;
use crate::standard;
use crate::template::{Aggregate, Bound, Expression, Path, Relation, Select};
use crate::tree::SchemaId;

/// The maximum number of pairs of a qualifier and a product's number in a segment.
const PAIRS: usize = 10;

impl Printer<'_> {
    pub(super) fn expression(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::Constant(value) => literal(value),
            Expression::Path(path) if self.is_bare_list(path) => self.path(path) + ".$",
            Expression::Path(path) => self.path(path),
            Expression::Number(of) if self.is_number(of) => self.expression(of),
            Expression::Number(of) => self.call("number", of, ""),
            Expression::Text(of) => self.call("string", of, ""),
            Expression::Trim(of) => self.call("trim", of, ""),
            Expression::Compact(of) => self.call("replace", of, r#", /[-() .\/]/, """#),
            Expression::Upper(of) => self.call("uppercase", of, ""),
            Expression::Lower(of) => self.call("lowercase", of, ""),
            Expression::Title(of) => self.helped(Helper::Title, of),
            Expression::Capital(of) => self.helped(Helper::Capital, of),
            Expression::Fixed(of, decimals) => self.fixed(of, *decimals),
            Expression::Round(of, 0) => self.call("round", of, ""),
            Expression::Round(of, decimals) => self.call("round", of, &format!(", {decimals}")),
            Expression::Magnitude(of) => self.call("abs", of, ""),
            Expression::Scale(of, power) => self.scaled(of, *power),
            Expression::Pad(of, width, fill) => {
                let fill = quoted(&fill.to_string());
                self.call("pad", of, &format!(", {width}, {fill}"))
            }
            Expression::Reformat(of, from, to) => self.reformatted(of, *from, *to),
            Expression::Slice(of, start, None) => self.call("substring", of, &format!(", {start}")),
            Expression::Slice(of, start, Some(length)) => {
                self.call("substring", of, &format!(", {start}, {length}"))
            }
            Expression::Before(of, separator) => self.cut("substringBefore", of, separator),
            Expression::After(of, separator) => self.cut("substringAfter", of, separator),
            Expression::Piece(of, separator, index) => {
                self.cut("split", of, separator) + &format!("[{index}]")
            }
            Expression::Concat(parts) => self.concat(parts),
            Expression::Join(path, separator) => {
                format!("$join({}, {})", self.path(path), quoted(separator))
            }
            Expression::Table(of, entries) => self.table(of, entries),
            Expression::Pair(path, _, qualifier) => self.pair(path, qualifier),
            Expression::Is(..)
            | Expression::Beyond(..)
            | Expression::Compare(..)
            | Expression::Choose(..)
            | Expression::Classes(..)
            | Expression::Otherwise(..)
            | Expression::Signed(..) => self.conditional(expression),
            arithmetic => self.arithmetic(arithmetic),
        }
    }

    /// A condition, or a value that depends on one.
    fn conditional(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::Is(of, value) => format!("{} = {}", self.operand(of), quoted(value)),
            Expression::Beyond(of, bound) => format!("{} {}", self.operand(of), bound.text()),
            Expression::Compare(one, relation, other) => self.compared(one, *relation, other),
            Expression::Choose(is, one, other) => self.choice(is, one, other),
            Expression::Classes(of, classes, other) => self.classes(of, classes, other),
            Expression::Signed(of, code, negative) => self.signed(of, code, negative),
            Expression::Otherwise(of, value) => {
                let (basis, of) = (self.operand(of.basis()), self.operand(of));
                format!("$exists({basis}) ? {of} : {}", literal(value))
            }
            _ => String::new(),
        }
    }

    fn helped(&mut self, helper: Helper, of: &Expression) -> String {
        let of = self.expression(of);
        format!("{}({of})", self.helper(helper))
    }

    fn fixed(&mut self, of: &Expression, decimals: u32) -> String {
        let zeros = "0".repeat(usize::try_from(decimals).unwrap_or(0));
        let point = if zeros.is_empty() { "" } else { "." };
        self.call("formatNumber", of, &format!(", \"0{point}{zeros}\""))
    }

    fn scaled(&mut self, of: &Expression, power: i32) -> String {
        let factor = format!("1{}", "0".repeat(usize::try_from(power.abs()).unwrap_or(0)));
        let sign = if power < 0 { '/' } else { '*' };
        format!("{} {sign} {factor}", self.operand(of))
    }

    fn compared(&mut self, one: &Expression, relation: Relation, other: &Expression) -> String {
        let (one, other) = (self.operand(one), self.operand(other));
        format!("{one} {} {other}", relation.operator())
    }

    /// A text cut at a separator.
    fn cut(&mut self, function: &str, of: &Expression, separator: &str) -> String {
        self.call(function, of, &format!(", {}", quoted(separator)))
    }

    fn choice(&mut self, is: &Expression, one: &Scalar, other: &Scalar) -> String {
        let is = self.expression(is);
        format!("{is} ? {} : {}", literal(one), literal(other))
    }

    fn classes(&mut self, of: &Expression, classes: &[(f64, Scalar)], other: &Scalar) -> String {
        let number = self.operand(of);
        let class = |(bound, value): &(f64, Scalar)| {
            let is = Bound::AtLeast(*bound).text();
            format!("{number} {is} ? {} : ", literal(value))
        };
        let classes: String = classes.iter().map(class).collect();
        format!("{classes}{}", literal(other))
    }

    fn table(&mut self, of: &Expression, entries: &[(String, Scalar)]) -> String {
        let entry = |(code, item): &(String, _)| format!("{}: {}", quoted(code), literal(item));
        let entries: Vec<String> = entries.iter().map(entry).collect();
        let code = self.expression(of);
        format!("$lookup({{ {} }}, {code})", entries.join(", "))
    }

    /// A number that is negative for some codes.
    fn signed(&mut self, of: &Expression, code: &Expression, negative: &[String]) -> String {
        let (of, code) = (self.operand(of), self.operand(code));
        let is = match negative {
            [only] => format!("{code} = {}", quoted(only)),
            several => {
                let codes: Vec<String> = several.iter().map(|code| quoted(code)).collect();
                format!("{code} in [{}]", codes.join(", "))
            }
        };
        format!("{is} ? -{of} : {of}")
    }

    /// An aggregate function of a list of numbers, which may be texts.
    fn aggregated(&self, function: &str, path: &Path) -> String {
        let last = path.steps.last();
        let are_numbers = last.is_some_and(|last| !self.is_text(last.schema));
        let each = if are_numbers { "" } else { ".$number($)" };
        format!("${function}({}{each})", self.path(path))
    }

    /// Whether a path ends in a list of scalars that must remain a list even with one item.
    fn is_bare_list(&self, path: &Path) -> bool {
        let by_place =
            |select: &Select| matches!(select, Select::First | Select::Last | Select::At(_));
        path.steps.last().is_some_and(|step| {
            let kind = self.tree.schema(step.schema);
            kind.listed && !kind.label.field.is_empty() && !step.select.iter().any(by_place)
        })
    }

    /// A value that is computed for each record.
    fn of_each(&mut self, path: &Path, each: &Expression) -> String {
        let path = self.path(path);
        self.names.push(None);
        let each = self.expression(each);
        self.names.pop();
        format!("{path}.({each})")
    }

    fn arithmetic(&mut self, expression: &Expression) -> String {
        match expression {
            Expression::Count(path) => format!("$count({})", self.path(path)),
            Expression::Levels => format!("$count(${LEVELS_NAME})"),
            Expression::Has(path) => format!("$exists({})", self.path(path)),
            Expression::Aggregate(what, path) => self.aggregated(aggregate_name(*what), path),
            Expression::Sum(path) => self.aggregated("sum", path),
            Expression::SumOfProducts(path, one, other) => {
                let (one, other) = (self.operand_at(one), self.operand_at(other));
                format!("$sum({}.({one} * {other}))", self.open_path(path))
            }
            Expression::AggregateOfProducts(what, path, one, other) => {
                let (one, other) = (self.operand_at(one), self.operand_at(other));
                let name = aggregate_name(*what);
                format!("${name}({}.({one} * {other}))", self.open_path(path))
            }
            Expression::AggregateOfEach(what, path, each) => {
                format!("${}({})", aggregate_name(*what), self.of_each(path, each))
            }
            Expression::JoinOfEach(path, each, separator) => {
                format!("$join({}, {})", self.of_each(path, each), quoted(separator))
            }
            Expression::Quotient(one, other) => {
                format!("{} / {}", self.operand(one), self.operand(other))
            }
            Expression::Product(one, other) => {
                format!("{} * {}", self.operand(one), self.operand(other))
            }
            Expression::Plus(one, other) => {
                format!("{} + {}", self.term(one), self.term(other))
            }
            Expression::Minus(one, other) => {
                format!("{} - {}", self.term(one), self.term(other))
            }
            Expression::Position(first, step) => {
                let counter = self.counter.clone().unwrap_or_default();
                match (first, step) {
                    (0, 1) => format!("${counter}"),
                    (first, 1) => format!("${counter} + {first}"),
                    (first, step) => format!("{first} + {step} * ${counter}"),
                }
            }
            _ => "null".to_owned(),
        }
    }

    fn call(&mut self, function: &str, of: &Expression, rest: &str) -> String {
        format!("${function}({}{rest})", self.expression(of))
    }

    /// An expression as an operand. A sum is 0 if there are no records.
    fn term(&mut self, of: &Expression) -> String {
        let text = self.operand(of);
        let is_sum = matches!(of, Expression::Sum(_) | Expression::SumOfProducts(..));
        let numbers = text.strip_prefix("$sum(").filter(|_| is_sum);
        match numbers.and_then(|numbers| numbers.strip_suffix(')')) {
            Some(numbers) => format!("$sum([{numbers}])"),
            None => text,
        }
    }

    fn operand(&mut self, of: &Expression) -> String {
        let text = self.expression(of);
        let loose = matches!(
            of,
            Expression::Product(..)
                | Expression::Plus(..)
                | Expression::Minus(..)
                | Expression::Quotient(..)
                | Expression::Scale(..)
                | Expression::Concat(_)
                | Expression::Position(..)
                | Expression::Otherwise(..)
                | Expression::Choose(..)
                | Expression::Classes(..)
                | Expression::Signed(..)
                | Expression::Beyond(..)
                | Expression::Compare(..)
                | Expression::Is(..)
        );
        if loose { format!("({text})") } else { text }
    }

    /// A number at a place below a record.
    fn operand_at(&self, field: &[SchemaId]) -> String {
        let names = field
            .iter()
            .map(|&field| name(&self.tree.schema(field).label.field));
        let way = names.collect::<Vec<_>>().join(".");
        if field.last().is_some_and(|&last| self.is_text(last)) {
            format!("$number({way})")
        } else {
            way
        }
    }

    /// A path to records. Records of other classes do not have the members that follow.
    fn open_path(&self, path: &Path) -> String {
        self.path(path)
    }

    fn is_number(&self, of: &Expression) -> bool {
        match of {
            Expression::Path(path) => path
                .steps
                .last()
                .is_some_and(|last| !self.is_text(last.schema)),
            _ => false,
        }
    }

    fn reformatted(&mut self, of: &Expression, from: DateFormat, to: DateFormat) -> String {
        let text = self.operand(of);
        match self.dates.iter().find(|(change, _)| *change == (from, to)) {
            Some((_, name)) => format!("${name}({text})"),
            None => format!("{text}.({})", reformat(from, to)),
        }
    }

    fn concat(&mut self, parts: &[Expression]) -> String {
        let mut paths = 0;
        for part in parts {
            paths += usize::from(!matches!(part, Expression::Constant(_)));
        }
        let single = parts.iter().find_map(|part| match part {
            Expression::Path(path) if paths == 1 => Some(path.clone()),
            _ => None,
        });
        // If a value is missing, the whole text is missing.
        if let Some(path) = single {
            let part = |part: &Expression| match part {
                Expression::Constant(value) => literal(value),
                _ => "$".to_owned(),
            };
            let parts: Vec<String> = parts.iter().map(part).collect();
            return format!("{}.({})", self.path(&path), parts.join(" & "));
        }
        let parts: Vec<String> = parts.iter().map(|part| self.operand(part)).collect();
        parts.join(" & ")
    }

    fn pair(&mut self, path: &Path, qualifier: &str) -> String {
        let schema = path.steps.last().map(|last| last.schema);
        let code = schema.and_then(|schema| self.tree.schema(schema).label.code());
        let segment = code.unwrap_or_default();
        let first = standard::first_pair(&segment).unwrap_or(1);
        let line = |place: usize| {
            format!(
                "      {segment}_{place:02} = $qualifier ? {segment}_{:02}",
                place + 1
            )
        };
        let places = (first..).step_by(2).take(PAIRS);
        let lines: Vec<String> = places.map(line).collect();
        let function = format!("{}Product", segment.to_lowercase());
        self.pairs
            .insert(function.clone(), lines.join(" :\n") + "\n");
        format!("${function}({}, {})", self.path(path), quoted(qualifier))
    }
}

/// Converts the text `$` from one format to another.
pub(super) fn reformat(from: DateFormat, to: DateFormat) -> String {
    let piece = |piece: Piece| match piece {
        Piece::Copied(start, length) => format!("$substring($, {start}, {length})"),
        Piece::Literal(text) => quoted(&text),
    };
    let pieces: Vec<String> = from.pieces(to).into_iter().map(piece).collect();
    pieces.join(" & ")
}

/// The JSONata function for an aggregate.
fn aggregate_name(what: Aggregate) -> &'static str {
    match what {
        Aggregate::Max => "max",
        Aggregate::Min => "min",
        Aggregate::Average => "average",
    }
}
