//! The shape of the output, with all explanations of each scalar.

use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::Context;
use super::records::ListCase;
use super::scalar::Scalar;
use super::search::{Candidate, Case, Cases, Search, Target};
use super::template::Path;
use super::tree::{Label, Tree, is_segment_id};
use super::wanted::{Element, Wanted};
use super::xml::is_plural;

/// The output before its explanations are chosen.
#[derive(Debug)]
pub(super) enum Draft {
    Object(Vec<(String, Draft)>),
    List(Vec<DraftPart>),
    /// An object with a member for each record of loops.
    Keyed {
        each: Vec<Path>,
        key: Box<Draft>,
        value: Box<Draft>,
    },
    /// HL loops of this name, as the tree of their levels.
    Levels(String, Box<Draft>),
    Leaf(Vec<Candidate>),
    Element {
        name: String,
        attributes: Vec<(String, Draft)>,
        body: Vec<DraftPart>,
        text: Option<Box<Draft>>,
    },
}

/// Items of a list: one, or one for each record of loops.
#[derive(Debug)]
pub(super) struct DraftPart {
    pub(super) each: Vec<Path>,
    pub(super) draft: Draft,
}

/// Items of the same class that follow each other.
struct Run<'a> {
    class: String,
    /// The number of this run among the runs of the same class.
    turn: usize,
    items: Vec<&'a Wanted>,
}

impl Search<'_> {
    /// The draft of a whole output.
    pub(super) fn draft(&self, wanted: &Wanted) -> Draft {
        self.fixed.set(self.has_fixed_amounts(wanted));
        let case = Case {
            context: Context {
                stack: vec![Tree::ROOT],
                position: 0,
            },
            wanted: Some(wanted),
        };
        let target = Target {
            name: String::new(),
            element: None,
        };
        self.part(&[case], &target)
    }

    /// The draft of a part of the output. Values of another kind than the first are left out.
    pub(super) fn part(&self, cases: &Cases<'_>, target: &Target) -> Draft {
        match cases.iter().find_map(|case| case.wanted) {
            Some(Wanted::Object(_)) => self.object(cases),
            Some(Wanted::List(_)) => {
                let lists = cases.iter().map(|case| ListCase {
                    context: case.context.clone(),
                    items: match case.wanted {
                        Some(Wanted::List(items)) => items.iter().collect(),
                        _ => Vec::new(),
                    },
                });
                Draft::List(self.list(lists.collect(), target))
            }
            Some(Wanted::Element(element)) => self.element(cases, element),
            _ => self.leaf(cases, target),
        }
    }

    fn leaf(&self, cases: &Cases<'_>, target: &Target) -> Draft {
        let scalars: Vec<Case<'_, Scalar>> = cases
            .iter()
            .map(|case| Case {
                context: case.context.clone(),
                wanted: match case.wanted {
                    Some(Wanted::Leaf(scalar)) => Some(scalar),
                    _ => None,
                },
            })
            .collect();
        Draft::Leaf(self.candidates(&scalars, target))
    }

    fn object(&self, cases: &Cases<'_>) -> Draft {
        if let Some(keyed) = self.keyed(cases) {
            return keyed;
        }
        let mut keys: Vec<&String> = Vec::new();
        for case in cases {
            let Some(Wanted::Object(members)) = case.wanted else {
                continue;
            };
            merge(&mut keys, members.iter().map(|(key, _)| key));
        }
        let member = |key: &String| {
            let inner: Vec<Case<'_, Wanted>> = narrowed(cases, |wanted| match wanted {
                Wanted::Object(members) => {
                    let found = members.iter().find(|(member, _)| member == key);
                    found.map(|(_, value)| value)
                }
                _ => None,
            });
            (key.clone(), self.part(&inner, &target_of(key)))
        };
        // Counts may use the selections of the lists beside them.
        let (lists, others): (Vec<_>, Vec<_>) = keys
            .iter()
            .enumerate()
            .partition(|(_, key)| is_list(cases, key));
        let mut members: Vec<_> = lists
            .into_iter()
            .chain(others)
            .map(|(place, key)| (place, member(key)))
            .collect();
        members.sort_by_key(|(place, _)| *place);
        Draft::Object(members.into_iter().map(|(_, member)| member).collect())
    }

    fn element(&self, cases: &Cases<'_>, first: &Element) -> Draft {
        let mut names: Vec<&String> = Vec::new();
        for case in cases {
            if let Some(Wanted::Element(element)) = case.wanted {
                merge(&mut names, element.attributes.iter().map(|(name, _)| name));
            }
        }
        let id = first.id();
        let attribute = |name: &String| {
            let inner = narrowed(cases, |wanted| match wanted {
                Wanted::Element(element) => {
                    let found = element
                        .attributes
                        .iter()
                        .find(|(attribute, _)| attribute == name);
                    found.map(|(_, value)| value)
                }
                _ => None,
            });
            let target = attribute_target(&first.name, name, id.is_some());
            (name.clone(), self.part(&inner, &target))
        };
        let lists = cases.iter().map(|case| ListCase {
            context: case.context.clone(),
            items: match case.wanted {
                Some(Wanted::Element(element)) => element.children.iter().collect(),
                _ => Vec::new(),
            },
        });
        let text = narrowed(cases, |wanted| match wanted {
            Wanted::Element(element) => element.text.as_deref(),
            _ => None,
        });
        let target = Target {
            name: first.name.clone(),
            element: id.clone().filter(|_| first.name == "element"),
        };
        let has_text = text.iter().any(|case| case.wanted.is_some());
        Draft::Element {
            name: first.name.clone(),
            attributes: names.into_iter().map(attribute).collect(),
            body: self.body(cases, lists.collect(), &target_of(&first.name)),
            text: has_text.then(|| Box::new(self.part(&text, &target))),
        }
    }

    /// The parts of an element's children.
    fn body(&self, cases: &Cases<'_>, lists: Vec<ListCase<'_>>, target: &Target) -> Vec<DraftPart> {
        match self.keyed(cases) {
            Some(draft) => vec![DraftPart {
                each: Vec::new(),
                draft,
            }],
            None => self.list(lists, target),
        }
    }

    /// The parts of a list.
    pub(super) fn list(&self, lists: Vec<ListCase<'_>>, target: &Target) -> Vec<DraftPart> {
        if let Some(parts) = self.levelled(&lists, target) {
            return parts;
        }
        let runs: Vec<Vec<Run<'_>>> = lists.iter().map(|list| runs(&list.items)).collect();
        let mut keys: Vec<(&String, usize)> = Vec::new();
        for runs in &runs {
            merge(&mut keys, runs.iter().map(|run| (&run.class, run.turn)));
        }
        let items: Vec<BTreeMap<_, _>> = runs
            .iter()
            .map(|runs| {
                runs.iter()
                    .map(|run| ((&run.class, run.turn), &run.items))
                    .collect()
            })
            .collect();
        let mut parts = Vec::new();
        for key in keys {
            let alike: Vec<ListCase<'_>> = lists
                .iter()
                .zip(&items)
                .map(|(list, items)| ListCase {
                    context: list.context.clone(),
                    items: items.get(&key).copied().cloned().unwrap_or_default(),
                })
                .collect();
            self.run(&alike, key.0, target, &mut parts);
        }
        parts
    }

    /// The parts that produce the items of one class.
    fn run(
        &self,
        lists: &[ListCase<'_>],
        class: &str,
        target: &Target,
        parts: &mut Vec<DraftPart>,
    ) {
        if let Some(numbered) = self.numbered(lists) {
            parts.extend(numbered);
            return;
        }
        if let Some(part) = self.list_at_two_levels(lists) {
            parts.push(part);
            return;
        }
        let single = lists.iter().all(|list| list.items.len() == 1);
        if !(single && is_single_value(class, target))
            && let Some(part) = self.repeated(lists)
        {
            parts.push(part);
            return;
        }
        let by_code = labelled(lists);
        for (_, lists) in by_code {
            let everywhere = lists.iter().all(|list| list.items.len() == 1);
            if !everywhere && let Some(part) = self.repeated(&lists) {
                parts.push(part);
                continue;
            }
            let present = lists.iter().filter(|list| !list.items.is_empty()).count();
            if !everywhere && present * 2 < lists.len() {
                continue;
            }
            let cases: Vec<Case<'_, Wanted>> = lists
                .iter()
                .filter(|list| !list.items.is_empty())
                .map(|list| Case {
                    context: list.context.clone(),
                    wanted: list.items.first().copied(),
                })
                .collect();
            parts.push(DraftPart {
                each: Vec::new(),
                draft: self.part(&cases, &target_of("")),
            });
        }
    }

    fn repeated(&self, lists: &[ListCase<'_>]) -> Option<DraftPart> {
        let loops = self.loops(lists).or_else(|| self.computed_list(lists))?;
        self.remember(&loops.each);
        let class = loops.cases.iter().find_map(|case| case.wanted)?.class();
        let draft = self.part(&loops.cases, &target_of(&class));
        self.remember_flags(&loops, &draft);
        Some(DraftPart {
            draft,
            each: loops.each,
        })
    }
}

/// The cases, narrowed to a part of the wanted value.
pub(super) fn narrowed<'a, T>(
    cases: &Cases<'a>,
    part: impl Fn(&'a Wanted) -> Option<&'a T>,
) -> Vec<Case<'a, T>> {
    cases
        .iter()
        .map(|case| Case {
            context: case.context.clone(),
            wanted: case.wanted.and_then(&part),
        })
        .collect()
}

/// Whether a member of objects is a list.
fn is_list(cases: &Cases<'_>, key: &str) -> bool {
    cases.iter().any(|case| match case.wanted {
        Some(Wanted::Object(members)) => members
            .iter()
            .any(|(name, value)| name == key && matches!(value, Wanted::List(_))),
        _ => false,
    })
}

/// Adds new items, each after the item that it follows. For equal lists this is one pass.
fn merge<T: Ord + Copy>(known: &mut Vec<T>, fresh: impl Iterator<Item = T>) {
    let mut seen: BTreeSet<T> = known.iter().copied().collect();
    let mut at = 0;
    for item in fresh {
        if known.get(at) == Some(&item) {
            at += 1;
        } else if seen.insert(item) {
            known.insert(at, item);
            at += 1;
        } else if let Some(place) = known.iter().position(|known| *known == item) {
            at = place + 1;
        }
    }
}

fn runs<'a>(items: &[&'a Wanted]) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    for &item in items {
        let class = item.class();
        match runs.last_mut() {
            Some(run) if run.class == class => run.items.push(item),
            _ => {
                let turn = runs.iter().filter(|run| run.class == class).count();
                runs.push(Run {
                    class,
                    turn,
                    items: vec![item],
                });
            }
        }
    }
    runs
}

/// Whether a single item of a class is a value and not a list with one item: a segment, the
/// envelope, or an element whose name is not a plural.
fn is_single_value(class: &str, target: &Target) -> bool {
    if matches!(
        target.name.as_str(),
        "interchanges" | "functional_groups" | "transactions"
    ) {
        return true;
    }
    match class.split_once(' ') {
        Some((element, _)) => element != "loop",
        None if class.ends_with("_loop") => false,
        None if matches!(class, "{}" | "[]" | "") => false,
        None => is_segment_id(class) || !is_plural(&target.name, class),
    }
}

fn code_of(item: &Wanted) -> String {
    item.qualifier().unwrap_or_default()
}

/// Whether the items of each list have different codes, and the lists share most of their codes.
fn have_unique_codes(lists: &[ListCase<'_>]) -> bool {
    let most = lists.iter().map(|list| list.items.len()).max().unwrap_or(0);
    let codes = |list: &ListCase<'_>| -> BTreeSet<String> {
        list.items.iter().map(|item| code_of(item)).collect()
    };
    let different: BTreeSet<String> = lists.iter().flat_map(codes).collect();
    most > 1
        && different.len() <= 2 * most
        && lists
            .iter()
            .all(|list| codes(list).len() == list.items.len())
}

/// The items of lists, grouped by their codes, or else by their position.
fn labelled<'a>(lists: &[ListCase<'a>]) -> Vec<(String, Vec<ListCase<'a>>)> {
    let unique = have_unique_codes(lists);
    let labels = |list: &ListCase<'a>| -> Vec<String> {
        let places = list.items.iter().enumerate();
        places
            .map(|(place, item)| {
                if unique {
                    code_of(item)
                } else {
                    place.to_string()
                }
            })
            .collect()
    };
    let all: Vec<Vec<String>> = lists.iter().map(labels).collect();
    let mut keys: Vec<&String> = Vec::new();
    for labels in &all {
        merge(&mut keys, labels.iter());
    }
    // The first item with each label.
    let firsts = |(list, labels): (&ListCase<'a>, &'_ Vec<String>)| {
        let labelled = labels.iter().cloned().zip(list.items.iter().copied());
        labelled.rev().collect::<BTreeMap<String, &'a Wanted>>()
    };
    let firsts: Vec<_> = lists.iter().zip(&all).map(firsts).collect();
    let of_key = |key: &String| {
        let list = |(list, firsts): (&ListCase<'a>, &BTreeMap<String, &'a Wanted>)| ListCase {
            context: list.context.clone(),
            items: firsts.get(key).copied().into_iter().collect(),
        };
        (key.clone(), lists.iter().zip(&firsts).map(list).collect())
    };
    keys.into_iter().map(of_key).collect()
}

/// The name of an object's member.
pub(super) fn target_of(key: &str) -> Target {
    let label = Label {
        field: key.to_owned(),
        class: None,
    };
    Target {
        name: key.to_owned(),
        element: label.code(),
    }
}

/// The name of an attribute; attributes of the envelope's elements get the names of the envelope.
fn attribute_target(element: &str, attribute: &str, has_id: bool) -> Target {
    let envelope = [
        "interchange",
        "sender",
        "receiver",
        "address",
        "group",
        "transaction",
    ];
    let constant = (has_id && attribute == "Id") || envelope.contains(&element);
    Target {
        name: attribute.to_owned(),
        element: constant.then(|| "ISA00".to_owned()),
    }
}
