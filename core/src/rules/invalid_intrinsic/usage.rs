//! How each function is written: the help beneath a wrong call.

use crate::language::Phrase;
use crate::phrase;
use crate::syntax::Format;
use crate::template::expression::Function;

/// What the function takes, with an example in the template's own format.
pub(super) fn of(function: Function, format: Format) -> Phrase {
    let (yaml, json, takes) = match function {
        Function::Ref => (
            "!Ref Vpc",
            r#"{"Ref": "Vpc"}"#,
            phrase!(en: "the name of a parameter or resource", ja: "パラメータかリソースの名前"),
        ),
        Function::GetAtt => (
            "!GetAtt Vpc.CidrBlock",
            r#"{"Fn::GetAtt": ["Vpc", "CidrBlock"]}"#,
            phrase!(en: "a resource and its attribute", ja: "リソース名と属性名"),
        ),
        Function::Sub => (
            "!Sub \"${Name}-subnet\"",
            r#"{"Fn::Sub": "${Name}-subnet"}"#,
            phrase!(en: "a text, or a list of a text and a map", ja: "文字列、または文字列とマップのリスト"),
        ),
        Function::Join => (
            "!Join [\",\", [a, b]]",
            r#"{"Fn::Join": [",", ["a", "b"]]}"#,
            phrase!(en: "a delimiter and a list", ja: "区切り文字とリスト"),
        ),
        Function::Select => (
            "!Select [0, !GetAZs \"\"]",
            r#"{"Fn::Select": [0, {"Fn::GetAZs": ""}]}"#,
            phrase!(en: "an index from 0 and a list", ja: "0 から始まる番号とリスト"),
        ),
        Function::Split => (
            "!Split [\",\", \"a,b\"]",
            r#"{"Fn::Split": [",", "a,b"]}"#,
            phrase!(en: "a delimiter and a text", ja: "区切り文字と文字列"),
        ),
        Function::FindInMap => (
            "!FindInMap [Regions, !Ref AWS::Region, Cidr]",
            r#"{"Fn::FindInMap": ["Regions", {"Ref": "AWS::Region"}, "Cidr"]}"#,
            phrase!(en: "the name of a mapping and two keys", ja: "マッピング名と 2 つのキー"),
        ),
        Function::Cidr => (
            "!Cidr [10.0.0.0/16, 4, 8]",
            r#"{"Fn::Cidr": ["10.0.0.0/16", 4, 8]}"#,
            phrase!(
                en: "a block, how many to cut from it (1 to 256) and the bits that each leaves for hosts",
                ja: "CIDR ブロック、切り出す数 (1〜256)、ホスト部のビット数",
            ),
        ),
        Function::GetAzs => (
            "!GetAZs \"\"",
            r#"{"Fn::GetAZs": ""}"#,
            phrase!(en: "a region, or an empty text for the stack's own", ja: "リージョン名 (空文字列ならスタックのリージョン)"),
        ),
        Function::Base64 => {
            ("Fn::Base64: !Sub \"...\"", r#"{"Fn::Base64": "..."}"#, phrase!(en: "a text", ja: "文字列"))
        }
        Function::ImportValue => (
            "!ImportValue network-VpcId",
            r#"{"Fn::ImportValue": "network-VpcId"}"#,
            phrase!(en: "the name of an export", ja: "エクスポート名"),
        ),
        Function::If => (
            "!If [IsProduction, a, b]",
            r#"{"Fn::If": ["IsProduction", "a", "b"]}"#,
            phrase!(
                en: "the name of a condition, the value where it holds and the value where it does not",
                ja: "条件名、成り立つときの値、成り立たないときの値",
            ),
        ),
        Function::Equals => (
            "!Equals [!Ref Environment, production]",
            r#"{"Fn::Equals": [{"Ref": "Environment"}, "production"]}"#,
            phrase!(en: "two values to compare", ja: "比べる 2 つの値"),
        ),
        Function::And => (
            "!And [!Condition A, !Condition B]",
            r#"{"Fn::And": [{"Condition": "A"}, {"Condition": "B"}]}"#,
            phrase!(en: "2 to 10 conditions", ja: "2〜10 個の条件"),
        ),
        Function::Or => (
            "!Or [!Condition A, !Condition B]",
            r#"{"Fn::Or": [{"Condition": "A"}, {"Condition": "B"}]}"#,
            phrase!(en: "2 to 10 conditions", ja: "2〜10 個の条件"),
        ),
        Function::Not => (
            "!Not [!Condition A]",
            r#"{"Fn::Not": [{"Condition": "A"}]}"#,
            phrase!(en: "a list of one condition", ja: "条件 1 つのリスト"),
        ),
        Function::Length => (
            "Fn::Length: !Ref SubnetIds",
            r#"{"Fn::Length": {"Ref": "SubnetIds"}}"#,
            phrase!(en: "a list", ja: "リスト"),
        ),
        Function::ToJsonString => (
            "Fn::ToJsonString: {key: value}",
            r#"{"Fn::ToJsonString": {"key": "value"}}"#,
            phrase!(en: "a map or a list", ja: "マップまたはリスト"),
        ),
        Function::Transform => (
            "Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://...}}",
            r#"{"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://..."}}}"#,
            phrase!(en: "the name of a macro and its parameters", ja: "マクロ名とそのパラメータ"),
        ),
        Function::ForEach => (
            "Fn::ForEach::Topics: [Name, [A, B], {\"Topic${Name}\": {...}}]",
            r#"{"Fn::ForEach::Topics": ["Name", ["A", "B"], {"Topic${Name}": {}}]}"#,
            phrase!(
                en: "an identifier, a collection and a map",
                ja: "識別子、コレクション、マップ",
            ),
        ),
        _ => return phrase!(en: "correct its arguments", ja: "引数を直してください"),
    };
    let example = match format {
        Format::Yaml => yaml,
        Format::Json => json,
    };
    let (en, ja) = (takes.en, takes.ja);
    phrase!(en: "it takes {en}: `{example}`", ja: "引数は{ja}です: `{example}`")
}
