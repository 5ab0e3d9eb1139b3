//! What the page itself says. Sentences about templates are the core's.

use vpcheck_core::finding::{Safety, Severity};
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::phrase;

use crate::report::Counts;
use crate::state::Theme;

/// Declares a function a sentence; one with a language missing does not compile.
macro_rules! sentences {
    ($($(#[$meta:meta])* $name:ident { en: $en:literal, ja: $ja:literal })*) => {
        $($(#[$meta])* pub fn $name() -> Phrase { phrase!(en: $en, ja: $ja) })*
    };
}

sentences! {
    /// The title of the document.
    title { en: "vpcheck: what a Lambda function in a VPC can reach", ja: "vpcheck: VPC 内の Lambda はどこへ届くか" }
    /// The first line: what this is.
    tagline {
        en: "Checks CloudFormation and SAM templates with Lambda functions in a VPC, before you deploy.",
        ja: "VPC 内の Lambda を含む CloudFormation・SAM テンプレートを、デプロイ前にチェックします。"
    }
    /// The first line: what does not happen.
    privacy {
        en: "Your template never leaves this browser.",
        ja: "テンプレートはブラウザの外へ送られません。"
    }
    /// The button that opens the list of examples.
    examples { en: "Examples", ja: "サンプル" }
    /// The button that copies a link.
    copy_link { en: "Copy link", ja: "リンクをコピー" }
    /// The name of the editor, and of its tab.
    template { en: "Template", ja: "テンプレート" }
    /// The name of the list, and of its tab.
    findings { en: "Findings", ja: "指摘" }
    /// What a screen reader calls the editor.
    editor_name { en: "Template editor. F8 goes to the next finding.", ja: "テンプレートエディタ。F8 で次の指摘へ。" }
    /// The two tabs of a narrow screen.
    tabs_name { en: "View", ja: "表示" }
    /// The list while the first analysis runs.
    analysing { en: "Reading the template…", ja: "テンプレートを読んでいます…" }
    /// The headline over no findings.
    nothing_found { en: "No findings", ja: "指摘はありません" }
    /// What no findings mean.
    nothing_found_more {
        en: "vpcheck's rules have nothing to say about this template.",
        ja: "vpcheck のルールに照らして、問題は見つかりませんでした。"
    }
    /// The headline over an empty editor.
    empty { en: "Paste a template to begin", ja: "テンプレートを貼り付けてください" }
    /// What to put into an empty editor.
    empty_more {
        en: "A CloudFormation or SAM template in YAML or JSON, or one of the examples.",
        ja: "CloudFormation か SAM のテンプレート（YAML、JSON）、またはサンプルを選べます。"
    }
    /// The headline over what is not a template.
    no_template { en: "This is not a template yet", ja: "まだテンプレートではありません" }
    /// What makes a template.
    no_template_more {
        en: "A CloudFormation or SAM template has a `Resources` section at its top level.",
        ja: "CloudFormation や SAM のテンプレートには、最上位に `Resources` があります。"
    }
    /// The heading over what would settle unknowns.
    needs { en: "What the template does not say", ja: "テンプレートだけでは分からないこと" }
    /// Why to give values.
    needs_more {
        en: "Give a value to get an answer. It stays in this page and its link.",
        ja: "値を入れると判定できます。値はこのページとリンクの中だけに残ります。"
    }
    /// The heading over assumptions.
    assumptions { en: "Assumed here", ja: "ここでの仮定" }
    /// The button that applies a fix.
    apply_fix { en: "Apply fix", ja: "修正を適用" }
    /// The link to a rule's document.
    about_rule { en: "About this rule", ja: "このルールについて" }
    /// The name of a close button.
    close { en: "Close", ja: "閉じる" }
    /// A button that takes back the last change.
    undo { en: "Undo", ja: "元に戻す" }
    /// While a document is fetched.
    document_loading { en: "Loading…", ja: "読み込み中…" }
    /// When it cannot be fetched.
    document_missing {
        en: "This document could not be loaded. Check your connection and open it again.",
        ja: "説明を読み込めませんでした。接続を確認して、もう一度開いてください。"
    }
    /// See [`crate::state::Notice::NotLinked`].
    not_linked {
        en: "This template is too large for the address, so a link would not hold it. Keep a copy of your own.",
        ja: "テンプレートが大きすぎてアドレスに入らず、リンクでは残せません。手元にコピーを残してください。"
    }
    /// See [`crate::state::Notice::Replaced`].
    replaced {
        en: "Another template took the place of yours.",
        ja: "編集中のテンプレートを別のものに置き換えました。"
    }
    /// See [`crate::state::Notice::Fixed`].
    fixed { en: "The fix is applied.", ja: "修正を適用しました。" }
    /// See [`crate::state::Notice::Copied`].
    copied {
        en: "Link copied. It holds the whole template: share it only with those who may see it.",
        ja: "リンクをコピーしました。リンクはテンプレート全体を含みます。見せてよい相手にだけ渡してください。"
    }
    /// See [`crate::state::Notice::NotCopied`].
    not_copied {
        en: "The link could not be copied. It is in the address bar: copy it from there.",
        ja: "リンクをコピーできませんでした。アドレスバーからコピーしてください。"
    }
    /// See [`crate::state::Notice::AnalysisFailed`].
    analysis_failed {
        en: "The analysis broke down on this text. It goes on with your next change; please report the template if you can.",
        ja: "このテキストの解析に失敗しました。次の変更から再開します。差し支えなければテンプレートを報告してください。"
    }
    /// See [`crate::state::Notice::AnalysisStopped`].
    analysis_stopped {
        en: "The analysis of this text took too long and was stopped. It goes on with your next change.",
        ja: "このテキストの解析に時間がかかりすぎるため中止しました。次の変更から再開します。"
    }
    /// The label of the switch to the other language, in that language.
    other_language { en: "日本語", ja: "English" }
    /// The heading of the list of suppressed findings.
    allowed { en: "Allowed, with a reason", ja: "理由つきで許可済み" }
}

/// The severity in a word.
pub fn severity(severity: Severity) -> Phrase {
    match severity {
        Severity::Error => phrase!(en: "Error", ja: "エラー"),
        Severity::Warning => phrase!(en: "Warning", ja: "警告"),
        Severity::Info => phrase!(en: "Info", ja: "情報"),
    }
}

/// How far a fix can be trusted, in a few words.
pub fn safety(safety: Safety) -> Phrase {
    match safety {
        Safety::Safe => phrase!(en: "safe", ja: "安全"),
        Safety::Suggested => phrase!(en: "suggested, please review", ja: "提案・要確認"),
        Safety::Unsafe => phrase!(en: "may change what works today", ja: "動作が変わる可能性あり"),
    }
}

/// The theme that is on, and that the button changes it.
pub fn theme(theme: Theme) -> Phrase {
    match theme {
        Theme::System => phrase!(en: "Theme: as the system", ja: "テーマ: システムに合わせる"),
        Theme::Light => phrase!(en: "Theme: light", ja: "テーマ: ライト"),
        Theme::Dark => phrase!(en: "Theme: dark", ja: "テーマ: ダーク"),
    }
}

/// A line of the template.
pub fn line(line: u32) -> Phrase {
    phrase!(en: "line {line}", ja: "{line} 行目")
}

/// The counts in one line: "2 errors, 1 warning".
pub fn counts(counts: Counts) -> Phrase {
    if counts.shown() == 0 {
        return nothing_found();
    }
    let part = |count: usize, one: &str, many: &str, ja: &str| {
        let noun = if count == 1 { one } else { many };
        (count > 0).then(|| phrase!(en: "{count} {noun}", ja: "{ja} {count} 件"))
    };
    let parts: Vec<Phrase> = [
        part(counts.errors, "error", "errors", "エラー"),
        part(counts.warnings, "warning", "warnings", "警告"),
        part(counts.infos, "info", "infos", "情報"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let joined = |language: Language, between: &str| {
        parts.iter().map(|part| part.get(language)).collect::<Vec<_>>().join(between)
    };
    Phrase { en: joined(Language::English, ", "), ja: joined(Language::Japanese, "、") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_a_sentence_part() {
        let shown = |errors, warnings, infos| counts(Counts { errors, warnings, infos, suppressed: 3 });
        assert_eq!(shown(2, 1, 0).en, "2 errors, 1 warning");
        assert_eq!(shown(1, 0, 3).ja, "エラー 1 件、情報 3 件");
        assert_eq!(shown(0, 0, 0).en, "No findings");
    }
}
