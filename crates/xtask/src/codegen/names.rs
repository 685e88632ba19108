//! Names of the model as Rust names.

/// `resource_arn` for `ResourceARN`, `x12_details` for `x12Details`.
pub fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|rest| letters.get(rest));
        let after = letters.get(at + 1);
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| !before.is_uppercase())
            || letter.is_uppercase()
                && before.is_some()
                && after.is_some_and(|after| after.is_lowercase());
        if starts_word {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// A field name: snake case, escaped if it is a keyword.
pub fn field(name: &str) -> String {
    match snake(name) {
        word if word == "type" => "r#type".to_owned(),
        word => word,
    }
}

/// `CREATE_PROFILE_REQUEST` for `CreateProfileRequest`.
pub fn constant(name: &str) -> String {
    snake(name).to_uppercase()
}

/// `DoNotGenerate` for `DO_NOT_GENERATE`; an underscore is kept only between two digits.
pub fn variant(value: &str) -> String {
    let mut out = String::new();
    for word in value.split('_') {
        let digit = |entry: Option<char>| entry.is_some_and(|item| item.is_ascii_digit());
        if digit(out.chars().last()) && digit(word.chars().next()) {
            out.push('_');
        }
        let mut letters = word.chars();
        out.extend(letters.next().map(|item| item.to_ascii_uppercase()));
        out.extend(letters.map(|letters| letters.to_ascii_lowercase()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{constant, field, snake, variant};

    #[test]
    fn names_follow_rust_habits() {
        type Case = (fn(&str) -> String, &'static str, &'static str);
        let cases: &[Case] = &[
            (snake, "ResourceARN", "resource_arn"),
            (snake, "x12Details", "x12_details"),
            (snake, "gs05TimeFormat", "gs05_time_format"),
            (field, "type", "r#type"),
            (constant, "TagKeyList", "TAG_KEY_LIST"),
            (variant, "X12_837_X222", "X12_837X222"),
            (variant, "VERSION_5010_HIPAA", "Version5010Hipaa"),
            (variant, "DO_NOT_GENERATE", "DoNotGenerate"),
            (variant, "active", "Active"),
        ];
        for (convert, name, expected) in cases {
            assert_eq!(convert(name), *expected);
        }
    }
}
