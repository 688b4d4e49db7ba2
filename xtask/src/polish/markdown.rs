//! Code blocks in descriptions: rustdoc would compile and run a block without a language as Rust.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

/// A description as rustdoc should read it: its code is text.
pub(super) fn without_examples(description: &str) -> String {
    // Most have no code.
    if !["```", "~~~", "    ", "\t"].iter().any(|sign| description.contains(sign)) {
        return description.to_owned();
    }
    let mut text = description.to_owned();
    // From the end, so that what comes before stays where it is.
    for (kind, block) in examples(description).into_iter().rev() {
        match kind {
            CodeBlockKind::Fenced(_) => name_language(&mut text, block),
            CodeBlockKind::Indented => fence(&mut text, block),
        }
    }
    if examples(&text).is_empty() {
        return text;
    }
    // Tabs inside of lists, and the like. What has no fence inside can stand in one as a whole.
    let longest = description.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{description}\n{fence}")
}

/// The blocks of code that rustdoc takes for Rust.
fn examples(description: &str) -> Vec<(CodeBlockKind<'_>, Range<usize>)> {
    let blocks = Parser::new(description).into_offset_iter().filter_map(|(event, range)| match event {
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(words))) if !is_rust(&words) => None,
        Event::Start(Tag::CodeBlock(kind)) => Some((kind, range)),
        _ => None,
    });
    blocks.collect()
}

/// Whether rustdoc takes a block with these words after its fence for Rust.
fn is_rust(words: &str) -> bool {
    let mut words = words.split([',', ' ', '\t']).filter(|word| !word.is_empty()).peekable();
    let is_of_rust = |word: &str| {
        ["rust", "no_run", "should_panic", "compile_fail", "test_harness"].contains(&word)
            || ["ignore", "edition", "standalone", "E0"].iter().any(|start| word.starts_with(start))
    };
    words.peek().is_none() || words.any(is_of_rust)
}

fn name_language(text: &mut String, block: Range<usize>) {
    let line = text.get(block.clone()).unwrap_or_default().lines().next().unwrap_or_default();
    let fence = line.len() - line.trim_start_matches(['`', '~']).len();
    text.replace_range(block.start + fence..block.start + line.len(), "text");
}

/// Puts a fence around a block that is told by its indentation alone.
fn fence(text: &mut String, block: Range<usize>) {
    let before = text.get(..block.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let first = line.strip_suffix("    ").or_else(|| line.strip_suffix('\t')).unwrap_or(line);
    let start = before.len() - line.len() + first.len();
    // What the lists and quotes around it put before each line but the first of a list. The code keeps its four spaces.
    let around: String = first.chars().map(|c| if c == '>' || c.is_whitespace() { c } else { ' ' }).collect();
    let end = block.start + text.get(block).unwrap_or_default().trim_end().len();
    text.insert_str(end, &format!("\n{around}```"));
    text.insert_str(start, &format!("```text\n{around}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_text_unless_it_names_a_language() {
        for (description, expected) in [
            ("Words `a` only.\n\nMore", "Words `a` only.\n\nMore"),
            ("```\na\n```", "```text\na\n```"),
            ("~~~ no_run\na\n~~~", "~~~text\na\n~~~"),
            (
                "Two:\n\n```json\n{}\n```\n- in\n  ````rust,x\n  b\n  ````\n",
                "Two:\n\n```json\n{}\n```\n- in\n  ````text\n  b\n  ````\n",
            ),
            ("As in\n\n    a\n\n    b\n\nMore", "As in\n\n```text\n    a\n\n    b\n```\n\nMore"),
            ("- in\n\n      a\n", "- in\n\n  ```text\n      a\n  ```\n"),
            ("-     a\n\n      b", "- ```text\n      a\n\n      b\n  ```"),
            ("- \t    ```", "````text\n- \t    ```\n````"),
            ("- a list\n    that goes on", "- a list\n    that goes on"),
        ] {
            assert_eq!(without_examples(description), expected, "{description}");
        }
    }

    proptest::proptest! {
        #[test]
        fn rustdoc_finds_no_example(
            parts in proptest::collection::vec(
                proptest::sample::select(vec!["```", "~~~", "    ", "\t", "- ", "1. ", "> ", "\n", "\n\n", "a", "é", "rust", " ", "# "]),
                0..16,
            )
        ) {
            let description = parts.concat();
            let text = without_examples(&description);
            assert!(examples(&text).is_empty(), "{description:?}: {text:?}");
        }
    }
}
