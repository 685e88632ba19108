//! Former names of settings: they work as before, with a warning.

/// A setting's former name and its present one.
pub(super) const FORMER_NAMES: &[(&str, &str)] = &[
    ("header-seconds", "header-timeout-seconds"),
    ("silence-seconds", "idle-timeout-seconds"),
];

/// The former name of a setting, if it had one.
pub(super) fn former_name(key: &str) -> Option<&'static str> {
    let mut names = FORMER_NAMES.iter();
    names
        .find(|(_, now)| *now == key)
        .map(|(before, _)| *before)
}

#[cfg(test)]
mod tests {
    use super::super::SETTINGS;
    use super::FORMER_NAMES;

    #[test]
    fn former_names_lead_to_settings_and_are_none() {
        let is_setting = |key: &str| SETTINGS.iter().any(|setting| setting.key == key);
        for (before, now) in FORMER_NAMES {
            assert!(!is_setting(before), "{before}");
            assert!(is_setting(now), "{now}");
        }
    }
}
