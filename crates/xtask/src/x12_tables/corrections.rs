//! Corrections of the facts, each with what shows that the facts are wrong.
//!
//! A correction names the file, the key of the row, and the text to replace in it. A correction
//! that no longer applies is an error, so that it is removed when the facts are corrected.

use anyhow::anyhow;

/// One correction of a row.
pub(crate) struct Correction {
    file: &'static str,
    /// The columns with which the row begins, separated by tabs.
    row: &'static str,
    from: &'static str,
    to: &'static str,
}

const CORRECTIONS: &[Correction] = &[
    // Both public sources of the guide and the guide's own row have the reference as optional.
    Correction {
        file: "4060.sets.tsv",
        row: "834\t",
        from: "N1-2750=N1+[REF DTP?]",
        to: "N1-2750=N1+[REF?16 DTP?]",
    },
    Correction {
        file: "5010.sets.tsv",
        row: "834\t",
        from: "N1-2750=N1+[REF DTP?]",
        to: "N1-2750=N1+[REF?16 DTP?]",
    },
    // The pairs are 5-6, 7-8 and so on; the other versions have no rule between 5 and 8.
    Correction {
        file: "5010.segments.tsv",
        row: "PLB\t",
        from: "P0506 P0508 P0708",
        to: "P0506 P0708",
    },
    // The guide 005010X231A1 has both codes of faults against a guide.
    Correction {
        file: "5010.codes.tsv",
        row: "618\t",
        from: "9 I6",
        to: "9 I5 I6",
    },
    // A code that a guide of 005010 allows is one of the standard's; these are in guides only.
    Correction {
        file: "5010.codes.tsv",
        row: "1032\t",
        from: "01 02 03",
        to: "ME UK 01 02 03",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "1205\t",
        from: "403 AAA AAB",
        to: "LIF 403 AAA AAB",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "1218\t",
        from: "A B C",
        to: "F G H I A B C",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "1270\t",
        from: "0 1 10",
        to: "BUR RM 0 1 10",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "128\t",
        from: "00 01 01A",
        to: "A6 SOJ 00 01 01A",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "1321\t",
        from: "00 000 01",
        to: "ATR PAR 00 000 01",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "1336\t",
        from: "12 13 14",
        to: "02 03 05 09 12 13 14",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "235\t",
        from: "00 A1 A2",
        to: "DC IP 00 A1 A2",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "479\t",
        from: "AA AB AC",
        to: "CG FH GB II IP SG TC AA AB AC",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "522\t",
        from: "00 01 02",
        to: "SCT 00 01 02",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "621\t",
        from: "1 10 12",
        to: "11 1 10 12",
    },
    Correction {
        file: "5010.codes.tsv",
        row: "98\t",
        from: "00 001 002",
        to: "D0 OOP PTP 00 001 002",
    },
    // The first component distinguishes the two rows; without it the first row takes both.
    Correction {
        file: "hipaa/999_X231.tsv",
        row: "S\t2000/2100\t2\tCTX\tS\t9\t",
        from: "\t9\t",
        to: "\t9\tCTX_01-01=SITUATIONAL TRIGGER",
    },
    Correction {
        file: "hipaa/999_X231.tsv",
        row: "S\t2000/2100\t3\tCTX\tS\t1\t",
        from: "\tS\t1\t",
        to: "\tS\t1\tCTX_01-01=TRN02|NM109|PATIENT NAME NM109|SUBSCRIBER NAME NM109|ENT01|\
             SUBSCRIBER NUMBER REF02|CLM01",
    },
];

/// The text of `file` with the corrections that are for it.
///
/// # Errors
/// If a correction is for `file` and no row has the text that it replaces.
pub(crate) fn corrected(file: &str, text: String) -> anyhow::Result<String> {
    let mut wanted: Vec<&Correction> = CORRECTIONS
        .iter()
        .filter(|correction| correction.file == file)
        .collect();
    if wanted.is_empty() {
        return Ok(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let here = wanted
            .iter()
            .position(|correction| line.starts_with(correction.row));
        match here.map(|at| wanted.swap_remove(at)) {
            Some(correction) if line.contains(correction.from) => {
                out += &line.replacen(correction.from, correction.to, 1);
            }
            Some(correction) => return Err(correction.obsolete()),
            None => out += line,
        }
        out.push('\n');
    }
    wanted.first().map_or(Ok(out), |left| Err(left.obsolete()))
}

impl Correction {
    fn obsolete(&self) -> anyhow::Error {
        let Self {
            file, row, from, ..
        } = self;
        anyhow!("{file}: no row {row:?} with {from:?}; remove its correction if the facts have it")
    }
}

#[cfg(test)]
mod tests {
    use super::corrected;

    #[test]
    fn a_row_is_corrected_once() {
        let facts = "PLA\tP0506 P0508 P0708\nPLB\t127M\tP0506 P0508 P0708 P0910\n";
        assert_eq!(
            corrected("5010.segments.tsv", facts.to_owned()).unwrap(),
            "PLA\tP0506 P0508 P0708\nPLB\t127M\tP0506 P0708 P0910\n"
        );
        assert_eq!(
            corrected("4010.segments.tsv", facts.to_owned()).unwrap(),
            facts
        );
    }

    #[test]
    fn a_correction_that_nothing_needs_is_reported() {
        assert!(corrected("5010.segments.tsv", "PLB\tP0506 P0708\n".to_owned()).is_err());
        assert!(corrected("5010.segments.tsv", "N1\t1\n".to_owned()).is_err());
    }
}
