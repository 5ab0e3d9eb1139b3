//! Every fix that a template is offered, tried.

use std::collections::BTreeMap;

use vpcheck_core::finding::{FileId, Finding, Fix, Safety};
use vpcheck_core::network::Assumption;
use vpcheck_core::text::Span;
use vpcheck_core::{Analysis, Options, TraceRequest, analyze, fix, prove, trace};

use crate::corpus::File;

/// How the fixes of one rule did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Tried.
    pub tried: usize,
    /// Took their finding away, brought no error or warning and lost no comment.
    pub proved: usize,
}

/// How all fixes did.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By rule.
    pub rules: BTreeMap<&'static str, Count>,
    /// What went wrong, a line each.
    pub wrong: Vec<String>,
}

impl Tally {
    /// Tries the fixes of a template: each by itself, then all of them, then all of them again. It is looked at as it
    /// is, and with the subnets that it does not know taken for each kind of subnets.
    pub fn add(&mut self, file: &File) {
        for options in options(file) {
            let before = analyze(&file.path, &file.text, &options);
            if before.findings.iter().all(|finding| finding.fix.is_none()) {
                continue;
            }
            for finding in &before.findings {
                if let Some(fix) = finding.fix.as_ref().filter(|_| is_own(finding)) {
                    self.try_one(file, &options, &before, finding, fix);
                }
            }
            self.try_all(file, &options);
        }
    }

    fn try_one(&mut self, file: &File, options: &Options, before: &Analysis, finding: &Finding, fix: &Fix) {
        let count = self.rules.entry(finding.rule.0).or_default();
        count.tried += 1;
        let result = prove(&file.path, &file.text, options, before, finding, fix);
        let why = match result {
            Err(why) => Some(why.en),
            // The one fix that is about comments.
            Ok(_) if finding.rule.0 == "invalid-suppression" => None,
            Ok(_) => lost_comment(&file.text, fix).map(|comment| format!("the comment `{comment}` is lost")),
        };
        match why {
            None => count.proved += 1,
            Some(why) => {
                let (path, rule, message) = (&file.path, finding.rule.0, &finding.message.en);
                self.wrong.push(format!("{path}: {rule}: {message}: {why}"));
            }
        }
    }

    fn try_all(&mut self, file: &File, options: &Options) {
        let once = fix(&file.path, &file.text, options, Safety::Unsafe);
        if once.applied.is_empty() {
            return;
        }
        let twice = fix(&file.path, &once.text, options, Safety::Unsafe);
        if twice.text != once.text {
            let more: Vec<&str> = twice.applied.iter().map(|applied| &*applied.title.en).collect();
            self.wrong.push(format!("{}: a second run changes more: {more:?}", file.path));
        }
    }
}

/// Whether the fix is of the template itself, not of one that it nests.
fn is_own(finding: &Finding) -> bool {
    finding.primary().is_none_or(|label| label.file == FileId(0))
}

fn options(file: &File) -> Vec<Options> {
    let plain = Options::default();
    let request = TraceRequest::default();
    let open =
        trace(&file.path, &file.text, &plain, &request).map(|tracing| tracing.assumable).unwrap_or_default();
    let mut all = vec![plain.clone()];
    if !open.is_empty() {
        for kind in [Assumption::PrivateNat, Assumption::Isolated, Assumption::Public] {
            let assumed = open.iter().map(|name| (name.clone(), kind)).collect();
            all.push(Options { assumed, ..plain.clone() });
        }
    }
    all
}

/// A comment of the replaced text that no replacement holds.
fn lost_comment<'t>(text: &'t str, fix: &Fix) -> Option<&'t str> {
    let replaced = |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or("");
    let kept = |comment: &str| fix.edits.iter().any(|edit| edit.replacement.contains(comment));
    let comments = |text: &'t str| text.lines().filter_map(comment);
    fix.edits.iter().flat_map(|edit| comments(replaced(edit.span))).find(|comment| !kept(comment))
}

/// The comment of a line, as far as a look at the line tells.
fn comment(line: &str) -> Option<&str> {
    let at =
        if line.trim_start().starts_with('#') { line.find('#') } else { line.find(" #").map(|at| at + 1) };
    at.map(|at| line[at..].trim_end())
}
