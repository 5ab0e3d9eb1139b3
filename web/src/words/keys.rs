//! What the list of keys says.

use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

sentences! {
    /// The name of the list, and of the button that opens it.
    title { en: "Keyboard", ja: "キーボード操作" }
    /// The heading over keys that work everywhere.
    everywhere { en: "Everywhere", ja: "ページ全体" }
    /// The heading over those of the editor.
    editor { en: "In the editor", ja: "エディタ" }
    /// The heading over those of the diagram.
    diagram { en: "In the diagram", ja: "構成図" }
    /// `?`
    list { en: "This list, outside of fields", ja: "この一覧を開く（入力欄の外で）" }
    /// A box that keeps `?` from doing that.
    question { en: "Open this list with ?", ja: "? キーでこの一覧を開く" }
    /// F8
    next_finding { en: "Next finding", ja: "次の指摘" }
    /// Shift F8
    previous_finding { en: "Finding before", ja: "前の指摘" }
    /// Alt with the key for the next page
    next_pane { en: "Next view: template, findings, diagram, …", ja: "次の表示へ（テンプレート、指摘、構成図など）" }
    /// Alt with the key for the page before
    previous_pane { en: "View before", ja: "前の表示へ" }
    /// Arrows on a bar
    divide { en: "On the bar beside the editor or below the diagram: move it; Enter puts it back", ja: "エディタ横や構成図の下の境界線で: 位置を変更。Enter で元に戻す" }
    /// Tab
    leave { en: "Leave the editor; it never holds the keyboard", ja: "エディタの外へ移動（Tab は入力されません）" }
    /// Ctrl ]
    indent { en: "Indent, and back", ja: "インデントを増やす・減らす" }
    /// Ctrl F
    search { en: "Search", ja: "検索" }
    /// Ctrl Z
    undo { en: "Undo, also of fixes and of opened templates", ja: "元に戻す（修正の適用やファイルを開いた操作も）" }
    /// Arrows
    walk { en: "Go to the next box in that direction", ja: "その方向の次の要素へ移動" }
    /// Enter
    open { en: "Show the box in the template, or open a group", ja: "要素をテンプレートで表示、またはグループを展開" }
    /// + and -
    zoom { en: "Larger, smaller, all of it", ja: "拡大、縮小、全体表示" }
}
