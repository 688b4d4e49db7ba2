//! Regenerates `pod-api` from the vendored OpenAPI document.
//!
//! Every stage is a function from a document to a document and a [`report`]. A document is a
//! plain [`serde_json::Value`] until progenitor reads it. Only [`artifact`] writes files.

pub mod artifact;
mod bindings;
pub mod bisect;
pub mod bump;
pub mod canonical;
pub mod changelog;
pub mod contract;
mod deprecation;
pub mod diff;
pub mod document;
pub mod engine;
pub mod generate;
pub mod interrupt;
pub mod layout;
pub mod legalize;
pub mod lower;
pub mod names;
pub mod overlay;
pub mod pointer;
pub mod polish;
pub mod progenitor;
pub mod release;
pub mod report;
pub mod scaffold;
pub mod security;
mod threads;
pub mod uses;
pub mod vendor;
pub mod words;
