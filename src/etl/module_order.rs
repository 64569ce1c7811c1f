//! Holds the order of the modules that the crate documentation lists: a module imports
//! only from those before it.

use std::{collections::BTreeSet, fs, path::Path};

/// The modules in the order of the list in `lib.rs`.
fn documented() -> Vec<String> {
    include_str!("lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! * "))
        .flat_map(|line| {
            let names = line.split(": ").next().unwrap().split(", ");
            names.filter_map(|name| Some(name.strip_prefix("[`")?.strip_suffix("`]")?.to_owned()))
        })
        .collect()
}

/// Source without comments and without its tests.
fn code(text: &str) -> String {
    let product = text.split("#[cfg(test)]").next().unwrap();
    let lines = product.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// The names that directly follow `root::`, also those in braces.
fn names_after(code: &str, root: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(root) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + root.len()..];
        let Some(braced) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (i, c) in braced.char_indices() {
            match c {
                '{' => depth += 1,
                ',' | '}' if depth == 0 => {
                    names.insert(word(braced[start..i].trim()));
                    start = i + 1;
                    if c == '}' {
                        break;
                    }
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
    }
    names
}

fn files(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn modules_import_only_from_those_before_them() {
    let order = documented();
    let place = |name: &str| order.iter().position(|n| n == name);
    for line in code(include_str!("lib.rs")).lines() {
        let line = line.trim_start_matches("pub ");
        if let Some(name) = line.strip_prefix("mod ").and_then(|l| l.strip_suffix(';')) {
            assert!(place(name).is_some(), "lib.rs does not describe `{name}`");
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(root, &mut all);
    let mut wrong = Vec::new();
    for path in all {
        let inner = path.strip_prefix(root).unwrap().to_str().unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if inner == "lib.rs" || stem == "tests" || stem.ends_with("_tests") {
            continue;
        }
        let module = inner.split('/').next().unwrap().trim_end_matches(".rs");
        let Some(own) = place(module) else { continue };
        let code = code(&fs::read_to_string(&path).unwrap());
        let mut names = names_after(&code, "crate::");
        let parts = inner.split('/').count();
        if parts == 1 || (parts == 2 && stem == "mod") {
            names.extend(names_after(&code, "super::"));
        }
        for name in names {
            if name != module && place(&name).is_some_and(|other| other > own) {
                wrong.push(format!(
                    "{inner} imports `{name}`, which comes after `{module}`"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_found_in_braces_and_paths() {
    let code = "use crate::{a::{b, c}, d};\nlet x = crate::e::f();\nuse other_crate::g;";
    let names = names_after(code, "crate::");
    assert_eq!(names, ["a", "d", "e"].map(String::from).into());
}
