//! Any output of describe calls is read, and what it says is followed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vpcheck_tests::properties;

fuzz_target!(|text: &[u8]| properties::is_context(&String::from_utf8_lossy(text)));
