//! Templates to begin with.

use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

use crate::state::Pane;

/// A template with a word about it.
#[derive(Debug)]
pub struct Example {
    /// What it shows, in a few words.
    pub title: fn() -> Phrase,
    /// One sentence more.
    pub sentence: fn() -> Phrase,
    /// The template. A function, so that only the first one is loaded with the page.
    pub text: fn() -> &'static str,
    /// What shows it best, where that is not the findings.
    pub view: Option<Pane>,
}

/// Every example; a first visit opens with the first.
pub const ALL: &[Example] = &[
    Example {
        title: || phrase!(en: "Beside its database, and cut off", ja: "データベースの隣で孤立した関数"),
        sentence: || {
            phrase!(
                en: "A function moved into a VPC reaches its database's subnet, and nothing else: no secret, no bucket.",
                ja: "関数を VPC に入れたら、データベースの隣には来たものの、シークレットにも S3 にも届かなくなりました。",
            )
        },
        text: || include_str!("../examples/orders.yaml"),
        view: None,
    },
    Example {
        title: || phrase!(en: "The public subnet trap", ja: "パブリックサブネットの落とし穴"),
        sentence: || {
            phrase!(
                en: "The subnet has a route to the internet gateway, yet the function reaches nothing out there.",
                ja: "インターネットゲートウェイへのルートがあるのに、関数はインターネットに出られません。",
            )
        },
        text: || include_str!("../examples/public-subnet.yaml"),
        view: None,
    },
    Example {
        title: || phrase!(en: "NAT or endpoints", ja: "NAT かエンドポイントか"),
        sentence: || {
            phrase!(
                en: "Four services behind a NAT gateway, and from how much traffic on endpoints cost less.",
                ja: "4 つのサービスを NAT ゲートウェイ経由で利用。どれだけの通信量からエンドポイントが安くなるか。",
            )
        },
        text: || include_str!("../examples/nat.yaml"),
        view: Some(Pane::Cost),
    },
    Example {
        title: || phrase!(en: "Endpoints in subnets that exist", ja: "既存サブネットに置くエンドポイント"),
        sentence: || {
            phrase!(
                en: "One of two endpoints works. The function's own group lets nothing out to the other.",
                ja: "2 つのエンドポイントのうち使えるのは 1 つ。もう 1 つへの通信は、関数のセキュリティグループが通しません。",
            )
        },
        text: || include_str!("../examples/private-services.yaml"),
        view: None,
    },
    Example {
        title: || phrase!(en: "A storm of connections", ja: "データベースへの接続の嵐"),
        sentence: || {
            phrase!(
                en: "An API may run a thousand functions at once; the small database takes a fraction of their connections.",
                ja: "API は関数を同時に 1,000 個まで動かしますが、小さなデータベースが受けられる接続はその一部です。",
            )
        },
        text: || include_str!("../examples/storm.yaml"),
        view: None,
    },
    Example {
        title: || phrase!(en: "Names of the office", ja: "社内の名前解決"),
        sentence: || {
            phrase!(
                en: "A Resolver rule forwards names to servers on premises, but no VPC is associated with it.",
                ja: "Resolver ルールで社内の DNS サーバーに転送するはずが、どの VPC とも関連付けられていません。",
            )
        },
        text: || include_str!("../examples/names.yaml"),
        view: None,
    },
    Example {
        title: || phrase!(en: "Groups in a ring", ja: "循環参照するセキュリティグループ"),
        sentence: || {
            phrase!(
                en: "Two security groups name each other inside their own rules, so the stack cannot be created.",
                ja: "2 つのセキュリティグループが互いのルールの中で相手を参照し、スタックを作成できません。",
            )
        },
        text: || include_str!("../examples/ring.yaml"),
        view: None,
    },
    Example {
        title: || phrase!(en: "A function and its own API", ja: "自分の API を参照する関数"),
        sentence: || {
            phrase!(
                en: "The API that SAM makes calls the function, and the function asks for the API's address.",
                ja: "SAM が作る API は関数を呼び出し、その関数は環境変数で API の URL を参照しています。",
            )
        },
        text: || include_str!("../examples/own-api.yaml"),
        view: None,
    },
    Example {
        title: || phrase!(en: "Half typed", ja: "書きかけのテンプレート"),
        sentence: || {
            phrase!(
                en: "A line is not finished; a wrong name and a doubled key elsewhere are found all the same.",
                ja: "書きかけの行があっても、ほかの箇所の名前の間違いやキーの重複は見つかります。",
            )
        },
        text: || include_str!("../examples/half-typed.yaml"),
        view: None,
    },
    Example {
        title: || phrase!(en: "A finding with a reason to stay", ja: "理由を書いて抑制した指摘"),
        sentence: || {
            phrase!(
                en: "A comment allows one finding and says why; another comment allows nothing any more.",
                ja: "コメントで理由を添えて指摘を抑制しています。もう 1 つのコメントは、もう何も抑制していません。",
            )
        },
        text: || include_str!("../examples/suppressed.yaml"),
        view: None,
    },
    Example {
        title: || phrase!(en: "A misspelt name, in JSON", ja: "名前の打ち間違い（JSON）"),
        sentence: || {
            phrase!(
                en: "JSON works like YAML; here one reference is a letter away from its parameter.",
                ja: "JSON も YAML と同じように読みます。参照のひとつがパラメータ名と 1 文字違います。",
            )
        },
        text: || include_str!("../examples/typo.json"),
        view: None,
    },
    Example {
        title: || phrase!(en: "Nothing to find", ja: "指摘のないテンプレート"),
        sentence: || {
            phrase!(
                en: "Two zones, an endpoint instead of a NAT gateway, and connections under control.",
                ja: "2 つの AZ、NAT ゲートウェイの代わりのエンドポイント、抑えられた接続数。",
            )
        },
        text: || include_str!("../examples/clean.yaml"),
        view: None,
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
            let analysis = vpcheck_core::analyze("template", (example.text)(), &options);
            assert!(analysis.is_template, "{name}");
            let open = analysis.findings.iter().filter(|finding| finding.suppressed.is_none());
            open.map(|finding| finding.rule.0).collect()
        };
        assert!(rules("Groups in a ring").contains(&"circular-dependency"));
        assert_eq!(rules("A function and its own API")[..2], ["unresolved-value", "unresolved-value"]);
        assert!(rules("A function and its own API").contains(&"circular-dependency"));
        let half = rules("Half typed");
        for rule in ["invalid-syntax", "unknown-reference", "duplicate-key"] {
            assert!(half.contains(&rule), "{rule}");
        }
        assert_eq!(rules("A finding with a reason to stay"), ["invalid-suppression"]);
        assert!(rules("A misspelt name, in JSON").contains(&"unknown-reference"));
        assert!(rules("NAT or endpoints").contains(&"nat-for-gateway-service"));
        assert_eq!(rules("Nothing to find"), [""; 0]);
        let cut_off = rules("Beside its database, and cut off");
        for rule in ["missing-endpoint", "unreachable-destination"] {
            assert!(cut_off.contains(&rule), "{rule}");
        }
        assert!(rules("The public subnet trap").contains(&"function-in-public-subnet"));
        assert!(rules("Endpoints in subnets that exist").contains(&"egress-blocks-gateway-endpoint"));
        let names = rules("Names of the office");
        assert!(
            names.contains(&"resolver-rule-not-associated") && !names.contains(&"unreachable-destination")
        );
        assert!(rules("A storm of connections").contains(&"database-without-concurrency-limit"));
    }

    #[test]
    fn every_example_says_what_it_shows_and_fits_a_phone() {
        for example in ALL {
            for phrase in [(example.title)(), (example.sentence)()] {
                assert!(!phrase.en.is_empty() && !phrase.ja.is_empty());
                assert_ne!(phrase.en, phrase.ja);
            }
            assert!(!(example.text)().contains('\r') && (example.text)().ends_with('\n'));
        }
    }
}
