//! Encoded strings and examples: what 3.0 says with `format` and `example`.

use serde_json::Value;

use crate::lower::draft::Draft;
use crate::report::Fate;

pub(super) fn rewrite(draft: &mut Draft<'_>) {
    let encoding = text(draft.take("contentEncoding"));
    let media_type = text(draft.take("contentMediaType"));
    if let Some(encoding) = &encoding {
        if encoding.eq_ignore_ascii_case("base64") && !draft.has("format") {
            draft.set("format", "byte");
            draft.exact("contentEncoding", "base64 is written as `format: byte`.");
        } else {
            draft.set("x-contentEncoding", encoding.clone());
            draft.exact("contentEncoding", "is kept as `x-contentEncoding`: 3.0 has no word for it.");
        }
    }
    if let Some(media_type) = media_type {
        if encoding.is_none() && is_octets(&media_type) && !draft.has("format") {
            draft.set("format", "binary");
            draft.exact("contentMediaType", "bytes as they are, written as `format: binary`.");
        } else {
            draft.set("x-contentMediaType", media_type);
            draft.exact("contentMediaType", "is kept as `x-contentMediaType`: 3.0 has no word for it.");
        }
    }
    examples(draft);
}

fn is_octets(media_type: &str) -> bool {
    media_type.eq_ignore_ascii_case("application/octet-stream")
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn examples(draft: &mut Draft<'_>) {
    let Some(examples) = draft.take("examples") else { return };
    let Value::Array(mut examples) = examples else {
        draft.note(
            Fate::Dropped,
            "examples",
            "`examples` of a schema is a list; what is no list is left out.",
        );
        return;
    };
    let told = if draft.has("example") { 0 } else { 1 };
    let more = examples.len() > told;
    examples.truncate(told);
    if let Some(first) = examples.pop() {
        draft.set("example", first);
    }
    if more {
        draft.note(Fate::Dropped, "examples", "3.0 has room for one example; the others are left out.");
    } else {
        draft.exact("examples", "the example is written as `example`.");
    }
}
