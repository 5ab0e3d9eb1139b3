//! Any link is opened or refused; what is put into one comes out of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vpcheck_tests::properties;

fuzz_target!(|text: &[u8]| properties::is_shared(&String::from_utf8_lossy(text)));
