//! Local nested stacks: templates that a template names by a path.

use super::{Analysis, Options, Source};
use crate::syntax::{Limits, Node, parse};

/// The paths of local templates that `text` names (`TemplateURL`, SAM's `Location`), each once, as written.
pub fn nested_template_paths(text: &str) -> Vec<String> {
    let parsed = parse(text, &Limits::default());
    let mut paths = Vec::new();
    for entry in parsed.root().get("Resources").map(Node::entries).into_iter().flatten() {
        let kind = entry.value.get("Type").and_then(Node::as_str);
        let property = match kind {
            Some("AWS::CloudFormation::Stack") => "TemplateURL",
            Some("AWS::Serverless::Application") => "Location",
            _ => continue,
        };
        let path = entry.value.at(&["Properties", property]).filter(|node| node.tag().is_none()).and_then(Node::as_str);
        if let Some(path) = path.filter(|path| is_local(path))
            && !paths.iter().any(|known| known == path)
        {
            paths.push(path.to_owned());
        }
    }
    paths
}

fn is_local(path: &str) -> bool {
    !path.is_empty() && !path.contains("://") && !path.starts_with("arn:") && !path.starts_with("{{")
}

pub(super) fn analyze_nested(text: &str, options: &Options, analysis: &mut Analysis, sources: &mut Vec<Source>) {
    let _ = (text, options, analysis, sources);
}
