//! Whether output is coloured.

use std::io::{self, IsTerminal as _};

/// Whether standard output is coloured: on a terminal, unless `NO_COLOR` is set.
pub(super) fn is_wanted() -> bool {
    is_colored(io::stdout().is_terminal(), std::env::var("NO_COLOR").ok())
}

fn is_colored(terminal: bool, no_color: Option<String>) -> bool {
    terminal && no_color.is_none_or(|no_color| no_color.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_colored;

    #[test]
    fn colors_are_for_terminals_whose_owner_wants_them() {
        for (terminal, no_color, wanted) in [
            (true, None, true),
            (true, Some(""), true),
            (true, Some("1"), false),
            (false, None, false),
        ] {
            let no_color_text = no_color.map(str::to_owned);
            assert_eq!(is_colored(terminal, no_color_text), wanted, "{no_color:?}");
        }
    }
}
