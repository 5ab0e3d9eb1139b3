//! `vpcheck share`.

use std::collections::BTreeMap;

use ipnet::IpNet;
use vpcheck_core::language::Phrase;
use vpcheck_core::redaction::{redact, sensitive};
use vpcheck_core::share::{Shared, encode};
use vpcheck_core::text::LineIndex;
use vpcheck_core::{Options, phrase};

use crate::args::{ShareArguments, SharedView};
use crate::known::Known;
use crate::one_template::{self, OneTemplate};
use crate::outcome::Outcome;
use crate::problem::Problem;
use crate::site::SITE;

/// How many places that should perhaps not be shared are named one by one.
const NAMED: usize = 20;

impl SharedView {
    /// The name of the pane in links.
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Findings | Self::Paths => None,
            Self::Endpoints => Some("endpoints"),
            Self::Cost => Some("cost"),
            Self::Diagram => Some("diagram"),
        }
    }
}

/// Prints the link that opens a template in the playground, with what is known beside it.
pub(crate) fn run(arguments: &ShareArguments) -> Result<Outcome, Problem> {
    let known = Known::new(&arguments.known)?;
    let next = phrase!(
        en: "name one template: a link holds one",
        ja: "リンクに含められるテンプレートは一つです。テンプレートを一つ指定してください",
    );
    let input = one_template::find(&arguments.input, next)?;
    let OneTemplate { path, text, options, .. } = one_template::read(&known, input)?;
    let found = sensitive(&text);
    let mut notes = Vec::new();
    let lines = LineIndex::new(&text);
    for one in found.iter().take(NAMED) {
        let Phrase { en, ja } = one.kind.title();
        let (line, what) = (lines.line_of(one.span.start), one.span.slice(&text));
        let (stays, stays_ja) = if arguments.redact {
            ("replaced", "置き換えました")
        } else {
            ("in the link", "リンクに含まれます")
        };
        notes.push(phrase!(
            en: "{path}:{line}: {en} `{what}`: {stays}",
            ja: "{path}:{line}: {ja} `{what}`: {stays_ja}",
        ));
    }
    if let Some(more @ 1..) = found.len().checked_sub(NAMED) {
        notes.push(phrase!(en: "and {more} more", ja: "ほか {more} か所"));
    }
    if !found.is_empty() && !arguments.redact {
        notes.push(phrase!(
            en: "whoever has the link can read these; --redact puts others in their place",
            ja: "リンクを知る人は誰でも読めます。--redact を付けると別の値に置き換えます",
        ));
    }
    if !options.contexts.is_empty() {
        notes.push(phrase!(
            en: "what --context names is not in the link: it tells more of an account than a reader of a link should see",
            ja: "--context の内容はリンクに含まれません (アカウントの情報を必要以上に伝えるため)",
        ));
    }
    let shared = shared(if arguments.redact { redact(&text, &found) } else { text }, options, arguments);
    let fragment = encode(&shared).map_err(|error| Problem {
        what: {
            let Phrase { en, ja } = error.explain();
            phrase!(en: "{path}: {en}", ja: "{path}: {ja}")
        },
        next: phrase!(
            en: "send the file itself",
            ja: "ファイルそのものを送ってください",
        ),
    })?;
    let site = arguments.site.as_deref().or(SITE);
    if site.is_none() {
        notes.push(phrase!(
            en: "this is the part behind the playground's address; --site ADDRESS puts that before it",
            ja: "これはプレイグラウンドのアドレスに続く部分です。--site でアドレスを指定すると、リンク全体を出力します",
        ));
    }
    let address = site.map(|site| format!("{}/", site.trim_end_matches('/'))).unwrap_or_default();
    Ok(Outcome { output: format!("{address}#{fragment}\n"), notes, ..Outcome::default() })
}

fn shared(text: String, options: Options, arguments: &ShareArguments) -> Shared {
    Shared {
        text,
        parameters: options.parameters,
        region: options.region,
        assumed: options.assumed.into_iter().map(|(name, kind)| (name, kind.name().to_owned())).collect(),
        prefix_lists: typed(&arguments.known.prefix_lists),
        addresses: typed(&arguments.known.addresses),
        from: arguments.from.clone(),
        to: arguments.to.clone(),
        cost: BTreeMap::new(),
        view: arguments.view.and_then(SharedView::name).map(str::to_owned),
    }
}

/// Arguments as they were typed: what a host answers is known under its service's name as well.
fn typed<T: Copy + Into<IpNet>>(given: &[(String, Vec<T>)]) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, nets) in given {
        let nets: Vec<String> = nets.iter().map(|net| written((*net).into())).collect();
        let value = all.entry(name.clone()).or_default();
        if !value.is_empty() {
            value.push_str(", ");
        }
        value.push_str(&nets.join(", "));
    }
    all
}

/// A single address without its length.
fn written(net: IpNet) -> String {
    if net.prefix_len() == net.max_prefix_len() { net.addr().to_string() } else { net.to_string() }
}
