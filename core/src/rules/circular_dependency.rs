use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{Area, RuleInfo, Subject};
use crate::finding::{Finding, Fix, RuleId, Safety, Severity};
use crate::language::Phrase;
use crate::phrase;
use crate::suggest::move_ingress_out;
use crate::syntax::Node;
use crate::template::expression::{Expression, Function};
use crate::template::reference::{Reference, References, Use};
use crate::template::{Guard, Template};
use crate::text::Span;

const ID: RuleId = RuleId("circular-dependency");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Template,
    severity: Severity::Error,
    fix: Some(Safety::Safe),
    summary: || {
        phrase!(
            en: "Resources depend on each other in a ring, so none of them can be created first",
            ja: "リソースの依存関係が循環していて、どれも先に作成できない",
        )
    },
    check,
};

/// At most this many rings are told of one template.
const RINGS: usize = 20;

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    let template = subject.template;
    findings.extend(template.rings_of_conditions().iter().map(|name| of_condition(template, name)));
    let mut graph = Graph::of(template, subject.references);
    let mut search = Search { steps: STEPS, stopped_short: false };
    for _ in 0..RINGS {
        let Some(ring) = graph.shortest_ring(template, &mut search) else {
            if search.stopped_short {
                subject.leave_out(phrase!(
                    en: "there are more ways from resource to resource than vpcheck follows: rings of dependencies may be left that are not told",
                    ja: "リソース間の依存関係が多すぎるため、循環の検査を途中で打ち切りました。報告されていない循環が残っている可能性があります",
                ));
            }
            return;
        };
        if let Some(finding) = finding(template, &graph, &ring) {
            findings.push(finding);
        }
        graph.cut(&ring);
    }
    if !graph.on_rings().is_empty() {
        subject.leave_out(phrase!(
            en: "{RINGS} rings of dependencies are told, and resources may depend on each other in more: mend those first",
            ja: "依存関係の循環は {RINGS} 件まで報告しています。ほかにも残っている可能性があるため、まず報告されたものを直してください",
        ));
    }
}

fn of_condition(template: &Template<'_>, name: &str) -> Finding {
    let key =
        template.section("Conditions").and_then(|section| section.entry(name)).map(|entry| entry.key.span());
    let message = phrase!(
        en: "the condition `{name}` hangs on itself",
        ja: "条件 `{name}` が自分自身に依存しています",
    );
    Finding::new(ID, Severity::Error, key, message)
        .help(phrase!(
            en: "write one condition of the ring without the others: CloudFormation refuses conditions that refer to each other in a ring",
            ja: "循環している条件の一つを、ほかの条件を参照しない形に書き直してください。条件が循環していると、CloudFormation はテンプレートを受け付けません",
        ))
        .told_apart_by(format!("condition {name}"))
}

/// Steps from resource to resource that are taken to find the shortest rings; after that any ring will do.
const STEPS: usize = 1_000_000;

/// How far the search for rings has come.
struct Search {
    /// Steps left.
    steps: usize,
    /// Whether there were more starts or situations than are looked at.
    stopped_short: bool,
}

/// What makes one resource wait for another.
#[derive(Clone, Debug)]
struct Edge {
    why: Why,
    span: Span,
    guard: Guard,
}

#[derive(Clone, Debug)]
enum Why {
    DependsOn,
    /// It names the other, or an attribute of it.
    Reference(Option<String>),
    /// It is an API whose definition, which SAM writes, calls the function of this event.
    Event(String),
}

/// Which resource waits for which, by their numbers.
struct Graph {
    edges: Vec<BTreeMap<usize, Vec<Edge>>>,
}

impl Graph {
    fn of(template: &Template<'_>, references: &References<'_>) -> Self {
        let numbers: HashMap<&str, usize> =
            template.resources.iter().enumerate().map(|(at, resource)| (resource.id.as_str(), at)).collect();
        let mut edges: Vec<BTreeMap<usize, Vec<Edge>>> = vec![BTreeMap::new(); template.resources.len()];
        for (from, resource) in template.resources.iter().enumerate() {
            for reference in references.of_resource(resource) {
                if reference.usage == Use::Condition {
                    continue;
                }
                let target =
                    template.resource(reference.name).and_then(|target| numbers.get(target.id.as_str()));
                if let Some(to) = target {
                    let guard = edge_guard(template, resource.guard, reference);
                    if guard != Guard::NEVER {
                        edges[from].entry(*to).or_default().push(Edge {
                            why: match reference.usage {
                                Use::DependsOn => Why::DependsOn,
                                _ => Why::Reference(reference.attribute.map(str::to_owned)),
                            },
                            span: reference.span,
                            guard,
                        });
                    }
                }
            }
        }
        for (api, function, event, span) in api_events(template) {
            if let (Some(from), Some(to)) = (numbers.get(api), numbers.get(function)) {
                let guard = template.resources.get(*to).map_or(Guard::ALWAYS, |function| function.guard);
                edges[*from].entry(*to).or_default().push(Edge {
                    why: Why::Event(event.to_owned()),
                    span,
                    guard,
                });
            }
        }
        Self { edges }
    }

    /// The shortest ring that exists in some situation, as resource numbers; the last waits for the first.
    fn shortest_ring(&self, template: &Template<'_>, search: &mut Search) -> Option<Vec<usize>> {
        /// Rings are looked for from this many resources; a text with more on rings is not one ring short.
        const STARTS: usize = 300;
        let mut best: Option<Vec<usize>> = None;
        let starts = self.on_rings();
        search.stopped_short = starts.len() > STARTS;
        for start in starts.into_iter().take(STARTS) {
            if let Some(ring) = self.ring_from(template, start, search)
                && best.as_ref().is_none_or(|known| ring.len() < known.len())
            {
                best = Some(ring);
            }
            if best.as_ref().is_some_and(|ring| ring.len() == 1 || search.steps == 0) {
                break;
            }
        }
        best
    }

    /// Resources that can be reached from themselves: what is left after taking away, again and again, those that
    /// wait for nothing or that nothing waits for.
    fn on_rings(&self) -> Vec<usize> {
        let mut left: Vec<bool> = vec![true; self.edges.len()];
        let mut back: Vec<Vec<usize>> = vec![Vec::new(); self.edges.len()];
        for (from, edges) in self.edges.iter().enumerate() {
            for to in edges.keys() {
                back[*to].push(from);
            }
        }
        let mut out: Vec<usize> = self.edges.iter().map(BTreeMap::len).collect();
        let mut into: Vec<usize> = back.iter().map(Vec::len).collect();
        let mut queue: VecDeque<usize> =
            (0..self.edges.len()).filter(|at| out[*at] == 0 || into[*at] == 0).collect();
        while let Some(at) = queue.pop_front() {
            if !std::mem::replace(&mut left[at], false) {
                continue;
            }
            for from in &back[at] {
                out[*from] = out[*from].saturating_sub(1);
                if out[*from] == 0 {
                    queue.push_back(*from);
                }
            }
            for to in self.edges[at].keys() {
                into[*to] = into[*to].saturating_sub(1);
                if into[*to] == 0 {
                    queue.push_back(*to);
                }
            }
        }
        (0..left.len()).filter(|at| left[*at]).collect()
    }

    /// The shortest way from `start` back to it along which all resources and references can exist at once.
    fn ring_from(&self, template: &Template<'_>, start: usize, search: &mut Search) -> Option<Vec<usize>> {
        let mut seen: HashMap<(usize, Guard), Option<(usize, Guard)>> = HashMap::new();
        let mut queue = VecDeque::from([(start, Guard::ALWAYS)]);
        seen.insert((start, Guard::ALWAYS), None);
        /// States looked at from one resource; conditions can multiply them.
        const STATES: usize = 5_000;
        while let Some((at, guard)) = queue.pop_front() {
            for (to, edges) in &self.edges[at] {
                for edge in edges {
                    search.steps = search.steps.saturating_sub(1);
                    let both = template.with_guards(|guards| guards.and(guard, edge.guard));
                    if both == Guard::NEVER {
                        continue;
                    }
                    if *to == start {
                        let mut ring = vec![at];
                        let mut state = (at, guard);
                        while let Some(Some(before)) = seen.get(&state) {
                            ring.push(before.0);
                            state = *before;
                        }
                        ring.reverse();
                        return Some(ring);
                    }
                    if seen.contains_key(&(*to, both)) {
                        continue;
                    }
                    if seen.len() >= STATES {
                        search.stopped_short = true;
                    } else {
                        seen.insert((*to, both), Some((at, guard)));
                        queue.push_back((*to, both));
                    }
                }
            }
        }
        None
    }

    fn cut(&mut self, ring: &[usize]) {
        for (at, from) in ring.iter().enumerate() {
            let to = ring[(at + 1) % ring.len()];
            self.edges[*from].remove(&to);
        }
    }
}

fn edge_guard(template: &Template<'_>, resource: Guard, reference: &Reference<'_>) -> Guard {
    let target = template.resource(reference.name).map_or(Guard::ALWAYS, |target| target.guard);
    let guard = looked_at(template, resource, reference);
    template.with_guards(|guards| guards.and(guard, target))
}

/// When a reference of something that exists under `owner` is looked at: not in the other branch of an `Fn::If`.
pub(super) fn looked_at(template: &Template<'_>, owner: Guard, reference: &Reference<'_>) -> Guard {
    reference.under.iter().fold(owner, |guard, (name, holds)| {
        let Some(condition) = template.condition(name) else { return guard };
        template.with_guards(|guards| {
            let side = if *holds { condition } else { guards.not(condition) };
            guards.and(guard, side)
        })
    })
}

fn finding(template: &Template<'_>, graph: &Graph, ring: &[usize]) -> Option<Finding> {
    let name = |at: usize| template.resources.get(at).map_or("", |resource| resource.id.as_str());
    // Rings have no beginning: start at the resource that stands first in the text.
    let first = ring.iter().enumerate().min_by_key(|(_, at)| **at)?.0;
    let ring: Vec<usize> = ring[first..].iter().chain(&ring[..first]).copied().collect();
    let steps: Vec<(usize, usize)> =
        ring.iter().enumerate().map(|(at, from)| (*from, ring[(at + 1) % ring.len()])).collect();
    let edges: Vec<&Vec<Edge>> = steps.iter().filter_map(|(from, to)| graph.edges[*from].get(to)).collect();

    let chain =
        steps.iter().map(|(from, _)| name(*from)).chain([name(ring[0])]).collect::<Vec<_>>().join(" → ");
    let (from, to) = (name(ring[0]), name(steps[0].1));
    let message = match ring.len() {
        1 => phrase!(en: "`{from}` depends on itself", ja: "`{from}` が自分自身に依存しています"),
        2 => phrase!(
            en: "`{from}` and `{to}` depend on each other",
            ja: "`{from}` と `{to}` が互いに依存しています",
        ),
        count => phrase!(
            en: "{count} resources depend on each other in a ring: {chain}",
            ja: "{count} 個のリソースの依存関係が循環しています: {chain}",
        ),
    };
    let primary = edges.first()?.first()?;
    let mut finding = Finding::new(ID, Severity::Error, Some(primary.span), message)
        .about(from)
        .told_apart_by(chain.as_str())
        .here(with_origin(template, ring[0], primary, edge_words(from, to, primary)));
    for ((from, to), edges) in steps.iter().zip(&edges).skip(1) {
        if let Some(edge) = edges.first() {
            let words = edge_words(name(*from), name(*to), edge);
            finding = finding.label(edge.span, with_origin(template, *from, edge, words));
        }
    }
    let fix = steps.iter().zip(&edges).find_map(|((from, to), edges)| {
        let spans: Vec<Span> = edges.iter().map(|edge| edge.span).collect();
        let (from, to) = (template.resources.get(*from)?, template.resources.get(*to)?);
        let moved = move_ingress_out(template, from, to, &spans)?;
        let (group, source) = (from.id.as_str(), to.id.as_str());
        Some(Fix {
            safety: Safety::Safe,
            title: phrase!(
                en: "Move the ingress rule of `{group}` that names `{source}` into a resource of its own",
                ja: "`{group}` のインバウンドルールのうち `{source}` を参照するものを独立したリソースに移す",
            ),
            edits: moved,
        })
    });
    let groups = ring.iter().all(|at| {
        template.resources.get(*at).is_some_and(|resource| resource.kind == "AWS::EC2::SecurityGroup")
    });
    let help = if groups {
        phrase!(
            en: "CloudFormation can create none of them first; write one of the rules as a resource of its own (AWS::EC2::SecurityGroupIngress or SecurityGroupEgress)",
            ja: "いずれのセキュリティグループも先に作成できません。片方のルールを独立したリソース (AWS::EC2::SecurityGroupIngress または SecurityGroupEgress) に分けてください",
        )
    } else {
        phrase!(
            en: "CloudFormation refuses the template; break the ring at one of these places, for example by a name that is written out or a resource of its own",
            ja: "このままでは CloudFormation が受け付けません。名前を直接書く、別のリソースに分けるなどして、どこか 1 か所で循環を断ってください",
        )
    };
    Some(finding.help(help).fix(fix))
}

/// APIs whose definition SAM writes from the events of functions: the API's id, the function's, the event's name and
/// its place. An API with a definition of its own names what it calls itself.
fn api_events<'a>(template: &'a Template<'_>) -> Vec<(&'a str, &'a str, &'a str, Span)> {
    let section = template.section("Resources");
    let mut found = Vec::new();
    for resource in section.into_iter().flat_map(Node::entries) {
        let Some(function) = resource.name() else { continue };
        if resource.value.get("Type").and_then(Node::as_str) != Some("AWS::Serverless::Function") {
            continue;
        }
        for event in resource.value.at(&["Properties", "Events"]).into_iter().flat_map(Node::entries) {
            let (implicit, property) = match event.value.get("Type").and_then(Node::as_str) {
                Some("Api") => ("ServerlessRestApi", "RestApiId"),
                Some("HttpApi") => ("ServerlessHttpApi", "ApiId"),
                _ => continue,
            };
            let api = match event.value.at(&["Properties", property]) {
                None => implicit,
                Some(node) => {
                    let call = Expression::call(node).filter(|call| call.function == Function::Ref);
                    let Some(name) = call.and_then(|call| call.argument.literal()) else { continue };
                    let written = section.and_then(|section| section.at(&[name, "Properties"]));
                    let own = |key: &str| written.is_some_and(|properties| properties.get(key).is_some());
                    if own("DefinitionBody") || own("DefinitionUri") {
                        continue;
                    }
                    name
                }
            };
            if let Some(name) = event.name() {
                found.push((api, function, name, event.key.span()));
            }
        }
    }
    found
}

/// Says where a resource comes from that stands nowhere in the text.
fn with_origin(template: &Template<'_>, resource: usize, edge: &Edge, words: Phrase) -> Phrase {
    // An event names the function already.
    if matches!(edge.why, Why::Event(_)) {
        return words;
    }
    let Some(resource) = template.resources.get(resource) else { return words };
    let Some(origin) = &resource.made_by else { return words };
    let (id, Phrase { en, ja }) = (&resource.id, words);
    phrase!(en: "{en} (SAM makes `{id}` from `{origin}`)", ja: "{ja} (`{id}` は SAM が `{origin}` から生成)")
}

fn edge_words(from: &str, to: &str, edge: &Edge) -> Phrase {
    match &edge.why {
        Why::DependsOn => phrase!(
            en: "`{from}` waits for `{to}` by DependsOn",
            ja: "`{from}` は DependsOn で `{to}` に依存",
        ),
        Why::Reference(Some(attribute)) => phrase!(
            en: "`{from}` needs `{to}.{attribute}`",
            ja: "`{from}` は `{to}.{attribute}` を参照",
        ),
        Why::Reference(None) => phrase!(en: "`{from}` needs `{to}`", ja: "`{from}` は `{to}` を参照"),
        Why::Event(event) => phrase!(
            en: "`{from}` calls `{to}` by the event `{event}`",
            ja: "`{from}` はイベント `{event}` で `{to}` を呼び出す",
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, fixed};

    const GROUPS: &str = "\
Resources:
  FunctionGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: function
      SecurityGroupEgress:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          DestinationSecurityGroupId: !Ref EndpointGroup

  # The endpoints' own group.
  EndpointGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: endpoints
      SecurityGroupIngress:
        # From the function.
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          SourceSecurityGroupId: !Ref FunctionGroup
      Tags: []

Outputs:
  Group: {Value: !Ref EndpointGroup}
";

    #[test]
    fn two_groups_are_parted_by_moving_the_ingress_rule() {
        assert_eq!(
            findings(GROUPS, "circular-dependency"),
            [
                "10:44 `FunctionGroup` and `EndpointGroup` depend on each other | 22:39 `EndpointGroup` needs `FunctionGroup`"
            ]
        );
        let after = fixed(GROUPS, "circular-dependency");
        assert!(findings(&after, "circular-dependency").is_empty(), "{after}");
        let added = "
  EndpointGroupIngressFromFunctionGroup:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !GetAtt EndpointGroup.GroupId
      IpProtocol: tcp
      FromPort: 443
      ToPort: 443
      SourceSecurityGroupId: !Ref FunctionGroup
";
        assert!(after.contains(added), "{after}");
        assert!(!after.contains("SecurityGroupIngress:\n") && after.contains("      Tags: []\n"), "{after}");
    }

    #[test]
    fn every_edge_of_a_longer_ring_is_told() {
        let text = "Resources:\n  A: {Type: T, DependsOn: B}\n  B: {Type: T, Properties: {X: !GetAtt C.Arn}}\n  C: {Type: T, Properties: {X: !Sub '${A}'}}\n  D: {Type: T, DependsOn: A}\n";
        assert_eq!(
            findings(text, "circular-dependency"),
            [
                "2:27 3 resources depend on each other in a ring: A → B → C → A | 3:40 `B` needs `C.Arn` | 4:40 `C` needs `A`"
            ]
        );
    }

    #[test]
    fn resources_that_never_exist_together_make_no_ring() {
        let text = "Parameters: {Env: {Type: String}}\nConditions:\n  Dev: !Equals [!Ref Env, dev]\n  Prod: !Equals [!Ref Env, prod]\nResources:\n  A: {Type: T, Condition: Dev, DependsOn: B}\n  B: {Type: T, Condition: Prod, DependsOn: A}\n  C: {Type: T, Properties: {X: !If [Dev, !Ref D, x]}}\n  D: {Type: T, Properties: {X: !If [Prod, !Ref C, x]}}\n";
        assert!(findings(text, "circular-dependency").is_empty());
        let text = text.replace("Prod, !Ref C", "Dev, !Ref C");
        assert_eq!(findings(&text, "circular-dependency").len(), 1);
    }

    #[test]
    fn a_function_may_not_name_the_api_that_calls_it() {
        let text = "\
Resources:
  Handler:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {URL: !Sub 'https://${ServerlessRestApi}.example.com'}}
      Events:
        Get: {Type: Api, Properties: {Path: /, Method: get}}
";
        assert_eq!(
            findings(text, "circular-dependency"),
            [
                "5:54 `Handler` and `ServerlessRestApi` depend on each other | 7:9 `ServerlessRestApi` calls `Handler` by the event `Get`"
            ]
        );
        let own = text.replace("Method: get", "Method: get, RestApiId: !Ref Api")
            + "  Api: {Type: AWS::Serverless::Api, Properties: {StageName: v1}}\n";
        assert!(findings(&own, "circular-dependency").is_empty());
    }

    #[test]
    fn a_ring_through_what_sam_makes_says_where_that_comes_from() {
        let text = "\
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Handler:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {BUCKET: !Ref Bucket}}
      Events:
        Put: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*'}}
";
        assert_eq!(
            findings(text, "circular-dependency"),
            [
                "2:11 3 resources depend on each other in a ring: Bucket → HandlerPutPermission → Handler → Bucket | 8:9 `HandlerPutPermission` needs `Handler` (SAM makes `HandlerPutPermission` from `Handler`) | 6:46 `Handler` needs `Bucket`"
            ]
        );
    }

    #[test]
    fn a_resource_may_not_name_itself() {
        let text = "Resources:\n  A: {Type: T, Properties: {X: !Ref A}}\n";
        assert_eq!(findings(text, "circular-dependency"), ["2:37 `A` depends on itself"]);
    }
}
