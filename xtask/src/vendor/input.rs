//! Files as they are, up to a bound.

use std::fs::File;
use std::io::{self, Read};

use anyhow::{Context as _, Result};

use super::Input;
use super::tree::LIMIT;

/// The name that stands for standard input on the command line.
const STANDARD_INPUT: &str = "-";

/// What it is called in messages.
const NAME: &str = "standard input";

/// Calls what came on standard input by the last part of the address that it came from.
pub fn name_standard_input(inputs: &mut [Input], address: &str) {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    if let Some(name) = path.rsplit('/').find(|part| !part.is_empty()) {
        for input in inputs.iter_mut().filter(|input| input.name == NAME) {
            input.name = name.to_owned();
        }
    }
}

/// Reads a file, or standard input for `-`. Of a file that is too large, no more than shows it.
///
/// # Errors
/// The file cannot be read.
pub fn read(name: &str) -> Result<Input> {
    if name == STANDARD_INPUT {
        let bytes = bounded(io::stdin().lock()).context("cannot read standard input")?;
        return Ok(Input { name: NAME.to_owned(), bytes });
    }
    let file = File::open(name).with_context(|| format!("cannot read {name}"))?;
    let bytes = bounded(file).with_context(|| format!("cannot read {name}"))?;
    Ok(Input { name: name.to_owned(), bytes })
}

/// Up to one byte more than is allowed, by which `read` knows that there is too much.
pub fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(u64::try_from(LIMIT).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
