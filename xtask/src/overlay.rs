//! Names, descriptions and corrections: applies OpenAPI Overlay documents in order.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use roas_overlay::apply::{Apply as _, ApplyOptions};
use roas_overlay::v1_1::Overlay;
use roas_overlay::validation::Validate as _;
use serde_json::Value;

use crate::pointer::Pointer;

/// An action with this extension names something that hand-written code relies on.
const USED_BY: &str = "x-used-by";

/// Applies the overlay in `text` to `document`. Returns a warning for each action that hit nothing.
///
/// # Errors
/// The text is no overlay, an action cannot be applied, or an action that hand-written code relies
/// on hit nothing. The document is unchanged then.
pub fn apply(path: &Path, text: &str, document: &mut Value) -> Result<Vec<String>> {
    let (changed, warnings) = applied(path, text, document)?;
    let (broken, warnings): (Vec<_>, Vec<_>) = warnings.into_iter().partition(|warning| warning.is_relied_on);
    if !broken.is_empty() {
        let broken: Vec<_> = broken.into_iter().map(|warning| warning.text).collect();
        bail!("{}", broken.join("\n"));
    }
    *document = changed;
    Ok(warnings.into_iter().map(|warning| warning.text).collect())
}

/// Something in an overlay that hit nothing.
#[derive(Debug)]
pub(crate) struct Missed {
    /// Hand-written code relies on it.
    is_relied_on: bool,
    text: String,
}

/// The document with what hits of the overlay in `text`, and what does not.
///
/// # Errors
/// The text is no overlay, or an action cannot be applied.
pub(crate) fn applied(path: &Path, text: &str, document: &Value) -> Result<(Value, Vec<Missed>)> {
    let name = path.display();
    let overlay: Overlay =
        serde_saphyr::from_str(text).with_context(|| format!("{name} is not an OpenAPI Overlay 1.1"))?;
    if let Err(errors) = overlay.validate(Default::default()) {
        bail!("{name} is not a valid overlay: {errors}");
    }
    let mut changed = document.clone();
    // Not an option of ours that zero matches be errors: some are, some are not.
    let report = overlay
        .apply(&mut changed, ApplyOptions::ErrorOnMixedKindMatch.into())
        .with_context(|| format!("{name} cannot be applied"))?;

    let mut warnings = forget_orphans(&mut changed, document, "")
        .into_iter()
        .map(|pointer| format!("{name}: has words for what the document does not have: {pointer}"))
        .map(|text| Missed { is_relied_on: false, text })
        .collect::<Vec<_>>();
    for outcome in report.actions.iter().filter(|outcome| outcome.matched == 0) {
        let action = overlay.actions.get(outcome.index);
        let used_by = action
            .and_then(|action| action.extensions.as_ref()?.get(USED_BY))
            .map(|used_by| used_by.as_str().unwrap_or("hand-written code").to_owned());
        let what = format!("{name}: action {} hits nothing: {}", outcome.index + 1, outcome.target);
        let is_relied_on = used_by.is_some();
        let text = match used_by {
            None => what,
            Some(used_by) => format!(
                "{what}\n  {used_by} relies on it. Point the action at its new place, or change {used_by} and remove the action."
            ),
        };
        warnings.push(Missed { is_relied_on, text });
    }
    Ok((changed, warnings))
}

/// Takes out of `changed`, which is called `name`, what an update made of words alone, and returns where below it that was.
///
/// An update can hold the words of a whole schema. When a property is gone from the document, its words must not make
/// a property of any type in its place.
fn forget_orphans(changed: &mut Value, original: &Value, name: &str) -> Vec<Pointer> {
    let mut orphans = Vec::new();
    // There are few orphans, so their places are made on the way back.
    let mut found = |name: &str, below: Vec<Pointer>| {
        orphans.extend(below.iter().map(|orphan| Pointer::root().join(name).append(orphan)));
    };
    match (changed, original) {
        (Value::Object(changed), Value::Object(original)) => {
            let named = NAMED.contains(&name);
            changed.retain(|key, value| {
                let orphan = named && !original.contains_key(key) && only_words(value);
                if orphan {
                    found(key, vec![Pointer::root()]);
                }
                !orphan
            });
            for (key, value) in changed {
                if let Some(original) = original.get(key) {
                    found(key, forget_orphans(value, original, key));
                }
            }
        }
        (Value::Array(changed), Value::Array(original)) => {
            for (index, (value, original)) in changed.iter_mut().zip(original).enumerate() {
                found(&index.to_string(), forget_orphans(value, original, ""));
            }
        }
        _ => {}
    }
    orphans
}

/// Objects whose members have names of their own.
const NAMED: [&str; 3] = ["properties", "schemas", "paths"];

fn only_words(value: &Value) -> bool {
    value.as_object().is_some_and(|object| {
        !object.is_empty()
            && object.iter().all(|(key, value)| match value {
                Value::String(_) => key == "summary" || key == "description",
                value => only_words(value),
            })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn applied(actions: &str, document: Value) -> (Result<Vec<String>>, Value) {
        let text = format!("overlay: 1.1.0\ninfo: {{title: T, version: 1.0.0}}\nactions:\n{actions}");
        let mut document = document;
        (apply(Path::new("test.yaml"), &text, &mut document), document)
    }

    #[test]
    fn an_action_that_hits_nothing_is_a_warning_that_names_it() {
        let (result, document) =
            applied("- {target: $.a, update: {x: 1}}\n- {target: $.gone, update: {x: 1}}", json!({"a": {}}));
        let warnings = result.unwrap();
        assert_eq!(warnings, ["test.yaml: action 2 hits nothing: $.gone"]);
        assert_eq!(document, json!({"a": {"x": 1}}));
    }

    #[test]
    fn an_action_that_code_relies_on_must_hit() {
        let (result, document) = applied(
            "- {target: $.a, update: {x: 1}}\n- {target: $.gone, remove: true, x-used-by: pod-api-ext}",
            json!({"a": {}}),
        );
        let message = format!("{:#}", result.unwrap_err());
        assert!(message.contains("action 2 hits nothing: $.gone"), "{message}");
        assert!(message.contains("pod-api-ext relies on it"), "{message}");
        assert_eq!(document, json!({"a": {}}), "the document is as it was");
    }

    #[test]
    fn words_for_what_is_gone_make_nothing() {
        let document = json!({"schemas": {"A": {"properties": {"a/b": {"type": "string"}}}}});
        let (result, changed) = applied(
            "- target: $.schemas\n  update: {A: {description: One., properties: {a/b: {description: Two.}, \"g/one\": {description: Three.}}}, B: {properties: {c: {description: Four.}}}}",
            document,
        );
        assert_eq!(
            result.unwrap(),
            [
                "test.yaml: has words for what the document does not have: #/schemas/B",
                "test.yaml: has words for what the document does not have: #/schemas/A/properties/g~1one",
            ]
        );
        assert_eq!(
            changed,
            json!({"schemas": {"A": {"description": "One.", "properties": {"a/b": {"type": "string", "description": "Two."}}}}})
        );
    }

    #[test]
    fn an_update_may_add_what_has_more_than_words() {
        let (result, changed) = applied(
            "- {target: $.a, update: {properties: {p: {type: string, description: New.}}}}",
            json!({"a": {"properties": {}}}),
        );
        assert!(result.unwrap().is_empty());
        assert_eq!(changed, json!({"a": {"properties": {"p": {"type": "string", "description": "New."}}}}));
    }

    #[test]
    fn what_is_no_overlay_is_refused_by_name() {
        for text in ["", "[", "overlay: 1.1.0", "overlay: 3.0.0\ninfo: {title: T, version: '1'}\nactions: []"]
        {
            let message = format!("{:#}", apply(Path::new("bad.yaml"), text, &mut json!({})).unwrap_err());
            assert!(message.starts_with("bad.yaml is not"), "{message}");
        }
    }
}
