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

/// A template after all its fixes.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The path of the template.
    pub path: String,
    /// Which fixes were asked for, and what was assumed: `suggested`, `safe with isolated subnets`.
    pub how: String,
    /// The rules whose fixes were applied.
    pub rules: Vec<&'static str>,
    /// The text before.
    pub before: String,
    /// The text after.
    pub after: String,
}

/// How all fixes did.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By rule.
    pub rules: BTreeMap<&'static str, Count>,
    /// All fixes of a template together, at each safety that adds some.
    pub fixed: Vec<Fixed>,
    /// The comments of these templates before, and how many of them are there afterwards.
    pub comments: [usize; 2],
    /// Lines that no edit touches; each is there afterwards, byte for byte and in its order.
    pub untouched: usize,
    /// What went wrong, a line each.
    pub wrong: Vec<String>,
}

/// Fixes that take whole resources out, or comments: these go with what they belong to.
const REMOVING: [&str; 3] = ["idle-nat-gateway", "invalid-suppression", "unused-endpoint"];

impl Tally {
    /// Tries the fixes of a template: each by itself, then all of them, then all of them again. It is looked at as it
    /// is, and with the subnets that it does not know taken for each kind of subnets.
    pub fn add(&mut self, file: &File, known: &Options) {
        for (assumed, options) in options(file, known) {
            let before = analyze(&file.path, &file.text, &options);
            if before.findings.iter().all(|finding| finding.fix.is_none()) {
                continue;
            }
            for finding in &before.findings {
                if let Some(fix) = finding.fix.as_ref().filter(|_| is_own(finding)) {
                    self.try_one(file, &options, &before, finding, fix);
                }
            }
            for safety in [Safety::Safe, Safety::Suggested, Safety::Unsafe] {
                let offers = |finding: &Finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == safety);
                if before.findings.iter().any(|finding| is_own(finding) && offers(finding)) {
                    self.try_all(file, &options, assumed, safety);
                }
            }
        }
    }

    fn try_one(&mut self, file: &File, options: &Options, before: &Analysis, finding: &Finding, fix: &Fix) {
        let count = self.rules.entry(finding.rule.0).or_default();
        count.tried += 1;
        let result = prove(&file.path, &file.text, options, before, finding, fix);
        let why = match result {
            Err(why) => Some(why.en),
            Ok((after, _)) => {
                let untouched = untouched(&file.text, fix);
                self.untouched += untouched.len();
                let lost = lost_comment(&file.text, fix).filter(|_| !REMOVING.contains(&finding.rule.0));
                changed_line(&untouched, &after)
                    .map(|line| format!("the line `{}` is changed", line.trim_end()))
                    .or_else(|| other_ends(&file.text, &after))
                    .or_else(|| lost.map(|comment| format!("the comment `{comment}` is lost")))
            }
        };
        match why {
            None => count.proved += 1,
            Some(why) => {
                let (path, rule, message) = (&file.path, finding.rule.0, &finding.message.en);
                self.wrong.push(format!("{path}: {rule}: {message}: {why}"));
            }
        }
    }

    fn try_all(&mut self, file: &File, options: &Options, assumed: &str, safety: Safety) {
        let once = fix(&file.path, &file.text, options, safety);
        if once.applied.is_empty() {
            return;
        }
        let (before, mut after) = (comments(&file.text), comments(&once.text));
        let mut gone = Vec::new();
        for comment in &before {
            match after.iter().position(|kept| kept == comment) {
                Some(at) => {
                    after.swap_remove(at);
                }
                None => gone.push(*comment),
            }
        }
        self.comments[0] += before.len();
        self.comments[1] += before.len() - gone.len();
        let removing = once.applied.iter().any(|applied| REMOVING.contains(&applied.rule.0));
        if !gone.is_empty() && !removing {
            self.wrong.push(format!("{}: comments are lost: {gone:?}", file.path));
        }
        let twice = fix(&file.path, &once.text, options, safety);
        if twice.text != once.text {
            let more: Vec<&str> = twice.applied.iter().map(|applied| &*applied.title.en).collect();
            self.wrong.push(format!("{}: a second run changes more: {more:?}", file.path));
        }
        self.fixed.push(Fixed {
            path: file.path.clone(),
            how: format!("{}{assumed}", safety.name()),
            rules: once.applied.iter().map(|applied| applied.rule.0).collect(),
            before: file.text.clone(),
            after: once.text,
        });
    }
}

/// The lines that no edit touches, with their ends. What is put in between two lines touches neither.
fn untouched<'t>(text: &'t str, fix: &Fix) -> Vec<&'t str> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let touches = |span: Span| {
            let (from, to) = (span.start as usize, span.end as usize);
            if from == to { start < from && from < end } else { from < end && start < to }
        };
        // A text that ends without a line end gets one before a line that is added.
        let continues = !line.ends_with('\n') && fix.edits.iter().any(|edit| edit.span.start as usize == end);
        if !continues && !fix.edits.iter().any(|edit| touches(edit.span)) {
            found.push(line);
        }
        start = end;
    }
    found
}

/// The first of these lines that a text does not have in this order.
fn changed_line<'t>(lines: &[&'t str], after: &str) -> Option<&'t str> {
    let mut all = after.split_inclusive('\n');
    lines.iter().find(|line| !all.any(|other| other == **line)).copied()
}

/// What is wrong with the ends of lines.
fn other_ends(before: &str, after: &str) -> Option<String> {
    let bare = |text: &str| text.matches('\n').count() - text.matches("\r\n").count();
    let windows = |text: &str| text.contains("\r\n");
    if windows(before) && bare(before) == 0 && bare(after) > 0 || !windows(before) && windows(after) {
        return Some("it has other line ends".to_owned());
    }
    (before.ends_with('\n') && !after.ends_with('\n')).then(|| "the last line has no end".to_owned())
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(comment).collect()
}

/// Whether the fix is of the template itself, not of one that it nests.
fn is_own(finding: &Finding) -> bool {
    finding.primary().is_none_or(|label| label.file == FileId(0))
}

/// As the template is, and with each kind of subnets for those that are not known; in words.
fn options(file: &File, known: &Options) -> Vec<(&'static str, Options)> {
    let request = TraceRequest::default();
    let open =
        trace(&file.path, &file.text, known, &request).map(|tracing| tracing.assumable).unwrap_or_default();
    let mut all = vec![("", known.clone())];
    if !open.is_empty() {
        for (words, kind) in [
            (" with private subnets", Assumption::PrivateNat),
            (" with isolated subnets", Assumption::Isolated),
            (" with public subnets", Assumption::Public),
        ] {
            let assumed = open.iter().map(|name| (name.clone(), kind)).collect();
            all.push((words, Options { assumed, ..known.clone() }));
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
