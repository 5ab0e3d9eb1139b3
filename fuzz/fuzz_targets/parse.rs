//! Any text is read, and every place of its tree is one of the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vpcheck_tests::properties;

fuzz_target!(|text: &[u8]| properties::parses(&String::from_utf8_lossy(text)));
