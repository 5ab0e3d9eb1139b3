//! What a check says: findings, their labels and fixes.

use serde::{Deserialize, Serialize};

use crate::cost::{BANDS, Band, Currency, Usd};
use crate::language::Phrase;
use crate::paths::{Goal, Hop};
use crate::phrase;
use crate::text::{Edit, Span};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It costs, breaks under load or in a zone failure.
    Warning,
    /// It will not deploy or will not work.
    Error,
}

impl Severity {
    /// `error`, `warning` or `info`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The same for people.
    pub fn words(self) -> Phrase {
        match self {
            Self::Info => phrase!(en: "info", ja: "情報"),
            Self::Warning => phrase!(en: "warning", ja: "警告"),
            Self::Error => phrase!(en: "error", ja: "エラー"),
        }
    }
}

/// How far a fix can be trusted. A level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// Cannot change what works.
    Safe,
    /// Right in the common case.
    Suggested,
    /// Only when asked for.
    Unsafe,
}

impl Safety {
    /// `safe`, `suggested` or `unsafe`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Suggested => "suggested",
            Self::Unsafe => "unsafe",
        }
    }
}

/// A change to the text that takes a finding away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// How far it can be trusted.
    pub safety: Safety,
    /// What it does, as a command: "Rename to `Vpc`".
    pub title: Phrase,
    /// The edits, in the text of the finding's primary label; they do not overlap.
    pub edits: Vec<Edit>,
}

/// A way that is open after a fix, in one situation of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The name of the source.
    pub from: String,
    /// Where to.
    pub to: Goal,
    /// The situation in words: `Env = prod`; empty where there is one only.
    pub situation: String,
}

/// Which of the analysed texts a place is in: 0 is the one asked about, others are its local nested stacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u16);

/// A marked place with a word about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The text it is in.
    pub file: FileId,
    /// Where; nothing where an absence decided.
    pub span: Option<Span>,
    /// What is to be seen there. May be empty for a primary label.
    pub text: Phrase,
    /// Whether this is the place of the finding itself. The first label is primary.
    pub primary: bool,
}

/// The id of a rule, kebab-case: `unknown-reference`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct RuleId(pub &'static str);

/// One thing that a rule has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, one sentence.
    pub message: Phrase,
    /// What to do, and why it matters.
    pub help: Phrase,
    /// Places; the first is primary.
    pub labels: Vec<Label>,
    /// The logical id of the resource, parameter or condition it is about.
    pub resource: Option<String>,
    /// The logical id of the function it is about.
    pub function: Option<String>,
    /// Whose calls it stops or hinders: functions, pollers, capacity providers.
    pub callers: Vec<String>,
    /// What a month of what it is about costs as the template is, in US dollars: the charges that go away where it is
    /// mended, whatever comes in their place. Nothing where no money is in it, or where a price, the region or the
    /// traffic is not known.
    pub usd_per_month: Option<Band<Usd>>,
    /// A change that takes it away.
    pub fix: Option<Fix>,
    /// The ways that are open after it.
    pub promises: Vec<Promise>,
    /// Where it is about a way: one that it stops, hop by hop, in the text of the primary label.
    pub path: Vec<Hop>,
    /// The reason for which it is suppressed.
    pub suppressed: Option<String>,
    /// Stable while lines move: made of the rule, the resource and what is named, not of positions.
    pub fingerprint: String,
}

impl Finding {
    /// A finding of a rule at a place.
    pub fn new(rule: RuleId, severity: Severity, span: Option<Span>, message: Phrase) -> Self {
        Self {
            rule,
            severity,
            message,
            help: Phrase::verbatim(""),
            labels: vec![Label { file: FileId(0), span, text: Phrase::verbatim(""), primary: true }],
            resource: None,
            function: None,
            callers: Vec::new(),
            usd_per_month: None,
            fix: None,
            promises: Vec::new(),
            path: Vec::new(),
            suppressed: None,
            fingerprint: String::new(),
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: Phrase) -> Self {
        self.help = help;
        self
    }

    /// Puts a word at the finding's own place.
    #[must_use]
    pub fn here(mut self, text: Phrase) -> Self {
        if let Some(primary) = self.labels.first_mut() {
            primary.text = text;
        }
        self
    }

    /// Marks another place.
    #[must_use]
    pub fn label(mut self, span: Span, text: Phrase) -> Self {
        self.labels.push(Label { file: FileId(0), span: Some(span), text, primary: false });
        self
    }

    /// Says in which situation it holds, where that is not every one: `Env = prod`.
    #[must_use]
    pub fn only_where(mut self, situation: Option<String>) -> Self {
        if let Some(situation) = situation {
            self.message.en.push_str(&format!(" (where {situation})"));
            self.message.ja.push_str(&format!(" ({situation} の場合)"));
        }
        self
    }

    /// Says which parameters have their defaults in it.
    #[must_use]
    pub fn with_defaults_of(mut self, parameters: &[&str]) -> Self {
        let mut names: Vec<String> = Vec::new();
        for name in parameters.iter().map(|name| format!("`{name}`")) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if !names.is_empty() {
            let word = if names.len() == 1 { "default" } else { "defaults" };
            let names = names.join(", ");
            self.message.en.push_str(&format!(" (with the {word} of {names})"));
            self.message.ja.push_str(&format!(" ({names} がデフォルト値の場合)"));
        }
        self
    }

    /// Names the resource, parameter or condition it is about.
    #[must_use]
    pub fn about(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Says what a month of it costs.
    #[must_use]
    pub fn costing(mut self, usd: Option<Band<Usd>>) -> Self {
        self.usd_per_month = usd;
        self
    }

    /// Offers a change.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// Sets what tells it from others of its rule while lines move. `analyze` adds the rule and the resource.
    #[must_use]
    pub fn told_apart_by(mut self, what: impl Into<String>) -> Self {
        self.fingerprint = what.into();
        self
    }

    /// The place of the finding itself.
    pub fn primary(&self) -> Option<&Label> {
        self.labels.iter().find(|label| label.primary).or_else(|| self.labels.first())
    }

    /// What a month of it costs, in words.
    pub fn cost_words(&self, currency: Option<&Currency>) -> Option<Phrase> {
        let Band { low, typical, high } = self.usd_per_month?;
        let money = |usd: Usd| match currency {
            Some(currency) => format!("{} {}", currency.of(usd), currency.code),
            None => format!("${usd}"),
        };
        let (least, most, usual) = (money(low), money(high), money(typical));
        if low == high {
            return Some(phrase!(en: "costs about {usual} a month", ja: "料金は月額 約 {usual} です"));
        }
        let Band { low, typical, high } = BANDS;
        Some(phrase!(
            en: "costs {least} to {most} a month, typically {usual} (no traffic is given: {low}, {typical} and {high} GB in all)",
            ja: "料金は月額 {least}〜{most}、標準で {usual} です (通信量の指定なし。合計で月 {low}・{typical}・{high} GB の場合)",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Quantity;

    #[test]
    fn money_is_told_as_one_figure_or_as_bands() {
        let usd = |text| Usd::parse(text).unwrap();
        let told = |band: Band<Usd>, currency: Option<&Currency>| {
            let finding = Finding::new(RuleId("a"), Severity::Info, None, Phrase::verbatim(""));
            finding.costing(Some(band)).cost_words(currency).unwrap()
        };
        assert_eq!(told(usd("32.85").into(), None).en, "costs about $32.85 a month");
        let yen = Currency { code: "JPY".to_owned(), per_usd: Quantity::whole(150) };
        assert_eq!(told(usd("32.85").into(), Some(&yen)).ja, "料金は月額 約 4927.50 JPY です");
        let bands = told(Band { low: usd("0.45"), typical: usd("4.5"), high: usd("225") }, None);
        assert_eq!(
            bands.en,
            "costs $0.45 to $225.00 a month, typically $4.50 (no traffic is given: 10, 100 and 5000 GB in all)"
        );
        assert_eq!(
            bands.ja,
            "料金は月額 $0.45〜$225.00、標準で $4.50 です (通信量の指定なし。合計で月 10・100・5000 GB の場合)"
        );
    }
}
