//! The embedded tables.

use b2bi_local_x12::{Version, has_set, sets};

#[test]
fn every_version_has_its_sets() {
    let counts = Version::ALL.map(|version| sets(version).count());
    assert_eq!(counts, [293, 309, 314, 316, 318]);
}

#[test]
fn a_set_is_in_the_versions_that_have_it() {
    for (set, wanted) in [
        ("850", [true; 5]),
        ("999", [false, false, false, false, true]),
        ("000", [false; 5]),
    ] {
        assert_eq!(
            Version::ALL.map(|version| has_set(version, set)),
            wanted,
            "{set}"
        );
    }
}
