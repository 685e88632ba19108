//! A mapping without a language. The search builds it, and the printers print it.

use std::hash::{Hash, Hasher};

use super::dates::DateFormat;
use super::scalar::{Scalar, number_text};
use super::tree::SchemaId;

/// A path from a context down to nodes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Path {
    /// The context where it starts: 0 is the root, 1 the record of the outermost loop, and so on.
    pub(super) from: usize,
    pub(super) steps: Vec<Step>,
}

/// One step down, and the selection of the nodes there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) schema: SchemaId,
    pub(super) select: Vec<Select>,
}

/// A selection of the nodes of a step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Select {
    /// The nodes with this value below them.
    Equals(Vec<SchemaId>, String),
    /// The nodes with another value or none.
    Differs(Vec<SchemaId>, String),
    /// The nodes with one of these values.
    OneOf(Vec<SchemaId>, Vec<String>),
    /// The nodes with this value among several below them.
    Contains(Vec<SchemaId>, String),
    Exists(Vec<SchemaId>),
    Missing(Vec<SchemaId>),
    /// The nodes with the value that a path finds.
    Joins(Vec<SchemaId>, Path),
    /// The first node of each value below them, or of each value.
    Unique(Vec<SchemaId>),
    /// All nodes, sorted by a value: whether numerically, and whether in descending order.
    Sorted(Vec<SchemaId>, bool, bool),
    /// All nodes, sorted by the product of two numbers, and whether in descending order.
    SortedByProduct(Vec<SchemaId>, Vec<SchemaId>, bool),
    /// All nodes in reverse order.
    Reversed,
    /// The first node with the greatest value, or else with the least.
    Extreme(Vec<SchemaId>, bool),
    /// The nodes whose number is within a bound.
    Beyond(Vec<SchemaId>, Bound),
    /// The nodes whose product of two numbers is within a bound.
    ProductBeyond(Vec<SchemaId>, Vec<SchemaId>, Bound),
    /// The nodes with two numbers in a relation.
    Related(Vec<SchemaId>, Relation, Vec<SchemaId>),
    /// The nodes up to the innermost record of the context.
    UpTo,
    First,
    Last,
    /// The node at this index, from 0.
    At(usize),
}

impl Select {
    /// The same selection for the parent records, each of which contains one selected record as
    /// this kind of child.
    pub(super) fn lifted(&self, schema: SchemaId) -> Self {
        let below = |field: &[SchemaId]| {
            std::iter::once(schema)
                .chain(field.iter().copied())
                .collect()
        };
        match self {
            Self::Equals(field, value) => Self::Equals(below(field), value.clone()),
            Self::Differs(field, value) => Self::Differs(below(field), value.clone()),
            Self::OneOf(field, values) => Self::OneOf(below(field), values.clone()),
            Self::Contains(field, value) => Self::Contains(below(field), value.clone()),
            Self::Exists(field) => Self::Exists(below(field)),
            Self::Missing(field) => Self::Missing(below(field)),
            Self::Joins(field, path) => Self::Joins(below(field), path.clone()),
            Self::Unique(field) => Self::Unique(below(field)),
            Self::Sorted(field, numeric, descending) => {
                Self::Sorted(below(field), *numeric, *descending)
            }
            Self::SortedByProduct(one, other, descending) => {
                Self::SortedByProduct(below(one), below(other), *descending)
            }
            Self::Extreme(field, greatest) => Self::Extreme(below(field), *greatest),
            Self::Beyond(field, bound) => Self::Beyond(below(field), *bound),
            Self::Related(one, relation, other) => {
                Self::Related(below(one), *relation, below(other))
            }
            Self::ProductBeyond(one, other, bound) => {
                Self::ProductBeyond(below(one), below(other), *bound)
            }
            by_place => by_place.clone(),
        }
    }

    /// Whether it selects by a threshold, which an example does not show exactly.
    pub(super) fn is_threshold(&self) -> bool {
        matches!(self, Self::Beyond(..) | Self::ProductBeyond(..))
    }

    /// Whether it sorts by a value.
    pub(super) fn is_sorted(&self) -> bool {
        matches!(self, Self::Sorted(..))
    }

    /// Whether it sorts all records.
    pub(super) fn is_order(&self) -> bool {
        matches!(
            self,
            Self::Sorted(..) | Self::SortedByProduct(..) | Self::Reversed
        )
    }
}

/// A bound for numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    AtLeast(f64),
    Below(f64),
}

impl Bound {
    pub(super) fn has(self, number: f64) -> bool {
        match self {
            Self::AtLeast(bound) => number >= bound,
            Self::Below(bound) => number < bound,
        }
    }

    /// The bound of the other numbers.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::AtLeast(bound) => Self::Below(bound),
            Self::Below(bound) => Self::AtLeast(bound),
        }
    }

    /// The operator, which is the same in both languages, and the number.
    pub(super) fn text(self) -> String {
        match self {
            Self::AtLeast(bound) => format!(">= {}", number_text(bound)),
            Self::Below(bound) => format!("< {}", number_text(bound)),
        }
    }

    fn bits(self) -> (bool, u64) {
        match self {
            Self::AtLeast(bound) => (true, bound.to_bits()),
            Self::Below(bound) => (false, bound.to_bits()),
        }
    }
}

impl PartialEq for Bound {
    fn eq(&self, other: &Self) -> bool {
        self.bits() == other.bits()
    }
}

impl Eq for Bound {}

impl Hash for Bound {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits().hash(state);
    }
}

/// How a value is computed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Constant(Scalar),
    Path(Path),
    /// The number in a text.
    Number(Box<Expression>),
    /// A value as text.
    Text(Box<Expression>),
    Trim(Box<Expression>),
    /// A text without punctuation and spaces.
    Compact(Box<Expression>),
    Upper(Box<Expression>),
    Lower(Box<Expression>),
    /// Each word with an initial capital, the rest in lower case.
    Title(Box<Expression>),
    /// An initial capital, the rest in lower case.
    Capital(Box<Expression>),
    /// A number as text with this many decimals.
    Fixed(Box<Expression>, u32),
    Round(Box<Expression>, u32),
    /// A number without its sign.
    Magnitude(Box<Expression>),
    /// A number times a power of ten.
    Scale(Box<Expression>, i32),
    /// A text padded with a character to this length: at the end, or at the start if the length is
    /// negative.
    Pad(Box<Expression>, i32, char),
    /// A date or time in another format.
    Reformat(Box<Expression>, DateFormat, DateFormat),
    /// Characters from an index, up to a length; a negative index counts from the end.
    Slice(Box<Expression>, i32, Option<usize>),
    Before(Box<Expression>, String),
    After(Box<Expression>, String),
    /// The part at an index between separators.
    Piece(Box<Expression>, String, usize),
    Concat(Vec<Expression>),
    Join(Path, String),
    /// A text that is computed for each record, joined by a separator.
    JoinOfEach(Path, Box<Expression>, String),
    /// The value for a code in a table.
    Table(Box<Expression>, Vec<(String, Scalar)>),
    /// Whether a value is this text.
    Is(Box<Expression>, String),
    /// Whether a number is within a bound.
    Beyond(Box<Expression>, Bound),
    /// Whether two numbers have a relation.
    Compare(Box<Expression>, Relation, Box<Expression>),
    /// One value if a condition is true, another if it is false.
    Choose(Box<Expression>, Scalar, Scalar),
    /// The value of the first of these lower bounds that a number reaches, else the last value.
    Classes(Box<Expression>, Vec<(f64, Scalar)>, Scalar),
    /// A number, negative if a code is one of these.
    Signed(Box<Expression>, Box<Expression>, Vec<String>),
    /// Whether a node exists.
    Has(Path),
    Count(Path),
    /// The number of hierarchical levels in the output.
    Levels,
    Sum(Path),
    /// An aggregate of several numbers.
    Aggregate(Aggregate, Path),
    /// The sum over records of the product of two values.
    SumOfProducts(Path, Vec<SchemaId>, Vec<SchemaId>),
    /// The greatest, the least or the average of such products.
    AggregateOfProducts(Aggregate, Path, Vec<SchemaId>, Vec<SchemaId>),
    /// The greatest, the least or the average of a value that is computed for each record.
    AggregateOfEach(Aggregate, Path, Box<Expression>),
    Product(Box<Expression>, Box<Expression>),
    Plus(Box<Expression>, Box<Expression>),
    Minus(Box<Expression>, Box<Expression>),
    Quotient(Box<Expression>, Box<Expression>),
    /// The position of the loop's record: the first number, and the increment.
    Position(i64, i64),
    /// A value, or a default if it is missing.
    Otherwise(Box<Expression>, Scalar),
    /// The element after a qualifier in the pairs of a segment, at these places.
    Pair(Path, Vec<(SchemaId, SchemaId)>, String),
}

/// The kinds of aggregates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aggregate {
    Max,
    Min,
    Average,
}

impl Aggregate {
    pub(super) const ALL: [Self; 3] = [Self::Max, Self::Min, Self::Average];

    pub(super) fn of(self, numbers: &[f64]) -> f64 {
        match self {
            Self::Max => numbers.iter().copied().fold(f64::MIN, f64::max),
            Self::Min => numbers.iter().copied().fold(f64::MAX, f64::min),
            Self::Average => {
                numbers.iter().sum::<f64>() / super::evaluate::as_number(numbers.len())
            }
        }
    }
}

/// A relation of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Relation {
    Equal,
    Differs,
    Less,
    Greater,
    AtMost,
    AtLeast,
}

impl Relation {
    /// The most specific first.
    pub(super) const ALL: [Self; 6] = [
        Self::Equal,
        Self::Differs,
        Self::Less,
        Self::Greater,
        Self::AtMost,
        Self::AtLeast,
    ];

    pub(super) fn holds(self, one: f64, other: f64) -> bool {
        let same = super::convert::same(one, other);
        match self {
            Self::Equal => same,
            Self::Differs => !same,
            Self::Less => !same && one < other,
            Self::Greater => !same && one > other,
            Self::AtMost => same || one < other,
            Self::AtLeast => same || one > other,
        }
    }

    /// The relation of all other numbers.
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::Differs,
            Self::Differs => Self::Equal,
            Self::Less => Self::AtLeast,
            Self::Greater => Self::AtMost,
            Self::AtMost => Self::Greater,
            Self::AtLeast => Self::Less,
        }
    }

    /// The operator, which is the same in both languages.
    pub(super) fn operator(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Differs => "!=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
        }
    }

    pub(super) fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::Differs)
    }
}

/// In how many of the cases an expression gives the value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Support {
    pub(super) seen: usize,
    pub(super) places: usize,
}

/// A template for the output.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Template {
    Object(Vec<(String, Template)>),
    List(Vec<Part>),
    /// An object with a member for each record of loops.
    Keyed(Vec<Path>, Box<Template>),
    /// HL loops of this name, as the tree of their levels.
    Levels(String, Box<Template>),
    /// One such member.
    Entry(Value, Box<Template>),
    Value(Value),
    Element {
        name: String,
        attributes: Vec<(String, Value)>,
        body: Vec<Part>,
        text: Option<Value>,
    },
}

/// A value and its notes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    pub(super) expression: Expression,
    /// Whether a source for the value was searched in the input and not found.
    pub(super) unexplained: bool,
    pub(super) support: Support,
}

/// Items of a list: one, or one for each record of nested loops.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) each: Vec<Path>,
    pub(super) template: Template,
}

/// A function that adds the paths of an expression to a list, to read or to change them.
macro_rules! paths_of {
    ($(#[$doc:meta])* $name:ident, $iter:ident $(, $mutable:tt)?) => {
        $(#[$doc])*
        pub(super) fn $name<'a>(&'a $($mutable)? self, into: &mut Vec<&'a $($mutable)? Path>) {
            match self {
                Self::Constant(_) | Self::Position(..) | Self::Levels => {}
                Self::Path(path)
                | Self::Join(path, _)
                | Self::JoinOfEach(path, ..)
                | Self::Has(path)
                | Self::Count(path)
                | Self::Sum(path)
                | Self::Aggregate(_, path)
                | Self::SumOfProducts(path, ..)
                | Self::AggregateOfProducts(_, path, ..)
                | Self::AggregateOfEach(_, path, _)
                | Self::Pair(path, ..) => into.push(path),
                Self::Number(of)
                | Self::Text(of)
                | Self::Trim(of)
                | Self::Compact(of)
                | Self::Upper(of)
                | Self::Lower(of)
                | Self::Title(of)
                | Self::Capital(of)
                | Self::Fixed(of, _)
                | Self::Round(of, _)
                | Self::Magnitude(of)
                | Self::Scale(of, _)
                | Self::Pad(of, ..)
                | Self::Reformat(of, ..)
                | Self::Slice(of, ..)
                | Self::Before(of, _)
                | Self::After(of, _)
                | Self::Piece(of, ..)
                | Self::Table(of, _)
                | Self::Is(of, _)
                | Self::Otherwise(of, _)
                | Self::Beyond(of, _)
                | Self::Choose(of, ..)
                | Self::Classes(of, ..) => of.$name(into),
                Self::Product(one, other)
                | Self::Plus(one, other)
                | Self::Minus(one, other)
                | Self::Quotient(one, other)
                | Self::Compare(one, _, other)
                | Self::Signed(one, other, _) => {
                    one.$name(into);
                    other.$name(into);
                }
                Self::Concat(parts) => parts.$iter().for_each(|part| part.$name(into)),
            }
        }
    };
}

impl Expression {
    /// The expression whose absence means that this one has no value: for a composed text, its
    /// first value.
    pub(super) fn basis(&self) -> &Self {
        let first = |parts: &'_ [Self]| {
            let is_value = |part: &&Self| !matches!(part, Self::Constant(_));
            parts.iter().position(|part| is_value(&part))
        };
        match self {
            Self::Concat(parts) => first(parts)
                .and_then(|place| parts.get(place))
                .map_or(self, Self::basis),
            Self::Title(of) | Self::Capital(of) | Self::Upper(of) | Self::Lower(of) => of.basis(),
            _ => self,
        }
    }

    paths_of!(
        /// All its paths.
        paths,
        iter
    );
    paths_of!(
        /// All its paths, to change them.
        paths_mut,
        iter_mut,
        mut
    );
}
