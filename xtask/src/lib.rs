//! Regenerates `pod-api` from the vendored OpenAPI document.
//!
//! Every stage is a function from a document to a document and a [`report`]. A document is a
//! plain [`serde_json::Value`] until progenitor reads it.

pub mod lower;
pub mod pointer;
pub mod report;
