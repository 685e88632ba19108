//! Which parts of an input calls of functions see, and which they return.

use jsonata_core::ast::AstNode;

use super::Keep;
use super::origins::Origins;
use super::survey::Survey;
use crate::jsonata::builtins::is_builtin;

impl Survey<'_> {
    /// A call by name with this number of arguments, including one at the left of `~>`.
    pub(super) fn call(
        &mut self,
        name: &str,
        args: &[AstNode],
        given: usize,
        context: &Origins,
    ) -> Origins {
        self.found.sees_all |= name == "eval";
        if self.names.is_bound(name) || !is_builtin(name) {
            self.own_call(name, args, given, context);
            return Origins::default();
        }
        if args.contains(&AstNode::Placeholder) {
            self.see_each(args, context);
            return Origins::default();
        }
        match (name, args) {
            ("count" | "exists" | "boolean" | "not", [only]) => drop(self.value(only, context)),
            ("append" | "reverse" | "shuffle", [_, ..]) => return self.any_of(args, context),
            ("map" | "filter" | "single" | "sort" | "reduce", [items, function, rest @ ..]) => {
                return self.higher(name, items, function, rest, context);
            }
            _ => {
                self.see_each(args, context);
                if given < least_arguments(name) {
                    self.see(context);
                }
            }
        }
        Origins::default()
    }

    /// A call of a function that the template defines or receives.
    fn own_call(&mut self, name: &str, args: &[AstNode], given: usize, context: &Origins) {
        // A name without a `$` can be a member of the input.
        self.keep(name, Keep::Whole);
        let params = self.function(name).filter(|_| given == args.len());
        let Some(params) = params else {
            self.see_each(args, context);
            if !self.names.is_bound(name) || self.found.contextual.contains(name) {
                self.see(context);
            }
            return;
        };
        for (nth, arg) in args.iter().enumerate() {
            let values = self.value(arg, context);
            match params.get(nth) {
                Some(param) => self.bind(param, values),
                None => self.see(&values),
            }
        }
    }

    /// The parameters of a function, if the variable has exactly one possible function.
    fn function(&self, name: &str) -> Option<Vec<String>> {
        if self.found.unclear.contains(name) {
            return None;
        }
        self.found.functions.get(name).cloned()
    }

    /// A builtin that calls a function with items; some of these builtins return the items.
    fn higher(
        &mut self,
        name: &str,
        items: &AstNode,
        function: &AstNode,
        rest: &[AstNode],
        context: &Origins,
    ) -> Origins {
        let items = self.value(items, context);
        let start = self.any_of(rest, context);
        let (params, result) = match function {
            AstNode::Lambda {
                params,
                signature,
                body,
                ..
            } => (
                params.clone(),
                self.lambda_result(params, signature.as_deref(), body),
            ),
            AstNode::Variable(variable) if self.function(variable).is_some() => {
                let params = self.function(variable).unwrap_or_default();
                (params, Origins::default())
            }
            other => {
                self.see(&items);
                self.see(&start);
                self.see_each([other], context);
                return Origins::default();
            }
        };
        for (nth, param) in params.iter().enumerate() {
            let is_start = name == "reduce" && nth == 0 && !rest.is_empty();
            let values = if is_start { &start } else { &items };
            self.bind(param, values.clone());
        }
        match name {
            "map" => result,
            "reduce" => {
                self.see(&result);
                // Without an initial value the result can be the only item.
                if rest.is_empty() { items } else { start }
            }
            // The function's result selects or orders the items.
            _ => items,
        }
    }
}

/// The number of arguments from which a builtin does not see objects of its context.
pub(crate) fn least_arguments(name: &str) -> usize {
    match name {
        "boolean" | "clone" | "keys" | "not" | "spread" | "string" | "type" => 1,
        "each" | "lookup" | "sift" => 2,
        // The others use texts, numbers and lists of the context, which are kept, or nothing from
        // it.
        _ => 0,
    }
}
