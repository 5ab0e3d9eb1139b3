//! What is said of files that were opened or dropped.

use vpcheck_core::language::Phrase;
use vpcheck_core::phrase;

use crate::files::{Refusal, What};

sentences! {
    /// The button that opens files.
    open { en: "Open files", ja: "ファイルを開く" }
    /// What can be opened.
    open_more {
        en: "A template, parameter values, or JSON of describe calls. Files can be dropped anywhere on the page, too.",
        ja: "テンプレート、パラメータファイル、describe コマンドの JSON を開けます。ページのどこにでもドロップできます。"
    }
    /// Over the page while files are held over it.
    drop {
        en: "Drop a template, parameter values or JSON of describe calls",
        ja: "テンプレート、パラメータファイル、describe コマンドの JSON をドロップ"
    }
    /// Under it.
    drop_more {
        en: "Files are read in this browser and sent nowhere.",
        ja: "ファイルはこのブラウザの中だけで読み取り、どこにも送信しません。"
    }
    /// What empties the editor.
    empty { en: "Start with an empty editor", ja: "空のエディタから始める" }
    /// Under it.
    empty_more { en: "To paste or write a template.", ja: "テンプレートを貼り付けるか、書き始めます。" }
    /// See [`crate::state::Notice::Emptied`].
    emptied { en: "The editor is empty now.", ja: "エディタを空にしました。" }
    /// See [`crate::state::Notice::Files`], where everything could be used.
    taken { en: "Opened:", ja: "開いたファイル:" }
    /// The same where nothing could.
    refused { en: "Nothing was opened; your work is as it was.", ja: "開けませんでした。編集中の内容は変わっていません。" }
}

/// What a file was taken for.
pub fn what(what: &What) -> Phrase {
    match what {
        What::Template => phrase!(en: "the template", ja: "テンプレート"),
        What::Parameters(count, region) => {
            let values = match count {
                1 => phrase!(en: "1 parameter value", ja: "パラメータの値 1 件"),
                _ => phrase!(en: "{count} parameter values", ja: "パラメータの値 {count} 件"),
            };
            let Phrase { en, ja } = values;
            match region {
                Some(region) => phrase!(en: "{en}, region {region}", ja: "{ja}、リージョン {region}"),
                None => Phrase { en, ja },
            }
        }
        What::Context(lists) => {
            let lists = super::lists(lists);
            phrase!(en: "the deployed network ({lists})", ja: "実際のネットワークの情報（{lists}）")
        }
    }
}

/// Why a file was left out.
pub fn refusal(refusal: &Refusal) -> Phrase {
    match refusal {
        Refusal::Unreadable => phrase!(
            en: "left out: the browser could not read it. Open it again, or paste what is in it",
            ja: "読み込めませんでした。もう一度開くか、中身を貼り付けてください"
        ),
        Refusal::TooLarge(limit) => {
            let megabytes = limit / 1_000_000;
            phrase!(
                en: "left out: it is larger than {megabytes} MB",
                ja: "{megabytes} MB を超えるため読み込めません"
            )
        }
        Refusal::NotText => phrase!(
            en: "left out: it is no text in UTF-8 or UTF-16",
            ja: "UTF-8 または UTF-16 のテキストではないため読み込めません"
        ),
        Refusal::Empty => phrase!(en: "left out: it is empty", ja: "空のファイルです"),
        Refusal::Malformed(line) => phrase!(
            en: "left out: it is no valid JSON or YAML from line {line} on",
            ja: "{line} 行目以降が JSON や YAML として読めません"
        ),
        Refusal::Unknown => phrase!(
            en: "left out: it is neither a template, nor parameter values, nor output of describe calls",
            ja: "テンプレート、パラメータファイル、describe コマンドの出力のいずれでもありません"
        ),
        Refusal::OneOfMany => phrase!(
            en: "left out: several templates were opened at once. Open the one to check",
            ja: "複数のテンプレートは同時に開けません。チェックするものを 1 つだけ開いてください"
        ),
        Refusal::Toml => phrase!(
            en: "left out: TOML is read by the command line only. Open samconfig.yaml or a parameter file here",
            ja: "TOML はコマンドライン版だけが読み込めます。samconfig.yaml かパラメータファイルを開いてください"
        ),
        Refusal::NoEnvironment => phrase!(
            en: "left out: it has no environment `default`",
            ja: "環境 `default` の設定がありません"
        ),
        Refusal::Parameters(reason) => {
            let Phrase { en, ja } = reason;
            phrase!(en: "left out: {en}", ja: "読み込めません: {ja}")
        }
    }
}

/// Where settings name a file of their own.
pub fn elsewhere(path: &str) -> Phrase {
    phrase!(en: "it names `{path}`; open that file itself", ja: "`{path}` を参照しています。そのファイルを直接開いてください")
}
