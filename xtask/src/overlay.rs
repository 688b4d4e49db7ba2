//! Names, words and corrections: OpenAPI Overlay documents, applied in order.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use roas_overlay::apply::{Apply as _, ApplyOptions};
use roas_overlay::v1_1::Overlay;
use roas_overlay::validation::Validate as _;
use serde_json::Value;

/// An action with this extension names something that hand-written code relies on.
const USED_BY: &str = "x-used-by";

/// Applies the overlay in `text` to `document`. Returns a warning for each action that hit nothing.
///
/// # Errors
/// The text is no overlay, an action cannot be applied, or an action that hand-written code relies
/// on hit nothing. The document is unchanged then.
pub fn apply(path: &Path, text: &str, document: &mut Value) -> Result<Vec<String>> {
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

    let mut warnings = Vec::new();
    let mut broken = Vec::new();
    for outcome in report.actions.iter().filter(|outcome| outcome.matched == 0) {
        let action = overlay.actions.get(outcome.index);
        let used_by = action
            .and_then(|action| action.extensions.as_ref()?.get(USED_BY))
            .map(|used_by| used_by.as_str().unwrap_or("hand-written code").to_owned());
        let what = format!("{name}: action {} hits nothing: {}", outcome.index + 1, outcome.target);
        match used_by {
            None => warnings.push(what),
            Some(used_by) => broken.push(format!(
                "{what}\n  {used_by} relies on it. Point the action at its new place, or change {used_by} and remove the action."
            )),
        }
    }
    if !broken.is_empty() {
        bail!("{}", broken.join("\n"));
    }
    *document = changed;
    Ok(warnings)
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
    fn what_is_no_overlay_is_refused_by_name() {
        for text in ["", "[", "overlay: 1.1.0", "overlay: 3.0.0\ninfo: {title: T, version: '1'}\nactions: []"]
        {
            let message = format!("{:#}", apply(Path::new("bad.yaml"), text, &mut json!({})).unwrap_err());
            assert!(message.starts_with("bad.yaml is not"), "{message}");
        }
    }
}
