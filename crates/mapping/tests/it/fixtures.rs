//! The project's own templates over its own documents.

use std::fs;
use std::path::Path;

use b2bi_local_mapping::{Engine, Jsonata, Limits, Run};

#[test]
fn every_template_gives_the_document_beside_it() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut checked = 0;
    for entry in fs::read_dir(fixtures.join("mapping")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_none_or(|extension| extension != "jsonata")
        {
            continue;
        }
        let name = path.with_extension("json");
        let input = fixtures
            .join("x12/documents")
            .join(name.file_name().unwrap());
        let template = Jsonata
            .compile(&fs::read_to_string(&path).unwrap())
            .unwrap();
        let run = Run::new(0, 1, Limits::standard());
        let mapped = template.evaluate(&fs::read_to_string(input).unwrap(), &run);
        let wanted = fs::read_to_string(&name).unwrap();
        assert_eq!(
            mapped.unwrap().unwrap().trim(),
            wanted.trim(),
            "{}",
            path.display()
        );
        checked += 1;
    }
    assert!(checked > 0);
}
