//! What the rules' own tests share: findings as lines of text, and the text after its fixes.

use crate::cost::{Gigabytes, Load, Traffic};
use crate::text::{LineIndex, apply};
use crate::{Options, analyze};

/// The findings of one rule: `line:column message`, then ` | line:column words` for each further label.
pub(crate) fn findings(text: &str, rule: &str) -> Vec<String> {
    findings_with(text, rule, &Options::default())
}

/// The same with what is known beside the text.
pub(crate) fn findings_with(text: &str, rule: &str, options: &Options) -> Vec<String> {
    let index = LineIndex::new(text);
    let place = |span: Option<crate::text::Span>| match span {
        Some(span) => {
            let position = index.position(text, span.start);
            format!("{}:{}", position.line, position.column)
        }
        None => "-".to_owned(),
    };
    let analysis = analyze("template.yaml", text, options);
    let mut lines = Vec::new();
    for finding in
        analysis.findings.iter().filter(|finding| finding.rule.0 == rule && finding.suppressed.is_none())
    {
        let mut line = String::new();
        for label in &finding.labels {
            if label.primary {
                line.push_str(&format!("{} {}", place(label.span), finding.message.en));
            } else {
                line.push_str(&format!(" | {} {}", place(label.span), label.text.en));
            }
        }
        lines.push(line);
    }
    lines
}

/// What the findings of one rule cost a month: `32.85`, `0.45 4.50 225.00` for bands, `-` for nothing.
pub(crate) fn costs(text: &str, rule: &str, options: &Options) -> Vec<String> {
    let analysis = analyze("template.yaml", text, options);
    let of_rule = analysis.findings.iter().filter(|finding| finding.rule.0 == rule);
    let shown = of_rule.map(|finding| match finding.usd_per_month {
        Some(usd) if usd.low == usd.high => usd.typical.to_string(),
        Some(usd) => usd.each().map(ToString::to_string).join(" "),
        None => "-".to_owned(),
    });
    shown.collect()
}

/// Traffic of a month in GB, by function and destination.
pub(crate) fn traffic(flows: &[(&str, &str, u64)]) -> Options {
    let load = |(from, to, gb): &(&str, &str, u64)| {
        (((*from).to_owned(), (*to).to_owned()), Load { both: Gigabytes::whole(*gb), out: None })
    };
    let traffic = Traffic { flows: flows.iter().map(load).collect(), ..Traffic::default() };
    Options { traffic: Some(traffic), ..Options::default() }
}

/// The text after the fixes of one rule were applied one after another, at most ten.
pub(crate) fn fixed(text: &str, rule: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..10 {
        let analysis = analyze("template.yaml", &text, &Options::default());
        let fix =
            analysis.findings.into_iter().find(|finding| finding.rule.0 == rule && finding.fix.is_some());
        let Some(fix) = fix.and_then(|finding| finding.fix) else { break };
        text = apply(&text, &fix.edits).expect("a fix fits its text");
    }
    text
}
