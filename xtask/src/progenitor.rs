//! progenitor, with our settings, and without its panics.

use anyhow::{Context as _, Result, anyhow};
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use quote::quote;
use serde_json::Value;
use std::{panic, sync, thread};

/// What progenitor makes of a document.
#[derive(Debug)]
pub struct Code {
    /// The client, its builders and its types.
    pub client: syn::File,
    /// The typed mocks.
    pub httpmock: syn::File,
}

/// Generates code from an OpenAPI 3.0 document.
///
/// # Errors
/// The document is none that progenitor reads, or progenitor gives up on it, by error or by panic.
pub fn generate(document: &Value) -> Result<Code> {
    let document: OpenAPI =
        serde_json::from_value(document.clone()).context("progenitor cannot read the lowered document")?;
    without_panic(move || {
        let settings = settings();
        let client = Generator::new(&settings)
            .generate_tokens(&document)
            .context("progenitor cannot generate a client from the lowered document")?;
        let httpmock = Generator::new(&settings)
            .httpmock(&document, "crate")
            .context("progenitor cannot generate mocks from the lowered document")?;
        // Tokens cannot leave this thread, text can.
        Ok((client.to_string(), httpmock.to_string()))
    })
    .and_then(|(client, httpmock)| {
        Ok(Code {
            client: syn::parse_file(&client).context("progenitor's client does not parse")?,
            httpmock: syn::parse_file(&httpmock).context("progenitor's mocks do not parse")?,
        })
    })
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { crate::Context });
    settings
}

/// The thread that progenitor runs on. Its panics become messages, so they are not printed.
const THREAD: &str = "progenitor";

/// Deep documents recurse deeply in the generator.
const STACK: usize = 256 * 1024 * 1024;

fn without_panic<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    static QUIET: sync::Once = sync::Once::new();
    QUIET.call_once(|| {
        let inherited = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() != Some(THREAD) {
                inherited(info);
            }
        }));
    });
    let thread = thread::Builder::new().name(THREAD.into()).stack_size(STACK).spawn(work)?;
    thread.join().unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(anyhow!("progenitor panicked on the lowered document: {message}"))
    })
}
