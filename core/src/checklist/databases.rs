//! Are database connections under control?

use super::function::{Answer, DECLARATION, Function};
use super::{Evidence, Status};
use crate::connections::Connections;
use crate::demands::{Confidence, Demand};
use crate::language::Phrase;
use crate::network::WorkloadKind;
use crate::paths::GoalTarget;
use crate::phrase;
use crate::rules::subject::in_template;
use crate::template::Guard;

/// Services whose values may name a database.
const NAMING: [&str; 2] = ["secretsmanager", "ssm"];

/// Connections through a proxy are shared and limited by it. How many a function opens by itself is for the rules that
/// own the question; their silence alone proves nothing.
pub(super) fn answer(function: &Function<'_, '_>) -> Answer {
    let id = function.id;
    let template = function.subject.template;
    let connections = Connections::new(template, function.subject.demands());
    let (mut shared, mut direct): (Vec<Evidence>, Vec<Evidence>) = (Vec::new(), Vec::new());
    let mut naming: Vec<Evidence> = Vec::new();
    for stand in &function.stands {
        for demand in function.demands(stand.situation) {
            let goal = demand.goal.target.id();
            let kind = match &demand.goal.target {
                GoalTarget::Resource(name) => {
                    stand.network.workload(name).map(|at| stand.network.workloads[at.0].kind)
                }
                _ => None,
            };
            let (list, text) = match kind {
                Some(WorkloadKind::DatabaseProxy) => {
                    let when = template.with_guards(|guards| guards.and(stand.situation, demand.when));
                    (&mut shared, through_proxy(&connections, &goal, when))
                }
                Some(
                    WorkloadKind::DatabaseInstance | WorkloadKind::DatabaseCluster | WorkloadKind::Redshift,
                ) => (
                    &mut direct,
                    phrase!(
                        en: "reaches `{goal}` directly; whether its connections stay below what `{goal}` takes is not known",
                        ja: "`{goal}` に直接接続しますが、接続数が `{goal}` の上限に収まるかどうかはわかりません",
                    ),
                ),
                _ if is_naming(demand) => (
                    &mut naming,
                    phrase!(
                        en: "`{id}` reads {goal}, which may name a database",
                        ja: "`{id}` は {goal} を読み取ります。データベースの接続先が入っているかもしれません",
                    ),
                ),
                _ => continue,
            };
            let at = demand.evidence.first().and_then(|evidence| in_template(Some(evidence.at)));
            let evidence = Evidence::new(text, at);
            if !list.contains(&evidence) {
                list.push(evidence);
            }
        }
    }
    if !direct.is_empty() {
        return match fitting(function, &connections) {
            Some(mut fitting) => {
                fitting.append(&mut shared);
                Answer { status: Status::Pass, evidence: fitting }
            }
            None => Answer { status: Status::Unknown, evidence: direct },
        };
    }
    if !shared.is_empty() {
        return Answer { status: Status::Pass, evidence: shared };
    }
    let mut open = function.ignorance();
    open.extend(naming.into_iter().map(|evidence| evidence.settled_by(DECLARATION)));
    if !open.is_empty() {
        return Answer { status: Status::Unknown, evidence: open };
    }
    let text = phrase!(
        en: "nothing tells that `{id}` reaches a database",
        ja: "`{id}` がデータベースに接続することを示すものはありません",
    );
    Answer { status: Status::NotApplicable, evidence: vec![Evidence::new(text, function.named_at())] }
}

/// A proxy with no connection left lets its clients wait, up to `ConnectionBorrowTimeout`.
fn through_proxy(connections: &Connections<'_, '_>, goal: &str, when: Guard) -> Phrase {
    match connections.share(goal, when).map(|share| share.words()) {
        Some(Phrase { en, ja }) => phrase!(
            en: "reaches `{goal}`, a proxy, which shares and limits connections: it hands out {en}, and clients wait while all are taken",
            ja: "接続先の `{goal}` は RDS Proxy で、接続の共有と上限はプロキシが受け持ちます。プロキシが使うのは{ja}で、すべて使用中の間はクライアントが待ちます",
        ),
        None => phrase!(
            en: "reaches `{goal}`, a proxy, which shares and limits connections",
            ja: "接続先の `{goal}` は RDS Proxy で、接続の共有と上限はプロキシが受け持ちます",
        ),
    }
}

/// What shows that each database that a function connects to itself takes all connections that the functions of the
/// template can open to it; nothing where that is not known of one of them.
fn fitting(function: &Function<'_, '_>, connections: &Connections<'_, '_>) -> Option<Vec<Evidence>> {
    let template = function.subject.template;
    let proxies = connections.proxies();
    let direct = connections.direct();
    let mut found: Vec<Evidence> = Vec::new();
    for own in direct.iter().filter(|one| one.function == function.id) {
        let mut most: u64 = 0;
        for one in direct.iter().filter(|one| one.database == own.database) {
            let resource = template.resource(&one.function)?;
            if connections.unbounded(resource).is_some() {
                return None;
            }
            let executions = connections.executions(resource).into_iter().map(|one| one.most).max()?;
            most = most.saturating_add(executions.saturating_mul(connections.connections_each(resource)));
        }
        // What a proxy may take is not there for those who pass by it.
        let mut all = most;
        let (mut en_beside, mut ja_beside) = (String::new(), String::new());
        for (proxy, behind) in &proxies {
            let Some(resource) = template.resource(proxy).filter(|one| one.kind == "AWS::RDS::DBProxy")
            else {
                continue;
            };
            let Some(when) = connections.scope.both(resource.guard, own.when) else { continue };
            if behind.contains(&own.database) {
                let share = connections.share(proxy, when)?;
                let (taken, percent) = (share.most()?, share.percent);
                all = all.saturating_add(taken);
                en_beside.push_str(&format!(", and the proxy `{proxy}` at most {taken} ({percent}%)"));
                ja_beside.push_str(&format!("、プロキシ `{proxy}` が開く接続は最大 {taken} ({percent}%)"));
            }
        }
        let takes = connections.limit(own, own.when).filter(|takes| all <= takes.low)?;
        let (database, number, of) = (&own.database, takes.number(), &takes.of);
        let text = phrase!(
            en: "functions open at most {most} connections to `{database}`{en_beside}, which takes about {number} ({of}, an estimate)",
            ja: "関数が `{database}` に開く接続は最大 {most}{ja_beside} で、上限はおよそ {number} です ({of} からの推定)",
        );
        found.push(Evidence::new(text, Some(own.at)));
    }
    (!found.is_empty()).then_some(found)
}

/// Whether somebody wrote down that values are read that may name a database.
fn is_naming(demand: &Demand) -> bool {
    demand.confidence > Confidence::Possible
        && matches!(&demand.goal.target, GoalTarget::Service(service) if NAMING.contains(&service.as_str()))
}
