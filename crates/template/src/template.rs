//! A template and its sections.

use serde_json::Value;

use crate::error::TemplateError;
use crate::node::{Content, Member, Node};
use crate::parameter::{self, ParameterDeclaration};
use crate::resource::{self, ResourceDeclaration};
use crate::{check, for_each, parse, transform};

/// A template whose sections are read and checked as far as that is possible without parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// `Description`.
    pub description: Option<String>,
    /// `Metadata` as written.
    pub metadata: Option<Value>,
    /// The names of the transforms.
    pub transforms: Vec<String>,
    /// The parameters, in order.
    pub parameters: Vec<ParameterDeclaration>,
    /// The resources, in order. The resources of a `Fn::ForEach` come with [`Bound`](crate::Bound).
    pub resources: Vec<ResourceDeclaration>,
    /// The outputs, in order.
    pub outputs: Vec<OutputDeclaration>,
    pub(crate) conditions: Vec<Member>,
    mappings: Vec<Member>,
    pub(crate) rules: Vec<Member>,
    pub(crate) root: Node,
    /// Whether loops are left to expand.
    pub(crate) has_loops: bool,
    /// Whether there are transforms left to apply.
    pub(crate) has_transforms: bool,
}

/// An output of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputDeclaration {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// The condition for its existence.
    pub condition: Option<String>,
    pub(crate) value: Node,
    pub(crate) export: Option<Node>,
}

impl OutputDeclaration {
    /// Its value as written.
    #[must_use]
    pub fn written(&self) -> Value {
        self.value.to_value()
    }
}

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
    "Hooks",
];

const VERSION: &str = "2010-09-09";
pub(crate) const EXTENSIONS: &str = "AWS::LanguageExtensions";
pub(crate) const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

/// The maximum number of entries, by section.
///
/// Source: quotas of CloudFormation.
const MOST: &[(&str, &str, usize)] = &[
    ("Parameters", "parameters", 200),
    ("Mappings", "mappings", 200),
    ("Resources", "resources", 500),
    ("Outputs", "outputs", 200),
];

/// The longest description, in bytes.
const LONGEST_DESCRIPTION: usize = 1024;

impl Template {
    /// Reads a template in JSON or YAML.
    ///
    /// # Errors
    ///
    /// It is not well formed, or breaks a rule that does not depend on parameters.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Self::checked(parse::parse(text)?)
    }

    /// A template, checked if it is whole.
    pub(crate) fn checked(root: Node) -> Result<Self, TemplateError> {
        let template = Self::of(root)?;
        if !template.has_loops && !template.has_transforms {
            check::check(&template)?;
        }
        Ok(template)
    }

    pub(crate) fn of(root: Node) -> Result<Self, TemplateError> {
        sections(&root)?;
        let transforms = transform::names(&root)?;
        let has_transforms = transform::has_transforms(&root);
        let has_loops =
            transforms.iter().any(|name| name == EXTENSIONS) && for_each::has_loops(&root);
        let members = |name: &str| members(&root, name);
        let parameters = members("Parameters")?
            .iter()
            .filter(is_declared(false))
            .map(parameter::declaration);
        let resources = members("Resources")?.iter().filter(is_declared(has_loops));
        let outputs = members("Outputs")?.iter().filter(is_declared(has_loops));
        let template = Self {
            description: description(&root)?,
            metadata: root.get("Metadata").map(Node::to_value),
            parameters: parameters.collect::<Result<_, _>>()?,
            resources: resources
                .map(resource::declaration)
                .collect::<Result<_, _>>()?,
            outputs: outputs.map(output).collect::<Result<_, _>>()?,
            conditions: members("Conditions")?
                .iter()
                .filter(is_declared(has_loops))
                .cloned()
                .collect(),
            mappings: mappings(members("Mappings")?)?,
            rules: members("Rules")?.to_vec(),
            transforms,
            has_loops,
            has_transforms,
            root: root.clone(),
        };
        template.check_serverless()?;
        template.check_counts()?;
        Ok(template)
    }

    /// Serverless resources are created by a macro of AWS.
    fn check_serverless(&self) -> Result<(), TemplateError> {
        let is_serverless =
            |resource: &&ResourceDeclaration| resource.type_name.starts_with("AWS::Serverless::");
        let Some(found) = self.resources.iter().find(is_serverless) else {
            return Ok(());
        };
        let message = format!(
            "the type {} of resource {} is not supported: the server does not apply the transform {SERVERLESS}",
            found.type_name, found.logical_id
        );
        Err(TemplateError::format(found.declared.position, message))
    }

    fn check_counts(&self) -> Result<(), TemplateError> {
        let resources = self.root.get("Resources");
        // The included text may be the whole template.
        let is_whole = !self.has_transforms;
        if is_whole
            && resources
                .and_then(Node::as_object)
                .is_none_or(<[_]>::is_empty)
        {
            let message = "At least one Resources member must be defined.";
            return Err(TemplateError::format(self.root.position, message));
        }
        for (section, word, most) in MOST {
            let count = self
                .root
                .get(section)
                .and_then(Node::as_object)
                .map_or(0, <[_]>::len);
            if count > *most {
                let message =
                    format!("Number of {word}, {count}, is greater than maximum allowed, {most}");
                return Err(TemplateError::format(self.root.position, message));
            }
        }
        Ok(())
    }

    /// The resource of this name.
    #[must_use]
    pub fn resource(&self, logical_id: &str) -> Option<&ResourceDeclaration> {
        self.resources
            .iter()
            .find(|resource| resource.logical_id == logical_id)
    }

    /// The parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&ParameterDeclaration> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name == name)
    }

    pub(crate) fn mapping(&self, name: &str) -> Option<&Node> {
        self.mappings
            .iter()
            .find(|mapping| mapping.name == name)
            .map(|mapping| &mapping.value)
    }

    /// Whether the template uses the transform `AWS::LanguageExtensions`.
    #[must_use]
    pub(crate) fn has_language_extensions(&self) -> bool {
        self.transforms.iter().any(|name| name == EXTENSIONS)
    }

    /// The template as a document, with short functions written in full.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.root.to_value()
    }

    /// The capabilities that a caller has to acknowledge, and the types that need them.
    #[must_use]
    pub fn capabilities(&self) -> (Vec<&'static str>, Vec<&str>) {
        let iam =
            |resource: &&ResourceDeclaration| IAM_TYPES.contains(&resource.type_name.as_str());
        let named = |resource: &ResourceDeclaration| {
            let names = [
                "RoleName",
                "UserName",
                "GroupName",
                "ManagedPolicyName",
                "InstanceProfileName",
            ];
            let properties = resource.properties.as_ref();
            properties.is_some_and(|node| names.iter().any(|name| node.get(name).is_some()))
        };
        let found: Vec<_> = self.resources.iter().filter(iam).collect();
        let mut capabilities = Vec::new();
        if found.iter().any(|resource| named(resource)) {
            capabilities.push("CAPABILITY_NAMED_IAM");
        } else if !found.is_empty() {
            capabilities.push("CAPABILITY_IAM");
        }
        if !self.transforms.is_empty() {
            capabilities.push("CAPABILITY_AUTO_EXPAND");
        }
        (
            capabilities,
            found
                .iter()
                .map(|resource| resource.type_name.as_str())
                .collect(),
        )
    }
}

/// The types whose creation must be acknowledged.
///
/// Source: `CreateStack` in the API reference of CloudFormation.
const IAM_TYPES: &[&str] = &[
    "AWS::IAM::AccessKey",
    "AWS::IAM::Group",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::UserToGroupAddition",
];

/// Whether a member of a section is whole, and neither a loop nor a transform.
fn is_declared(has_loops: bool) -> impl Fn(&&Member) -> bool {
    move |member| {
        let is_transformed =
            member.name == transform::FUNCTION || member.value.get(transform::FUNCTION).is_some();
        let is_repeated = has_loops && for_each::is_loop(&member.name);
        !(is_transformed || is_repeated)
    }
}

fn sections(root: &Node) -> Result<(), TemplateError> {
    let members = root.as_object().unwrap_or_default();
    let unknown = members.iter().filter(|member| {
        !SECTIONS.contains(&member.name.as_str()) && member.name != transform::FUNCTION
    });
    let unknown: Vec<_> = unknown.collect();
    if let Some(first) = unknown.first() {
        let names: Vec<_> = unknown.iter().map(|member| member.name.as_str()).collect();
        let message = format!(
            "Invalid template property or properties [{}]",
            names.join(", ")
        );
        return Err(TemplateError::at(first.position, message));
    }
    match root.get("AWSTemplateFormatVersion") {
        Some(version) if version.as_text() != Some(VERSION) => {
            let message = "unsupported value for AWSTemplateFormatVersion.";
            Err(TemplateError::format(version.position, message))
        }
        _ => Ok(()),
    }
}

fn members<'a>(root: &'a Node, section: &str) -> Result<&'a [Member], TemplateError> {
    match root.get(section) {
        None => Ok(&[]),
        Some(node) => node.as_object().ok_or_else(|| {
            let message = format!("{section} section must be an object.");
            TemplateError::format(node.position, message)
        }),
    }
}

/// The mappings: two levels of names, with texts or lists of texts.
fn mappings(members: &[Member]) -> Result<Vec<Member>, TemplateError> {
    for mapping in members.iter().filter(is_declared(false)) {
        let malformed = |node: &Node, message: &str| {
            let message = format!("{message} ({})", mapping.name);
            TemplateError::format(node.position, message)
        };
        let keys = mapping.value.as_object();
        let keys =
            keys.ok_or_else(|| malformed(&mapping.value, "Every Mappings member must be a map"))?;
        for key in keys.iter().filter(is_declared(false)) {
            let values = key.value.as_object();
            let values = values.ok_or_else(|| {
                malformed(
                    &key.value,
                    "Every Mappings object must contain a map of values",
                )
            })?;
            if let Some(wrong) = values.iter().find(|member| !is_constant(&member.value)) {
                let message = "Every Mappings attribute must be a String or a List.";
                return Err(malformed(&wrong.value, message));
            }
        }
    }
    Ok(members.to_vec())
}

/// Whether a value of a mapping is a text or a list of texts. Functions and parameters are not.
fn is_constant(node: &Node) -> bool {
    let is_text = |node: &Node| matches!(&node.content, Content::Scalar(value) if !value.is_null());
    is_text(node)
        || node
            .as_list()
            .is_some_and(|items| items.iter().all(is_text))
}

fn description(root: &Node) -> Result<Option<String>, TemplateError> {
    let Some(node) = root.get("Description") else {
        return Ok(None);
    };
    let Some(text) = node.as_text() else {
        let message = "Description must be a string.";
        return Err(TemplateError::format(node.position, message));
    };
    if text.len() > LONGEST_DESCRIPTION {
        let message = format!("'Description' length is greater than {LONGEST_DESCRIPTION}.");
        return Err(TemplateError::format(node.position, message));
    }
    Ok(Some(text.to_owned()))
}

fn output(member: &Member) -> Result<OutputDeclaration, TemplateError> {
    let Member {
        name,
        position,
        value,
    } = member;
    let text = |key: &str| value.get(key).and_then(Node::as_text).map(str::to_owned);
    let Some(content) = value.get("Value") else {
        let message =
            format!("Output {name} is malformed. Every Outputs member must contain a Value object");
        return Err(TemplateError::format(*position, message));
    };
    let allowed = ["Value", "Description", "Condition", "Export"];
    let unknown = value.as_object().unwrap_or_default().iter();
    let mut unknown = unknown.filter(|member| !allowed.contains(&member.name.as_str()));
    if let Some(unknown) = unknown.next() {
        let message = format!(
            "Output {name} is malformed: {} is not a member.",
            unknown.name
        );
        return Err(TemplateError::format(unknown.position, message));
    }
    let export = value.get("Export").map(|export| {
        export.get("Name").cloned().ok_or_else(|| {
            let message = format!("Output {name} is malformed: an Export must have a Name.");
            TemplateError::format(export.position, message)
        })
    });
    Ok(OutputDeclaration {
        name: name.clone(),
        description: text("Description"),
        condition: text("Condition"),
        value: content.clone(),
        export: export.transpose()?,
    })
}
