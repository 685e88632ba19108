//! The template language of CloudFormation, without any I/O.
//!
//! [`Template::parse`] reads JSON or YAML and checks everything that does not depend on parameters.
//! [`parameters`](crate::parameters()) gives the values of parameters. [`Bound`] is a template with
//! parameters: it evaluates the conditions, determines which resources exist and in which order
//! they are created, and evaluates their properties. [`plan`](crate::plan()) compares two of them.

mod bound;
mod check;
mod conditions;
mod dynamic;
mod error;
mod evaluate;
mod for_each;
mod functions;
mod node;
mod order;
mod parameter;
mod parse;
mod plan;
mod resource;
mod rules;
mod template;
mod transform;

pub use bound::{Bound, BoundResource};
pub use dynamic::{SsmReference, replace_dynamic_references, ssm_references};
pub use error::{Position, TemplateError};
pub use evaluate::{Evaluator, Found, Pseudo, References, Unresolved};
pub use node::{Content, Member, Node};
pub use parameter::{ParameterDeclaration, ParameterType, parameters, ssm_names};
pub use parse::MOST_BYTES;
pub use plan::{
    Action, Change, ChangeSource, Detail, Recreation, Replacement, Target, TypeFacts, plan,
};
pub use resource::{Policy, ResourceDeclaration};
pub use template::{OutputDeclaration, Template};

/// The examples of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
