//! Custom rules, in addition to the rules of the standard.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::tables::{
    self, Cell, CodeList, Definition, Dictionary, ElementType, Set, Simple, Version, codes,
};

/// The maximum number of rules.
const MOST_RULES: usize = 100;
const MOST_CODES: usize = 2_000;
const LONGEST: u32 = 1_000_000;
const ENVELOPE: [&str; 6] = ["ISA", "IEA", "GS", "GE", "ST", "SE"];
/// The elements of ST and SE.
const FIXED: [&str; 3] = ["143", "329", "1705"];

/// A custom rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Other lengths for an element.
    Length {
        /// The element's four digits.
        element: String,
        /// The minimum length.
        min: u32,
        /// The maximum length.
        max: u32,
    },
    /// Other codes for an element.
    Codes {
        /// The element's four digits.
        element: String,
        /// Codes to accept in addition to those of the standard.
        add: Vec<String>,
        /// Codes of the standard to reject.
        remove: Vec<String>,
    },
    /// Whether an element must occur.
    Requirement {
        /// `SEG-NN`, or `SEG-NN-NN` for a component.
        position: String,
        /// Whether it is required.
        mandatory: bool,
    },
}

/// Why a rule is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomRuleError {
    /// There are too many rules.
    TooManyRules,
    /// An element is not named by four digits.
    ElementName(String),
    /// The set has no such element.
    ElementUnknown(String),
    /// The element belongs to the envelope.
    ElementFixed(String),
    /// The lengths are not a range within the limits.
    Range(String),
    /// The element has no code list.
    NotCoded(String),
    /// There are neither codes to add nor codes to remove, or too many of them.
    CodeCount(String),
    /// A code is not alphanumeric.
    CodeForm(String),
    /// A code to add is already in the list.
    CodeKnown(String),
    /// A code to remove is not in the list.
    CodeAbsent(String),
    /// No code would remain.
    CodesEmpty(String),
    /// A position is not of the form `SEG-NN` or `SEG-NN-NN`.
    PositionForm(String),
    /// The set has no such position.
    PositionUnknown(String),
    /// Two rules have the same target.
    Repeated(String),
}

/// Rules that are valid for a set.
#[derive(Clone, Debug)]
pub struct Rules {
    version: Version,
    set: &'static str,
    lengths: HashMap<u16, (u32, u32)>,
    codes: HashMap<u16, (Vec<String>, Vec<String>)>,
    requirements: Vec<Requirement>,
}

#[derive(Clone, Debug)]
struct Requirement {
    segment: String,
    element: usize,
    component: Option<usize>,
    mandatory: bool,
}

/// The set of some rules, with the elements and positions that they may name.
struct Target {
    set: std::sync::Arc<Set>,
    dictionary: &'static Dictionary,
    elements: HashSet<u16>,
}

impl Rules {
    /// Checks rules for a set.
    ///
    /// # Errors
    /// All problems of the rules; if the version has no such set, that all elements are unknown.
    pub fn new(version: Version, set: &str, rules: &[Rule]) -> Result<Self, Vec<CustomRuleError>> {
        let unknown = || vec![CustomRuleError::ElementUnknown(set.to_owned())];
        let target = Target::new(version, set).ok_or_else(unknown)?;
        let mut taken = Self {
            version,
            set: target.set.id(),
            lengths: HashMap::new(),
            codes: HashMap::new(),
            requirements: Vec::new(),
        };
        let mut problems = Vec::new();
        if rules.len() > MOST_RULES {
            problems.push(CustomRuleError::TooManyRules);
        }
        for rule in rules {
            problems.extend(taken.take(&target, rule).err());
        }
        if problems.is_empty() {
            Ok(taken)
        } else {
            Err(problems)
        }
    }

    pub(super) fn are_for(&self, version: Version, set: &str) -> bool {
        self.version == version && self.set == set
    }

    fn take(&mut self, target: &Target, rule: &Rule) -> Result<(), CustomRuleError> {
        match rule {
            Rule::Length { element, min, max } => {
                let number = target.element(element)?;
                if *min < 1 || min > max || *max > LONGEST {
                    return Err(CustomRuleError::Range(element.clone()));
                }
                once(self.lengths.insert(number, (*min, *max)), element)
            }
            Rule::Codes {
                element,
                add,
                remove,
            } => {
                let number = target.element(element)?;
                target.check_codes(number, element, add, remove)?;
                once(
                    self.codes.insert(number, (add.clone(), remove.clone())),
                    element,
                )
            }
            Rule::Requirement {
                position,
                mandatory,
            } => {
                let requirement = target.requirement(position, *mandatory)?;
                let same = |known: &Requirement| known.is_at_same_place(&requirement);
                if self.requirements.iter().any(same) {
                    return Err(CustomRuleError::Repeated(position.clone()));
                }
                self.requirements.push(requirement);
                Ok(())
            }
        }
    }

    pub(super) fn elements(&self, dictionary: &Dictionary) -> Cow<'static, [Simple]> {
        let mut elements = dictionary.elements().to_vec();
        for (number, (min, max)) in &self.lengths {
            if let Some(element) = elements.get_mut(usize::from(*number)) {
                (element.min, element.max) = (*min, *max);
            }
        }
        Cow::Owned(elements)
    }

    pub(super) fn codes(&self, listed: &'static [CodeList]) -> Cow<'static, [CodeList]> {
        let mut lists = listed.to_vec();
        for (number, (add, remove)) in &self.codes {
            if let Some(list) = lists.get_mut(usize::from(*number)) {
                *list = list.changed(add, remove);
            }
        }
        Cow::Owned(lists)
    }

    pub(super) fn definition(
        &self,
        id: &str,
        definition: &'static Definition,
    ) -> Cow<'static, Definition> {
        let mut definition = Cow::Borrowed(definition);
        for requirement in self
            .requirements
            .iter()
            .filter(|requirement| requirement.segment == id)
        {
            if let Some(cell) = requirement.cell(definition.to_mut()) {
                cell.mandatory = requirement.mandatory;
            }
        }
        definition
    }
}

fn once<T>(before: Option<T>, target: &str) -> Result<(), CustomRuleError> {
    before.map_or(Ok(()), |_| {
        Err(CustomRuleError::Repeated(target.to_owned()))
    })
}

impl Requirement {
    fn is_at_same_place(&self, other: &Self) -> bool {
        (&self.segment, self.element, self.component)
            == (&other.segment, other.element, other.component)
    }

    fn cell<'a>(&self, definition: &'a mut Definition) -> Option<&'a mut Cell> {
        let cell = definition.cells.get_mut(self.element.checked_sub(1)?)?;
        match self.component {
            None => Some(cell),
            Some(component) => cell.components.get_mut(component.checked_sub(1)?),
        }
    }
}

impl Target {
    fn new(version: Version, set: &str) -> Option<Self> {
        let set = tables::set(version, set)?;
        let dictionary = Dictionary::of(version)?;
        let definitions = set
            .members()
            .iter()
            .filter_map(|member| dictionary.segment(member.id));
        let cells = definitions.flat_map(|definition| &definition.cells);
        let elements = cells
            .flat_map(|cell| cell.element.into_iter().chain(inner(cell)))
            .collect();
        Some(Self {
            set,
            dictionary,
            elements,
        })
    }

    fn element(&self, name: &str) -> Result<u16, CustomRuleError> {
        if name.len() != 4 || !name.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CustomRuleError::ElementName(name.to_owned()));
        }
        let digits = name.trim_start_matches('0');
        if FIXED.contains(&digits) {
            return Err(CustomRuleError::ElementFixed(name.to_owned()));
        }
        let number = self
            .dictionary
            .number(digits)
            .filter(|number| self.elements.contains(number));
        number.ok_or_else(|| CustomRuleError::ElementUnknown(name.to_owned()))
    }

    fn check_codes(
        &self,
        number: u16,
        element: &str,
        add: &[String],
        remove: &[String],
    ) -> Result<(), CustomRuleError> {
        let simple = self.dictionary.elements().get(usize::from(number));
        if simple.is_none_or(|simple| simple.form != ElementType::Code) {
            return Err(CustomRuleError::NotCoded(element.to_owned()));
        }
        let count = add.len() + remove.len();
        if count == 0 || count > MOST_CODES {
            return Err(CustomRuleError::CodeCount(element.to_owned()));
        }
        let is_code = |code: &&String| {
            !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if let Some(code) = add.iter().chain(remove).find(|code| !is_code(code)) {
            return Err(CustomRuleError::CodeForm(code.clone()));
        }
        let none = CodeList::default();
        let list = codes(self.set.version())
            .get(usize::from(number))
            .unwrap_or(&none);
        let has = |code: &&String| list.contains(code.as_bytes());
        if let Some(code) = add.iter().find(has) {
            return Err(CustomRuleError::CodeKnown(code.clone()));
        }
        if let Some(code) = remove.iter().find(|code| !has(code)) {
            return Err(CustomRuleError::CodeAbsent(code.clone()));
        }
        let removed: HashSet<&String> = remove.iter().collect();
        if add.is_empty() && removed.len() == list.len() {
            return Err(CustomRuleError::CodesEmpty(element.to_owned()));
        }
        Ok(())
    }

    fn requirement(&self, position: &str, mandatory: bool) -> Result<Requirement, CustomRuleError> {
        let malformed = || CustomRuleError::PositionForm(position.to_owned());
        let mut parts = position.split('-');
        let segment = parts
            .next()
            .filter(|id| (2..=3).contains(&id.len()))
            .ok_or_else(malformed)?;
        let element = parts.next().and_then(two_digits).ok_or_else(malformed)?;
        let component = parts
            .next()
            .map(|part| two_digits(part).ok_or_else(malformed))
            .transpose()?;
        if parts.next().is_some() {
            return Err(malformed());
        }
        if ENVELOPE.contains(&segment) {
            return Err(CustomRuleError::ElementFixed(position.to_owned()));
        }
        let requirement = Requirement {
            segment: segment.to_owned(),
            element,
            component,
            mandatory,
        };
        let known = self
            .set
            .member(segment.as_bytes())
            .and_then(|_| self.dictionary.segment(segment));
        let place =
            known.and_then(|definition| requirement.cell(&mut definition.clone()).map(|_| ()));
        place.ok_or_else(|| CustomRuleError::PositionUnknown(position.to_owned()))?;
        Ok(requirement)
    }
}

fn inner(cell: &Cell) -> impl Iterator<Item = u16> + '_ {
    cell.components
        .iter()
        .filter_map(|component| component.element)
}

fn two_digits(text: &str) -> Option<usize> {
    let number = text.parse().ok().filter(|number| *number > 0)?;
    (text.len() == 2).then_some(number)
}

impl fmt::Display for CustomRuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyRules => {
                write!(f, "No more than {MOST_RULES} validation rules are allowed")
            }
            Self::ElementName(name) => write!(f, "Element id {name} must be four digits"),
            Self::ElementUnknown(name) => {
                write!(f, "Element {name} does not exist in the transaction set")
            }
            Self::ElementFixed(name) => write!(f, "Validation rules are not allowed on {name}"),
            Self::Range(name) => {
                write!(
                    f,
                    "Lengths of element {name} must satisfy 1 <= minimum <= maximum <= {LONGEST}"
                )
            }
            Self::NotCoded(name) => {
                write!(f, "Element {name} is not of type ID and has no code list")
            }
            Self::CodeCount(name) => {
                write!(
                    f,
                    "Codes of element {name}: between 1 and {MOST_CODES} codes must be added or removed"
                )
            }
            Self::CodeForm(code) => write!(f, "Code {code} must be alphanumeric"),
            Self::CodeKnown(code) => write!(f, "Code {code} is already in the code list"),
            Self::CodeAbsent(code) => write!(f, "Code {code} is not in the code list"),
            Self::CodesEmpty(name) => write!(f, "All codes of element {name} would be removed"),
            Self::PositionForm(position) => {
                write!(f, "Element position {position} must be SEG-NN or SEG-NN-NN")
            }
            Self::PositionUnknown(position) => {
                write!(
                    f,
                    "Element position {position} does not exist in the transaction set"
                )
            }
            Self::Repeated(target) => write!(f, "More than one validation rule for {target}"),
        }
    }
}
