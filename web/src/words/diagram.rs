//! What the diagram's tab says itself. The words in the picture are the core's.

use vpcheck_core::finding::Severity;
use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

use super::severity;

sentences! {
    /// The name of the diagram, and of its tab.
    title { en: "Diagram", ja: "構成図" }
    /// While the first picture is drawn.
    drawing { en: "Drawing the network…", ja: "構成図を作成しています…" }
    /// Over the last good picture, while the text is broken.
    older {
        en: "Parts of the text cannot be read. This is the last picture before that.",
        ja: "読み取れない部分があるため、その前の構成図を表示しています。"
    }
    /// Over a picture of which no better one was drawn.
    lacking {
        en: "Parts of the text cannot be read, so the picture may lack something.",
        ja: "読み取れない部分があるため、構成図に欠けているものがあるかもしれません。"
    }
    /// The headline where there is nothing to draw.
    nothing { en: "Nothing to draw yet", ja: "構成図に描くものがありません" }
    /// What there would have to be.
    nothing_more {
        en: "The picture shows VPCs, subnets, gateways and Lambda functions. This template has none.",
        ja: "VPC、サブネット、ゲートウェイ、Lambda 関数を描きますが、このテンプレートにはありません。"
    }
    /// The part that draws was not loaded.
    not_loaded {
        en: "The picture could not be loaded. Reload the page to try again.",
        ja: "構成図を読み込めませんでした。ページを再読み込みしてください。"
    }
    /// The buttons that change the size.
    zooming { en: "Zoom", ja: "拡大・縮小" }
    /// The button that makes it larger.
    zoom_in { en: "Zoom in", ja: "拡大" }
    /// The button that makes it smaller.
    zoom_out { en: "Zoom out", ja: "縮小" }
    /// The button that shows all of it.
    fit { en: "Fit", ja: "全体を表示" }
    /// The buttons that open and fold groups.
    groups { en: "Groups", ja: "グループ" }
    /// On a folded group.
    open_group { en: "Show one by one", ja: "個別に表示" }
    /// The button that leads to the text.
    show_text { en: "Show in the template", ja: "テンプレートで表示" }
    /// Takes a traced path out of the picture again.
    hide_path { en: "Hide the path", ja: "経路を隠す" }
    /// What keys do, for screen readers.
    keys {
        en: "Arrow keys walk from box to box, Enter shows one in the template, plus, minus and 0 zoom.",
        ja: "矢印キーで移動、Enter でテンプレートの該当箇所を表示、+・-・0 で拡大・縮小します。"
    }
    /// The buttons below the picture.
    exports { en: "Take it along", ja: "エクスポート" }
    /// Saves an SVG file.
    save_svg { en: "Save SVG", ja: "SVG を保存" }
    /// Saves a PNG file.
    save_png { en: "Save PNG", ja: "PNG を保存" }
    /// Copies a Mermaid chart.
    copy_mermaid { en: "Copy Mermaid", ja: "Mermaid をコピー" }
    /// A Mermaid chart is in the clipboard.
    copied { en: "The Mermaid chart is copied.", ja: "Mermaid のコードをコピーしました。" }
    /// It is not.
    not_copied {
        en: "The clipboard cannot be written here.",
        ja: "クリップボードに書き込めませんでした。"
    }
    /// No PNG could be made.
    no_png {
        en: "The PNG could not be made. Save the SVG instead.",
        ja: "PNG を作成できませんでした。SVG をお使いください。"
    }
    /// Below the editor of a narrow screen, where the diagram is beside it.
    back { en: "Back to the diagram", ja: "構成図に戻る" }
    /// The table below the picture.
    table { en: "The same as a table", ja: "表で見る" }
    /// The column of the one thing.
    from { en: "From", ja: "対象" }
    /// The column of how they relate.
    relation { en: "Relation", ja: "関係" }
    /// The column of the other thing.
    to { en: "To", ja: "相手" }
    /// Of a thing that a value which is not known stands for.
    not_known {
        en: "Known by its name only",
        ja: "名前のほかは不明"
    }
}

/// How many findings a box has, and how bad they are.
pub fn badge(count: usize, worst: Severity) -> Phrase {
    let Phrase { en, ja } = severity(worst);
    let en = en.to_lowercase();
    match count {
        1 => phrase!(en: "1 finding: {en}", ja: "1 件の指摘 ({ja})"),
        _ => phrase!(en: "{count} findings, the worst: {en}", ja: "{count} 件の指摘 (最も重いもの: {ja})"),
    }
}

/// The subnets of a box.
pub fn stands_in(subnets: &str) -> Phrase {
    phrase!(en: "In {subnets}", ja: "配置先: {subnets}")
}

/// The members of a group.
pub fn holds(members: &str) -> Phrase {
    phrase!(en: "Holds {members}", ja: "内訳: {members}")
}

/// What is not listed.
pub fn more(count: usize) -> Phrase {
    phrase!(en: "and {count} more, in the table", ja: "ほか {count} 件は表にあります")
}
