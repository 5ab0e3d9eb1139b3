//! How many connections a database takes, as far as a template tells it.

use crate::demands::scope::Scope;
use crate::template::{Case, Guard, Resource, Value};

const TABLE: &str = include_str!("../../data/database_connections.txt");

pub(crate) const INSTANCE: &str = "AWS::RDS::DBInstance";
pub(crate) const CLUSTER: &str = "AWS::RDS::DBCluster";

/// How many connections a database takes: a range, as the memory that a class really leaves is told by nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// It surely takes about this many.
    pub(crate) low: u64,
    /// It takes no more.
    pub(crate) high: u64,
    /// What that follows from: `db.t4g.micro`, `max_connections`, `4 ACU`.
    pub(crate) of: String,
}

impl Limit {
    /// `about 80-112`, or the number itself.
    pub(crate) fn number(&self) -> String {
        if self.low == self.high { self.low.to_string() } else { format!("{}-{}", self.low, self.high) }
    }

    /// Of two databases or cases, whichever it may be.
    fn or(self, other: Self) -> Self {
        let Self { low, high, of } = other;
        let of = if self.of == of { of } else { format!("{}, {of}", self.of) };
        Self { low: self.low.min(low), high: self.high.max(high), of }
    }
}

/// The limit of an instance, or of the instances of a cluster, in the situations `when`; nothing where it is not known.
pub(crate) fn limit(scope: Scope<'_, '_>, database: &Resource, when: Guard) -> Option<Limit> {
    let reading = Reading { scope, when };
    let cluster = if database.kind == CLUSTER { Some(database) } else { cluster_of(scope, database) };
    let Some(cluster) = cluster else { return reading.instance(database, None) };
    if !reading.all(cluster, &["EngineMode"])?.iter().all(|mode| mode == "provisioned") {
        return None;
    }
    let mut found: Option<Limit> = None;
    let mut add = |one: Limit| found = Some(found.take().map_or(one.clone(), |known| known.or(one)));
    for class in reading.all(cluster, &["DBClusterInstanceClass"])? {
        add(reading.of_class(cluster, None, &class)?);
    }
    for instance in scope.resources(&[INSTANCE]) {
        if cluster_of(scope, instance).is_some_and(|own| own.id == cluster.id) {
            add(reading.instance(instance, Some(cluster))?);
        }
    }
    found
}

/// The cluster that an instance belongs to.
pub(crate) fn cluster_of<'a>(scope: Scope<'a, '_>, instance: &Resource) -> Option<&'a Resource> {
    let named = scope.property(instance, &["DBClusterIdentifier"]);
    named.iter().find_map(|case| scope.named_as(&case.value, &[CLUSTER], "DBClusterIdentifier"))
}

struct Reading<'a, 't> {
    scope: Scope<'a, 't>,
    when: Guard,
}

impl Reading<'_, '_> {
    fn cases(&self, resource: &Resource, path: &[&str]) -> Vec<Case> {
        let mut cases = self.scope.property(resource, path);
        cases.retain(|case| self.scope.both(case.guard, self.when).is_some());
        cases
    }

    /// Every value that a property may have; nothing where one of them is not known.
    fn all(&self, resource: &Resource, path: &[&str]) -> Option<Vec<String>> {
        self.cases(resource, path).iter().map(|case| case.value.known().map(str::to_owned)).collect()
    }

    fn instance(&self, instance: &Resource, cluster: Option<&Resource>) -> Option<Limit> {
        let classes = self.all(instance, &["DBInstanceClass"])?;
        let limits = classes.iter().map(|class| self.of_class(instance, cluster, class));
        limits.collect::<Option<Vec<Limit>>>()?.into_iter().reduce(Limit::or)
    }

    fn of_class(&self, own: &Resource, cluster: Option<&Resource>, class: &str) -> Option<Limit> {
        if let Some(limit) = self.written(own, cluster)? {
            return Some(limit);
        }
        let mut engines = self.all(own, &["Engine"])?;
        if let Some(cluster) = cluster.filter(|_| engines.is_empty()) {
            engines = self.all(cluster, &["Engine"])?;
        }
        let versions = self.all(cluster.unwrap_or(own), &["EngineVersion"])?;
        let limits = engines.iter().map(|engine| {
            let engine = engine.to_ascii_lowercase();
            if class == "db.serverless" {
                return self.serverless(cluster?, &engine);
            }
            by_default(&engine, versions.first().map(String::as_str), class)
        });
        limits.collect::<Option<Vec<Limit>>>()?.into_iter().reduce(Limit::or)
    }

    /// What a parameter group says, that of the instance before that of its cluster. `None` inside where neither does,
    /// outside where one may.
    #[allow(clippy::option_option, reason = "not known and not written are two answers")]
    fn written(&self, own: &Resource, cluster: Option<&Resource>) -> Option<Option<Limit>> {
        const GROUPS: [(&str, &str); 2] = [
            ("DBParameterGroupName", "AWS::RDS::DBParameterGroup"),
            ("DBClusterParameterGroupName", "AWS::RDS::DBClusterParameterGroup"),
        ];
        for resource in [Some(own), cluster].into_iter().flatten() {
            for (property, kind) in GROUPS {
                for case in self.cases(resource, &[property]) {
                    if case.value.known().is_some_and(|name| name.starts_with("default.")) {
                        continue;
                    }
                    let (id, _) = case.value.resource()?;
                    let group = self.scope.template.resource(id).filter(|group| group.kind == kind)?;
                    let values = self.all(group, &["Parameters", "max_connections"])?;
                    let numbers: Option<Vec<u64>> =
                        values.iter().map(|value| value.trim().parse().ok()).collect();
                    let numbers = numbers?;
                    if let (Some(low), Some(high)) = (numbers.iter().min(), numbers.iter().max()) {
                        let of = "max_connections".to_owned();
                        return Some(Some(Limit { low: *low, high: *high, of }));
                    }
                }
            }
        }
        Some(None)
    }

    /// By the most that a cluster may grow to. Between the rows of AWS's table it is between their limits.
    fn serverless(&self, cluster: &Resource, engine: &str) -> Option<Limit> {
        /// With less than one unit at rest, Aurora PostgreSQL takes no more.
        const SMALL: u64 = 2000;
        let number = |name: &str| -> Option<f64> {
            let values = self.all(cluster, &["ServerlessV2ScalingConfiguration", name])?;
            let [only] = &*values else { return None };
            only.trim().parse().ok()
        };
        let (most, least) = (number("MaxCapacity")?, number("MinCapacity")?);
        let column = match engine {
            "aurora-mysql" => 2,
            "aurora-postgresql" => 3,
            _ => return None,
        };
        let (mut low, mut high) = (None, None);
        for row in TABLE.lines().filter(|line| line.starts_with("serverless ")) {
            let words: Vec<&str> = row.split_ascii_whitespace().collect();
            let units: f64 = words.get(1)?.parse().ok()?;
            let limit: u64 = words.get(column)?.parse().ok()?;
            if units <= most {
                low = Some(limit);
            }
            if units >= most && high.is_none() {
                high = Some(limit);
            }
        }
        let (mut low, mut high) = (low?, high?);
        if column == 3 && least < 1.0 {
            (low, high) = (low.min(SMALL), high.min(SMALL));
        }
        Some(Limit { low, high, of: format!("{most} ACU") })
    }
}

/// The default of an engine on a class.
fn by_default(engine: &str, version: Option<&str>, class: &str) -> Option<Limit> {
    /// Bytes a connection, from the default parameter groups.
    const MYSQL: f64 = 12_582_880.0;
    const POSTGRESQL: f64 = 9_531_392.0;
    const MARIADB: f64 = 25_165_760.0;
    let (of, name) = (class.to_owned(), class.strip_prefix("db.")?);
    if engine == "aurora-mysql" || engine == "aurora" {
        let row = TABLE
            .lines()
            .filter(|line| line.starts_with("aurora-mysql "))
            .find(|line| line.split_ascii_whitespace().skip(2).any(|own| own == name))?;
        let limit = row.split_ascii_whitespace().nth(1)?.parse().ok()?;
        return Some(Limit { low: limit, high: limit, of });
    }
    let memory = memory(name)?;
    let (low, high, most) = match engine {
        "mysql" => (MYSQL, MYSQL, f64::INFINITY),
        "postgres" | "aurora-postgresql" => (POSTGRESQL, POSTGRESQL, 5000.0),
        // The formula changed with one of the versions; where it is not sure which holds, both bound the range.
        "mariadb" => (MARIADB, if is_after_mariadb_10_5(version) { MARIADB } else { MYSQL }, 12_000.0),
        _ => return None,
    };
    /// What the operating system and the agents of RDS take: by observation, a share and a bit. It makes the lower
    /// end of an estimate, no more.
    const SHARE_LEFT: f64 = 0.96;
    const TAKEN: f64 = 256.0 * 1024.0 * 1024.0;
    let usable = (memory * SHARE_LEFT - TAKEN).max(0.0);
    Some(Limit { low: whole((usable / low).min(most)), high: whole((memory / high).min(most)), of })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count far below the limits")]
fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

fn is_after_mariadb_10_5(version: Option<&str>) -> bool {
    let mut parts = version.unwrap_or("").split('.').map(|part| part.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(10), Some(minor)) => minor > 5,
        (Some(major), _) => major > 10,
        _ => false,
    }
}

/// The memory of a class in bytes; nothing for classes that are not in the table.
fn memory(class: &str) -> Option<f64> {
    const GIB: f64 = 1024.0 * 1024.0 * 1024.0;
    let (family, size) = class.split_once('.')?;
    let row = TABLE
        .lines()
        .filter(|line| line.starts_with("memory "))
        .find(|line| line.split_ascii_whitespace().skip(2).any(|own| own == family))?;
    let large = gibibytes(row.split_ascii_whitespace().nth(1)?)?;
    let factor = match size {
        "micro" => 0.125,
        "small" => 0.25,
        "medium" => 0.5,
        "large" => 1.0,
        "xlarge" => 2.0,
        _ => 2.0 * f64::from(size.strip_suffix("xlarge")?.parse::<u16>().ok()?),
    };
    Some(large * factor * GIB)
}

/// A number of the table, with up to two digits after the point. The reading of any float brings tables of four kilobytes.
fn gibibytes(text: &str) -> Option<f64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let number = |digits: &str| digits.parse::<u32>().ok().map(f64::from);
    let parts = match part.len() {
        1 => 10.0,
        2 => 100.0,
        _ => return None,
    };
    Some(number(whole)? + number(part)? / parts)
}

/// Whether a resource is a database of RDS whose engine an RDS Proxy can stand before.
pub(crate) fn has_proxies(scope: Scope<'_, '_>, database: &Resource) -> bool {
    const ENGINES: [&str; 6] =
        ["mysql", "mariadb", "postgres", "aurora-mysql", "aurora-postgresql", "sqlserver"];
    let engines = scope.property(database, &["Engine"]);
    let known = engines.iter().all(|case| {
        case.value
            .known()
            .is_some_and(|engine| ENGINES.iter().any(|own| engine.to_ascii_lowercase().starts_with(own)))
    });
    let first_generation = scope
        .property(database, &["EngineMode"])
        .iter()
        .any(|case| case.value.known() != Some("provisioned"));
    // A proxy keeps connections open, and so keeps a cluster awake that is meant to pause.
    let pauses = scope
        .property(database, &["ServerlessV2ScalingConfiguration", "MinCapacity"])
        .iter()
        .any(|case| matches!(&case.value, Value::Text(text) if text.known().is_none_or(|least| least.trim().parse() == Ok(0.0))));
    !engines.is_empty() && known && !first_generation && !pauses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_as_any_float_would_be() {
        for row in TABLE.lines().filter(|line| line.starts_with("memory ")) {
            let text = row.split_ascii_whitespace().nth(1).unwrap();
            assert_eq!(gibibytes(text), text.parse().ok(), "{row}");
        }
        assert_eq!((gibibytes("7.125"), gibibytes("7."), gibibytes("x")), (None, None, None));
    }

    #[test]
    fn defaults_follow_from_engine_and_class() {
        for (engine, class, expected) in [
            ("postgres", "db.t4g.micro", Some((79, 112))),
            ("mysql", "db.t3.micro", Some((60, 85))),
            ("mysql", "db.m5.large", Some((634, 682))),
            ("aurora-postgresql", "db.r6g.large", Some((1702, 1802))),
            ("postgres", "db.r5.24xlarge", Some((5000, 5000))),
            ("aurora-mysql", "db.t3.medium", Some((90, 90))),
            ("aurora-mysql", "db.r9x.large", None),
            ("postgres", "db.r9x.large", None),
            ("oracle-ee", "db.m5.large", None),
            ("postgres", "m5.large", None),
            ("postgres", "db.m5.hugexlarge", None),
        ] {
            let found = by_default(engine, None, class).map(|limit| (limit.low, limit.high));
            assert_eq!(found, expected, "{engine} {class}");
        }
        let new = by_default("mariadb", Some("10.11.6"), "db.t4g.small").map(|limit| limit.high);
        let old = by_default("mariadb", Some("10.4"), "db.t4g.small").map(|limit| limit.high);
        assert_eq!((new, old), (Some(85), Some(170)));
    }
}
