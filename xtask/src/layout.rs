//! The paths of a workspace.

use std::path::{Path, PathBuf};

/// The vendored document.
pub const DOCUMENT: &str = "openapi/pod-api.json";
/// Where the vendored document came from.
pub const SOURCE: &str = "openapi/source.toml";
/// The overlays, in the order in which they are applied. Words come last: they are about the corrected document.
pub const OVERLAYS: [&str; 3] = [NAMES, FIXES, DOCS];
/// The overlay that names the operations.
pub const NAMES: &str = "openapi/overlays/names.yaml";
/// The overlay that corrects the vendored document.
pub const FIXES: &str = "openapi/overlays/fixes.yaml";
/// The overlay that has the words.
pub const DOCS: &str = "openapi/overlays/docs.yaml";
/// The document that progenitor reads.
pub const LOWERED: &str = "openapi/lowered.json";
/// What was rewritten on the way there.
pub const LOWERING: &str = "openapi/lowering.md";
/// The folder that holds generated code and nothing else.
pub const GENERATED: &str = "pod-api/src/generated";
/// The client and its types.
pub const CLIENT: &str = "pod-api/src/generated/client.rs";
/// The typed mocks.
pub const HTTPMOCK: &str = "pod-api/src/generated/httpmock.rs";

/// The folder that holds generated tests and nothing else.
pub const CONTRACT: &str = "pod-api/tests/generated";
/// What every call sends and what comes of every answer.
pub const CALLS: &str = "pod-api/tests/generated/calls.http";
/// How every operation is called.
pub const CALLS_TABLE: &str = "pod-api/tests/generated/calls.rs";
/// Values of every type.
pub const TYPES: &str = "pod-api/tests/generated/types.txt";
/// The types in Rust.
pub const TYPES_TABLE: &str = "pod-api/tests/generated/types.rs";
/// What a fake server for tests knows of the API, in a workspace that has one.
pub const FAKE: &str = "pod-api-ext/src/fake/api.json";
/// The folders that hold what is generated and nothing else.
pub const OWNED: [&str; 2] = [GENERATED, CONTRACT];

/// The name of the generated crate in code.
pub const CRATE: &str = "pod_api";

/// The command line that does something to the workspace in `root`.
#[must_use]
pub fn command(root: &Path, what: &str) -> String {
    if root == own_root() {
        return format!("cargo xtask {what}");
    }
    let root = root.display().to_string();
    let quote = if root.contains(char::is_whitespace) { "\"" } else { "" };
    format!("cargo xtask --root {quote}{root}{quote} {what}")
}

/// The workspace that this program was built from.
#[must_use]
pub fn own_root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_any_workspace_but_the_own() {
        assert_eq!(command(&own_root(), "generate"), "cargo xtask generate");
        assert_eq!(command(Path::new("../museum"), "generate"), "cargo xtask --root ../museum generate");
        assert_eq!(
            command(Path::new("my museum"), "vendor FILE"),
            "cargo xtask --root \"my museum\" vendor FILE"
        );
    }
}
