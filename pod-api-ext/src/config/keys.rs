//! The keys of the official kits.

use super::section::Section;

/// Keys with the same meaning, which the documentation of [`crate::config`] describes.
struct Row {
    /// The maps that have them; empty for the whole configuration.
    within: &'static [&'static str],
    keys: &'static [&'static str],
}

const EACH: &[&str] = &["", "pod", "sessionAuth", "keyManager"];
const TOP: &[&str] = &[""];

/// A test compares these rows with those in the documentation.
const TABLE: [Row; 19] = [
    Row { within: EACH, keys: &["scheme", "host", "port", "context"] },
    Row { within: EACH, keys: &["proxy.host", "proxy.port", "proxy.username", "proxy.password"] },
    Row { within: EACH, keys: &["defaultHeaders.*"] },
    Row { within: EACH, keys: &["connectionTimeout"] },
    Row { within: EACH, keys: &["readTimeout"] },
    Row { within: EACH, keys: &["connectionPoolMax", "connectionPoolPerRoute"] },
    Row { within: &["ssl"], keys: &["trustStore.path", "trustStore.content", "trustStorePath"] },
    Row { within: &["bot"], keys: &["username"] },
    Row {
        within: &["bot", "app"],
        keys: &["privateKey.path", "privateKey.content", "privateKeyPath", "privateKeyContent"],
    },
    Row {
        within: &["bot"],
        keys: &["certificate.path", "certificate.content", "certificatePath", "certificateContent"],
    },
    Row { within: &["app"], keys: &["appId"] },
    Row {
        within: &["app"],
        keys: &["certificate.*", "certificatePath", "certificateContent", "certificatePassword"],
    },
    Row {
        within: TOP,
        keys: &[
            "bot.certificate.password",
            "bot.certificatePassword",
            "ssl.trustStore.password",
            "ssl.trustStorePassword",
        ],
    },
    Row { within: &["retry"], keys: &["maxAttempts"] },
    Row { within: &["retry"], keys: &["initialIntervalMillis"] },
    Row { within: &["retry"], keys: &["maxIntervalMillis"] },
    Row { within: &["retry"], keys: &["multiplier"] },
    Row { within: TOP, keys: &["agent.*", "datafeed.*", "datahose.*"] },
    Row { within: TOP, keys: &["_version", "commonJwt.*", "extensions.*", "manifest"] },
];

impl Row {
    fn paths(&self) -> impl Iterator<Item = String> {
        self.within.iter().flat_map(|within| {
            self.keys
                .iter()
                .map(move |key| if within.is_empty() { (*key).to_owned() } else { format!("{within}.{key}") })
        })
    }
}

/// The keys that no kit knows, each with its line.
pub(super) fn unknown(root: &Section<'_>) -> Vec<(String, u64)> {
    let known: Vec<String> = TABLE.iter().flat_map(Row::paths).collect();
    let mut unknown = Vec::new();
    gather(root, &known, &mut unknown);
    unknown
}

fn gather(section: &Section<'_>, known: &[String], unknown: &mut Vec<(String, u64)>) {
    for (key, node) in section.members() {
        let path = section.path(key);
        let is_below_star = known.iter().filter_map(|known| known.strip_suffix(".*")).any(|whole| {
            path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let leads_further =
            known.iter().any(|known| known.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.')));
        if is_below_star || known.contains(&path) {
            continue;
        }
        match section.section(key) {
            Ok(Some(inner)) if leads_further => gather(&inner, known, unknown),
            _ if leads_further => {}
            _ => unknown.push((section.path(node.named(key)), node.line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_the_documentation_is_the_one_in_the_code() {
        let quoted = |texts: &[&str]| {
            let quoted = texts.iter().map(|text| match *text {
                "" => "at the top".to_owned(),
                text => format!("`{text}`"),
            });
            quoted.collect::<Vec<_>>().join(", ")
        };
        let code: Vec<_> =
            TABLE.iter().map(|row| format!("{} | {}", quoted(row.within), quoted(row.keys))).collect();
        let documentation = include_str!("../config.rs");
        let (_, chapter) = documentation.split_once("# Keys").unwrap();
        let (chapter, _) = chapter.split_once("//! # ").unwrap();
        let rows = chapter.lines().filter_map(|line| line.strip_prefix("//! | ")).skip(1);
        let documented: Vec<_> =
            rows.filter_map(|row| row.rsplit_once(" | ")).map(|(keys, _)| keys).collect();
        assert_eq!(documented, code);
    }
}
