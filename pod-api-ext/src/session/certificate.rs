//! Login of a bot with a client certificate.
//!
//! The pod identifies the bot by the TLS connection, not by the request. So the certificate belongs to the HTTP
//! connections of a pod, and is given to [`PodBuilder::certificate`](crate::PodBuilder::certificate).

use std::fmt;
use std::path::Path;

#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs::encoding::AsDer as _;
#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs::signature::RsaKeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use super::{KeyManagerToken, KeyProblem, Login, LoginError, Session, SingleFlight, pem};
use crate::SessionToken;
use crate::clock::BoxFuture;

/// A client certificate with its private key, with which a bot logs in.
///
/// The common name of the certificate is the user name of the bot, in the same case. An administrator of the pod
/// uploads the certificate, or that of the authority that signed it. Never printed.
///
/// Pods have a separate address or port for this login, which asks for a certificate:
///
/// ```
/// use pod_api_ext::Pod;
/// use pod_api_ext::session::ClientCertificate;
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let pod = Pod::builder("https://acme.symphony.com")
///     .session_endpoint("https://acme-api.symphony.com:8444")
///     .certificate(ClientCertificate::from_pem_file("bot.pem")?)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// The session is renewed as with a key: once for all calls that notice its expiry.
///
/// It is for bots. The vendor has deprecated logins of applications by certificate, on behalf of users and for
/// extension apps, so this crate does not have them; applications log in [with a key](super::RsaApp).
#[derive(Clone)]
pub struct ClientCertificate {
    /// Certificates and key in PEM, without the rest of the file, which TLS libraries may refuse.
    chain: String,
    key: Zeroizing<String>,
}

impl ClientCertificate {
    /// A certificate and its private key in PEM, in any order. The certificates of its authorities may follow it, if
    /// the server needs them. The text may have any form that a [key](super::RsaKey::from_pem) may have: newlines written
    /// as `\n`, or all of it in Base64, as in environment variables. With the feature
    /// `native-tls` and no TLS in Rust, a key of an elliptic curve has to be PKCS#8 (`BEGIN PRIVATE KEY`).
    ///
    /// # Errors
    /// One of the two is missing, or is not PEM; the key is encrypted; or the two do not belong together.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, InvalidCertificate> {
        let given = pem.as_ref();
        let inner = std::str::from_utf8(given).ok().and_then(pem::wrapped);
        let given = inner.as_deref().map_or(given, Vec::as_slice);
        if let Some(store) = KeyStore::recognized(given) {
            return Err(CertificateProblem::KeyStore(store).into());
        }
        let text = std::str::from_utf8(given).map_err(|_| CertificateProblem::NotPem)?;
        let certificates = pem::certificates(text).ok_or(CertificateProblem::NotPem)?;
        if certificates.is_empty() {
            return Err(CertificateProblem::NoCertificate.into());
        }
        let key = pem::private_key(given).map_err(|problem| match problem {
            KeyProblem::Encrypted => CertificateProblem::Encrypted,
            KeyProblem::CutOff | KeyProblem::Damaged => CertificateProblem::Mismatch,
            _ => CertificateProblem::NoKey,
        })?;
        let key = PrivateKeyDer::try_from(key.as_slice()).map_err(|_| CertificateProblem::Mismatch)?;
        let key = match &key {
            // The TLS of some operating systems accepts only PKCS#8.
            #[cfg(not(feature = "aws-lc-rs"))]
            PrivateKeyDer::Pkcs1(key) => section("RSA PRIVATE KEY", key.secret_pkcs1_der()),
            #[cfg(feature = "aws-lc-rs")]
            PrivateKeyDer::Pkcs1(key) => {
                let pair = RsaKeyPair::from_der(key.secret_pkcs1_der());
                let der =
                    pair.ok().and_then(|pair| pair.as_der().ok()).ok_or(CertificateProblem::Mismatch)?;
                section("PRIVATE KEY", der.as_ref())
            }
            PrivateKeyDer::Sec1(key) => section("EC PRIVATE KEY", key.secret_sec1_der()),
            PrivateKeyDer::Pkcs8(key) => section("PRIVATE KEY", key.secret_pkcs8_der()),
            _ => return Err(CertificateProblem::NoKey.into()),
        };
        let chain = certificates.iter().map(|certificate| section("CERTIFICATE", certificate)).collect();
        let certificate = Self { chain, key: Zeroizing::new(key) };
        // The TLS library checks that they belong together.
        check_tls(certificate.shown_by(trusting_nobody())?)?;
        Ok(certificate)
    }

    /// A certificate and its private key in one PEM file.
    ///
    /// # Errors
    /// The file cannot be read, or as [`from_pem`](Self::from_pem).
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self, InvalidCertificate> {
        let place = path.as_ref().display().to_string();
        match std::fs::read(path) {
            Ok(pem) => Self::from_pem(&*Zeroizing::new(pem)).map_err(|invalid| invalid.at(place)),
            Err(error) => Err(InvalidCertificate {
                problem: CertificateProblem::Unreadable,
                place,
                source: Some(error),
            }),
        }
    }

    /// An HTTP configuration that sends this certificate to servers that ask for one.
    #[cfg(feature = "rustls-no-provider")]
    pub(crate) fn shown_by(
        &self,
        http: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, InvalidCertificate> {
        let pem = Zeroizing::new(format!("{}{}", self.chain, *self.key));
        let identity =
            reqwest::Identity::from_pem(pem.as_bytes()).map_err(|_| CertificateProblem::Mismatch)?;
        // An identity is for one TLS library, and another crate in the program may have enabled another one.
        Ok(http.tls_backend_rustls().identity(identity))
    }

    /// An HTTP configuration that sends this certificate to servers that ask for one.
    #[cfg(all(feature = "native-tls", not(feature = "rustls-no-provider")))]
    pub(crate) fn shown_by(
        &self,
        http: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, InvalidCertificate> {
        let identity = reqwest::Identity::from_pkcs8_pem(self.chain.as_bytes(), self.key.as_bytes());
        let identity = identity.map_err(|_| CertificateProblem::Mismatch)?;
        Ok(http.tls_backend_native().identity(identity))
    }

    /// Without TLS it cannot be sent.
    #[cfg(not(any(feature = "native-tls", feature = "rustls-no-provider")))]
    pub(crate) fn shown_by(
        &self,
        _: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, InvalidCertificate> {
        let _unseen = (&self.chain, &self.key);
        Err(CertificateProblem::NoTls.into())
    }
}

/// An HTTP configuration without trusted authorities, because loading them takes time.
fn trusting_nobody() -> reqwest::ClientBuilder {
    let http = reqwest::Client::builder();
    #[cfg(any(feature = "native-tls", feature = "rustls-no-provider"))]
    let http = http.tls_certs_only([]);
    http
}

/// Checks that TLS accepts the certificates and the key.
pub(crate) fn check_tls(http: reqwest::ClientBuilder) -> Result<(), CertificateProblem> {
    // Without a provider, `rustls` would panic.
    #[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(CertificateProblem::NoTls);
    }
    http.build().map(drop).map_err(|_| CertificateProblem::Mismatch)
}

/// A section of PEM (RFC 7468).
fn section(label: &str, der: &[u8]) -> String {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    let mut text = String::with_capacity(base64.len() + base64.len() / 64 + 128);
    text.extend(["-----BEGIN ", label, "-----\n"]);
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        text.extend([line, "\n"]);
        rest = after;
    }
    text.extend(["-----END ", label, "-----\n"]);
    text
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate(…)")
    }
}

/// A file that holds keys or certificates in another form than PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyStore {
    /// PKCS#12, with endings such as `.p12` and `.pfx`.
    Pkcs12,
    /// A key store of Java, with endings such as `.jks`.
    Java,
}

impl KeyStore {
    /// The format, recognized by its first bytes.
    pub(crate) fn recognized(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xFE, 0xED, 0xFE, 0xED, ..] | [0xCE, 0xCE, 0xCE, 0xCE, ..] => Some(Self::Java),
            // A sequence whose first element is the version 3.
            [0x30, length, rest @ ..] => {
                let behind = if *length < 0x80 { 0 } else { usize::from(*length & 0x7F) };
                rest.get(behind..)?.starts_with(&[2, 1, 3]).then_some(Self::Pkcs12)
            }
            _ => None,
        }
    }
}

/// A client certificate that cannot be used, and where it was. The message never quotes the certificate.
#[derive(Debug)]
pub struct InvalidCertificate {
    problem: CertificateProblem,
    /// Empty if it was given as text.
    place: String,
    source: Option<std::io::Error>,
}

/// What is wrong with a client certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// The file cannot be read.
    #[error("it cannot be read")]
    Unreadable,
    /// It is not PEM.
    #[error(
        "this is not PEM, in which certificates stand between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----"
    )]
    NotPem,
    /// It is a key store, which has to be converted.
    #[error("{}", .0.advice())]
    KeyStore(KeyStore),
    /// There is no certificate in it.
    #[error("there is no certificate in it; append it to the private key: cat KEY CERTIFICATE > BOTH")]
    NoCertificate,
    /// There is no private key in it.
    #[error("there is no private key in it; append it to the certificate: cat CERTIFICATE KEY > BOTH")]
    NoKey,
    /// The private key is encrypted with a passphrase.
    #[error("its private key is encrypted; decrypt it first: openssl pkey -in KEY -out DECRYPTED")]
    Encrypted,
    /// The private key is not that of the first certificate, or one of the two is damaged.
    #[error("its private key is not that of its first certificate, or one of the two is damaged")]
    Mismatch,
    /// The crate was built without TLS, or without cryptography for it, and none is installed.
    #[error(
        "there is no TLS; turn on the feature rustls or native-tls, or install a provider of cryptography for rustls first"
    )]
    NoTls,
}

impl KeyStore {
    fn advice(self) -> &'static str {
        match self {
            Self::Pkcs12 => {
                "this is PKCS#12; convert it to PEM first: openssl pkcs12 -in FILE -nodes -out PEM"
            }
            Self::Java => {
                "this is a key store of Java; convert it to PEM first: keytool -importkeystore -srckeystore FILE -destkeystore P12 -deststoretype PKCS12, then openssl pkcs12 -in P12 -nodes -out PEM"
            }
        }
    }
}

impl InvalidCertificate {
    /// What is wrong with it.
    #[must_use]
    pub fn problem(&self) -> CertificateProblem {
        self.problem
    }

    fn at(self, place: String) -> Self {
        Self { place, ..self }
    }
}

impl From<CertificateProblem> for InvalidCertificate {
    fn from(problem: CertificateProblem) -> Self {
        Self { problem, place: String::new(), source: None }
    }
}

impl fmt::Display for InvalidCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { problem, place, .. } = self;
        if place.is_empty() {
            write!(f, "the client certificate: {problem}")
        } else {
            write!(f, "the client certificate in {place}: {problem}")
        }
    }
}

impl std::error::Error for InvalidCertificate {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// The session of a bot whose HTTP connections send its certificate.
#[derive(Debug, Default)]
pub(crate) struct CertificateSession {
    flight: SingleFlight,
}

impl Session for CertificateSession {
    fn current(&self, login: &Login) -> Option<SessionToken> {
        self.flight.current(login)
    }

    fn token<'a>(&'a self, login: &'a Login) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.token(login, || login.with_certificate()))
    }

    fn renew<'a>(
        &'a self,
        stale: &'a SessionToken,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<SessionToken, LoginError>> {
        Box::pin(self.flight.renew(stale, login, || login.with_certificate()))
    }

    fn key_manager_token<'a>(
        &'a self,
        login: &'a Login,
    ) -> BoxFuture<'a, Result<KeyManagerToken, LoginError>> {
        Box::pin(async move { login.key_manager_with_certificate().await.map(KeyManagerToken) })
    }

    fn end(&self, login: &Login) -> Option<SessionToken> {
        self.flight.end(login)
    }
}
