//! Any text is checked, traced, priced and told in every format.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vpcheck_tests::properties;

fuzz_target!(|text: &[u8]| properties::is_checked(&String::from_utf8_lossy(text)));
