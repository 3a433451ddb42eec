//! The list of problems, and its page in the documents.
use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

const WRITTEN: &str = include_str!("../../../../docs/problems.md");
const HEAD: &str = "# Problems

Whatever goes wrong is told as `application/problem+json` (RFC 9457). `code` is stable: a client may
decide by it. This page is made from the code, and a test keeps it so.

| Code | Status | Title |
|---|---|---|
";

#[test]
fn the_page_lists_every_problem() {
    let mut page = HEAD.to_owned();
    for problem in presentation::problems() {
        writeln!(
            page,
            "| `{}` | {} | {} |",
            problem.code, problem.status, problem.title
        )
        .unwrap();
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("problems.md");
    fs::write(&file, &page).unwrap();
    assert!(
        page == WRITTEN,
        "replace docs/problems.md by {}",
        file.display()
    );
}

#[test]
fn a_code_is_listed_once_and_is_a_context_and_a_name() {
    let problems = presentation::problems();
    let codes: BTreeSet<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes.len(), problems.len());
    for code in codes {
        let (context, name) = code.split_once('.').unwrap();
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter == '_')
        };
        assert!(is_word(context) && is_word(name), "{code}");
    }
}
