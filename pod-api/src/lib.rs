//! Typed Rust client for the Symphony Pod API.
