//! Every intrinsic function in every shape, as far as it can be evaluated.

use vpcheck_core::syntax::Limits;
use vpcheck_core::template::{Case, Inputs, Part, Template, Text, Unknown, Value, lower};

const PARAMETERS: &str = "\
Parameters:
  Name: {Type: String, Default: web}
  Open: {Type: String}
  Flag: {Type: String, Default: 'true'}
  Ids: {Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-1, subnet-2'}
  OpenIds: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>', Default: /net/vpc}
  Block: {Type: String, Default: 10.1.0.0/16}
Mappings:
  Sizes:
    dev: {Memory: 128, Zone: a}
    prod: {Memory: 512, Zone: a}
Conditions:
  IsProd: !Equals [!Ref Open, prod]
  IsDev: !Equals [!Ref Open, dev]
  IsWeb: !Equals [web, web]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Topic: {Type: AWS::SNS::Topic}
  Own: {Type: Custom::Thing}
";

fn written(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::NoValue => "no value".to_owned(),
        Value::Text(text) => text_written(text),
        Value::Zones(region) => format!("zones of {}", region.as_deref().unwrap_or("here")),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| written(&item.value)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(name, case)| format!("{name}: {}", written(&case.value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Unknown(unknown) => unknown_written(unknown),
    }
}

fn text_written(text: &Text) -> String {
    let parts = text.parts.iter().map(|part| match part {
        Part::Literal(text) => text.clone(),
        Part::Resource { id, attribute: None } => format!("<{id}>"),
        Part::Resource { id, attribute: Some(attribute) } => format!("<{id}.{attribute}>"),
        Part::Zone { index, .. } => format!("<zone {index}>"),
        Part::Item { list, index } => format!("{}[{index}]", unknown_written(list)),
        Part::Unknown(unknown) => unknown_written(unknown),
    });
    parts.collect()
}

fn unknown_written(unknown: &Unknown) -> String {
    match unknown {
        Unknown::Parameter(name) | Unknown::DynamicReference(name) | Unknown::Pseudo(name) => {
            format!("?{name}")
        }
        Unknown::StoredParameter(name) => format!("?stored {name}"),
        Unknown::Import(name) => format!("?import {name}"),
        Unknown::Attribute { resource, attribute } => format!("?{resource}.{attribute}"),
        Unknown::Transform(name) => format!("?transform {name}"),
        Unknown::ForeignTag(name) => format!("?tag {name}"),
        Unknown::Broken => "?broken".to_owned(),
        Unknown::NoSuchKey => "?no such key".to_owned(),
        Unknown::TooManyCases => "?too many cases".to_owned(),
        Unknown::TooDeep => "?too deep".to_owned(),
        Unknown::TooLong => "?too long".to_owned(),
    }
}

/// The cases of one expression: `value` alone, or `value if situation` for each.
fn evaluated(template: &Template<'_>) -> String {
    let output = template.section("Outputs").and_then(|outputs| outputs.at(&["X", "Value"])).unwrap();
    let cases: Vec<Case> = template.evaluate(output);
    let words = cases.iter().map(|case| {
        let situation = template.describe(case.guard);
        if cases.len() == 1 {
            written(&case.value)
        } else {
            format!("{} if {situation}", written(&case.value))
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

fn evaluate(expression: &str, inputs: Inputs) -> String {
    let text = format!("{PARAMETERS}Outputs:\n  X:\n    Value: {expression}\n");
    let template = lower(&text, &Limits::default(), inputs);
    assert!(template.parsed.errors.is_empty(), "{expression}: {:?}", template.parsed.errors);
    evaluated(&template)
}

#[test]
fn functions_evaluate_as_far_as_they_can() {
    let cases = [
        ("!Ref Name", "web"),
        ("{Ref: Name}", "web"),
        ("! \"web\"", "web"),
        ("!Ref Open", "?Open"),
        ("!Ref Ids", "[subnet-1, subnet-2]"),
        ("!Ref OpenIds", "?OpenIds"),
        ("!Ref Stored", "?stored Stored"),
        ("!Ref Topic", "<Topic>"),
        ("!Ref AWS::NoValue", "no value"),
        ("!Ref AWS::AccountId", "?AWS::AccountId"),
        ("!Ref Nothing", "?broken"),
        ("!GetAtt Topic.TopicName", "<Topic.TopicName>"),
        ("!GetAtt [Topic, TopicName]", "<Topic.TopicName>"),
        ("{'Fn::GetAtt': Topic.TopicName}", "<Topic.TopicName>"),
        ("{'Fn::GetAtt': [Topic, TopicName]}", "<Topic.TopicName>"),
        ("!GetAtt Own.Id", "?Own.Id"),
        ("!GetAtt Vpc.CidrBlock", "10.0.0.0/16"),
        ("!Sub '${Name}-${!Name}-${Open}-${Topic}-${Topic.Arn}'", "web-${Name}-?Open-<Topic>-<Topic.Arn>"),
        ("!Sub ['${a}/${Name}', {a: !Ref Name}]", "web/web"),
        ("!Sub |\n      a ${Name}\n      b", "a web\nb\n"),
        ("{'Fn::Sub': 'com.amazonaws.${AWS::Region}.s3'}", "com.amazonaws.?AWS::Region.s3"),
        ("!Join ['-', [a, !Ref Name, !Ref Open]]", "a-web-?Open"),
        ("!Join [',', !Ref Ids]", "subnet-1,subnet-2"),
        ("!Join [',', !Ref OpenIds]", "?OpenIds"),
        ("!Join ['', [a, !Ref AWS::NoValue, b]]", "ab"),
        ("!Select [1, !Ref Ids]", "subnet-2"),
        ("!Select ['0', [x, y]]", "x"),
        ("!Select [7, [x, y]]", "?broken"),
        ("!Select [0, !Ref OpenIds]", "?OpenIds[0]"),
        ("!Select [1, !GetAZs '']", "<zone 1>"),
        ("!Select [0, !GetAZs {Ref: AWS::Region}]", "<zone 0>"),
        ("!Select [2, !Split ['.', 10.1.2.3]]", "2"),
        ("!Split [',', !Ref Open]", "?Open"),
        ("!Split [',', !Sub '${Topic},${Vpc},x']", "[<Topic>, <Vpc>, x]"),
        ("!FindInMap [Sizes, prod, Memory]", "512"),
        ("!FindInMap [Sizes, !Ref Open, Memory]", "?Open"),
        ("!FindInMap [Sizes, !Ref Open, Zone]", "a"),
        ("!FindInMap [Sizes, prod, None]", "?no such key"),
        ("!FindInMap [Sizes, prod, None, {DefaultValue: 9}]", "9"),
        ("!Cidr [!Ref Block, 2, 8]", "[10.1.0.0/24, 10.1.1.0/24]"),
        ("!Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 4, 6]]", "10.0.0.64/26"),
        ("!Cidr [!Ref Open, 2, 8]", "?Open"),
        ("!GetAZs us-east-1", "zones of us-east-1"),
        ("!Base64 {'Fn::Sub': 'x ${Name}'}", "x web"),
        ("!ImportValue shared", "?import shared"),
        ("!ImportValue {'Fn::Sub': '${AWS::StackName}-vpc'}", "?import ${AWS::StackName}-vpc"),
        ("!If [IsProd, a, b]", "a if Open = prod; b if Open = dev"),
        ("!If [IsWeb, a, b]", "a"),
        ("!If [IsProd, !If [IsDev, never, a], b]", "a if Open = prod; b if Open = dev"),
        ("[a, !If [IsProd, b, !Ref AWS::NoValue]]", "[a, b]"),
        ("!Join ['-', [a, !If [IsProd, b, !Ref AWS::NoValue]]]", "a if Open = dev; a-b if Open = prod"),
        ("!Sub ['${x}', {x: !If [IsProd, p, q]}]", "p if Open = prod; q if Open = dev"),
        ("!Length [a, b, c]", "3"),
        ("{'Fn::ToJsonString': {a: [1, !Ref Name]}}", r#"{"a":["1","web"]}"#),
        ("{'Fn::Transform': {Name: Thing}}", "?transform Thing"),
        ("!Rain::Embed file.txt", "?tag Rain::Embed"),
        ("'{{resolve:ssm:/a/b}}'", "?resolve:ssm:/a/b"),
        ("'x-{{resolve:secretsmanager:s}}-y'", "x-?resolve:secretsmanager:s-y"),
        ("{a: 1, b: !Ref AWS::NoValue}", "{a: 1}"),
        ("True", "true"),
        ("012345678901", "012345678901"),
        ("2010-09-09", "2010-09-09"),
        ("~", "null"),
    ];
    for (expression, expected) in cases {
        assert_eq!(evaluate(expression, Inputs::default()), expected, "{expression}");
    }
}

#[test]
fn given_values_settle_what_is_open() {
    let mut inputs = Inputs { region: Some("ap-northeast-1".to_owned()), ..Inputs::default() };
    for (name, value) in [
        ("Open", "prod"),
        ("OpenIds", "subnet-7"),
        ("import:shared", "vpc-9"),
        ("resolve:ssm:/a/b", "x"),
        ("resolve:ssm:/net/vpc", "vpc-1"),
    ] {
        inputs.parameters.insert(name.to_owned(), value.to_owned());
    }
    let cases = [
        ("!If [IsProd, a, b]", "a"),
        ("!Ref OpenIds", "[subnet-7]"),
        ("!ImportValue shared", "vpc-9"),
        ("'{{resolve:ssm:/a/b}}'", "x"),
        ("!Ref Stored", "vpc-1"),
        ("!Sub '${AWS::Region} ${AWS::Partition} ${AWS::URLSuffix}'", "ap-northeast-1 aws amazonaws.com"),
        ("!FindInMap [Sizes, !Ref Open, Memory]", "512"),
    ];
    for (expression, expected) in cases {
        assert_eq!(evaluate(expression, inputs.clone()), expected, "{expression}");
    }
}

#[test]
fn yaml_and_json_mean_the_same() {
    let yaml = "Parameters: {P: {Type: String, Default: x}}\nResources: {T: {Type: A}}\nOutputs:\n  X:\n    Value: !Join ['', [!Ref P, !GetAtt T.Arn, !Sub '${P}']]\n";
    let json = "{\n\t\"Parameters\": {\"P\": {\"Type\": \"String\", \"Default\": \"x\"}},\n\t\"Resources\": {\"T\": {\"Type\": \"A\"}},\n\t\"Outputs\": {\"X\": {\"Value\": {\"Fn::Join\": [\"\", [{\"Ref\": \"P\"}, {\"Fn::GetAtt\": [\"T\", \"Arn\"]}, {\"Fn::Sub\": \"${P}\"}]]}}}\n}\n";
    for text in [yaml, json, &format!("\u{feff}{}", yaml.replace('\n', "\r\n"))] {
        let template = lower(text, &Limits::default(), Inputs::default());
        assert_eq!(evaluated(&template), "x<T.Arn>x", "{text}");
    }
}

/// cfn-lint 1.58 walks every combination of these and needs more than an hour.
#[test]
fn thirty_nested_conditions_on_one_value_are_two_cases() {
    use std::fmt::Write;
    let mut text = String::from("Parameters:\n");
    for at in 0..30 {
        writeln!(text, "  P{at}: {{Type: String}}").unwrap();
    }
    text.push_str("Conditions:\n");
    for at in 0..30 {
        writeln!(text, "  C{at}: !Equals [!Ref P{at}, 'yes']").unwrap();
    }
    let mut value = String::from("z");
    for at in 0..30 {
        let other = ["a", "b"][at % 2];
        value = format!("!If [C{at}, {value}, {other}]");
    }
    writeln!(text, "Resources: {{T: {{Type: A}}}}\nOutputs:\n  X:\n    Value: {value}").unwrap();
    let template = lower(&text, &Limits::default(), Inputs::default());
    let output = template.section("Outputs").and_then(|outputs| outputs.at(&["X", "Value"])).unwrap();
    let cases = template.evaluate(output);
    let values: Vec<String> = cases.iter().map(|case| written(&case.value)).collect();
    assert_eq!(values, ["z", "a", "b"]);
    assert!(template.with_guards(|guards| guards.is_exact()));
}
