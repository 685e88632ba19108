//! The names in requests.

use super::super::form::Form;

const STACK: &str = "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*";
const CHANGE_SET: &str = "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*";
const TOKEN: &str = "[a-zA-Z0-9][-a-zA-Z0-9]*";

/// The longest name of a stack or a change set.
const LONGEST: usize = 128;
/// The longest ARN.
const LONGEST_ARN: usize = 1600;

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_arn(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-:/._+".contains(&byte);
    text.len() <= LONGEST_ARN && text.starts_with("arn:") && text.bytes().all(allowed)
}

fn is_token(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The name or ARN of a stack that may exist.
pub(super) fn optional_stack(form: &mut Form) -> Option<String> {
    let fits = |text: &str| is_name(text) || is_arn(text);
    form.pattern("StackName", fits, STACK)
}

/// The name or ARN of a stack.
pub(super) fn stack(form: &mut Form) -> String {
    required(form, "StackName", optional_stack)
}

/// The name of a stack that is new.
pub(super) fn new_stack(form: &mut Form) -> String {
    required(form, "StackName", |form| {
        form.pattern("StackName", is_name, "[a-zA-Z][-a-zA-Z0-9]*")
    })
}

/// The name or ARN of a change set.
pub(super) fn change_set(form: &mut Form) -> String {
    required(form, "ChangeSetName", |form| {
        let fits = |text: &str| is_name(text) || is_arn(text);
        form.pattern("ChangeSetName", fits, CHANGE_SET)
    })
}

/// The name of a change set that is new.
pub(super) fn new_change_set(form: &mut Form) -> String {
    required(form, "ChangeSetName", |form| {
        form.pattern("ChangeSetName", is_name, "[a-zA-Z][-a-zA-Z0-9]*")
    })
}

/// The token of a request, which its events carry.
pub(super) fn token(form: &mut Form, name: &str) -> Option<String> {
    form.pattern(name, is_token, TOKEN)
}

/// The token of the next page.
pub(super) fn next_token(form: &mut Form) -> Option<String> {
    form.optional("NextToken", (1, 1024), |_| true)
}

/// The name of a resource in a template.
pub(super) fn logical_id(form: &mut Form) -> Option<String> {
    form.optional("LogicalResourceId", (1, 255), |_| true)
}

fn required(form: &mut Form, name: &str, read: impl FnOnce(&mut Form) -> Option<String>) -> String {
    read(form).unwrap_or_else(|| {
        form.missing(name);
        String::new()
    })
}
