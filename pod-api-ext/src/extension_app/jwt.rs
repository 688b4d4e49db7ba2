//! The signed token of a user (RFC 7519, RFC 7515). Only one form is accepted.
//!
//! The documentation fixes the form: RS512, with the key of the pod's certificate. The token's own claims about its
//! algorithm, key or type are not trusted; any algorithm except RS512 is refused.

use std::time::SystemTime;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};
use webpki::EndEntityCert;

use super::moment;
use crate::connections::UserId;

/// The issuer of the tokens of users.
const ISSUER: &str = "Symphony Communication Services LLC.";

/// What is wrong with the signed token of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum JwtProblem {
    /// It is not three parts in base64url, the first two of JSON.
    #[error("it is no JSON Web Token")]
    Malformed,
    /// It is not signed by RS512.
    #[error("it is not signed by RS512")]
    Algorithm,
    /// The signature is not that of the pod: the token is forged, or of another pod.
    #[error("its signature is not that of this pod")]
    Signature,
    /// It has expired, has no expiry, or is not valid yet.
    #[error("it has expired, or is not valid yet")]
    Expired,
    /// It was not issued by Symphony.
    #[error("it was not issued by Symphony")]
    Issuer,
    /// It is for another application.
    #[error("it is for another application")]
    Audience,
    /// It does not name the user.
    #[error("it does not say who the user is")]
    NoUser,
}

/// A user of an extension app, from the token that the pod has signed. Missing values are `None`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExtensionAppUser {
    /// The user's id.
    #[serde(deserialize_with = "user_id")]
    pub id: UserId,
    /// The e-mail address.
    #[serde(default, deserialize_with = "text")]
    pub email_address: Option<String>,
    /// The user name. Newer pods have the e-mail address here.
    #[serde(default, deserialize_with = "text")]
    pub username: Option<String>,
    /// The first name.
    #[serde(default, deserialize_with = "text")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default, deserialize_with = "text")]
    pub last_name: Option<String>,
    /// The name that others see.
    #[serde(default, deserialize_with = "text")]
    pub display_name: Option<String>,
    /// The title.
    #[serde(default, deserialize_with = "text")]
    pub title: Option<String>,
    /// The name of the company.
    #[serde(default, deserialize_with = "text")]
    pub company: Option<String>,
    /// The id of the company, which is that of its pod.
    #[serde(default, deserialize_with = "text")]
    pub company_id: Option<String>,
    /// The location.
    #[serde(default, deserialize_with = "text")]
    pub location: Option<String>,
    /// The picture, below the address of the pod.
    #[serde(default, deserialize_with = "text")]
    pub avatar_url: Option<String>,
    /// The small picture, below the address of the pod.
    #[serde(default, deserialize_with = "text")]
    pub avatar_small_url: Option<String>,
}

/// The public key with which a pod's signatures are checked.
pub(super) struct PodKey(SubjectPublicKeyInfoDer<'static>);

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that a reader must understand; none are supported (RFC 7515, 4.1.11).
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    aud: Option<Audience>,
    exp: Option<Number>,
    nbf: Option<Number>,
    user: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl PodKey {
    /// The key of a certificate in PEM, or in the Base64 of PEM alone.
    pub(super) fn from_certificate(certificate: &str) -> Option<Self> {
        let der = if certificate.contains("-----BEGIN") {
            CertificateDer::from_pem_slice(certificate.as_bytes()).ok()?
        } else {
            let base64: String = certificate.split_whitespace().collect();
            STANDARD.decode(base64).ok()?.into()
        };
        Some(Self(EndEntityCert::try_from(&der).ok()?.subject_public_key_info()))
    }

    /// Checks a token, and returns its user.
    pub(super) fn user(
        &self,
        token: &str,
        app_id: &str,
        now: SystemTime,
    ) -> Result<ExtensionAppUser, JwtProblem> {
        let [header, claims, signature] = *token.split('.').collect::<Vec<_>>().as_slice() else {
            return Err(JwtProblem::Malformed);
        };
        let decoded = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtProblem::Malformed);
        let head: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| JwtProblem::Malformed)?;
        if head.alg != "RS512" || head.crit.is_some() {
            return Err(JwtProblem::Algorithm);
        }
        let signed = format!("{header}.{claims}");
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA512, &self.0)
            .verify(signed.as_bytes(), &decoded(signature)?)
            .map_err(|_| JwtProblem::Signature)?;
        let claims: Claims = serde_json::from_slice(&decoded(claims)?).map_err(|_| JwtProblem::Malformed)?;
        let at = |number: &Number| number.as_f64().and_then(moment);
        let is_on_time = claims.exp.as_ref().and_then(at).is_some_and(|exp| exp > now)
            && claims.nbf.as_ref().is_none_or(|nbf| at(nbf).is_some_and(|nbf| nbf <= now));
        let is_for_this_app = match claims.aud {
            Some(Audience::One(audience)) => audience == app_id,
            Some(Audience::Several(audiences)) => audiences.iter().any(|audience| audience == app_id),
            None => false,
        };
        if !is_on_time {
            Err(JwtProblem::Expired)
        } else if claims.iss.as_deref() != Some(ISSUER) {
            Err(JwtProblem::Issuer)
        } else if !is_for_this_app {
            Err(JwtProblem::Audience)
        } else {
            serde_json::from_value(claims.user.unwrap_or_default()).map_err(|_| JwtProblem::NoUser)
        }
    }
}

/// A user's id. Pods send a number; the documentation says text.
fn user_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UserId, D::Error> {
    let id = match Value::deserialize(deserializer)? {
        Value::Number(id) => id.as_i64(),
        Value::String(id) => id.parse().ok(),
        _ => None,
    };
    id.map(UserId::from).ok_or_else(|| D::Error::custom("no id of a user"))
}

/// A text, which may come as a number. Anything else is `None`, because it does not identify the user.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}
