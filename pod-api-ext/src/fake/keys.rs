//! RSA keys: the public half of a bot or an app, which the pod checks logins with, and pairs of them for tests.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA512, RsaKeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

/// An RSA public key. One of less than 2048 or more than 8192 bits verifies nothing.
#[derive(Clone, PartialEq)]
pub(super) struct PublicKey {
    /// RSAPublicKey (PKCS#1, RFC 8017).
    der: Vec<u8>,
}

impl PublicKey {
    /// From PEM, `-----BEGIN PUBLIC KEY-----`; none if it is something else.
    pub(super) fn from_pem(pem: &str) -> Option<Self> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).ok()?;
        // Verification takes the form of PKCS#1 in every version, and the other only in later ones.
        let key = aws_lc_rs::rsa::PublicKey::from_der(&der).ok()?;
        Some(Self { der: key.as_ref().to_vec() })
    }

    /// Whether the signature (RSASSA-PKCS1-v1_5 with SHA-512) was made of the message by the private half.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA512, &self.der).verify(message, signature).is_ok()
    }
}

/// A pair of RSA keys for a test, so that no private key needs to lie about in files.
///
/// The public half is for [`FakePod::register_bot`](super::FakePod::register_bot), the private half for the program
/// under test.
///
/// ```
/// use pod_api_ext::fake::KeyPair;
/// use pod_api_ext::session::RsaKey;
///
/// let pair = KeyPair::generate();
/// let key = RsaKey::from_pem(pair.private_pem())?;
/// assert!(pair.public_pem().starts_with("-----BEGIN PUBLIC KEY-----\n"));
/// # Ok::<(), pod_api_ext::session::InvalidKey>(())
/// ```
#[derive(Clone)]
pub struct KeyPair {
    private: Zeroizing<String>,
    public: String,
}

impl KeyPair {
    /// A new pair of 2048 bits, which takes some tenths of a second: tests do well to share one.
    ///
    /// # Panics
    ///
    /// If the machine has no randomness to make it of.
    pub fn generate() -> Self {
        #[expect(
            clippy::expect_used,
            reason = "documented: without randomness there is no test to go on with"
        )]
        Self::try_generate().expect("an RSA key could be generated")
    }

    fn try_generate() -> Result<Self, Unspecified> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let private: Pkcs8V1Der<'_> = pair.as_der()?;
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
        Ok(Self {
            private: Zeroizing::new(pem("PRIVATE KEY", private.as_ref())),
            public: pem("PUBLIC KEY", public.as_ref()),
        })
    }

    /// The private half in PEM, PKCS#8.
    pub fn private_pem(&self) -> &str {
        &self.private
    }

    /// The public half in PEM, SubjectPublicKeyInfo.
    pub fn public_pem(&self) -> &str {
        &self.public
    }
}

/// Shows nothing of the private half.
impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

/// The textual encoding of RFC 7468: 64 characters of base64 a line.
fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in der.chunks(48) {
        text.push_str(&STANDARD.encode(line));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
