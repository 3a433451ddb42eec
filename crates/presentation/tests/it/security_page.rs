//! The page about security names tests that there are.
use std::{fs, path::Path};

const PAGE: &str = include_str!("../../../../docs/SECURITY.md");

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_test_that_it_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut code = String::new();
    for folder in ["crates", "src", "tests"] {
        sources(&root.join(folder), &mut code);
    }
    let named: Vec<&str> = PAGE
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.len() > 20 && word.contains('_') && *word == word.to_lowercase())
        .collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(code.contains(&format!("fn {name}(")), "{name}");
    }
}
