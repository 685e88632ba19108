//! Mistakes that the tokens of a template show: unbound variables, `=` for `:=`, and members
//! without quotes.

use std::collections::BTreeSet;

use super::{Finding, Severity};
use crate::jsonata::builtins::{is_builtin, nearest};
use crate::jsonata::place::{Opener, opener};
use crate::jsonata::tokens::{Kind, Token, tokens};
use crate::problem::Position;

/// The findings on the tokens of a template.
pub(super) fn findings(template: &str) -> Vec<Finding> {
    let mut reading = Reading {
        template,
        tokens: tokens(template),
        scopes: vec![Scope::new(' ', Opener::None)],
        parameters: BTreeSet::new(),
        findings: Vec::new(),
    };
    reading.read();
    reading.findings
}

struct Reading<'t> {
    template: &'t str,
    tokens: Vec<Token<'t>>,
    scopes: Vec<Scope<'t>>,
    /// The parameters of the function whose body begins next.
    parameters: BTreeSet<&'t str>,
    findings: Vec<Finding>,
}

/// The scope between two brackets.
struct Scope<'t> {
    sign: char,
    opener: Opener<'t>,
    /// Whether it is an object, with named members.
    is_object: bool,
    names: BTreeSet<&'t str>,
    /// Names whose value is not complete.
    begun: BTreeSet<&'t str>,
}

impl<'t> Scope<'t> {
    fn new(sign: char, opener: Opener<'t>) -> Self {
        Self {
            sign,
            opener,
            is_object: false,
            names: BTreeSet::new(),
            begun: BTreeSet::new(),
        }
    }

    /// The values of the names are complete.
    fn complete(&mut self) {
        self.names.append(&mut self.begun);
    }

    /// Whether names that are bound in it end with it.
    fn is_block(&self) -> bool {
        match self.opener {
            Opener::Body => true,
            Opener::None => self.sign == '(' || self.sign == ' ',
            Opener::Call(_) | Opener::Parameters => false,
        }
    }
}

impl<'t> Reading<'t> {
    fn read(&mut self) {
        let mut closed = None;
        for at in 0..self.tokens.len() {
            let Some(token) = self.tokens.get(at).cloned() else {
                return;
            };
            let sign = token.text.chars().next().unwrap_or_default();
            match (token.kind, sign) {
                (Kind::Sign, '(' | '[' | '{') => self.open(at, sign, closed.take()),
                (Kind::Sign, ')' | ']' | '}') => {
                    closed = self.close();
                    continue;
                }
                (Kind::Variable, _) => self.variable(at, &token),
                (Kind::Name, _) => self.key(at, &token),
                (Kind::Sign, ';' | ',') => self.complete(),
                (Kind::Sign, ':') if token.text == ":" => self.complete(),
                _ => {}
            }
            closed = None;
        }
    }

    /// An expression has ended.
    fn complete(&mut self) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.complete();
        }
    }

    fn token(&self, at: usize, distance: isize) -> Option<&Token<'t>> {
        self.tokens.get(at.checked_add_signed(distance)?)
    }

    fn is(&self, at: usize, distance: isize, sign: &str) -> bool {
        self.token(at, distance).is_some_and(|token| token.is(sign))
    }

    fn open(&mut self, at: usize, sign: char, closed: Option<bool>) {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        // A signature may be between the parameters and the body.
        let is_after = !self.parameters.is_empty();
        let mut scope = Scope::new(sign, opener(sign, before, closed == Some(true) || is_after));
        let groups = before.is_some_and(Token::ends_value);
        scope.is_object = sign == '{' && scope.opener == Opener::None && !groups;
        if scope.opener == Opener::Body {
            scope.names = std::mem::take(&mut self.parameters);
        }
        self.scopes.push(scope);
    }

    /// Whether the closed bracket contained the parameters of a function.
    fn close(&mut self) -> Option<bool> {
        let mut closed = if self.scopes.len() > 1 {
            self.scopes.pop()?
        } else {
            return None;
        };
        closed.complete();
        let are_parameters = closed.opener == Opener::Parameters;
        if are_parameters {
            self.parameters = closed.names;
        } else if !closed.is_block()
            && let Some(outer) = self.scopes.last_mut()
        {
            outer.names.extend(closed.names);
        }
        Some(are_parameters)
    }

    fn variable(&mut self, at: usize, token: &Token<'t>) {
        let name = token.text.get(1..).unwrap_or_default();
        if name.is_empty() || name == "$" {
            return;
        }
        let in_parameters = self
            .scopes
            .last()
            .is_some_and(|scope| scope.opener == Opener::Parameters);
        let is_set = self.is(at, 1, ":=");
        let is_bound_here = in_parameters || is_set || self.is(at, -1, "@") || self.is(at, -1, "#");
        if is_bound_here {
            if let Some(scope) = self.scopes.last_mut() {
                let names = if is_set {
                    &mut scope.begun
                } else {
                    &mut scope.names
                };
                names.insert(name);
            }
            return;
        }
        let is_known = self.scopes.iter().any(|scope| scope.names.contains(name));
        let is_begun = self.is_begun(name).filter(|_| !is_known);
        if self.is(at, 1, "=") && self.is_statement(at, is_known) {
            self.find(
                token,
                format!("= compares ${name} with a value; := gives it one"),
            );
            if let Some(scope) = self.scopes.last_mut() {
                scope.names.insert(name);
            }
        } else if is_begun == Some(true) {
            self.find(
                token,
                format!("${name} has no value here, within its own value; is a semicolon missing before this expression?"),
            );
        } else if !is_known && is_begun.is_none() && !is_builtin(name) {
            self.unknown(token, name);
        }
    }

    /// Whether the value of a name that has begun is read before it is complete; a function may
    /// call itself. `None` if no value has begun.
    fn is_begun(&self, name: &str) -> Option<bool> {
        let at = self
            .scopes
            .iter()
            .rposition(|scope| scope.begun.contains(name))?;
        let inner = self.scopes.get(at + 1..).unwrap_or_default();
        Some(!inner.iter().any(|scope| scope.opener == Opener::Body))
    }

    /// Whether the result of a comparison is unused, or its variable has no value yet.
    fn is_statement(&self, at: usize, is_known: bool) -> bool {
        let begins = self.is(at, -1, "(") || self.is(at, -1, ";") || at == 0;
        let in_block = self
            .scopes
            .last()
            .is_some_and(|scope| scope.sign != '[' && scope.opener == Opener::None);
        if !begins || !in_block {
            return false;
        }
        let mut depth = 0_usize;
        let rest = self.tokens.get(at..).unwrap_or_default();
        for token in rest.iter().filter(|token| token.kind == Kind::Sign) {
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" if depth == 0 => return false,
                ")" | "]" | "}" => depth -= 1,
                ";" if depth == 0 => return true,
                _ => {}
            }
        }
        !is_known && depth == 0
    }

    fn unknown(&mut self, token: &Token<'t>, name: &'t str) {
        let own: Vec<&str> = self
            .scopes
            .iter()
            .flat_map(|scope| scope.names.iter().copied())
            .collect();
        let all = self.tokens.iter().zip(self.tokens.iter().skip(1));
        let elsewhere = all
            .filter(|(one, two)| one.text == token.text && two.is(":="))
            .count();
        let what = match nearest(name, own) {
            _ if elsewhere > 0 => {
                format!("${name} has no value here; it is set in another block, or later")
            }
            Some(near) => format!("nothing sets ${name}. Did you mean ${near}?"),
            None => format!("nothing sets ${name}; it is always missing"),
        };
        self.find(token, what);
    }

    /// `{id: 1}` makes a member whose name is the value of `id` in the input.
    fn key(&mut self, at: usize, token: &Token<'t>) {
        let in_object = self.scopes.last().is_some_and(|scope| scope.is_object);
        let is_key =
            in_object && self.is(at, 1, ":") && (self.is(at, -1, "{") || self.is(at, -1, ","));
        // In a step, `{code: amount}` with names from the input is common.
        let in_step = self.step_of_object(at);
        if is_key && !in_step {
            let name = token.name().to_owned();
            self.find(token, format!("the member has the name that the input holds at {name}; write \"{name}\" for the name itself"));
        }
    }

    fn step_of_object(&self, at: usize) -> bool {
        let mut depth = 0_usize;
        for index in (0..at).rev() {
            let Some(token) = self
                .tokens
                .get(index)
                .filter(|token| token.kind == Kind::Sign)
            else {
                continue;
            };
            match token.text {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" if depth > 0 => depth -= 1,
                "{" => return self.is(index, -1, "."),
                "(" | "[" => return false,
                _ => {}
            }
        }
        false
    }

    fn find(&mut self, token: &Token<'t>, message: String) {
        self.findings.push(Finding {
            severity: Severity::Warning,
            position: Some(Position::after(self.template, token.start)),
            message,
        });
    }
}
