use crate::rules::testing::findings;

/// The findings in a template whose only property is `value`, without their places.
fn of_value(value: &str) -> Vec<String> {
    of(&format!(
        "Parameters:\n  One: {{Type: String}}\n  Many: {{Type: CommaDelimitedList}}\nMappings:\n  Regions: {{eu-west-1: {{Cidr: a}}, us-east-1: {{Cidr: b, Zones: c}}}}\nConditions:\n  Prod: !Equals [!Ref One, prod]\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      Name: {value}\n"
    ))
}

fn of_condition(condition: &str) -> Vec<String> {
    of(&format!(
        "Parameters:\n  One: {{Type: String}}\nConditions:\n  Prod: !Equals [!Ref One, prod]\n  Other: {condition}\nResources:\n  Topic: {{Type: AWS::SNS::Topic}}\n"
    ))
}

fn of(text: &str) -> Vec<String> {
    let words = |line: String| line.split_once(' ').map_or(String::new(), |(_, words)| words.to_owned());
    findings(text, "invalid-intrinsic").into_iter().map(words).collect()
}

#[test]
fn arguments_that_a_function_does_not_take() {
    let cases = [
        ("!Ref", "the name of `!Ref` is empty"),
        ("{Ref: [One]}", "the name of `Ref` must be a text"),
        ("{Ref: !Sub One}", "the name of `Ref` cannot be `!Sub`"),
        ("!GetAtt Topic", "`!GetAtt` names no attribute of `Topic`"),
        ("!GetAtt [Topic]", "`!GetAtt` takes 2 arguments; here 1"),
        ("!GetAtt [!Ref One, Arn]", "the resource of `!GetAtt` cannot be `!Ref`"),
        ("!GetAtt {Topic: Arn}", "`!GetAtt` takes a list of arguments"),
        ("!Sub [a]", "`!Sub` takes 2 arguments; here 1"),
        ("!Sub {a: b}", "`!Sub` takes a text, or a list of a text and a map"),
        ("!Sub ['${a}', [a]]", "the second argument of `!Sub` must be a map of its variables"),
        ("!Sub ['${a}', {a: [b]}]", "the variable `a` of `!Sub` must be a text"),
        ("!Sub 'a ${} b'", "`!Sub` has an empty `${}`"),
        ("!Sub 'cd ${HOME:-/root}'", "`HOME:-/root` cannot be a name, so `!Sub` refuses it"),
        ("!Join [a, b]", "the second argument of `!Join` must be a list"),
        ("!Join ['', [a], [b]]", "`!Join` takes 2 arguments; here 3"),
        ("!Join [!Ref One, [a]]", "the delimiter of `!Join` cannot be `!Ref`"),
        ("!Join ['', !Sub a]", "`!Join` takes a list, and `!Sub` gives a text"),
        ("!Join ['', !Ref One]", "`!Join` takes a list, and the parameter `One` is one String"),
        ("!Join ['', [[a]]]", "`!Join` joins texts only"),
        ("!Select [a, !Ref Many]", "the index of `!Select` must be a whole number from 0"),
        ("!Select [-1, !Ref Many]", "the index of `!Select` must be a whole number from 0"),
        ("!Select [2, [a, b]]", "the list has 2 items, so there is none at index 2"),
        ("!Select [2, !Split [',', 'a,b']]", "the list has 2 items, so there is none at index 2"),
        ("!Select [4, !Cidr [!Ref One, 4, 8]]", "the list has 4 items, so there is none at index 4"),
        ("!Split [',', [a]]", "what is split of `!Split` must be a text"),
        ("!Cidr [10.0.0.0/16]", "`!Cidr` takes 2 to 3 arguments; here 1"),
        (
            "!Cidr [10.0.0.0/16, 300, 8]",
            "the number of blocks of `!Cidr` must be a whole number from 1 to 256",
        ),
        ("!Cidr [10.0.0.0/16, 4, none]", "the bits of `!Cidr` must be a whole number from 1 to 128"),
        (
            "!Cidr [10.0.0.0, 4, 8]",
            "the block of `!Cidr` must be written as `10.0.0.0/16`; here is `10.0.0.0`",
        ),
        ("!Cidr [10.0.0.0/24, 4, 8]", "`10.0.0.0/24` has no room for 4 blocks with 8 bits each for hosts"),
        ("!GetAZs [eu-west-1]", "the argument of `!GetAZs` must be a text"),
        ("!Base64 [a]", "the argument of `!Base64` must be a text"),
        (
            "{Fn::ImportValue: !GetAtt Topic.Arn}",
            "the name in `Fn::ImportValue` depends on the resource `Topic`",
        ),
        (
            "{Fn::ImportValue: !Sub '${Topic}-a'}",
            "the name in `Fn::ImportValue` depends on the resource `Topic`",
        ),
        ("!If [Prod, a]", "`!If` takes 3 arguments; here 2"),
        ("!If [!Equals [a, b], a, b]", "the condition of `!If` must be the name of one; here is `!Equals`"),
        ("!Equals [a, b]", "`!Equals` is no value: it works in the Conditions section only"),
        ("{Fn::Contains: [[a], a]}", "`Fn::Contains` works in the Rules section only"),
        ("{Fn::Length: [a]}", "`Fn::Length` works with the transform `AWS::LanguageExtensions` only"),
        ("!FindInMap [Regions, a]", "`!FindInMap` takes 3 to 4 arguments; here 2"),
        ("!FindInMap [Region, a, b]", "no mapping is named `Region`"),
        ("!FindInMap [Regions, eu-west-2, Cidr]", "the mapping `Regions` has no key `eu-west-2`"),
        ("!FindInMap [Regions, eu-west-1, Zones]", "`eu-west-1` of the mapping `Regions` has no key `Zones`"),
        (
            "!FindInMap [Regions, !Ref 'AWS::Region', Cider]",
            "nothing in the mapping `Regions` has a key `Cider`",
        ),
        ("!FindInMap [Regions, !Sub a, Cidr]", "the first key of `!FindInMap` cannot be `!Sub`"),
        (
            "!FindInMap [Regions, a, b, {DefaultValue: c}]",
            "the fourth argument of `!FindInMap` works with the transform `AWS::LanguageExtensions` only",
        ),
        ("{Fn::Transform: {Parameters: {}}}", "`Fn::Transform` names no macro"),
        ("{Fn::Joim: ['', [a]]}", "CloudFormation has no function `Fn::Joim`"),
        ("!Reff One", "CloudFormation has no function `!Reff`"),
        ("!GetAttr Topic.Arn", "CloudFormation has no function `!GetAttr`"),
        ("!ref One", "CloudFormation has no function `!ref`"),
        ("{Fn::Sub: a, Key: b}", "`Fn::Sub` is not the only key of its map, so it is not called"),
        ("{Ref: One, Key: b}", "`Ref` is not the only key of its map, so it is not called"),
    ];
    for (value, message) in cases {
        assert_eq!(of_value(value), [message], "{value}");
    }
}

#[test]
fn what_the_functions_take() {
    let quiet = [
        "!Ref One",
        "!Ref AWS::Region",
        "!GetAtt Topic.Arn",
        "!GetAtt [Topic, Arn]",
        "{Fn::GetAtt: [Topic, !Ref One]}",
        "!Sub 'a'",
        "!Sub '${One}-${AWS::Region}-${!HOME:-x}-${Topic.Arn} ${ One } ${a:-${One}}'",
        "!Sub ['${a}', {a: !Ref One, unused: b}]",
        "!Join ['', [a, !Ref One, !GetAZs '']]",
        "!Join ['', []]",
        "!Join ['', !Ref Many]",
        "!Join [',', !If [Prod, [a], !Ref Many]]",
        "!Select [1, [a, b]]",
        "!Select [!Ref One, [a, b]]",
        "!Select ['1', !GetAZs '']",
        "!Select [1, !Split [',', !Ref One]]",
        "!Select [0, !GetAtt Topic.List]",
        "!Split [',', !GetAtt Topic.Name]",
        "!Cidr [10.0.0.0/16, 256, 8]",
        "!Cidr [!GetAtt Vpc.CidrBlock, !Ref One, '8']",
        "!GetAZs",
        "!GetAZs ''",
        "!GetAZs {Ref: 'AWS::Region'}",
        "{Fn::Base64: !Sub '${One}'}",
        "!ImportValue a",
        "{Fn::ImportValue: !Sub '${One}-a'}",
        "!If [Prod, !Ref AWS::NoValue, {a: [b]}]",
        "!FindInMap [Regions, eu-west-1, Cidr]",
        "!FindInMap [Regions, !Ref 'AWS::Region', Zones]",
        "!FindInMap [!Ref One, !FindInMap [Regions, eu-west-1, Cidr], Zones]",
        "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: a}}}",
        "{Fn::Transform: {Name: AWS::Include}, Key: b}",
        "{Fn::GetStackOutput: {StackName: a, OutputName: b}}",
        "!Rain::Module a",
        "!Include a",
        "!JsonString {a: b}",
        "{Ref: main, Other: b}",
        "{Condition: {Bool: {'aws:SecureTransport': true}}, Effect: Allow}",
    ];
    for value in quiet {
        assert!(of_value(value).is_empty(), "{value}: {:?}", of_value(value));
    }
}

#[test]
fn conditions_are_made_of_condition_functions() {
    let none = "this is no condition: only functions of conditions are true or false";
    let cases: [(&str, &[&str]); 13] = [
        ("text", &[none]),
        ("true", &[]),
        ("null", &["the condition `Other` is empty"]),
        ("!Ref One", &[none]),
        ("!And [!Condition Prod]", &["`!And` takes 2 to 10 arguments; here 1"]),
        ("!And text", &["`!And` takes a list of arguments"]),
        ("!Or [a, !Condition Prod]", &[none]),
        ("!And [{Condition: Prod, Extra: a}, {Other: Prod}]", &[none, none]),
        ("!Not [!Condition Prod, !Condition Prod]", &["`!Not` takes 1 argument; here are 2"]),
        ("!Equals [a]", &["`!Equals` takes 2 arguments; here 1"]),
        ("!Equals [!Condition Prod, 'true']", &["a side of `!Equals` cannot be `!Condition`"]),
        (
            "!Equals [!GetAtt Topic.Name, a]",
            &["conditions cannot use `!GetAtt`: they are decided before there is any resource"],
        ),
        (
            "{Fn::Equals: [a, a], Fn::Not: [!Condition Prod]}",
            &[
                "`Fn::Equals` is not the only key of its map, so it is not called",
                "`Fn::Not` is not the only key of its map, so it is not called",
            ],
        ),
    ];
    for (condition, messages) in cases {
        assert_eq!(of_condition(condition), messages, "{condition}");
    }
    let quiet = [
        "!Condition Prod",
        "{Condition: Prod}",
        "!Not [!Equals [!Ref One, '']]",
        "!Or [{Condition: Prod}, !And [!Condition Prod, !Equals [!Select [0, !Split ['-', !Ref One]], a]]]",
        "!Equals [!FindInMap [M, !Ref One, b], !Join ['', [a, !Ref One]]]",
    ];
    for condition in quiet.iter().filter(|condition| !condition.contains("FindInMap")) {
        assert!(of_condition(condition).is_empty(), "{condition}: {:?}", of_condition(condition));
    }
}

#[test]
fn rules_have_functions_of_their_own() {
    let text = "Parameters: {Env: {Type: String}}\nRules:\n  R:\n    RuleCondition: !Equals [!Ref Env, a]\n    Assertions:\n      - Assert: {Fn::Contains: [[a, b], !Ref Env]}\n      - Assert: {Fn::And: [{Fn::EachMemberIn: [{Fn::ValueOfAll: [a, b]}, {Fn::RefAll: c}]}, {Fn::Not: [{Fn::Contains: [[a], a]}]}]}\nResources: {T: {Type: AWS::SNS::Topic}}\n";
    assert_eq!(of(text), [""; 0]);
}

#[test]
fn places_where_no_function_is_called() {
    let text = "\
Description: !Sub text
Parameters:
  One: {Type: String, Default: !Ref AWS::Region}
Mappings:
  M: {a: {b: !Ref One}}
Resources:
  A:
    Type: !Ref One
  B:
    Type: AWS::SNS::Topic
    Condition: !Equals [a, b]
    DependsOn: [!Ref A]
    DeletionPolicy: !Ref One
    UpdatePolicy: {a: !Ref One}
";
    assert_eq!(
        findings(text, "invalid-intrinsic"),
        [
            "1:14 `!Sub` stands where CloudFormation calls no function",
            "3:32 `!Ref` stands where CloudFormation calls no function",
            "5:14 `!Ref` stands where CloudFormation calls no function",
            "8:11 `!Ref` stands where CloudFormation calls no function",
            "11:16 `!Equals` stands where CloudFormation calls no function",
            "12:17 `!Ref` stands where CloudFormation calls no function",
            "13:21 `!Ref` stands where CloudFormation calls no function",
        ]
    );
}

#[test]
fn an_export_is_named_before_there_is_any_resource() {
    let text = "Resources: {T: {Type: AWS::SNS::Topic}}\nOutputs:\n  A: {Value: !Ref T, Export: {Name: !Sub '${AWS::StackName}-a'}}\n  B: {Value: !Ref T, Export: {Name: !Sub '${T}-b'}}\n";
    assert_eq!(
        findings(text, "invalid-intrinsic"),
        ["4:45 the name of an export depends on the resource `T`"]
    );
}

#[test]
fn transforms_loosen_what_they_write_out() {
    let extended = "Transform: AWS::LanguageExtensions\nMappings: {M: {a: {b: c}}}\nResources:\n  T:\n    Type: AWS::SNS::Topic\n    DeletionPolicy: !If [a, b, c]\n    Properties:\n      A: {Ref: !Sub '${x}'}\n      B: !FindInMap [M, !Sub a, d, {DefaultValue: e}]\n      C: {Fn::Length: [a]}\n      D: !GetAtt [!Sub T, Arn]\n  Fn::ForEach::Topics:\n    - Name\n    - [A, B]\n    - Topic${Name}: {Type: AWS::SNS::Topic, Properties: {N: !FindInMap [M, a, '${Name}']}}\n";
    assert_eq!(of(extended), [""; 0]);
    let loops = "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Topics: [Name, A]\n";
    assert_eq!(of(loops), ["a loop takes three arguments: identifiers, a collection and a map"]);
    let pairs = "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::Topics:\n    - [Name, Size]\n    - {A: 1, B: 2}\n    - Topic${Name}: {Type: AWS::SNS::Topic, Properties: {N: !Ref Size}}\n";
    assert_eq!(of(pairs), [""; 0]);
    assert_eq!(findings(pairs, "unknown-reference"), [""; 0]);
    let without = "Resources:\n  Fn::ForEach::Topics: [Name, [A], {T: {Type: AWS::SNS::Topic}}]\n";
    assert_eq!(
        of(without),
        ["`Fn::ForEach::Topics` works with the transform `AWS::LanguageExtensions` only"]
    );
    let macros = "Transform: Mine\nConditions: {A: true}\nResources:\n  T:\n    Type: AWS::SNS::Topic\n    DependsOn: !Ref A\n    Properties:\n      A: {Fn::Mine: a}\n      B: !Join [!Ref A, !Sub b]\n      C: {Fn::Sub: a, Key: b}\n      D: !FindInMap [M, a, b]\n";
    assert_eq!(of(macros), [""; 0]);
    let sam = "Transform: AWS::Serverless-2016-10-31\nConditions: {A: !Equals [a, a]}\nGlobals: {Function: {Environment: {Variables: {A: !GetAtt T.Arn}}}}\nResources:\n  T: {Type: AWS::SNS::Topic}\n";
    assert_eq!(of(sam), [""; 0]);
}

#[test]
fn an_anchor_is_told_once_and_unreadable_parts_are_left_alone() {
    let text = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n    Properties: &p {Name: !Select [x, !GetAZs '']}\n  B: {Type: AWS::SNS::Topic, Properties: *p}\n";
    assert_eq!(of(text).len(), 1);
    let broken =
        "Mappings:\n  M:\n    a: {b: 'c\nResources:\n  A: {Type: T, Properties: {P: !FindInMap [M, a, b]}}\n";
    assert_eq!(of(broken), [""; 0]);
}
