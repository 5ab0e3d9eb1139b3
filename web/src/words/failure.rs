//! What is said of an analysis that broke down.

use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

sentences! {
    /// The button that opens the report, and the name of its dialog.
    title { en: "Report this failure", ja: "不具合を報告" }
    /// What the dialog is for.
    more {
        en: "vpcheck broke down; the fault is its own. Nothing is sent from here: look through this text, copy it, and open an issue with it where you have vpcheck from.",
        ja: "vpcheck 自体の不具合で解析に失敗しました。ここから送信されるものはありません。次の文面を確認してコピーし、vpcheck の入手元に Issue として報告してください。"
    }
    /// The choice to add the template.
    with_template { en: "Put the template into the report", ja: "報告にテンプレートを含める" }
    /// What the choice means.
    with_template_more {
        en: "It makes the failure far easier to find. Leave it out where names or values in it are not for others.",
        ja: "原因を特定しやすくなります。公開したくない名前や値がある場合は含めないでください。"
    }
    /// The name of the text.
    text { en: "Report", ja: "報告の文面" }
    /// The title of the issue.
    heading { en: "The playground's analysis breaks down", ja: "プレイグラウンドの解析が失敗する" }
    /// Before what was asked for.
    task { en: "Asked for", ja: "実行した処理" }
    /// Before the browser.
    browser { en: "Browser", ja: "ブラウザ" }
    /// Over a report on an older text.
    older {
        en: "This is of an earlier text: the analysis of the present one did not succeed.",
        ja: "編集前のテンプレートに対する結果です。現在のテンプレートは解析できませんでした。"
    }
    /// The headline where there is no older report either.
    nothing { en: "This text could not be analysed", ja: "このテキストは解析できませんでした" }
    /// What to do then.
    nothing_more {
        en: "Your text is still in the editor. Change it, or open another template.",
        ja: "テキストはエディタに残っています。内容を変更するか、別のテンプレートを開いてください。"
    }
    /// Where an answer cannot be read.
    unreadable { en: "the worker's answer cannot be read", ja: "ワーカーの応答を読み取れません" }
}

/// How large the template was, and what was given beside it.
pub fn size(lines: usize, bytes: usize, contexts: usize) -> Phrase {
    phrase!(
        en: "Template: {lines} lines, {bytes} bytes; files of describe calls: {contexts}",
        ja: "テンプレート: {lines} 行、{bytes} バイト。describe コマンドのファイル: {contexts} 件"
    )
}
