//! Outlines: each loop and segment of a transaction set once, with values that the tables allow.

mod choice;
mod fill;
mod guided;
mod plain;

pub use choice::UnknownSegmentError;
use std::fmt::Write as _;

use crate::tables::{self, Dictionary, ElementType, Version};
use crate::{ProblemKind, Strictness, validate};

/// A set with one occurrence of each of its parts, in order.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The version of the standard.
    pub version: Version,
    /// The set's identifier, such as `850`.
    pub set: &'static str,
    /// The GS01 value of groups with this set.
    pub group: &'static str,
    /// The GS08 value: the version, and the guide if there is one.
    pub group_version: String,
    /// The ST03 value; empty if there is none.
    pub convention: String,
    /// The segments between ST and SE.
    pub segments: Vec<OutlineSegment>,
}

/// A segment of an outline.
#[derive(Clone, Debug)]
pub struct OutlineSegment {
    /// The segment's identifier.
    pub id: &'static str,
    /// Whether it, or the loop that it opens, is required.
    pub required: bool,
    /// How often it, or the loop, may occur; `u32::MAX` means without limit.
    pub max: u32,
    /// Whether it opens a loop.
    pub opens: bool,
    /// The number of loops that contain it, including the one that it opens.
    pub depth: usize,
    /// Whether it is in common use, for an outline of common segments.
    pub usual: bool,
    /// Its elements, without those that a guide does not use.
    pub elements: Vec<OutlineElement>,
}

/// An element of an outline.
#[derive(Clone, Debug)]
pub struct OutlineElement {
    /// The position in the segment, the first being 1.
    pub position: usize,
    /// Whether it is required in the segment.
    pub required: bool,
    /// Whether the outline gives it a value: it is required, or a rule between elements requires
    /// it.
    pub present: bool,
    /// Whether it is a composite.
    pub composite: bool,
    /// Its value, or the values of a composite's components.
    pub values: Vec<OutlineValue>,
}

/// The value of a simple element or a component.
#[derive(Clone, Debug)]
pub struct OutlineValue {
    /// The position in the composite, the first being 1; 0 for a simple element.
    pub component: usize,
    /// Whether a component is required in its composite.
    pub required: bool,
    /// Whether the outline gives it a value if the element has one.
    pub present: bool,
    /// The type.
    pub form: ElementType,
    /// The number of implied decimals of a number.
    pub implied_decimals: u8,
    /// The minimum length.
    pub min: u32,
    /// The maximum length; `u32::MAX` means without limit.
    pub max: u32,
    /// The first of the allowed codes; empty if any value is allowed.
    pub codes: Vec<String>,
    /// The number of allowed codes.
    pub code_count: usize,
    /// A valid value.
    pub value: String,
}

impl Outline {
    /// The outline of a set, or of a guide's use of it, such as `X222`; `None` if the version does
    /// not have the set, or the set no such guide.
    #[must_use]
    pub fn new(version: Version, set: &str, guide: Option<&str>) -> Option<Self> {
        let table = tables::set(version, set)?;
        let dictionary = Dictionary::of(version)?;
        let mut outline = Self {
            version,
            set: table.id(),
            group: table.group(),
            group_version: format!("00{}", version.digits()),
            convention: String::new(),
            segments: Vec::new(),
        };
        match guide {
            None => outline.segments = plain::segments(&table, dictionary),
            Some(name) => {
                outline.group_version.push_str(name);
                let guide = tables::guide(set, &outline.group_version)?;
                outline.group_version.push_str(guided::addendum(name));
                if guide.st03() != tables::Usage::NotUsed {
                    outline.convention.clone_from(&outline.group_version);
                }
                outline.segments = guided::segments(version, &guide, dictionary);
                outline.drop_surplus();
            }
        }
        Some(outline)
    }

    /// Removes what a guide allows more often than the standard's table of the set.
    fn drop_surplus(&mut self) {
        let (validation, _) = validate(self.to_x12().as_bytes(), Strictness::Attested, None);
        let surplus = validation
            .problems
            .iter()
            .rev()
            .filter(|problem| matches!(problem.kind, ProblemKind::SegmentTooOften { .. }));
        for problem in surplus {
            // ST is the first segment of a transaction.
            let at = usize::try_from(problem.position.segment).unwrap_or_default();
            let droppable = |outline_segment: &OutlineSegment| {
                !outline_segment.required && !outline_segment.opens
            };
            if let Some(at) = at.checked_sub(2)
                && self.segments.get(at).is_some_and(droppable)
            {
                self.segments.remove(at);
            }
        }
    }

    /// The outline as an interchange with the delimiters `*`, `:`, `^` and `~`.
    #[must_use]
    pub fn to_x12(&self) -> String {
        let segments: Vec<String> = self.segments.iter().map(ToString::to_string).collect();
        self.enveloped(&segments)
    }

    /// Wraps segments, without ST and SE, in an envelope.
    pub(crate) fn enveloped(&self, segments: &[String]) -> String {
        let digits = self.version.digits();
        let isa11 = if digits == "4010" { 'U' } else { '^' };
        let isa12 = digits.get(..3).unwrap_or_default();
        let (kind, gs08, set) = (self.group, &self.group_version, self.set);
        let mut out = format!(
            "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260301*0930*{isa11}*00{isa12}*000000001*0*T*:~\n\
             GS*{kind}*SENDER*RECEIVER*20260301*0930*1*X*{gs08}~\n"
        );
        let convention = ["*", &self.convention].concat();
        let st = format!("ST*{set}*0001{}", convention.trim_end_matches('*'));
        let se = format!("SE*{}*0001", segments.len() + 2);
        for segment in [&st].into_iter().chain(segments).chain([&se]) {
            // Writing to a string does not fail.
            let _ = writeln!(out, "{segment}~");
        }
        out.push_str("GE*1*1~\nIEA*1*000000001~\n");
        out
    }
}

impl std::fmt::Display for OutlineSegment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)?;
        let mut written = 0;
        for element in self.elements.iter().filter(|element| element.present) {
            for _ in written..element.position {
                f.write_str("*")?;
            }
            written = element.position;
            let mut components = 1;
            for value in element.values.iter().filter(|value| value.present) {
                for _ in components..value.component {
                    f.write_str(":")?;
                }
                components = components.max(value.component);
                f.write_str(&value.value)?;
            }
        }
        Ok(())
    }
}
