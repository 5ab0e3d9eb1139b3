//! Texts made to break a reader: each ends with a clear word about it, none with a panic or a long wait.

use vpcheck_core::syntax::{Limits, SyntaxErrorKind, parse};
use vpcheck_core::text::apply;
use vpcheck_core::{Options, analyze};

fn errors(text: &str) -> Vec<SyntaxErrorKind> {
    parse(text, &Limits::default()).errors.into_iter().map(|error| error.kind).collect()
}

#[test]
fn a_billion_laughs_end_at_once() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for at in 1..12 {
        let before = format!("*a{}", at - 1);
        text.push_str(&format!("a{at}: &a{at} [{}]\n", vec![before; 10].join(", ")));
    }
    text.push_str("Resources: {A: {Type: T, Properties: {P: *a11}}}\n");
    assert!(matches!(errors(&text)[..], [SyntaxErrorKind::TooManyAliases { .. }]));
    assert!(analyze("t.yaml", &text, &Options::default()).is_template);
}

#[test]
fn an_alias_inside_its_own_anchor_is_told() {
    assert_eq!(errors("a: &a\n  b: *a\n"), [SyntaxErrorKind::AliasInsideItself]);
    assert_eq!(errors("a: *b\nb: &b 1\n"), [SyntaxErrorKind::UnknownAnchor("b".to_owned())]);
}

#[test]
fn depth_is_bounded() {
    let deep = |open: &str, close: &str, times: usize| {
        format!("a: {}1{}\n", open.repeat(times), close.repeat(times))
    };
    assert!(errors(&deep("[", "]", 90)).is_empty());
    assert_eq!(errors(&deep("[", "]", 5_000)), [SyntaxErrorKind::TooDeep]);
    assert_eq!(errors(&deep("{a: ", "}", 50_000)), [SyntaxErrorKind::TooDeep]);
    let mut block = String::new();
    for at in 0..400 {
        block.push_str(&format!("{}a:\n", " ".repeat(at)));
    }
    assert!(errors(&block).contains(&SyntaxErrorKind::TooDeep));
    let chain: String = (1..20_000).map(|at| format!("a{at}: &a{at} [*a{}]\n", at - 1)).collect();
    let text = format!("a0: &a0 1\n{chain}Resources: {{A: {{Type: T, Properties: {{P: *a19999}}}}}}\n");
    analyze("t.yaml", &text, &Options::default());
}

#[test]
fn a_text_over_the_limit_is_refused_and_the_limit_can_be_raised() {
    let text =
        format!("# {}\nResources: {{A: {{Type: T, Properties: {{P: !Ref B}}}}}}\n", "x".repeat(1_000_000));
    let findings = analyze("t.yaml", &text, &Options::default()).findings;
    assert!(findings[0].message.en.contains("bytes"), "{}", findings[0].message.en);
    let raised = Options { size_limit: 2_000_000, ..Options::default() };
    let findings = analyze("t.yaml", &text, &raised).findings;
    assert_eq!(findings[0].rule.0, "unknown-reference");
}

#[test]
fn thousands_of_findings_are_cut_with_a_count() {
    let lines: String =
        (0..3_000).map(|at| format!("  R{at}: {{Type: T, DependsOn: Gone{at}x}}\n")).collect();
    let findings = analyze("t.yaml", &format!("Resources:\n{lines}"), &Options::default()).findings;
    assert_eq!(findings.len(), 1_001);
    assert!(findings[1_000].message.en.contains("2000 more"), "{}", findings[1_000].message.en);
}

#[test]
fn rings_of_conditions_and_resources_end() {
    let text = "Conditions:\n  A: !Not [{Condition: B}]\n  B: !Not [{Condition: A}]\nResources:\n  R: {Type: T, Condition: A, Properties: {P: !If [B, !Ref R, !Ref R]}}\n";
    assert_eq!(analyze("t.yaml", text, &Options::default()).findings[0].rule.0, "circular-dependency");
}

/// Every prefix of a template, as if it were being typed: spans fit the text and fixes apply.
#[test]
fn every_half_typed_template_is_read() {
    let yaml = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nGlobals:\n  Function: {VpcConfig: {SubnetIds: [\"a\"]}}\nResources:\n  関数:\n    Type: AWS::Serverless::Function # vpcheck: allow(unknown-reference) 理由\n    Properties:\n      Policies: [S3ReadPolicy: {BucketName: !Ref B}]\n      VpcConfig: &v\n        SecurityGroupIds: [!GetAtt G.GroupId, *v]\n      Code: !Sub |\n        ${X} é\n  G: {Type: \"AWS::EC2::SecurityGroup\", <<: *v}\n";
    let json = "{\n  \"Resources\": {\n    \"A\": {\n      \"Type\": \"T\",\n      \"Properties\": {\"P\": {\"Fn::Sub\": [\"${x}\", {\"x\": {\"Ref\": \"値\"}}]}}\n    },\n    \"B\": {\"Type\": \"T\", \"DependsOn\": [\"A\", \"C\"]}\n  }\n}\n";
    for text in [yaml, json] {
        for (end, _) in text.char_indices() {
            let prefix = &text[..end];
            let analysis = analyze("t", prefix, &Options::default());
            for finding in &analysis.findings {
                for span in finding.labels.iter().filter_map(|label| label.span) {
                    assert!(
                        prefix.get(span.start as usize..span.end as usize).is_some(),
                        "{prefix}\n{finding:?}"
                    );
                }
                if let Some(fix) = &finding.fix {
                    apply(prefix, &fix.edits).unwrap();
                }
            }
        }
    }
}

#[test]
fn odd_but_legal_yaml_is_kept() {
    let text = "%YAML 1.1\n---\n? [a, b]\n: complex\nAWSTemplateFormatVersion: 2010-09-09\nX: &base {Type: T, Account: 012345678901}\nResources:\n  A:\n    <<: *base\n    Flag: yes\n  B: !Rain::Module m.yaml\n  C: !Include c.yaml\n  D:\n    Type: T\n    Properties:\n      P: ! \"Ref\"\n      Q:\n        !Ref\n        A\n...\n";
    let parsed = parse(text, &Limits::default());
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let resources = parsed.root().get("Resources").unwrap();
    let a = resources.get("A").unwrap();
    assert_eq!(a.get("Type").and_then(vpcheck_core::syntax::Node::as_str), Some("T"));
    assert_eq!(a.get("Account").and_then(vpcheck_core::syntax::Node::as_str), Some("012345678901"));
    assert_eq!(a.get("Flag").and_then(vpcheck_core::syntax::Node::as_bool), Some(true));
    assert_eq!(
        resources.get("B").and_then(vpcheck_core::syntax::Node::tag).map(|tag| &*tag.name),
        Some("Rain::Module")
    );
    let q = resources.at(&["D", "Properties", "Q"]).unwrap();
    assert_eq!((q.as_str(), q.tag().map(|tag| &*tag.name)), (Some("A"), Some("Ref")));
    assert!(resources.at(&["D", "Properties", "P"]).unwrap().tag().is_none());
    assert_eq!(errors("Resources: {}\n---\nResources: {}\n"), [SyntaxErrorKind::SecondDocument]);
    assert_eq!(errors("---\nResources: {}\n---\n"), []);
}

/// Each took a minute or more while every finding searched the whole text or every name.
#[test]
fn thousands_of_wrong_calls_end_soon() {
    let map: String = (0..8_000).map(|at| format!("    key{at:06}a: {{x: 1}}\n")).collect();
    let calls: String = (0..8_000).map(|at| format!("        - !FindInMap [M, kex{at:06}b, x]\n")).collect();
    let duplicates = "      Fn::If: a\n".repeat(20_000);
    let names: String = (0..20_000).map(|at| format!("        ${{a-{at}}} ${{}} text\n")).collect();
    let topic = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n";
    let texts = [
        format!("Mappings:\n  M:\n{map}{topic}      L:\n{calls}"),
        format!("{topic}{duplicates}"),
        format!("{topic}      A: !Sub |\n{names}"),
    ];
    let start = std::time::Instant::now();
    for text in &texts {
        assert!(!analyze("t.yaml", text, &Options::default()).findings.is_empty());
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
