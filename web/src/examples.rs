//! Templates to begin with.

use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

/// A template with a word about it.
#[derive(Debug)]
pub struct Example {
    /// What it shows, in a few words.
    pub title: fn() -> Phrase,
    /// One sentence more.
    pub sentence: fn() -> Phrase,
    /// The template.
    pub text: &'static str,
}

/// Every example; a first visit opens with the first.
pub const ALL: &[Example] = &[
    Example {
        title: || phrase!(en: "Groups in a ring", ja: "輪になったセキュリティグループ"),
        sentence: || {
            phrase!(
                en: "Two security groups name each other inside their own rules, so the stack cannot be created.",
                ja: "2 つのセキュリティグループが互いのルールの中で相手を参照し、スタックを作成できません。",
            )
        },
        text: include_str!("../examples/ring.yaml"),
    },
    Example {
        title: || phrase!(en: "A public subnet is no way out", ja: "パブリックサブネットは出口にならない"),
        sentence: || {
            phrase!(
                en: "A function never gets a public address, so its internet gateway is of no use to it.",
                ja: "関数にパブリック IP は付かないため、インターネットゲートウェイがあっても外へ出られません。",
            )
        },
        text: include_str!("../examples/public-subnet.yaml"),
    },
    Example {
        title: || phrase!(en: "S3 through a NAT gateway", ja: "NAT ゲートウェイ経由の S3"),
        sentence: || {
            phrase!(
                en: "Every byte to S3 is paid for at the NAT gateway, although a gateway endpoint is free.",
                ja: "ゲートウェイエンドポイントなら無料の S3 通信に、NAT ゲートウェイの料金を払っています。",
            )
        },
        text: include_str!("../examples/nat.yaml"),
    },
    Example {
        title: || phrase!(en: "A database behind an API", ja: "API の裏のデータベース"),
        sentence: || {
            phrase!(
                en: "The wrong port is open, and nothing keeps the function from using up every connection.",
                ja: "開いているポートが違い、関数が接続を使い切るのを防ぐものもありません。",
            )
        },
        text: include_str!("../examples/database.yaml"),
    },
    Example {
        title: || phrase!(en: "A misspelt name, in JSON", ja: "名前の打ち間違い（JSON）"),
        sentence: || {
            phrase!(
                en: "JSON works like YAML; here one reference is a letter away from its parameter.",
                ja: "JSON も YAML と同じように読みます。参照のひとつがパラメータ名と 1 文字違います。",
            )
        },
        text: include_str!("../examples/typo.json"),
    },
    Example {
        title: || phrase!(en: "Nothing to find", ja: "指摘のないテンプレート"),
        sentence: || {
            phrase!(
                en: "Two zones, an endpoint instead of a NAT gateway, and connections under control.",
                ja: "2 つのゾーン、NAT ゲートウェイの代わりのエンドポイント、抑えられた接続数。",
            )
        },
        text: include_str!("../examples/clean.yaml"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_show_what_they_promise() {
        let rules = |name: &str| -> Vec<&str> {
            let example = ALL.iter().find(|example| (example.title)().en == name).unwrap();
            let options = vpcheck_core::Options::default();
            let analysis = vpcheck_core::analyze("template", example.text, &options);
            assert!(analysis.is_template, "{name}");
            analysis.findings.iter().map(|finding| finding.rule.0).collect()
        };
        assert!(rules("Groups in a ring").contains(&"circular-dependency"));
        assert!(rules("A misspelt name, in JSON").contains(&"unknown-reference"));
        assert_eq!(rules("Nothing to find"), [""; 0]);
    }

    #[test]
    fn every_example_says_what_it_shows_and_fits_a_phone() {
        for example in ALL {
            for phrase in [(example.title)(), (example.sentence)()] {
                assert!(!phrase.en.is_empty() && !phrase.ja.is_empty());
                assert_ne!(phrase.en, phrase.ja);
            }
            assert!(!example.text.contains('\r') && example.text.ends_with('\n'));
        }
    }
}
