//! The input as a tree of records and leaves, for both languages.
//!
//! A JSON array is not a level of its own: its items are children of the object that contains the
//! array, under the array's key, as in a path of JSONata. In a service-defined document, the items
//! of one array are of many kinds, so a child has a class in addition to its key: the segment's
//! identifier, or the loop's key. In XML the class is the attribute `Id` of a segment, an element
//! or a loop.

use std::cell::Cell;
use std::collections::HashMap;

use super::scalar::Scalar;

pub(super) type NodeId = usize;
pub(super) type SchemaId = usize;

/// A value of the input and its descendants.
#[derive(Debug)]
pub(super) struct Node {
    /// The root is its own parent.
    pub(super) parent: NodeId,
    pub(super) schema: SchemaId,
    /// The node after its last descendant.
    pub(super) end: NodeId,
    pub(super) value: Option<Scalar>,
    /// By schema, then in document order.
    pub(super) children: Vec<NodeId>,
}

/// A place that nodes of the same kind share.
#[derive(Debug)]
pub(super) struct Schema {
    /// The root is its own parent.
    pub(super) parent: SchemaId,
    pub(super) depth: usize,
    pub(super) label: Label,
    /// In document order.
    pub(super) instances: Vec<NodeId>,
    /// Whether it may have siblings of the same kind.
    pub(super) listed: bool,
    pub(super) children: Vec<SchemaId>,
}

/// The name of a child.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Label {
    /// The key, the element's name, `@name` of an attribute, or `text()`.
    pub(super) field: String,
    /// What distinguishes it from others with the same field.
    pub(super) class: Option<String>,
}

/// The input.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    schemas: Vec<Schema>,
    known: HashMap<(SchemaId, Label), SchemaId>,
    /// Whether elements are in namespaces, so that paths name them by their local name.
    pub(super) namespaced: bool,
    /// The number of nodes visited so far.
    pub(super) visited: Cell<u64>,
}

impl Tree {
    pub(super) const ROOT: NodeId = 0;

    /// A tree that is only a root.
    pub(super) fn new() -> Self {
        let label = Label {
            field: String::new(),
            class: None,
        };
        Self {
            nodes: vec![Node {
                parent: 0,
                schema: 0,
                end: 1,
                value: None,
                children: Vec::new(),
            }],
            schemas: vec![Schema {
                parent: 0,
                depth: 0,
                label,
                instances: vec![0],
                listed: false,
                children: Vec::new(),
            }],
            known: HashMap::new(),
            namespaced: false,
            visited: Cell::new(0),
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "only the tree makes ids, and it never loses a node"
    )]
    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "only the tree makes ids, and it never loses a node"
    )]
    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "only the tree makes ids, and it never loses a schema"
    )]
    pub(super) fn schema(&self, id: SchemaId) -> &Schema {
        &self.schemas[id]
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate()
    }

    pub(super) fn schemas(&self) -> impl Iterator<Item = (SchemaId, &Schema)> {
        self.schemas.iter().enumerate()
    }

    /// Adds a child to the last open node; it stays open until [`Tree::close`].
    pub(super) fn open(&mut self, parent: NodeId, label: Label, listed: bool) -> NodeId {
        let above = self.node(parent).schema;
        let schema = self.schema_of(above, label);
        let id = self.nodes.len();
        if let Some(entry) = self.schemas.get_mut(schema) {
            entry.listed |= listed;
            entry.instances.push(id);
        }
        self.nodes.push(Node {
            parent,
            schema,
            end: id + 1,
            value: None,
            children: Vec::new(),
        });
        self.node_mut(parent).children.push(id);
        id
    }

    fn schema_of(&mut self, parent: SchemaId, label: Label) -> SchemaId {
        if let Some(&known) = self.known.get(&(parent, label.clone())) {
            return known;
        }
        let id = self.schemas.len();
        let depth = self.schema(parent).depth + 1;
        self.schemas.push(Schema {
            parent,
            depth,
            label: label.clone(),
            instances: Vec::new(),
            listed: false,
            children: Vec::new(),
        });
        if let Some(above) = self.schemas.get_mut(parent) {
            above.children.push(id);
        }
        self.known.insert((parent, label), id);
        id
    }

    /// Gives a node its value.
    pub(super) fn set(&mut self, id: NodeId, value: Scalar) {
        self.node_mut(id).value = Some(value);
    }

    /// Closes a node: it gets no more descendants.
    pub(super) fn close(&mut self, id: NodeId) {
        let end = self.nodes.len();
        let mut children = std::mem::take(&mut self.node_mut(id).children);
        children.sort_by_key(|&child| (self.node(child).schema, child));
        for pair in children.windows(2) {
            if let [first, second] = *pair {
                let (one, other) = (self.node(first).schema, self.node(second).schema);
                if one == other
                    && let Some(entry) = self.schemas.get_mut(one)
                {
                    entry.listed = true;
                }
            }
        }
        let node = self.node_mut(id);
        node.end = end;
        node.children = children;
    }

    /// The children of a node with a schema, in document order.
    pub(super) fn children(&self, id: NodeId, schema: SchemaId) -> &[NodeId] {
        let all = &self.node(id).children;
        let from = all.partition_point(|&item| self.node(item).schema < schema);
        let to = all.partition_point(|&item| self.node(item).schema <= schema);
        all.get(from..to).unwrap_or_default()
    }

    /// The nodes with a schema at or below a node.
    pub(super) fn within(&self, id: NodeId, schema: SchemaId) -> &[NodeId] {
        range(&self.schema(schema).instances, id, self.node(id).end)
    }

    /// Whether a node is another node or is below it.
    pub(super) fn is_within(&self, id: NodeId, above: NodeId) -> bool {
        above <= id && id < self.node(above).end
    }

    /// Whether a schema is another schema or is below it.
    pub(super) fn is_below(&self, mut schema: SchemaId, above: SchemaId) -> bool {
        let depth = self.schema(above).depth;
        while self.schema(schema).depth > depth {
            schema = self.schema(schema).parent;
        }
        schema == above
    }

    /// The schemas below one, down to and including another.
    pub(super) fn chain(&self, above: SchemaId, mut schema: SchemaId) -> Vec<SchemaId> {
        let mut chain = Vec::new();
        while schema != above && schema != 0 {
            chain.push(schema);
            schema = self.schema(schema).parent;
        }
        chain.reverse();
        chain
    }

    /// The ancestor of a node with a schema.
    pub(super) fn ancestor(&self, mut id: NodeId, schema: SchemaId) -> NodeId {
        while self.node(id).schema != schema && id != Self::ROOT {
            id = self.node(id).parent;
        }
        id
    }

    /// The child of a schema with this field and no class.
    pub(super) fn child_by_field(&self, schema: SchemaId, field: &str) -> Option<SchemaId> {
        let label = Label {
            field: field.to_owned(),
            class: None,
        };
        self.known.get(&(schema, label)).copied()
    }

    /// The child of a schema with this field and no class, which may be absent from the input.
    pub(super) fn place(&mut self, schema: SchemaId, field: String) -> SchemaId {
        self.schema_of(schema, Label { field, class: None })
    }

    /// The child of a schema that has this code, such as `REF01` or `REF`.
    pub(super) fn child_by_code(&self, schema: SchemaId, code: &str) -> Option<SchemaId> {
        let children = &self.schema(schema).children;
        children
            .iter()
            .copied()
            .find(|&child| self.schema(child).label.code().as_deref() == Some(code))
    }
}

/// The part of a sorted list of nodes from one node up to another.
pub(super) fn range(nodes: &[NodeId], from: NodeId, to: NodeId) -> &[NodeId] {
    let first = nodes.partition_point(|&node| node < from);
    let last = nodes.partition_point(|&node| node < to);
    nodes.get(first..last).unwrap_or_default()
}

impl Label {
    /// The X12 name of the label: `REF` for a segment, `REF01` for an element, `N1` for a loop.
    pub(super) fn code(&self) -> Option<String> {
        if let Some(class) = &self.class {
            let name = class.strip_suffix("_loop").unwrap_or(class);
            let name = name.split('-').next().unwrap_or(name);
            return Some(name.to_owned());
        }
        let (segment, place) = self.field.split_once('_')?;
        let place = place.get(..2)?;
        (is_segment_id(segment) && place.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| format!("{segment}{place}"))
    }
}

/// Whether a text could be the identifier of a segment.
pub(super) fn is_segment_id(text: &str) -> bool {
    matches!(text.len(), 2 | 3)
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// The class of an item of a JSON array: a segment's identifier or a loop's key.
pub(super) fn class_of<'a>(mut keys: impl Iterator<Item = &'a String>) -> Option<String> {
    let first = keys.next()?;
    if first.ends_with("_loop") && keys.next().is_none() {
        return Some(first.clone());
    }
    let (segment, place) = first.split_once('_')?;
    let digits = place.get(..2).unwrap_or_default();
    let is_element = digits.len() == 2
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && place
            .get(2..)
            .is_none_or(|found| found.is_empty() || found.starts_with('#'));
    (is_element && is_segment_id(segment)).then(|| segment.to_owned())
}
