//! Functions on lists: `Fn::Join`, `Fn::Select`, `Fn::Split`, `Fn::Length`.

use super::{CASES, Evaluation, always, bounded, broken, too_many};
use crate::syntax::Node;
use crate::template::guard::Guard;
use crate::template::value::{Case, Part, Text, Unknown, Value};
use crate::text::Span;

impl<'a> Evaluation<'a> {
    pub(super) fn join(self, delimiter: Node<'a>, list: Node<'a>, span: Span) -> Vec<Case> {
        let Some(delimiter) = delimiter.as_str() else { return broken(span) };
        let mut out = Vec::new();
        for case in self.node(list).iter() {
            let items = match &case.value {
                Value::List(items) => items,
                Value::Unknown(unknown) => {
                    let value = Value::Text(Text::of(Part::Unknown(unknown.clone())));
                    out.push(Case { guard: case.guard, value, span });
                    continue;
                }
                _ => {
                    out.push(Case { guard: case.guard, value: Value::Unknown(Unknown::Broken), span });
                    continue;
                }
            };
            let Some(lists) = self.lists(case.guard, items) else { return too_many(span) };
            for (guard, items) in lists {
                let mut texts = vec![(guard, Text::default())];
                for (at, item) in items.into_iter().enumerate() {
                    if at > 0 {
                        for (_, text) in &mut texts {
                            text.push(Part::Literal(delimiter.to_owned()));
                        }
                    }
                    match self.product(texts, std::slice::from_ref(item)) {
                        Some(next) => texts = next,
                        None => return too_many(span),
                    }
                }
                out.extend(texts.into_iter().map(|(guard, text)| Case {
                    guard,
                    value: Value::Text(text),
                    span,
                }));
            }
        }
        bounded(out, span)
    }

    /// A list with conditional items, as the lists that it can be.
    fn lists(self, guard: Guard, items: &[Case]) -> Option<Vec<(Guard, Vec<&Case>)>> {
        let mut lists = vec![(guard, Vec::new())];
        for item in items {
            let mut next = Vec::with_capacity(lists.len());
            for (guard, list) in lists {
                let (with, without) = self.template.with_guards(|guards| {
                    let not = guards.not(item.guard);
                    (guards.and(guard, item.guard), guards.and(guard, not))
                });
                if without != Guard::NEVER {
                    next.push((without, list.clone()));
                }
                if with != Guard::NEVER {
                    let mut list = list;
                    list.push(item);
                    next.push((with, list));
                }
            }
            if next.len() > CASES {
                return None;
            }
            lists = next;
        }
        Some(lists)
    }

    pub(super) fn select(self, index: Node<'a>, list: Node<'a>, span: Span) -> Vec<Case> {
        let mut out = Vec::new();
        for index in self.node(index).iter() {
            // Many items are chosen from lists of their own, of which nothing else is ever asked.
            for list in &self.unkept(list) {
                let guard = self.template.with_guards(|guards| guards.and(index.guard, list.guard));
                if guard == Guard::NEVER {
                    continue;
                }
                let number = index.value.known().and_then(|text| text.trim().parse::<usize>().ok());
                match (number, &list.value) {
                    (Some(number), Value::List(items)) => {
                        let Some(lists) = self.lists(guard, items) else { return too_many(span) };
                        for (guard, items) in lists {
                            let value = items
                                .get(number)
                                .map_or(Value::Unknown(Unknown::Broken), |item| item.value.clone());
                            out.push(Case { guard, value, span });
                        }
                    }
                    (Some(number), Value::Zones(region)) => {
                        let part = Part::Zone { region: region.clone(), index: number };
                        out.push(Case { guard, value: Value::Text(Text::of(part)), span });
                    }
                    (Some(index), Value::Unknown(unknown)) => {
                        let part = Part::Item { list: unknown.clone(), index };
                        out.push(Case { guard, value: Value::Text(Text::of(part)), span });
                    }
                    // An attribute that is a list, of which only deployment tells the items.
                    (Some(index), Value::Text(text))
                        if matches!(&*text.parts, [Part::Resource { attribute: Some(_), .. }]) =>
                    {
                        let part = text.parts.first().and_then(|part| match part {
                            Part::Resource { id, attribute: Some(attribute) } => Some(Part::Item {
                                list: Unknown::Attribute {
                                    resource: id.clone(),
                                    attribute: attribute.clone(),
                                },
                                index,
                            }),
                            _ => None,
                        });
                        let value =
                            part.map_or(Value::Unknown(Unknown::Broken), |part| Value::Text(Text::of(part)));
                        out.push(Case { guard, value, span });
                    }
                    (None, Value::Unknown(unknown)) => {
                        let value = Value::Text(Text::of(Part::Unknown(unknown.clone())));
                        out.push(Case { guard, value, span });
                    }
                    (None, _) => {
                        let mut unknowns = Vec::new();
                        index.value.unknowns(&mut unknowns);
                        let unknown = unknowns.first().map_or(Unknown::Broken, |unknown| (*unknown).clone());
                        out.push(Case { guard, value: Value::Text(Text::of(Part::Unknown(unknown))), span });
                    }
                    _ => out.push(Case { guard, value: Value::Unknown(Unknown::Broken), span }),
                }
            }
        }
        bounded(out, span)
    }
}

/// An unknown inside a text leaves the number of pieces open, so the whole list is unknown.
pub(super) fn split(delimiter: &str, value: &Value, span: Span) -> Value {
    match value {
        Value::Text(text) => match (text.known(), text.unknowns().next()) {
            (Some(text), _) if !delimiter.is_empty() => {
                Value::List(text.split(delimiter).map(|piece| always(Value::text(piece), span)).collect())
            }
            (None, Some(unknown)) => Value::Unknown(unknown.clone()),
            // No id holds a comma, so ids stay whole between the commas of the text around them.
            (None, None) if delimiter == "," => {
                let mut pieces = vec![Text::default()];
                for part in &text.parts {
                    let Part::Literal(literal) = part else {
                        pieces.last_mut().into_iter().for_each(|piece| piece.push(part.clone()));
                        continue;
                    };
                    for (at, piece) in literal.split(',').enumerate() {
                        if at > 0 {
                            pieces.push(Text::default());
                        }
                        pieces
                            .last_mut()
                            .into_iter()
                            .for_each(|last| last.push(Part::Literal(piece.to_owned())));
                    }
                }
                Value::List(pieces.into_iter().map(|piece| always(Value::Text(piece), span)).collect())
            }
            (None, None) => match text.parts.iter().find_map(|part| match part {
                Part::Resource { id, attribute } => Some((id, attribute)),
                _ => None,
            }) {
                Some((id, attribute)) => Value::Unknown(Unknown::Attribute {
                    resource: id.clone(),
                    attribute: attribute.clone().unwrap_or_default(),
                }),
                None => Value::Unknown(Unknown::Broken),
            },
            _ => Value::Unknown(Unknown::Broken),
        },
        Value::Unknown(unknown) => Value::Unknown(unknown.clone()),
        _ => Value::Unknown(Unknown::Broken),
    }
}

pub(super) fn length(value: &Value) -> Value {
    match value {
        Value::List(items) if items.iter().all(|item| item.guard == Guard::ALWAYS) => {
            Value::text(items.len().to_string())
        }
        Value::List(_) => Value::Unknown(Unknown::TooManyCases),
        Value::Unknown(unknown) => Value::Text(Text::of(Part::Unknown(unknown.clone()))),
        _ => Value::Unknown(Unknown::Broken),
    }
}
