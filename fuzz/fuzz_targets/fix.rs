//! Every fix of any text can be applied, and a second run changes nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vpcheck_tests::properties;

fuzz_target!(|text: &[u8]| properties::is_fixed(&String::from_utf8_lossy(text)));
