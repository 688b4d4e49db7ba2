#![doc = include_str!("../../fake-pod/README.md")]
//!
//! # A test in Python
//!
//! It needs the standard library alone. `python3 test_connections.py target/debug/fake-pod` runs it.
//!
//! ```python
#![doc = include_str!("../../fake-pod/test_connections.py")]
//! ```
//!
//! # A state file
//!
//! ```json
#![doc = include_str!("../../fake-pod/state.json")]
//! ```
