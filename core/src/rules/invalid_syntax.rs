use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, RuleId, Severity};
use crate::language::Phrase;
use crate::phrase;
use crate::syntax::{Format, SyntaxError, SyntaxErrorKind};
use crate::template::Template;

const ID: RuleId = RuleId("invalid-syntax");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Template,
    severity: Severity::Error,
    fix: None,
    summary: || {
        phrase!(
            en: "The text is not well-formed YAML or JSON at this place",
            ja: "YAML または JSON として正しくない箇所がある",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    for error in &template.parsed.errors {
        let (message, help) =
            placeholder(template, error).unwrap_or_else(|| words(&error.kind, template.parsed.format));
        findings.push(
            Finding::new(ID, Severity::Error, Some(error.span), message)
                .help(help)
                .told_apart_by(error.span.slice(template.text())),
        );
    }
}

/// Lines of another tool's template language, which YAML reads as maps that make no sense.
fn placeholder(template: &Template<'_>, error: &SyntaxError) -> Option<(Phrase, Phrase)> {
    let text = template.text();
    let start = text.get(..error.span.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next()?;
    let value = line.trim_start().trim_start_matches("- ");
    let value = value.split_once(": ").map_or(value, |(_, value)| value).trim_start();
    if value.starts_with("{%") {
        return Some((
            phrase!(en: "`{{%` belongs to another template language", ja: "`{{%` は別のテンプレート言語の記法です"),
            phrase!(
                en: "render the file first and check what comes out; this line is left out here",
                ja: "先にテンプレートエンジンで展開し、その結果を渡してください。ここではこの行を除いて解析します",
            ),
        ));
    }
    let mut tags = value.split_whitespace().take_while(|word| word.starts_with('!') && word.len() > 1);
    if let (Some(outer), Some(inner)) = (tags.next(), tags.next()) {
        let (outer, inner) = (outer.trim_start_matches('!'), inner.trim_start_matches('!'));
        return Some((
            phrase!(
                en: "two short forms cannot follow each other",
                ja: "短縮形の関数を続けて書くことはできません",
            ),
            phrase!(
                en: "write the outer one in full: `Fn::{outer}: !{inner} ...` on a line below the key",
                ja: "外側を完全形にし、キーの次の行に `Fn::{outer}: !{inner} ...` と書いてください",
            ),
        ));
    }
    if value.starts_with("{{") && !value.starts_with("{{resolve:") {
        return Some((
            phrase!(en: "a value that starts with `{{{{` is read as a map", ja: "`{{{{` で始まる値はマップとして解釈されます"),
            phrase!(
                en: "put the whole value in quotes, or render the file first where `{{{{ }}}}` is another tool's",
                ja: "値全体を引用符で囲むか、別ツールの `{{{{ }}}}` なら先に展開してください",
            ),
        ));
    }
    None
}

fn words(kind: &SyntaxErrorKind, format: Format) -> (Phrase, Phrase) {
    match kind {
        SyntaxErrorKind::TextAfterQuote | SyntaxErrorKind::UnclosedQuote if format == Format::Json => (
            phrase!(en: "a quote is missing here or on a line before", ja: "この行かそれより前の行で引用符が足りません"),
            phrase!(
                en: "every key and text of JSON stands between two `\"` on one line",
                ja: "JSON のキーと文字列は、1 行の中で `\"` で囲みます",
            ),
        ),
        SyntaxErrorKind::UnclosedQuote => (
            phrase!(en: "this quote is never closed", ja: "引用符が閉じられていません"),
            phrase!(en: "close it at the end of the value", ja: "値の終わりで引用符を閉じてください"),
        ),
        SyntaxErrorKind::UnclosedBracket => (
            phrase!(en: "this bracket is never closed", ja: "かっこが閉じられていません"),
            phrase!(en: "add the closing `]` or `}}`", ja: "対応する `]` または `}}` を追加してください"),
        ),
        SyntaxErrorKind::MissingComma => (
            phrase!(
                en: "a comma is missing before this entry, or a bracket is not closed",
                ja: "この要素の前のカンマが抜けているか、かっこが閉じられていません",
            ),
            phrase!(en: "put a comma after the entry before", ja: "直前の要素の後ろにカンマを入れてください"),
        ),
        SyntaxErrorKind::UnexpectedColon => (
            phrase!(
                en: "this `:` starts a key where a value is already written",
                ja: "値の途中に `:` があり、キーとして解釈されます",
            ),
            phrase!(
                en: "quote a value that contains `: `, or start the key on a line of its own",
                ja: "`: ` を含む値は引用符で囲むか、キーを新しい行から書いてください",
            ),
        ),
        SyntaxErrorKind::MissingColon => (
            phrase!(en: "this line is a key without `:`", ja: "キーの後ろに `:` がありません"),
            phrase!(en: "write `key: value`", ja: "`キー: 値` の形で書いてください"),
        ),
        SyntaxErrorKind::Indentation => (
            phrase!(
                en: "this line is indented unlike the entries it belongs with",
                ja: "インデントが同じ階層の項目とそろっていません",
            ),
            phrase!(
                en: "indent it as far as its neighbours, with spaces",
                ja: "同じ階層の項目と同じ幅だけ、スペースで字下げしてください",
            ),
        ),
        SyntaxErrorKind::Tab => (
            phrase!(en: "YAML is indented with spaces, not tabs", ja: "YAML の字下げにタブは使えません"),
            phrase!(en: "replace the tab by spaces", ja: "タブをスペースに置き換えてください"),
        ),
        SyntaxErrorKind::UnexpectedCharacter(character) => (
            phrase!(
                en: "a plain value cannot start with `{character}`",
                ja: "引用符のない値を `{character}` で始めることはできません",
            ),
            phrase!(en: "put the value in quotes", ja: "値を引用符で囲んでください"),
        ),
        SyntaxErrorKind::BareStar => (
            phrase!(
                en: "a plain value cannot start with `*` or `&`",
                ja: "引用符のない値を `*` や `&` で始めることはできません",
            ),
            phrase!(en: "put the value in quotes: `\"*\"`", ja: "`\"*\"` のように引用符で囲んでください"),
        ),
        SyntaxErrorKind::MissingSpace => (
            phrase!(
                en: "a space is missing after `:`, so this line is no key with a value",
                ja: "半角の `:` とスペースがないため、キーと値として読めません",
            ),
            phrase!(
                en: "write `key: value`, with an ASCII colon and a space",
                ja: "`キー: 値` のように、半角コロンの後ろにスペースを入れてください",
            ),
        ),
        SyntaxErrorKind::TextAfterQuote => (
            phrase!(en: "text goes on after the closing quote", ja: "閉じ引用符の後ろに文字が続いています"),
            phrase!(
                en: "quote the whole value; inside single quotes write `''` for a quote",
                ja: "値全体を引用符で囲み、単一引用符 (`'`) の中の引用符は `''` と書いてください",
            ),
        ),
        SyntaxErrorKind::UnknownEscape => (
            phrase!(
                en: "this backslash is no escape that double quotes know",
                ja: "二重引用符の中では使えないエスケープです",
            ),
            phrase!(
                en: "write `\\\\` for a backslash, or use single quotes",
                ja: "`\\\\` と書くか、単一引用符で囲んでください",
            ),
        ),
        SyntaxErrorKind::UnknownAnchor(name) => (
            phrase!(en: "no anchor `&{name}` stands before this alias", ja: "アンカー `&{name}` がこれより前に定義されていません"),
            phrase!(en: "define `&{name}` first", ja: "先に `&{name}` を定義してください"),
        ),
        SyntaxErrorKind::AliasInsideItself => (
            phrase!(en: "this alias stands for the very value it is in", ja: "エイリアスが自分自身を含む値を指しています"),
            phrase!(en: "write the value out", ja: "値を直接書いてください"),
        ),
        SyntaxErrorKind::TooManyAliases { limit } => (
            phrase!(
                en: "the aliases of this text stand for more than {limit} values",
                ja: "エイリアスを展開すると値が {limit} 個を超えます",
            ),
            phrase!(
                en: "aliases from here on are not read; write the values out",
                ja: "これより後のエイリアスは読み込みません。値を直接書いてください",
            ),
        ),
        SyntaxErrorKind::TooDeep => (
            phrase!(en: "values are nested too deep here", ja: "入れ子が深すぎます"),
            phrase!(en: "what lies deeper is not read", ja: "これより深い部分は読み込みません"),
        ),
        SyntaxErrorKind::TooLong { size, limit } => (
            phrase!(
                en: "the text has {size} bytes; at most {limit} are read",
                ja: "テキストは {size} バイトあり、上限の {limit} バイトを超えています",
            ),
            phrase!(
                en: "CloudFormation takes templates of up to 1 MB; split it into nested stacks, or raise the limit",
                ja: "CloudFormation のテンプレートの上限は 1 MB です。ネストされたスタックに分けるか、上限を引き上げてください",
            ),
        ),
        SyntaxErrorKind::SecondDocument => (
            phrase!(en: "a second YAML document starts here", ja: "ここから 2 つ目の YAML ドキュメントが始まります"),
            phrase!(
                en: "CloudFormation reads a single document: remove the `---` or move the rest to another file",
                ja: "CloudFormation が読むのは 1 つのドキュメントだけです。`---` を消すか、別のファイルに分けてください",
            ),
        ),
        SyntaxErrorKind::Other(words) => (
            phrase!(en: "this cannot be read: {words}", ja: "読み取れません: {words}"),
            phrase!(
                en: "the resource around it is left out; the rest is analysed",
                ja: "この箇所を含むリソースを除外して解析を続けます",
            ),
        ),
    }
}
