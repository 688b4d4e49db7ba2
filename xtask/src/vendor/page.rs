//! The OpenAPI document in a documentation page: Markdown with one fenced block of JSON.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::tree::Malformed;

/// A fenced block of code.
struct Block {
    is_json: bool,
    /// The line of the opening fence, counted from 1.
    line: u64,
    text: String,
}

/// The JSON of the page, and the line on which it starts.
///
/// # Errors
/// The page has no block of JSON, or more than one.
pub fn json_block(page: &str) -> Result<(String, u64), Malformed> {
    let (found, others): (Vec<_>, Vec<_>) = blocks(page).into_iter().partition(|block| block.is_json);
    match found.as_slice() {
        [block] => Ok((block.text.clone(), block.line.saturating_add(1))),
        [_, second, ..] => Err(Malformed {
            line: Some(second.line),
            text: format!(
                "the page has {} ```json blocks, on lines {}; keep the one that holds the OpenAPI \
                 document",
                found.len(),
                lines(&found)
            ),
        }),
        [] => {
            let others = match others.as_slice() {
                [] => "no code block at all".to_owned(),
                others => format!("only other code blocks, on lines {}", lines(others)),
            };
            Err(Malformed {
                line: None,
                text: format!(
                    "a page without a ```json block: it has {others}; save the page as Markdown, \
                     with the OpenAPI document in it"
                ),
            })
        }
    }
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open = None;
    for (event, at) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let language = info.split_whitespace().next().unwrap_or_default();
                open = Some(Block {
                    is_json: language.eq_ignore_ascii_case("json"),
                    line: line_at(page, at.start),
                    text: String::new(),
                });
            }
            Event::Text(text) => {
                if let Some(block) = &mut open {
                    block.text.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => {}
        }
    }
    blocks
}

fn lines(blocks: &[Block]) -> String {
    blocks.iter().map(|block| block.line.to_string()).collect::<Vec<_>>().join(", ")
}

/// The line of a byte, counted from 1.
pub(super) fn line_at(text: &str, byte: usize) -> u64 {
    let before = text.bytes().take(byte).filter(|&b| b == b'\n').count();
    u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)
}
