//! Certificate authorities that are trusted in addition to those of the machine, such as that of a firm.

use zeroize::Zeroizing;

use super::credentials::{Given, given};
use super::error::{ConfigError, ConfigProblem};
use super::section::Section;
#[cfg(any(feature = "native-tls", feature = "rustls-no-provider"))]
use crate::session::check_tls;
use crate::session::{CertificateProblem, KeyStore, pem};

/// Certificates of authorities.
#[derive(Default)]
pub(super) struct Trust {
    #[cfg(any(feature = "native-tls", feature = "rustls-no-provider"))]
    certificates: Vec<reqwest::Certificate>,
}

const PEM: &str = "certificates stand between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----";

impl Trust {
    pub(super) fn read(root: &Section<'_>) -> Result<Self, ConfigError> {
        let Some(ssl) = root.section("ssl")? else { return Ok(Self::default()) };
        let keys = ["trustStore.path", "trustStore.content", "trustStorePath", ""];
        let Some(Given { section, key, bytes, place }) = given(&ssl, keys)? else {
            return Ok(Self::default());
        };
        let problem = |message: String| {
            section.error(ConfigProblem::Credentials, key, format!("the trust store{place}: {message}"))
        };
        if let Some(store) = KeyStore::recognized(&bytes) {
            return Err(problem(advice(store).to_owned()));
        }
        match pem::certificates(&String::from_utf8_lossy(&bytes)) {
            Some(certificates) if !certificates.is_empty() => Self::of(&certificates),
            _ => Err(format!("there is no certificate in PEM in it; {PEM}")),
        }
        .map_err(problem)
    }

    #[cfg(any(feature = "native-tls", feature = "rustls-no-provider"))]
    fn of(certificates: &[Zeroizing<Vec<u8>>]) -> Result<Self, String> {
        let read: Result<Vec<_>, _> = certificates
            .iter()
            .map(|certificate| reqwest::Certificate::from_der(certificate.as_slice()))
            .collect();
        let damaged = || "one of its certificates is damaged".to_owned();
        let certificates = read.map_err(|_| damaged())?;
        match check_tls(reqwest::Client::builder().tls_certs_only(certificates.clone())) {
            Ok(()) => Ok(Self { certificates }),
            Err(problem @ CertificateProblem::NoTls) => Err(problem.to_string()),
            Err(_) => Err(damaged()),
        }
    }

    #[cfg(not(any(feature = "native-tls", feature = "rustls-no-provider")))]
    fn of(_: &[Zeroizing<Vec<u8>>]) -> Result<Self, String> {
        Err(CertificateProblem::NoTls.to_string())
    }

    pub(super) fn is_empty(&self) -> bool {
        #[cfg(any(feature = "native-tls", feature = "rustls-no-provider"))]
        return self.certificates.is_empty();
        #[cfg(not(any(feature = "native-tls", feature = "rustls-no-provider")))]
        true
    }

    pub(super) fn given_to(&self, http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        #[cfg(any(feature = "native-tls", feature = "rustls-no-provider"))]
        if !self.is_empty() {
            return http.tls_certs_merge(self.certificates.iter().cloned());
        }
        http
    }
}

fn advice(store: KeyStore) -> &'static str {
    match store {
        KeyStore::Java => {
            "this is a key store of Java; write its certificates as PEM: keytool -list -rfc -keystore FILE > PEM"
        }
        KeyStore::Pkcs12 => {
            "this is PKCS#12; write its certificates as PEM: openssl pkcs12 -in FILE -nokeys -out PEM, or, if Java made it: keytool -list -rfc -keystore FILE > PEM"
        }
    }
}
