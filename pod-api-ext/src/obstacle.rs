//! Lasting problems between a program and its pod: a proxy that refuses, a certificate, TLS.
//!
//! They are recognized in the source chain of an error: by the types of `rustls`, and by words where there is no type.

use std::error::Error as StdError;
use std::io;

use http::StatusCode;

/// The problem. The request did not reach the pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The proxy requires a user name and a password, or refuses those that were sent.
    ProxyCredentials,
    /// The proxy does not let the call through.
    Proxy,
    /// The certificate is not signed by an authority that this machine trusts.
    Untrusted,
    /// The certificate has expired, or is not valid yet.
    Expired,
    /// The certificate is for another name.
    OtherName,
    /// The certificate is invalid for another reason.
    Certificate,
    /// The server requires a client certificate, or another one.
    ClientCertificate,
    /// Client and server have no TLS version or cipher suite in common.
    Tls,
    /// The server does not speak TLS.
    NoTlsThere,
    /// This program was built without TLS.
    NoTlsHere,
}

impl Obstacle {
    /// The problem behind this error, if it is one of these.
    pub(crate) fn of(error: &reqwest::Error) -> Option<Self> {
        let is_connecting = error.is_connect();
        causes(error).find_map(|cause| Self::of_cause(cause, is_connecting))
    }

    /// The problem behind this answer, if it is one of these.
    pub(crate) fn in_answer(status: StatusCode, text: &str) -> Option<Self> {
        match status {
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => Some(Self::ProxyCredentials),
            // nginx accepts a handshake without a certificate, and then answers with a page. JSON is from the pod.
            StatusCode::BAD_REQUEST
                if !text.trim_start().starts_with('{')
                    && text.to_ascii_lowercase().contains("ssl certificate") =>
            {
                Some(Self::ClientCertificate)
            }
            _ => None,
        }
    }

    fn of_cause(cause: &(dyn StdError + 'static), is_connecting: bool) -> Option<Self> {
        #[cfg(feature = "rustls-no-provider")]
        if let Some(error) = cause.downcast_ref() {
            return of_rustls(error, is_connecting);
        }
        // With TLS 1.3 a certificate is refused late, when the client has already begun to send.
        in_words(&cause.to_string()).filter(|it| is_connecting || *it == Self::ClientCertificate)
    }

    /// The problem and the advice.
    pub(crate) fn told(self) -> String {
        format!("{}; {}", self.what(), self.advice())
    }

    /// The problem, in words.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::ProxyCredentials => {
                "the proxy refuses the user name and password of this program, or wants some"
            }
            Self::Proxy => "the proxy refuses to connect to the pod",
            Self::Untrusted => {
                "the server's certificate is not signed by an authority that this machine trusts"
            }
            Self::Expired => "the server's certificate is not valid at this time",
            Self::OtherName => "the server's certificate is for another name",
            Self::Certificate => "the server's certificate is not accepted",
            Self::ClientCertificate => "the server does not accept this client's certificate, or got none",
            Self::Tls => "client and server do not agree on TLS",
            Self::NoTlsThere => "what answers does not speak TLS",
            Self::NoTlsHere => "this program was built without TLS",
        }
    }

    /// What to do.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::ProxyCredentials => {
                "set them right before the next try, because too many wrong ones may lock the account"
            }
            Self::Proxy => {
                "ask the operator of the proxy to allow the pod's host and port, or check its address"
            }
            Self::Untrusted => {
                "if a proxy or the pod has an authority of its own, add its certificate to those of the machine, or give it to the HTTP configuration (`tls_certs_merge`)"
            }
            Self::Expired => "check the clock of this machine; otherwise the server needs a new certificate",
            Self::OtherName => "check the address of the pod",
            Self::Certificate => {
                "the server needs another certificate, or something else answers in its place"
            }
            Self::ClientCertificate => {
                "give the pod the certificate that the server wants, with its key: `identity`, or `PodBuilder::certificate` to log in by it"
            }
            Self::Tls => {
                "check the versions of TLS that the HTTP configuration and the server allow, and whether the server wants a certificate of its clients"
            }
            Self::NoTlsThere => "check the address, the port, and whether it is https",
            Self::NoTlsHere => "switch on one of the features for TLS, such as `rustls`",
        }
    }
}

/// An error and its source chain, including the inner errors of I/O errors, which are not their source.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn StdError + 'static) = *error;
        let made_of = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        made_of.map(|inner| inner as _).or_else(|| error.source())
    })
}

#[cfg(feature = "rustls-no-provider")]
fn of_rustls(error: &rustls::Error, is_connecting: bool) -> Option<Obstacle> {
    use rustls::{AlertDescription as Alert, CertificateError as Certificate, Error};

    Some(match error {
        Error::InvalidCertificate(problem) => match problem {
            // An authority with the right name and another key.
            Certificate::UnknownIssuer | Certificate::BadSignature => Obstacle::Untrusted,
            Certificate::Expired
            | Certificate::ExpiredContext { .. }
            | Certificate::NotValidYet
            | Certificate::NotValidYetContext { .. } => Obstacle::Expired,
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => Obstacle::OtherName,
            _ => Obstacle::Certificate,
        },
        Error::NoCertificatesPresented | Error::UnsupportedNameType => Obstacle::Certificate,
        // With TLS 1.3 they arrive when the client has already begun to send. The server has not read its request.
        Error::AlertReceived(
            Alert::NoCertificate
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::CertificateRequired,
        ) => Obstacle::ClientCertificate,
        Error::AlertReceived(
            Alert::HandshakeFailure
            | Alert::ProtocolVersion
            | Alert::InsufficientSecurity
            | Alert::InappropriateFallback
            | Alert::MissingExtension
            | Alert::UnsupportedExtension
            | Alert::UnrecognisedName
            | Alert::NoApplicationProtocol,
        )
        | Error::PeerIncompatible(_)
        | Error::NoApplicationProtocol
            if is_connecting =>
        {
            Obstacle::Tls
        }
        Error::InvalidMessage(_) if is_connecting => Obstacle::NoTlsThere,
        _ => return None,
    })
}

/// Recognizes messages: those of hyper that have no public type, and those of OpenSSL, macOS and Windows through
/// `native-tls`.
fn in_words(text: &str) -> Option<Obstacle> {
    const WORDS: &[(&str, Obstacle)] = &[
        // From hyper, which reports no status of a proxy except 407.
        ("proxy authorization required", Obstacle::ProxyCredentials),
        ("tunnel error: unsuccessful", Obstacle::Proxy),
        ("scheme is not http", Obstacle::NoTlsHere),
        // From hyper, about SOCKS proxies.
        ("credentials not accepted", Obstacle::ProxyCredentials),
        ("does not support user/pass authentication", Obstacle::ProxyCredentials),
        ("connection not allowed", Obstacle::Proxy),
        // From OpenSSL. Its messages about certificates also contain "certificate verify failed", so that one is last.
        ("certificate has expired", Obstacle::Expired),
        ("certificate is not yet valid", Obstacle::Expired),
        ("hostname mismatch", Obstacle::OtherName),
        ("ip address mismatch", Obstacle::OtherName),
        ("self-signed certificate", Obstacle::Untrusted),
        ("self signed certificate", Obstacle::Untrusted),
        ("unable to get local issuer certificate", Obstacle::Untrusted),
        ("unable to get issuer certificate", Obstacle::Untrusted),
        ("unable to verify the first certificate", Obstacle::Untrusted),
        ("certificate verify failed", Obstacle::Certificate),
        ("alert certificate required", Obstacle::ClientCertificate),
        ("alert bad certificate", Obstacle::ClientCertificate),
        ("alert unsupported certificate", Obstacle::ClientCertificate),
        ("alert certificate revoked", Obstacle::ClientCertificate),
        ("alert certificate expired", Obstacle::ClientCertificate),
        ("alert certificate unknown", Obstacle::ClientCertificate),
        ("alert unknown ca", Obstacle::ClientCertificate),
        ("alert access denied", Obstacle::ClientCertificate),
        ("alert handshake failure", Obstacle::Tls),
        ("alert protocol version", Obstacle::Tls),
        ("alert insufficient security", Obstacle::Tls),
        ("unsupported protocol", Obstacle::Tls),
        ("no protocols available", Obstacle::Tls),
        ("wrong version number", Obstacle::NoTlsThere),
        ("packet length too long", Obstacle::NoTlsThere),
        // From macOS.
        ("certificate was not trusted", Obstacle::Untrusted),
        ("certificate chain processed, but terminated in a root certificate", Obstacle::Untrusted),
        // From Windows.
        ("not trusted by the trust provider", Obstacle::Untrusted),
        ("certificate's cn name does not match", Obstacle::OtherName),
        ("not within its validity period", Obstacle::Expired),
    ];
    let text = text.to_ascii_lowercase();
    WORDS.iter().find(|(words, _)| text.contains(words)).map(|(_, obstacle)| *obstacle)
}
