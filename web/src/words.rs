//! What the page itself says. Sentences about templates are the core's.

use vpcheck_core::checklist::Status;
use vpcheck_core::finding::{Safety, Severity};
use vpcheck_core::language::{Language, Phrase};
use vpcheck_core::network::Assumption;
use vpcheck_core::paths::{Component, Difference, Verdict};
use vpcheck_core::phrase;

use crate::report::Counts;
use crate::state::{Pane, Theme};

/// Declares a function a sentence; one with a language missing does not compile.
macro_rules! sentences {
    ($($(#[$meta:meta])* $name:ident { en: $en:literal, ja: $ja:literal })*) => {
        $($(#[$meta])* pub fn $name() -> Phrase { phrase!(en: $en, ja: $ja) })*
    };
}

pub mod cost;
pub mod diagram;
pub mod endpoints;
pub mod failure;
pub mod files;
pub mod keys;
pub mod share;

sentences! {
    /// The title of the document.
    title { en: "vpcheck: what a Lambda function in a VPC can reach", ja: "vpcheck: VPC 内の Lambda はどこへ届くか" }
    /// The first line: what this is.
    tagline {
        en: "Checks CloudFormation and SAM templates with Lambda functions in a VPC, before you deploy.",
        ja: "VPC 内の Lambda を含む CloudFormation・SAM テンプレートを、デプロイ前にチェックします。"
    }
    /// The first line: the link to the book.
    guide { en: "Guide and rules", ja: "ガイドとルール一覧" }
    /// The first line: what does not happen.
    privacy {
        en: "Your template never leaves this browser.",
        ja: "テンプレートはブラウザの外へ送られません。"
    }
    /// The button that opens the list of examples.
    examples { en: "Examples", ja: "サンプル" }
    /// From a playground in another page to the playground itself.
    open_alone { en: "Open in playground", ja: "プレイグラウンドで開く" }
    /// See [`crate::state::Notice::NewerVersion`].
    newer_version {
        en: "A newer version of this page is there.",
        ja: "このページの新しいバージョンがあります。"
    }
    /// See [`crate::state::Notice::DraftRestored`].
    draft_restored {
        en: "This is your template of the last visit; it is kept in this browser only.",
        ja: "前回のテンプレートを表示しています（このブラウザにだけ保存されています）。"
    }
    /// What forgets it.
    start_over { en: "Start over", ja: "最初からやり直す" }
    /// What loads it.
    reload { en: "Reload", ja: "再読み込み" }
    /// The name of the editor, and of its tab.
    template { en: "Template", ja: "テンプレート" }
    /// The name of the list, and of its tab.
    findings { en: "Findings", ja: "指摘" }
    /// The name of the paths, and of their tab.
    paths { en: "Paths", ja: "経路" }
    /// What a screen reader calls the editor.
    editor_name { en: "Template editor. F8 goes to the next finding.", ja: "テンプレートエディタ。F8 で次の指摘へ。" }
    /// What a screen reader says of the editor beside its name.
    editor_keys {
        en: "Tab leaves the editor; Control and right square bracket indents. Shift and F8 goes to the finding before.",
        ja: "Tab でエディタの外へ移動します。インデントは Ctrl+]、前の指摘へは Shift+F8 です。"
    }
    /// The name of the bar between the editor and what is beside it.
    divider { en: "Width of the template", ja: "テンプレートの幅" }
    /// The name of the bar under the picture.
    divider_picture { en: "Height of the diagram", ja: "構成図の高さ" }
    /// The tabs: of a narrow screen, and over the right half of a wide one.
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
    /// The heading over the six questions.
    checklist { en: "Checklist", ja: "チェックリスト" }
    /// Before the functions to which no question applies.
    outside_vpc { en: "Not in a VPC", ja: "VPC の外" }
    /// Before a template that names what a function reaches.
    declare { en: "Settle it by adding this to the function:", ja: "関数に次の記述を加えると判定できます:" }
    /// The heading over what would settle unknowns.
    needs { en: "What the template leaves open", ja: "テンプレートだけでは決まらないこと" }
    /// Why to give values.
    needs_more {
        en: "Give a value to get an answer. It stays in this page and its link.",
        ja: "値を入れると判定できます。値はこのページとリンクの中だけに残ります。"
    }
    /// The question over the three kinds of subnets.
    assume { en: "Assume that these subnets are", ja: "サブネットの種類を仮定する" }
    /// The field beside the three kinds.
    assume_or { en: "or give their ids", ja: "または ID を入力" }
    /// The label of the region.
    region { en: "Region", ja: "リージョン" }
    /// Under a field that takes addresses.
    ranges_hint {
        en: "Addresses or ranges, with commas between: 192.0.2.0/24, 198.51.100.7",
        ja: "アドレスか範囲をカンマで区切って入力: 192.0.2.0/24, 198.51.100.7"
    }
    /// The heading over the box for describe calls.
    context { en: "The network as it is deployed", ja: "実際のネットワークの情報" }
    /// What the box takes.
    context_more {
        en: "Drop or paste what `aws ec2 describe-subnets`, `describe-route-tables` and the like print as JSON. It is read in this browser and never put into links.",
        ja: "`aws ec2 describe-subnets` や `describe-route-tables` などが出力する JSON をドロップするか、貼り付けてください。このブラウザの中だけで読み取り、リンクには含めません。"
    }
    /// The label of the field for pasting.
    context_paste { en: "JSON of describe calls", ja: "describe コマンドの JSON" }
    /// The button that takes what was pasted.
    context_add { en: "Add", ja: "追加" }
    /// The button that opens the choice of files.
    context_files { en: "Choose files", ja: "ファイルを選択" }
    /// The name of a pasted text.
    context_pasted { en: "pasted.json", ja: "pasted.json" }
    /// The button that takes a file away.
    remove { en: "Remove", ja: "削除" }
    /// A file in which there is nothing of use.
    context_nothing { en: "nothing that is of use here", ja: "使える情報はありません" }
    /// See [`crate::state::Notice::ContextTooLarge`].
    context_too_large {
        en: "A file was left out: together the files would be more than 20 MB.",
        ja: "合計が 20 MB を超えるため、ファイルを読み込みませんでした。"
    }
    /// The label of the choice of a source.
    path_from { en: "From", ja: "送信元" }
    /// The label of the choice of a destination.
    path_to { en: "To", ja: "宛先" }
    /// The last choice of a destination: one that is typed.
    path_other { en: "Another destination…", ja: "別の宛先を入力…" }
    /// The label of the field for a destination.
    path_typed { en: "Destination", ja: "宛先を入力" }
    /// What the field takes.
    path_typed_more {
        en: "A resource, a service, `internet`, a host name, an address or a range, with a port if you like: `Db:5432`, `s3`, `10.0.0.5:53/udp`",
        ja: "リソース、サービス、`internet`、ホスト名、アドレス、範囲のいずれか。ポートも付けられます: `Db:5432`、`s3`、`10.0.0.5:53/udp`"
    }
    /// The button beside the field.
    path_trace { en: "Trace", ja: "調べる" }
    /// The name of the table of all verdicts.
    path_overview { en: "All paths", ja: "すべての経路" }
    /// The corner of that table.
    path_corner { en: "Destination", ja: "宛先" }
    /// The headline where there is nothing to trace from.
    no_paths { en: "No function to trace from", ja: "経路をたどる関数がありません" }
    /// What there would have to be.
    no_paths_more {
        en: "Paths start at Lambda functions: `AWS::Lambda::Function` or `AWS::Serverless::Function`.",
        ja: "経路は Lambda 関数（`AWS::Lambda::Function` か `AWS::Serverless::Function`）から始まります。"
    }
    /// Where the template suggests no destination.
    no_destination {
        en: "The template suggests no destination. Type one above.",
        ja: "テンプレートから宛先の候補が見つかりません。上の欄に入力してください。"
    }
    /// Where a path cannot be told.
    no_answer { en: "There is nothing to trace between these two.", ja: "この 2 つの間にはたどる経路がありません。" }
    /// The heading over the way out.
    way_out { en: "Out", ja: "行き" }
    /// The heading over the way back.
    way_back { en: "Back", ja: "戻り" }
    /// Before a hop that stops packets, for screen readers.
    stopped_here { en: "Blocked here: ", ja: "ここで遮断: " }
    /// Before a hop of which it is not known what it does.
    unknown_here { en: "Not known: ", ja: "不明: " }
    /// The heading over what would settle an unknown path.
    settle { en: "What would settle it", ja: "判定に必要な情報" }
    /// The button that leads to the field for it.
    settle_go { en: "Fill in", ja: "入力する" }
    /// The heading over what a path rests on.
    rests_on { en: "This answer assumes", ja: "この判定の前提" }
    /// Where context is in use, beside the answer.
    context_in_use {
        en: "The link of this page does not hold the deployed network that is in use here.",
        ja: "ここで使っている実際のネットワークの情報は、このページのリンクには含まれません。"
    }
    /// The heading over what no template does, such as on name servers on premises.
    actions { en: "To be done outside of the template", ja: "テンプレート以外で必要な作業" }
    /// The heading over assumptions.
    assumptions { en: "Assumed here", ja: "ここでの仮定" }
    /// The button that applies a fix.
    apply_fix { en: "Apply fix", ja: "修正を適用" }
    /// The button that shows what a fix would change.
    show_fix { en: "Show the change", ja: "変更内容を見る" }
    /// The button that leaves it be.
    cancel { en: "Cancel", ja: "キャンセル" }
    /// While a change is tried.
    proof_running { en: "Trying it on a copy of the template…", ja: "テンプレートのコピーに適用して確認しています…" }
    /// Before what is proved.
    proof_holds { en: "Tried on a copy, and proved:", ja: "コピーに適用し、次のことを確認しました:" }
    /// Before why a change is refused.
    proof_refused { en: "Tried on a copy, and refused:", ja: "コピーに適用した結果、この変更は適用できません:" }
    /// What a fix proves first.
    proof_finding {
        en: "the finding is gone, and no other error or warning comes",
        ja: "指摘が消え、別のエラーや警告は発生しません"
    }
    /// What other changes prove too.
    proof_nothing_new { en: "no error or warning comes", ja: "エラーや警告は発生しません" }
    /// Where what is offered is not there any more.
    proof_gone { en: "it is not offered for this text", ja: "このテンプレートでは提案していない変更です" }
    /// What a screen reader calls the lines of a change.
    change_lines { en: "The change, line by line", ja: "変更内容 (行ごと)" }
    /// What a screen reader says before a line that goes.
    line_removed { en: "removed", ja: "削除" }
    /// What a screen reader says before a line that comes.
    line_added { en: "added", ja: "追加" }
    /// See [`crate::state::Notice::NoneFixed`].
    none_fixed {
        en: "None of the safe fixes could be applied. Why is told above the findings.",
        ja: "安全な修正は 1 件も適用できませんでした。理由は指摘の一覧の上にあります。"
    }
    /// Over the fixes that were applied.
    fixes_applied { en: "Applied", ja: "適用した修正" }
    /// Over the fixes that were not.
    fixes_refused { en: "Not applied", ja: "適用しなかった修正" }
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
    /// See [`crate::state::Notice::AnalysisFailed`].
    analysis_failed {
        en: "The analysis broke down on this text. It goes on with your next change.",
        ja: "このテキストの解析に失敗しました。次の変更から再開します。"
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

/// The name of a part, as its tab has it.
pub fn pane(pane: Pane) -> Phrase {
    match pane {
        Pane::Template => template(),
        Pane::Findings => findings(),
        Pane::Paths => paths(),
        Pane::Cost => cost::title(),
        Pane::Endpoints => endpoints::title(),
        Pane::Diagram => diagram::title(),
    }
}

/// The verdict in a word.
pub fn verdict(verdict: Verdict) -> Phrase {
    match verdict {
        Verdict::Reachable => phrase!(en: "Reachable", ja: "到達可能"),
        Verdict::Blocked => phrase!(en: "Blocked", ja: "遮断"),
        Verdict::Partial => phrase!(en: "Partial", ja: "一部のみ"),
        Verdict::Unknown => phrase!(en: "Unknown", ja: "不明"),
    }
}

/// The verdict as one character, for lists that take no drawings.
pub fn verdict_sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reachable => "✓",
        Verdict::Blocked => "✗",
        Verdict::Partial => "◐",
        Verdict::Unknown => "?",
    }
}

/// By what a partial verdict differs.
pub fn difference(difference: Difference) -> Phrase {
    match difference {
        Difference::Subnet => phrase!(en: "by subnet", ja: "サブネットによる"),
        Difference::Placement => phrase!(en: "by where the target stands", ja: "宛先の配置による"),
        Difference::Port => phrase!(en: "by port", ja: "ポートによる"),
        Difference::Address => phrase!(en: "by address", ja: "アドレスによる"),
        Difference::Condition => phrase!(en: "by a condition", ja: "条件 (Conditions) による"),
    }
}

/// The kind of a component.
pub fn component(component: Component) -> Phrase {
    component.words()
}

/// What subnets are taken to be, on a button.
pub fn assumption(assumption: Assumption) -> Phrase {
    match assumption {
        Assumption::PrivateNat => phrase!(en: "private with NAT", ja: "プライベート（NAT あり）"),
        Assumption::Isolated => phrase!(en: "isolated", ja: "隔離（外への経路なし）"),
        Assumption::Public => phrase!(en: "public", ja: "パブリック"),
    }
}

/// Words in a field that are no addresses.
pub fn no_ranges(words: &str) -> Phrase {
    phrase!(
        en: "`{words}` is no address or range that can stand here, and is not used",
        ja: "`{words}` はここで使えるアドレスや範囲ではないため、無視します",
    )
}

/// The label of the addresses of a prefix list.
pub fn prefix_list(id: &str) -> Phrase {
    phrase!(en: "Addresses of prefix list `{id}`", ja: "プレフィックスリスト `{id}` のアドレス")
}

/// The label of the addresses of a name.
pub fn addresses(name: &str) -> Phrase {
    phrase!(en: "Public addresses of `{name}`", ja: "`{name}` のパブリックアドレス")
}

/// What was read of a file: `Subnets 4, RouteTables 2`.
pub fn lists(lists: &[(String, usize)]) -> String {
    lists.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

/// How many questions have each answer, the worst first: `1 fail, 2 unknown, 3 pass`.
pub fn tally(statuses: &[Status]) -> Phrase {
    let order = [Status::Fail, Status::Unknown, Status::Pass, Status::NotApplicable];
    let parts: Vec<Phrase> = order
        .into_iter()
        .filter_map(|status| {
            let count = statuses.iter().filter(|own| **own == status).count();
            let Phrase { en, ja } = status.word();
            (count > 0).then(|| phrase!(en: "{count} {en}", ja: "{ja} {count}"))
        })
        .collect();
    let joined = |language: Language, between: &str| {
        parts.iter().map(|part| part.get(language)).collect::<Vec<_>>().join(between)
    };
    Phrase { en: joined(Language::English, ", "), ja: joined(Language::Japanese, "、") }
}

/// The path and its verdict in a sentence, for screen readers and the foot of a narrow screen.
pub fn path_verdict(from: &str, to: &str, is: Verdict) -> Phrase {
    let is = verdict(is);
    let (en, ja) = (is.en.to_lowercase(), is.ja);
    phrase!(en: "From {from} to {to}: {en}", ja: "{from} から {to}: {ja}")
}

/// That a fix opens a way.
pub fn proof_way(from: &str, to: &str) -> Phrase {
    phrase!(en: "`{from}` reaches {to}", ja: "`{from}` から {to} に届きます")
}

/// How far a fix can be trusted, in a few words.
pub fn safety(safety: Safety) -> Phrase {
    match safety {
        Safety::Safe => phrase!(en: "safe", ja: "安全"),
        Safety::Suggested => phrase!(en: "suggested, please review", ja: "提案・要確認"),
        Safety::Unsafe => phrase!(en: "may change what works today", ja: "動作が変わる可能性あり"),
    }
}

/// The button that applies all safe fixes.
pub fn apply_all_safe(count: usize) -> Phrase {
    phrase!(en: "Apply all safe fixes ({count})", ja: "安全な修正をすべて適用 ({count})")
}

/// See [`crate::state::Notice::AllFixed`].
pub fn all_fixed(count: usize) -> Phrase {
    match count {
        1 => phrase!(en: "1 safe fix is applied.", ja: "安全な修正を 1 件適用しました。"),
        _ => phrase!(en: "{count} safe fixes are applied.", ja: "安全な修正を {count} 件適用しました。"),
    }
}

/// That the template is made from something else.
pub fn synthesized() -> Phrase {
    let Phrase { en, ja } = vpcheck_core::source_is_elsewhere();
    phrase!(en: "This template was {en}.", ja: "このテンプレートは {ja}。")
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
