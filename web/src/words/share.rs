//! What the dialog for sharing says.

use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

use crate::sharing::Found;

sentences! {
    /// The name of the dialog, and of the button that opens it.
    title { en: "Share", ja: "共有" }
    /// While it is made.
    preparing { en: "Preparing…", ja: "準備しています…" }
    /// The button beside each text.
    copy { en: "Copy", ja: "コピー" }
    /// After it.
    copied { en: "Copied.", ja: "コピーしました。" }
    /// Where the clipboard cannot be written.
    not_copied {
        en: "The browser did not let it be copied. Select the text and copy it yourself.",
        ja: "コピーできませんでした。テキストを選択してコピーしてください。"
    }
    /// The heading over what should perhaps not be shared.
    sensitive { en: "Look at this before you share", ja: "共有する前に確認してください" }
    /// The choice under it.
    replace { en: "Replace these in what is shared", ja: "共有する内容では次のように置き換える" }
    /// What the choice does not do.
    replace_more {
        en: "Your own text stays as it is. Nothing but this list is replaced: look for other names that should stay with you.",
        ja: "編集中のテンプレート自体は変わりません。この一覧以外は置き換えないため、ほかに公開したくない名前がないか確認してください。"
    }
    /// Where describe calls were given.
    without_context {
        en: "The output of describe calls is not in the link or the snippets: whoever opens them sees the answers of the template alone. The findings and the files below were made with it.",
        ja: "describe コマンドの出力は、リンクや埋め込みコードには含まれません。開いた人にはテンプレートだけの判定が表示されます。下の指摘とエクスポートするファイルには、その出力による判定が含まれます。"
    }
    /// The heading over the link.
    link { en: "Link", ja: "リンク" }
    /// What is in it.
    link_more {
        en: "It holds the whole template and opens what you see. No server gets the part behind #.",
        ja: "テンプレート全体を含み、今の表示をそのまま開きます。# より後ろはサーバーに送られません。"
    }
    /// The heading over the Markdown with the template.
    issue { en: "Markdown for an issue", ja: "Issue 用の Markdown" }
    /// What is in it.
    issue_more { en: "The findings and the template.", ja: "指摘とテンプレートを含みます。" }
    /// The heading over the Markdown with the chart.
    article { en: "Markdown for an article", ja: "記事用の Markdown" }
    /// What is in it.
    article_more {
        en: "A link to this state, the diagram in Mermaid and the findings, for Qiita, Zenn and GitHub.",
        ja: "この状態を開くリンク、Mermaid の構成図、指摘を含みます（Qiita、Zenn、GitHub 用）。"
    }
    /// The heading over the snippets.
    embed { en: "Embed", ja: "埋め込み" }
    /// What they do.
    embed_more {
        en: "Puts the playground with this template into a page of your own.",
        ja: "このテンプレートを開いたプレイグラウンドを、自分のページに埋め込みます。"
    }
    /// The choice of what is shown.
    view { en: "View", ja: "表示" }
    /// The choice of the language.
    language { en: "Language", ja: "言語" }
    /// The language of the browser.
    language_of_reader { en: "The reader's", ja: "読む人に合わせる" }
    /// The choice of light and dark.
    theme { en: "Theme", ja: "テーマ" }
    /// As the system has it.
    theme_system { en: "The reader's", ja: "読む人に合わせる" }
    /// Light.
    theme_light { en: "Light", ja: "ライト" }
    /// Dark.
    theme_dark { en: "Dark", ja: "ダーク" }
    /// The choice of what a reader may do.
    read_only { en: "Read-only", ja: "編集不可" }
    /// The snippet with a script.
    element { en: "As an element, as high as it needs to be", ja: "要素として埋め込む（高さは自動）" }
    /// The snippet without.
    frame { en: "As a plain iframe", ja: "iframe で埋め込む" }
    /// The heading over the file.
    export { en: "Export", ja: "エクスポート" }
    /// What it is.
    export_more {
        en: "Findings, checklist and fixes in the JSON of `vpcheck check --format json`, or as SARIF, which code scanning and editors read.",
        ja: "指摘、チェックリスト、修正案を `vpcheck check --format json` と同じ JSON で出力します。コードスキャンやエディターで使う SARIF 形式も選べます。"
    }
    /// The button that saves the one.
    download_json { en: "Download JSON", ja: "JSON をダウンロード" }
    /// The button that saves the other.
    download_sarif { en: "Download SARIF", ja: "SARIF をダウンロード" }
}

/// After a download began.
pub fn saved(name: &str) -> Phrase {
    phrase!(en: "Saved as {name}.", ja: "{name} として保存しました。")
}

/// The name of a button for who does not see what it stands beside.
pub fn copy_of(what: &Phrase) -> Phrase {
    let Phrase { en, ja } = what;
    phrase!(en: "Copy: {en}", ja: "コピー: {ja}")
}

/// Where something stands, and what it is.
pub fn place(found: &Found) -> Phrase {
    let Phrase { en, ja } = found.kind.title();
    match &found.parameter {
        Some(name) => phrase!(en: "Value of {name}, {en}:", ja: "{name} の値、{ja}:"),
        None => {
            let line = found.line;
            phrase!(en: "Line {line}, {en}:", ja: "{line} 行目、{ja}:")
        }
    }
}

/// What stands between a text and that in its place, for who does not see an arrow.
pub fn becomes() -> Phrase {
    phrase!(en: "becomes", ja: "次の値に置き換え")
}

/// Behind a list that is cut.
pub fn more(count: usize) -> Phrase {
    phrase!(en: "and {count} more", ja: "ほか {count} か所")
}
