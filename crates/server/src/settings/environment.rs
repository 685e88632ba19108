//! Environment variables that look like settings but are unknown.

use b2bi_local_faults::nearest;

use super::former::FORMER_NAMES;
use super::setting::variable_of;
use super::{SETTINGS, Setting};

const PREFIX: &str = "B2BI_LOCAL_";

/// Names that others read: the Python package, the tests and the generators.
const OTHERS: [&str; 6] = [
    "B2BI_LOCAL_AWS_CLI",
    "B2BI_LOCAL_BIN",
    "B2BI_LOCAL_CONFIG",
    "B2BI_LOCAL_ENDPOINT",
    "B2BI_LOCAL_S3RVER",
    "B2BI_LOCAL_UPDATE_DOCS",
];

/// What Kubernetes sets for a service of the name `b2bi-local`.
const KUBERNETES: [&str; 2] = ["B2BI_LOCAL_SERVICE_", "B2BI_LOCAL_PORT"];

/// Each environment variable that has the prefix of a setting but is not one, with the nearest
/// setting.
pub(crate) fn unknown_variables(names: impl Iterator<Item = String>) -> Vec<(String, String)> {
    let former = FORMER_NAMES.iter().map(|(before, _)| variable_of(before));
    let known: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
    let former: Vec<String> = former.collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let is_unknown = |name: &String| {
        name.starts_with(PREFIX)
            && !former.contains(name)
            && !known.contains(&name.as_str())
            && !OTHERS.contains(&name.as_str())
            && !KUBERNETES.iter().any(|prefix| name.starts_with(prefix))
    };
    let mut unknown: Vec<String> = names.filter(is_unknown).collect();
    unknown.sort();
    let with_hint = |name: String| {
        let hint = nearest(&name, &known).unwrap_or_default().to_owned();
        (name, hint)
    };
    unknown.into_iter().map(with_hint).collect()
}

#[cfg(test)]
mod tests {
    use super::unknown_variables;

    fn check(names: &[&str], expected: &[(&str, &str)]) {
        let found = unknown_variables(names.iter().map(ToString::to_string));
        let found: Vec<_> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(found, expected, "{names:?}");
    }

    #[test]
    fn a_slip_is_named_with_what_was_meant() {
        check(
            &["B2BI_LOCAL_LISTNE"],
            &[("B2BI_LOCAL_LISTNE", "B2BI_LOCAL_LISTEN")],
        );
        check(
            &["B2BI_LOCAL_SED", "PATH", "B2BI_LOCAL_DATADIR"],
            &[
                ("B2BI_LOCAL_DATADIR", "B2BI_LOCAL_DATA_DIR"),
                ("B2BI_LOCAL_SED", "B2BI_LOCAL_SEED"),
            ],
        );
    }

    #[test]
    fn settings_and_names_that_others_read_are_not() {
        check(
            &[
                "B2BI_LOCAL_LISTEN",
                "B2BI_LOCAL_BIN",
                "B2BI_LOCAL_SILENCE_SECONDS",
            ],
            &[],
        );
        check(
            &["B2BI_LOCAL_SERVICE_HOST", "B2BI_LOCAL_PORT_4577_TCP_ADDR"],
            &[],
        );
        check(&["B2BI", "AWS_REGION", "b2bi_local_listen"], &[]);
    }
}
