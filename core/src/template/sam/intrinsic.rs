use crate::syntax::{Items, Node};

/// Whether a value is an intrinsic function, in the short or the long form.
pub(super) fn is_intrinsic(node: Node<'_>) -> bool {
    name(node).is_some()
}

/// The name of an intrinsic function: `Ref`, `Condition`, or what follows `Fn::`.
pub(super) fn name(node: Node<'_>) -> Option<&str> {
    if let Some(tag) = node.tag() {
        return Some(&tag.name);
    }
    let key = node.single_entry()?.name()?;
    match key {
        "Ref" | "Condition" => Some(key),
        _ => key.strip_prefix("Fn::"),
    }
}

/// The argument of the intrinsic function of this name. In the short form it is the node itself.
pub(super) fn argument<'a>(node: Node<'a>, function: &str) -> Option<Node<'a>> {
    if name(node)? != function {
        return None;
    }
    if node.tag().is_some() { Some(node) } else { Some(node.single_entry()?.value) }
}

/// What `Ref` names.
pub(super) fn referenced(node: Node<'_>) -> Option<&str> {
    argument(node, "Ref")?.as_str()
}

/// The resource that `Ref` or `Fn::GetAtt` names.
pub(super) fn resource_of(node: Node<'_>) -> Option<&str> {
    if let Some(id) = referenced(node) {
        return Some(id);
    }
    let argument = argument(node, "GetAtt")?;
    match argument.as_str() {
        Some(text) => text.split('.').next(),
        None => argument.items().get(0)?.as_str(),
    }
}

/// Condition, value if it holds, value if not.
#[derive(Clone, Copy)]
pub(super) struct If<'a> {
    /// The name of the condition.
    pub(super) condition: Node<'a>,
    /// Where it holds.
    pub(super) yes: Node<'a>,
    /// Where it does not.
    pub(super) no: Node<'a>,
}

/// The parts of `Fn::If`; nothing where it is malformed.
pub(super) fn parts_of_if(node: Node<'_>) -> Option<If<'_>> {
    let items: Items<'_> = argument(node, "If")?.items();
    if items.len() != 3 {
        return None;
    }
    Some(If { condition: items.get(0)?, yes: items.get(1)?, no: items.get(2)? })
}

/// Whether it is `AWS::NoValue`.
pub(super) fn is_no_value(node: Node<'_>) -> bool {
    referenced(node) == Some("AWS::NoValue")
}

/// What Python, and so SAM, takes for true: anything but nothing, false, zero and what is empty.
pub(super) fn is_given(node: Node<'_>) -> bool {
    if node.tag().is_some() {
        return true;
    }
    match node.as_str() {
        Some(text) if node.is_plain() => {
            !node.is_null() && node.as_bool() != Some(false) && !matches!(text, "0" | "0.0")
        }
        Some(text) => !text.is_empty(),
        None => !node.items().is_empty() || !node.entries().is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Limits, parse};

    #[test]
    fn both_forms_are_recognised() {
        let parsed = parse(
            "[!Ref A, {Ref: A}, !GetAtt A.Arn, {Fn::GetAtt: [A, Arn]}, !GetAtt [A, Arn]]",
            &Limits::default(),
        );
        for item in parsed.root().items() {
            assert!(is_intrinsic(item));
            assert_eq!(resource_of(item), Some("A"));
        }
    }

    #[test]
    fn given_means_what_python_takes_for_true() {
        let cases = [
            ("~", false),
            ("false", false),
            ("'false'", true),
            ("0", false),
            ("''", false),
            ("{}", false),
            ("[]", false),
            ("x", true),
            ("{a: 1}", true),
            ("!Ref A", true),
        ];
        for (text, given) in cases {
            let parsed = parse(text, &Limits::default());
            assert_eq!(is_given(parsed.root()), given, "{text}");
        }
    }
}
