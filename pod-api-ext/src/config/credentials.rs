//! The credentials of a bot or an application.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::error::{ConfigError, ConfigProblem};
use super::section::Section;
use crate::session::{ClientCertificate, RsaApp, RsaKey, RsaSession};

/// How a bot logs in.
pub(super) enum Bot {
    Key(RsaSession),
    Certificate(ClientCertificate),
}

/// The contents of a file, or of the configuration itself.
pub(super) struct Given<'s> {
    pub(super) section: Section<'s>,
    pub(super) key: &'static str,
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// ` in FILE`, or nothing.
    pub(super) place: String,
}

const KEY: [&str; 4] = ["privateKey.path", "privateKey.content", "privateKeyPath", "privateKeyContent"];
const CERTIFICATE: [&str; 4] =
    ["certificate.path", "certificate.content", "certificatePath", "certificateContent"];

/// How the bot logs in. `None` if there is no bot.
pub(super) fn bot(root: &Section<'_>) -> Result<Option<Bot>, ConfigError> {
    let Some(bot) = root.section("bot")? else { return Ok(None) };
    match (given(&bot, KEY)?, given(&bot, CERTIFICATE)?) {
        (Some(key), None) => {
            let username = bot.text("username")?.ok_or_else(|| {
                bot.missing("username", "it is missing; write the user name of the bot on the pod")
            })?;
            Ok(Some(Bot::Key(RsaSession::new(username.as_str(), rsa_key(&key)?))))
        }
        (None, Some(Given { section, key, bytes, place })) => {
            let certificate = ClientCertificate::from_pem(&*bytes).map_err(|invalid| {
                let message = format!("the client certificate{place}: {}", invalid.problem());
                section.error(ConfigProblem::Credentials, key, message)
            })?;
            Ok(Some(Bot::Certificate(certificate)))
        }
        (Some(_), Some(certificate)) => Err(certificate.section.error(
            ConfigProblem::Contradiction,
            certificate.key,
            "there are both a private key and a certificate; keep the one with which the bot logs in",
        )),
        (None, None) => Err(bot.missing(
            "privateKey.path",
            "it is missing; write the file of the bot's private key, or that of its certificate (bot.certificate.path)",
        )),
    }
}

/// The error for an application with a certificate. `None` if there is no such application.
pub(super) fn app_by_certificate(root: &Section<'_>) -> Result<Option<ConfigError>, ConfigError> {
    let Some(app) = root.section("app")? else { return Ok(None) };
    let mut is_there = app.section("certificate")?.is_some();
    for key in ["certificatePath", "certificateContent"] {
        is_there |= app.text(key)?.is_some();
    }
    let message = "applications do not log in with a certificate here, which the vendor has deprecated; give it a privateKey in its place";
    Ok(is_there.then(|| app.error(ConfigProblem::Contradiction, "certificate", message)))
}

/// The application. `None` if there is none.
pub(super) fn app(root: &Section<'_>) -> Result<Option<RsaApp>, ConfigError> {
    let Some(app) = root.section("app")? else { return Ok(None) };
    let id = app
        .text("appId")?
        .ok_or_else(|| app.missing("appId", "it is missing; write the id of the application"))?;
    let Some(key) = given(&app, KEY)? else {
        let message = "it is missing; write the file of the application's private key";
        return Err(app.missing("privateKey.path", message));
    };
    let app_of = RsaApp::new(id.as_str(), rsa_key(&key)?);
    app_of.map(Some).map_err(|error| app.error(ConfigProblem::Value, "appId", error.to_string()))
}

fn rsa_key(given: &Given<'_>) -> Result<RsaKey, ConfigError> {
    RsaKey::from_pem(&*given.bytes).map_err(|invalid| {
        let message = format!("the key{}: {}", given.place, invalid.problem());
        given.section.error(ConfigProblem::Credentials, given.key, message)
    })
}

/// The value of one of these keys: a path, content, or the same under the old names. `""` stands for no key.
pub(super) fn given<'s>(
    section: &Section<'s>,
    keys: [&'static str; 4],
) -> Result<Option<Given<'s>>, ConfigError> {
    let mut found: Option<Given<'s>> = None;
    for (i, key) in keys.into_iter().enumerate().filter(|(_, key)| !key.is_empty()) {
        let (section, key) = match key.split_once('.') {
            None => (section.clone(), key),
            Some((inner, key)) => match section.section(inner)? {
                Some(inner) => (inner, key),
                None => continue,
            },
        };
        let Some(text) = section.text(key)? else { continue };
        if let Some(other) = &found {
            let other = other.section.path(other.key);
            let message = format!("{other} says the same already; keep one of the two");
            return Err(section.error(ConfigProblem::Contradiction, key, message));
        }
        let (bytes, place) = if i % 2 == 0 {
            (file(&section, key, &text)?, format!(" in {}", text.as_str()))
        } else {
            (content(&text), String::new())
        };
        found = Some(Given { section, key, bytes, place });
    }
    Ok(found)
}

/// In bytes. Linux allows ten times as much, but real paths are shorter, and the shortest private key in use is longer.
const LONGEST_PATH: usize = 400;

fn file(section: &Section<'_>, key: &str, path: &str) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    // The value is not quoted: if content was written in place of a path, it is a secret.
    if path.contains(['\n', '\r']) || path.contains("-----BEGIN") || path.len() > LONGEST_PATH {
        let message = "this is no path of a file; what is in the file goes into content";
        return Err(section.error(ConfigProblem::Credentials, key, message));
    }
    std::fs::read(path).map(Zeroizing::new).map_err(|error| {
        let advice = if path.starts_with("classpath:") {
            "; this is a path of Java, so write that of a file"
        } else if path.starts_with('~') {
            "; ~ is not replaced, so write ${HOME}"
        } else {
            "; a path that does not begin with / begins at the folder in which the program was started"
        };
        section
            .error(ConfigProblem::Credentials, key, format!("the file {path} cannot be read{advice}"))
            .caused(error)
    })
}

/// PEM as it is, or decoded from Base64, as the kit for Java has it.
fn content(text: &Zeroizing<String>) -> Zeroizing<Vec<u8>> {
    if !text.contains("-----BEGIN") {
        let base64: Zeroizing<String> = Zeroizing::new(text.split_whitespace().collect());
        if let Ok(bytes) = STANDARD.decode(base64.as_str()) {
            return Zeroizing::new(bytes);
        }
    }
    Zeroizing::new(text.as_bytes().to_vec())
}
