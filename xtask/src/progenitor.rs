//! Calls progenitor, with our settings.
//!
//! It panics on unexpected input, and recurses as deep as the document; [`engine`](crate::engine) contains both.

use anyhow::{Context as _, Result};
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, InterfaceStyle};
use quote::quote;
use serde::Deserialize as _;
use serde_json::Value;

use crate::{deprecation, legalize};

/// The client of an OpenAPI 3.0 document, its builders and its types.
///
/// # Errors
/// The document is none that progenitor reads, or progenitor gives up on it.
pub fn client(document: &Value) -> Result<syn::File> {
    let tokens = Generator::new(&settings())
        .generate_tokens(&read(&deprecation::marked(document))?)
        .context("progenitor cannot generate a client from the lowered document")?;
    syn::parse2(tokens).context("progenitor's client does not parse")
}

/// The typed mocks of an OpenAPI 3.0 document.
///
/// # Errors
/// The document is none that progenitor reads, or progenitor gives up on it.
pub fn mocks(document: &Value) -> Result<syn::File> {
    let tokens = Generator::new(&settings())
        .httpmock(&read(&legalize::mockable(document))?, "crate")
        .context("progenitor cannot generate mocks from the lowered document")?;
    syn::parse2(tokens).context("progenitor's mocks do not parse")
}

fn read(document: &Value) -> Result<OpenAPI> {
    OpenAPI::deserialize(document).context("progenitor cannot read the lowered document")
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder).with_inner_type(quote! { crate::Context });
    settings
}
