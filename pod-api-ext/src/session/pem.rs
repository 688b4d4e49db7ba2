//! Reads private keys and certificates from a text, in the variants that files, environment variables and YAML have.
//!
//! The text between the BEGIN and END lines is decoded, without white space, quotation marks and escaped line ends. The
//! key itself decides what kind of key it is, not the label.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::KeyProblem;

/// Marks of keys that cannot be used.
const UNUSABLE: [(&str, KeyProblem); 5] = [
    ("-----BEGIN ENCRYPTED PRIVATE KEY-----", KeyProblem::Encrypted),
    ("Proc-Type: 4,ENCRYPTED", KeyProblem::Encrypted),
    ("-----BEGIN OPENSSH PRIVATE KEY-----", KeyProblem::OpenSsh),
    ("PuTTY-User-Key-File", KeyProblem::OpenSsh),
    ("---- BEGIN SSH2", KeyProblem::OpenSsh),
];

const BEGIN: &str = "-----BEGIN ";

/// The key in DER.
pub(super) fn private_key(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyProblem> {
    match bytes {
        [] => return Err(KeyProblem::Empty),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(KeyProblem::Utf16),
        // DER: a sequence with a length of two bytes.
        [0x30, 0x82, _, _, 0x02, 0x01, 0x03, ..] | [0xfe, 0xed, 0xfe, 0xed, ..] => {
            return Err(KeyProblem::KeyStore);
        }
        [0x30, 0x82, ..] => return Ok(Zeroizing::new(bytes.to_vec())),
        _ => {}
    }
    let text = std::str::from_utf8(bytes).map_err(|_| KeyProblem::NotPem)?.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(KeyProblem::Empty);
    }
    if let Some((_, problem)) = UNUSABLE.iter().find(|(mark, _)| text.contains(mark)) {
        return Err(*problem);
    }
    let Some(key) = sections(text).find(|section| section.label.ends_with("PRIVATE KEY")) else {
        return without_lines(text);
    };
    if !key.is_whole {
        return Err(KeyProblem::CutOff);
    }
    key.der().filter(|der| !der.is_empty()).ok_or(KeyProblem::Damaged)
}

/// The certificates in DER, in the order in which they stand. None: one of them is cut off or damaged.
pub(crate) fn certificates(text: &str) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    sections(text).filter(|section| section.label == "CERTIFICATE").map(|section| section.der()).collect()
}

/// What a text as a whole means in Base64, as secrets are kept, if that is keys or certificates.
pub(super) fn wrapped(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.contains(BEGIN) {
        return None;
    }
    let has_begin = |inner: &[u8]| inner.windows(BEGIN.len()).any(|it| it == BEGIN.as_bytes());
    decoded(text.trim_start_matches('\u{feff}')).filter(|inner| match inner.as_slice() {
        [0x30, 0x82, ..] | [0xfe, 0xed, 0xfe, 0xed, ..] => true,
        inner => has_begin(inner),
    })
}

/// What stands between a line BEGIN and a line END.
struct Section<'a> {
    label: &'a str,
    body: &'a str,
    /// Whether there is a line END.
    is_whole: bool,
}

impl Section<'_> {
    fn der(&self) -> Option<Zeroizing<Vec<u8>>> {
        decoded(self.body).filter(|_| self.is_whole)
    }
}

fn sections(text: &str) -> impl Iterator<Item = Section<'_>> {
    text.split(BEGIN).skip(1).filter_map(|rest| {
        let (label, body) = rest.split_once("-----")?;
        let (body, is_whole) = body.split_once("-----END").map_or((body, false), |(body, _)| (body, true));
        Some(Section { label, body, is_whole })
    })
}

/// A text without the lines: a whole one in Base64, as secrets are kept, or what was between them alone.
fn without_lines(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyProblem> {
    let is_public =
        ["PUBLIC KEY-----", "-----BEGIN CERTIFICATE", "ssh-rsa "].iter().any(|mark| text.contains(mark));
    if is_public {
        return Err(KeyProblem::Public);
    }
    match wrapped(text) {
        Some(inner) => private_key(&inner),
        None if is_path(text.trim()) => Err(KeyProblem::Path),
        None => Err(KeyProblem::NotPem),
    }
}

fn is_path(text: &str) -> bool {
    let is_line = text.len() < 300 && !text.contains('\n');
    let begins = ["/", "./", "../", "~/"].iter().any(|start| text.starts_with(start));
    is_line && (begins || [".pem", ".key", ".der"].iter().any(|end| text.ends_with(end)))
}

/// What Base64 means, whatever is between its characters: white space, quotation marks, and line ends that are written out.
fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut base64 = Zeroizing::new(String::with_capacity(text.len()));
    let mut is_escape = false;
    for character in text.chars() {
        match character {
            '\\' => is_escape = true,
            'n' | 'r' | 't' if is_escape => is_escape = false,
            character if character.is_whitespace() || matches!(character, '"' | '\'') => is_escape = false,
            character => {
                is_escape = false;
                base64.push(character);
            }
        }
    }
    STANDARD.decode(base64.as_bytes()).ok().map(Zeroizing::new)
}
