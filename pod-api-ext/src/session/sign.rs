//! Signing with an RSA key, with the cryptography of this crate or that of the program.

#[cfg(all(not(feature = "aws-lc-rs"), feature = "rustls-no-provider"))]
pub(super) use self::installed::Pair;
#[cfg(not(any(feature = "aws-lc-rs", feature = "rustls-no-provider")))]
pub(super) use self::none::Pair;
#[cfg(feature = "aws-lc-rs")]
pub(super) use self::own::Pair;

/// The shortest key that counts as a key, in bits.
#[cfg(any(feature = "aws-lc-rs", feature = "rustls-no-provider"))]
const MIN_BITS: usize = 2048;

#[cfg(feature = "aws-lc-rs")]
mod own {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{RSA_PKCS1_SHA512, RsaKeyPair};

    use crate::session::{KeyProblem, SignError};

    pub(in crate::session) struct Pair(RsaKeyPair);

    impl Pair {
        /// A key in DER. Its label may have been wrong, so each form is tried.
        pub(in crate::session) fn load(der: &[u8]) -> Result<Self, KeyProblem> {
            let is_short = |rejected: &aws_lc_rs::error::KeyRejected| rejected.to_string() == "TooSmall";
            let pair = RsaKeyPair::from_pkcs8(der).or_else(|rejected| {
                RsaKeyPair::from_der(der).map_err(|other| if is_short(&other) { other } else { rejected })
            });
            // The messages of these errors are not repeated: they could quote the key.
            let pair = pair.map_err(|rejected| match is_short(&rejected) {
                true => KeyProblem::TooShort,
                false => KeyProblem::NotRsa,
            })?;
            let pair = Self(pair);
            if pair.bits() < super::MIN_BITS { Err(KeyProblem::TooShort) } else { Ok(pair) }
        }

        pub(in crate::session) fn bits(&self) -> usize {
            self.0.public_modulus_len() * 8
        }

        pub(in crate::session) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
            let mut signature = vec![0; self.0.public_modulus_len()];
            self.0.sign(&RSA_PKCS1_SHA512, &SystemRandom::new(), message, &mut signature)?;
            Ok(signature)
        }
    }
}

#[cfg(all(not(feature = "aws-lc-rs"), feature = "rustls-no-provider"))]
mod installed {
    use std::sync::Arc;

    use rustls::crypto::CryptoProvider;
    use rustls::sign::SigningKey;
    use rustls::{SignatureAlgorithm, SignatureScheme};
    use rustls_pki_types::PrivateKeyDer;

    use crate::session::{KeyProblem, SignError};

    pub(in crate::session) struct Pair {
        key: Arc<dyn SigningKey>,
        bits: usize,
    }

    impl Pair {
        /// A key in DER. Its label may have been wrong, so each form is tried.
        pub(in crate::session) fn load(der: &[u8]) -> Result<Self, KeyProblem> {
            let provider = CryptoProvider::get_default().ok_or(KeyProblem::NoCryptography)?;
            let load = |der| provider.key_provider.load_private_key(der);
            let pkcs8 = PrivateKeyDer::Pkcs8(der.to_vec().into());
            let key = load(pkcs8).or_else(|_| load(PrivateKeyDer::Pkcs1(der.to_vec().into())));
            // The messages of these errors are not repeated: they could quote the key.
            let key = key.map_err(|rejected| match rejected.to_string().contains("TooSmall") {
                true => KeyProblem::TooShort,
                false => KeyProblem::NotRsa,
            })?;
            if key.algorithm() != SignatureAlgorithm::RSA {
                return Err(KeyProblem::NotRsa);
            }
            let mut pair = Self { key, bits: 0 };
            // A signature is as long as the key.
            pair.bits = pair.sign(b"").map_err(|_| KeyProblem::NotRsa)?.len() * 8;
            if pair.bits < super::MIN_BITS { Err(KeyProblem::TooShort) } else { Ok(pair) }
        }

        pub(in crate::session) fn bits(&self) -> usize {
            self.bits
        }

        pub(in crate::session) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
            let signer = self.key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA512]);
            Ok(signer.ok_or("the cryptography of this program has no RSA with SHA-512")?.sign(message)?)
        }
    }
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "rustls-no-provider")))]
mod none {
    use std::convert::Infallible;

    use crate::session::{KeyProblem, SignError};

    pub(in crate::session) struct Pair(Infallible);

    impl Pair {
        pub(in crate::session) fn load(_: &[u8]) -> Result<Self, KeyProblem> {
            Err(KeyProblem::NoCryptography)
        }

        pub(in crate::session) fn bits(&self) -> usize {
            match self.0 {}
        }

        pub(in crate::session) fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
            match self.0 {}
        }
    }
}
