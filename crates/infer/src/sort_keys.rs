//! The values by which records are sorted.

use std::cmp::Ordering;

use super::dates::DateFormat;
use super::order::shows;
use super::paths::is_code_name;
use super::records::ListCase;
use super::scalar::{Scalar, number_of};
use super::search::Search;
use super::template::Select;
use super::tree::{NodeId, SchemaId};
use super::wanted::Wanted;

/// The minimum length of a value by which texts that begin with it may be sorted.
const BEGINNING: usize = 2;

/// Whether a text is a date.
fn is_date(text: &str) -> bool {
    let forms = DateFormat::read(text);
    text.len() >= 8 && forms.iter().any(|(form, _)| !form.is_time())
}

impl Search<'_> {
    /// The value by which the records are sorted, or two such values, and whether the items contain
    /// them; values in the items are preferred.
    pub(super) fn order(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        schema: SchemaId,
    ) -> Option<(Vec<Select>, bool)> {
        let key = |field: Vec<SchemaId>| {
            let shown = self.is_shown(lists, records, &field);
            let begins = !shown && self.begins_texts(lists, records, &field);
            let is_hidden = !(shown || begins);
            ((is_hidden, self.sort_rank(&field), !shown), field)
        };
        let mut fields: Vec<_> = self.fields(schema).into_iter().map(key).collect();
        fields.sort_by_key(|(key, _)| *key);
        let shown = fields.iter().filter(|(key, _)| !key.0);
        let shown: Vec<&Vec<SchemaId>> = shown.map(|(_, field)| field).collect();
        let by_one = |field: &Vec<SchemaId>| Some(vec![self.sorted_by(records, field)?]);
        if let Some(selects) = shown.iter().find_map(|field| by_one(field)) {
            return Some((selects, true));
        }
        if let Some(selects) = self.sorted_by_two(records, &shown) {
            return Some((selects, true));
        }
        let found = fields.iter().find_map(|(_, field)| by_one(field));
        found.map(|selects| (selects, false))
    }

    /// The order by a value, and by another one where the first is equal. The last selection is the
    /// one by the first value.
    fn sorted_by_two(
        &self,
        records: &[Vec<NodeId>],
        fields: &[&Vec<SchemaId>],
    ) -> Option<Vec<Select>> {
        let orders = [(true, false), (true, true), (false, false), (false, true)];
        let runs = |field: &[SchemaId], (numeric, descending): (bool, bool)| {
            let mut all = Vec::new();
            for record in records {
                all.extend(self.runs(record, field, numeric, descending)?);
            }
            // A second value needs several records in one run, and several runs.
            let is_several = all.iter().any(|run| run.len() > 1) && all.len() > records.len();
            is_several.then_some(all)
        };
        fields.iter().find_map(|first| {
            orders.into_iter().find_map(|order| {
                let runs = runs(first, order)?;
                let others = fields.iter().filter(|other| *other != first);
                let second = others
                    .into_iter()
                    .find_map(|other| self.sorted_by(&runs, other))?;
                let first = Select::Sorted((*first).clone(), order.0, order.1);
                Some(vec![second, first])
            })
        })
    }

    /// The records in runs of equal values, if these are in order.
    fn runs(
        &self,
        records: &[NodeId],
        field: &[SchemaId],
        numeric: bool,
        descending: bool,
    ) -> Option<Vec<Vec<NodeId>>> {
        let mut runs: Vec<Vec<NodeId>> = Vec::new();
        let mut firsts = Vec::new();
        let mut seen: Vec<Vec<String>> = Vec::new();
        for &record in records {
            let key = self.tree.below(record, field);
            if seen.last() == Some(&key) {
                runs.last_mut()?.push(record);
                continue;
            }
            if seen.contains(&key) {
                return None;
            }
            seen.push(key);
            firsts.push(record);
            runs.push(vec![record]);
        }
        self.is_ordered(&firsts, field, numeric, descending)
            .then_some(runs)
    }

    /// How unusual it is to sort by a value: by an amount or a date, by a text, by an identifier.
    fn sort_rank(&self, field: &[SchemaId]) -> usize {
        let Some(&last) = field.last() else { return 1 };
        let nodes = self.tree.schema(last).instances.iter();
        let texts: Vec<String> = nodes
            .filter_map(|&node| self.tree.node(node).value.as_ref().map(Scalar::text))
            .collect();
        let are_dates = texts.iter().all(|text| is_date(text));
        if self.forms.is_measure(self.tree, last) || are_dates {
            return 0;
        }
        let field = &self.tree.schema(last).label.field;
        let are_numbers = texts.iter().all(|text| number_of(text).is_some());
        if self.forms.is_empty() && are_numbers && !is_code_name(field) {
            return 0;
        }
        let has_digits = |text: &String| text.bytes().any(|byte| byte.is_ascii_digit());
        if texts.iter().any(has_digits) { 2 } else { 1 }
    }

    /// Whether each item has a text that begins with the value at a place of its record.
    fn begins_texts(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        field: &[SchemaId],
    ) -> bool {
        let begins = |item: &Wanted, record: NodeId| {
            let mut leaves = Vec::new();
            item.own_leaves(&mut leaves);
            let values = self.tree.below(record, field);
            let [value] = values.as_slice() else {
                return false;
            };
            let value = value.to_lowercase();
            let mut texts = leaves.iter().map(|leaf| leaf.text().to_lowercase());
            value.len() >= BEGINNING && texts.any(|text| text.starts_with(&value))
        };
        lists.iter().zip(records).all(|(list, records)| {
            let mut pairs = list.items.iter().zip(records);
            pairs.all(|(item, &record)| begins(item, record))
        })
    }

    /// The order by a value that all lists of records have, if there is one.
    pub(super) fn sorted_by(&self, records: &[Vec<NodeId>], field: &[SchemaId]) -> Option<Select> {
        let orders = [(true, false), (true, true), (false, false), (false, true)];
        let fits = |&(numeric, descending): &(bool, bool)| {
            let mut records = records.iter();
            records.all(|record| self.is_ordered(record, field, numeric, descending))
        };
        let (numeric, descending) = orders.into_iter().find(fits)?;
        Some(Select::Sorted(field.to_vec(), numeric, descending))
    }

    /// The product of two numbers by which the records are sorted, if each item contains it.
    pub(super) fn product_order(
        &self,
        lists: &[ListCase<'_>],
        records: &[Vec<NodeId>],
        schema: SchemaId,
    ) -> Option<Select> {
        let above = lists.first()?.context.innermost();
        let fields = self.operands(above, schema);
        for (place, one) in fields.iter().enumerate() {
            for other in fields.iter().skip(place + 1) {
                let products = |records: &Vec<NodeId>| {
                    let product =
                        |&node| Some(self.number_at(node, one)? * self.number_at(node, other)?);
                    records.iter().map(product).collect::<Option<Vec<f64>>>()
                };
                let products = records.iter().map(products).collect::<Option<Vec<_>>>()?;
                let mut all = lists.iter().zip(&products);
                if !all.all(|(list, products)| shows(&list.items, products)) {
                    continue;
                }
                for descending in [true, false] {
                    let in_order = |products: &Vec<f64>| {
                        products.is_sorted_by(|a, b| if descending { a > b } else { a < b })
                    };
                    if products.iter().all(in_order) {
                        return Some(Select::SortedByProduct(
                            one.clone(),
                            other.clone(),
                            descending,
                        ));
                    }
                }
            }
        }
        None
    }

    fn is_ordered(
        &self,
        records: &[NodeId],
        field: &[SchemaId],
        numeric: bool,
        descending: bool,
    ) -> bool {
        let keys: Option<Vec<(Option<f64>, String)>> = records
            .iter()
            .map(|&record| match self.tree.below(record, field).as_slice() {
                [text] => Some((number_of(text), text.clone())),
                _ => None,
            })
            .collect();
        let Some(keys) = keys else { return false };
        if numeric && keys.iter().any(|key| key.0.is_none()) {
            return false;
        }
        // Sorting by text requires that all values are strings: JSONata cannot compare a number
        // with a string.
        if !numeric && !self.are_texts(field) {
            return false;
        }
        keys.iter()
            .zip(records)
            .is_sorted_by(|(one, first), (other, second)| {
                let order = if numeric {
                    one.0.partial_cmp(&other.0).unwrap_or(Ordering::Equal)
                } else {
                    one.1.cmp(&other.1)
                };
                match if descending { order.reverse() } else { order } {
                    Ordering::Less => true,
                    // Equal records keep their order.
                    Ordering::Equal => first < second,
                    Ordering::Greater => false,
                }
            })
    }
}
