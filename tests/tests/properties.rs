//! What holds for every text: of the texts that once broke it, of those that fuzzing starts from, and of texts of chance.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;
use proptest::sample::Index;
use vpcheck_tests::properties::{
    ALL, assert_positions, border, is_checked, is_context, is_fixed, is_shared, parses, regressions, seeds,
};

#[test]
fn what_once_broke_a_property_does_not_any_more() {
    for property in &ALL {
        for (name, text) in regressions(property) {
            let holds = catch_unwind(AssertUnwindSafe(|| (property.holds)(&text)));
            assert!(holds.is_ok(), "fuzz/regressions/{}/{name}", property.name);
        }
    }
}

#[test]
fn the_properties_hold_for_what_fuzzing_starts_from() {
    for property in &ALL {
        let seeds = seeds(property);
        assert!(seeds.len() >= 3, "{}", property.name);
        for (name, text) in seeds {
            let holds = catch_unwind(AssertUnwindSafe(|| (property.holds)(&text)));
            assert!(holds.is_ok(), "{}: {name}", property.name);
        }
    }
}

/// Pieces of templates, and what is hard on readers: borders of characters, every kind of line end, broken brackets.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
        1 => prop::sample::select(&["\r\n", "\n", "\r", "\t", "\u{feff}", "\u{85}", "\u{2028}", "😀", "é"][..]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

const PIECES: &[&str] = &[
    "Resources:\n",
    "  A:\n",
    "    Type: AWS::EC2::VPC\n",
    "    Type: AWS::Lambda::Function\n",
    "    Properties:\n",
    "      CidrBlock: ",
    "10.0.0.0/16\n",
    "      VpcConfig: {SubnetIds: [",
    "!Ref B",
    "]}\n",
    "  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref A, CidrBlock: 10.0.0.0/24}}\n",
    "!Sub '${A}-${B.C}'",
    "!If [C, ",
    "Fn::GetAtt: ",
    "{\"",
    "\": ",
    "\"}",
    "&a ",
    "*a",
    "# vpcheck: allow(unknown-reference) x\n",
    "\n",
    "  ",
    "- ",
    "'",
    "\"",
    "|\n",
];

/// A planted system of which a part is taken out, doubled, or replaced by something else.
fn damaged() -> impl Strategy<Value = String> {
    let seeds: Vec<String> = seeds(&ALL[1]).into_iter().map(|(_, text)| text).collect();
    let place = || any::<Index>();
    (prop::sample::select(seeds), place(), 0..400_usize, text(), any::<bool>()).prop_map(
        |(seed, place, length, other, doubled)| {
            let start = border(&seed, place.index(seed.len()));
            let end = border(&seed, (start + length).min(seed.len())).max(start);
            let part = if doubled { &seed[start..end] } else { "" };
            format!("{}{part}{other}{part}{}", &seed[..start], &seed[end..])
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in text()) {
        parses(&text);
    }

    #[test]
    fn positions_convert_both_ways(text in "(\\PC|\r\n|\r|\n|\t|😀){0,80}") {
        assert_positions(&text);
    }

    #[test]
    fn links_round_trip(text in any::<String>()) {
        is_shared(&text);
    }
}

proptest! {
    // Each of these analyses a text a dozen times.
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_checked(text in prop_oneof![text(), damaged()]) {
        is_checked(&text);
    }

    #[test]
    fn any_text_is_mended_once(text in prop_oneof![1 => text(), 2 => damaged()]) {
        is_fixed(&text);
    }

    #[test]
    fn any_output_of_describe_calls_is_read(seed in any::<Index>(), place in any::<Index>(), other in text()) {
        let seeds = seeds(&ALL[4]);
        let seed = &seeds[seed.index(seeds.len())].1;
        let at = border(seed, place.index(seed.len()));
        is_context(&format!("{}{other}{}", &seed[..at], &seed[at..]));
    }
}
