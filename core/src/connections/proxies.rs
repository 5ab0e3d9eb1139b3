//! How many of a database's connections a proxy takes for itself.

use super::{Connections, Limit};
use crate::language::Phrase;
use crate::phrase;
use crate::template::{Guard, Resource};

const PROXY: [&str; 1] = ["AWS::RDS::DBProxy"];

/// The part of its database's connections that a proxy opens at most. Clients wait while all are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// Percent of what the database takes.
    pub(crate) percent: u64,
    /// Whether that is written, or the default.
    is_written: bool,
    /// The database, and what it takes, where that is known.
    pub(crate) takes: Option<(String, Limit)>,
}

impl Share {
    /// No proxy opens more than this; nothing where the limit of the database is not known.
    pub(crate) fn most(&self) -> Option<u64> {
        self.takes.as_ref().map(|(_, takes)| self.of(takes.high))
    }

    /// What is left of the database's connections beside the proxy; nothing where its part is the default, which is
    /// all of them: nobody chose to leave others nothing.
    pub(crate) fn leaves(&self) -> Option<Limit> {
        let (_, takes) = self.takes.as_ref().filter(|_| self.is_written && self.percent < 100)?;
        let left = |number: u64| number.saturating_sub(self.of(number));
        Some(Limit { low: left(takes.low), high: left(takes.high), of: takes.of.clone() })
    }

    /// A part of a connection is none, but a proxy has at least one.
    fn of(&self, number: u64) -> u64 {
        (number.saturating_mul(self.percent) / 100).max(1)
    }

    /// `up to 50% of the connections of `Db` (about 39-56 of 79-112, db.t4g.micro)`.
    pub(crate) fn words(&self) -> Phrase {
        let percent = self.percent;
        let (by_default, ja_default) =
            if self.is_written { ("", "") } else { (", the default", "、デフォルト") };
        match &self.takes {
            Some((database, takes)) => {
                let own = Limit { low: self.of(takes.low), high: self.of(takes.high), of: String::new() };
                let (own, number, of) = (own.number(), takes.number(), &takes.of);
                phrase!(
                    en: "up to {percent}% of the connections of `{database}` (about {own} of {number}, {of}{by_default})",
                    ja: "`{database}` の接続の最大 {percent}% (約 {number} のうち約 {own}、{of}{ja_default})",
                )
            }
            None => phrase!(
                en: "up to {percent}% of the connections that its database takes (MaxConnectionsPercent{by_default})",
                ja: "データベースの接続の最大 {percent}% (MaxConnectionsPercent{ja_default})",
            ),
        }
    }
}

impl Connections<'_, '_> {
    /// What a proxy, or the proxy of an endpoint, takes in the situations `when`; nothing where it is not one known
    /// number in all of them, as where the targets are not in the template.
    pub(crate) fn share(&self, proxy: &str, when: Guard) -> Option<Share> {
        let scope = self.scope;
        let mut proxy = scope.template.resource(proxy)?;
        if proxy.kind == "AWS::RDS::DBProxyEndpoint" {
            proxy = self.proxy_of(proxy)?;
        }
        let mut groups = scope.resources(&["AWS::RDS::DBProxyTargetGroup"]).filter(|group| {
            scope.both(group.guard, when).is_some()
                && self.proxy_of(group).is_some_and(|own| own.id == proxy.id)
        });
        let (Some(group), None) = (groups.next(), groups.next()) else { return None };
        let mut cases = scope.property(group, &["ConnectionPoolConfigurationInfo", "MaxConnectionsPercent"]);
        cases.retain(|case| scope.both(case.guard, when).is_some());
        let is_written = !cases.is_empty();
        let numbers: Option<Vec<u64>> =
            cases.iter().map(|case| case.value.known()?.trim().parse().ok()).collect();
        let percent = match &*numbers? {
            [] => self.by_default(proxy)?,
            [first, rest @ ..] if rest.iter().all(|other| other == first) => *first,
            _ => return None,
        };
        let situation = scope.template.default_situation();
        let always = scope.template.with_guards(|guards| {
            let written = if is_written {
                cases.iter().fold(Guard::NEVER, |sum, case| guards.or(sum, case.guard))
            } else {
                group.guard
            };
            let when = guards.and(situation, when);
            guards.implies(when, written)
        });
        if !always || !(1..=100).contains(&percent) {
            return None;
        }
        let proxies = self.proxies();
        let behind =
            proxies.iter().find(|(id, _)| *id == proxy.id).map(|(_, databases)| databases.as_slice());
        let takes = match behind {
            Some([id]) => {
                let database = scope.template.resource(id);
                database.and_then(|own| super::limit(scope, own, when)).map(|takes| (id.clone(), takes))
            }
            _ => None,
        };
        Some(Share { percent, is_written, takes })
    }

    /// The proxy that stands before a database in some of the situations `when`.
    pub(crate) fn proxy_before(&self, database: &str, when: Guard) -> Option<String> {
        let stands = |id: &str| {
            self.scope.template.resource(id).is_some_and(|own| self.scope.both(own.guard, when).is_some())
        };
        let mut proxies = self.proxies().into_iter();
        let found = proxies.find(|(id, behind)| behind.iter().any(|own| own == database) && stands(id));
        found.map(|(id, _)| id)
    }

    /// The proxy before a database that functions go by, and what it leaves to those that do not.
    pub(crate) fn left_by_proxy(&self, database: &str, when: Guard) -> Option<(String, Limit)> {
        let proxy = self.proxy_before(database, when)?;
        let is_used = self.scope.resources(&["AWS::Lambda::Function"]).any(|own| self.uses_proxy(&own.id));
        let left = self.share(&proxy, when)?.leaves().filter(|_| is_used)?;
        Some((proxy, left))
    }

    /// The proxy that a target group or an endpoint belongs to.
    pub(super) fn proxy_of(&self, part: &Resource) -> Option<&Resource> {
        let named = self.scope.property(part, &["DBProxyName"]);
        named.iter().find_map(|case| self.scope.named_as(&case.value, &PROXY, "DBProxyName"))
    }

    /// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ConnectionPoolConfiguration.html>
    fn by_default(&self, proxy: &Resource) -> Option<u64> {
        let families = self.scope.property(proxy, &["EngineFamily"]);
        let family = |case: &crate::template::Case| case.value.known().map(str::to_ascii_uppercase);
        let families: Option<Vec<String>> = families.iter().map(family).collect();
        match families?.as_slice() {
            [only] if only == "SQLSERVER" => Some(10),
            [only] if only == "MYSQL" || only == "POSTGRESQL" => Some(100),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    /// What the finding about a function that passes by the proxy says of the proxy.
    fn told(class: &str, pool: &str, change: impl Fn(String) -> String) -> String {
        let text = format!(
            "Parameters: {{Env: {{Type: String, AllowedValues: [prod, dev]}}, Class: {{Type: String}}, Given: {{Type: Number}}}}
Conditions: {{Prod: !Equals [!Ref Env, prod]}}
Resources:
  Db: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres, DBInstanceClass: {class}}}}}
  Fn: {{Type: AWS::Lambda::Function, Properties: {{Environment: {{Variables: {{DB_HOST: !GetAtt Db.Endpoint.Address}}}}}}}}
  Proxy: {{Type: AWS::RDS::DBProxy, Properties: {{EngineFamily: POSTGRESQL, DBProxyName: p}}}}
  Targets: {{Type: AWS::RDS::DBProxyTargetGroup, Properties: {{DBProxyName: !Ref Proxy, DBInstanceIdentifiers: [!Ref Db]{pool}}}}}
"
        );
        let found = findings(&change(text), "proxy-bypassed");
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].split_once("the proxy of `Db`").map_or("", |(_, told)| told).to_owned()
    }

    fn percent(value: &str) -> String {
        format!(", ConnectionPoolConfigurationInfo: {{MaxConnectionsPercent: {value}}}")
    }

    #[test]
    fn a_share_is_told_in_numbers() {
        let same = |text: String| text;
        let of = |class: &str, pool: &str| told(class, pool, same);
        let half =
            ", which hands out up to 50% of the connections of `Db` (about 39-56 of 79-112, db.t4g.micro)";
        assert_eq!(of("db.t4g.micro", &percent("50")), half);
        assert_eq!(of("db.t4g.micro", &percent("!If [Prod, 50, 50]")), half);
        assert_eq!(
            of("db.t4g.micro", ""),
            ", which hands out up to 100% of the connections of `Db` (about 79-112 of 79-112, db.t4g.micro, the default)"
        );
        let unknown = of("!Ref Class", &percent("50"));
        assert_eq!(
            unknown,
            ", which hands out up to 50% of the connections that its database takes (MaxConnectionsPercent)"
        );
        let server =
            |text: String| text.replace("POSTGRESQL", "SQLSERVER").replace("postgres", "sqlserver-ex");
        assert_eq!(
            told("db.t4g.micro", "", server),
            ", which hands out up to 10% of the connections that its database takes (MaxConnectionsPercent, the default)"
        );
    }

    #[test]
    fn a_share_that_is_not_known_is_not_told() {
        let same = |text: String| text;
        for pool in [
            percent("!Ref Given"),
            percent("!If [Prod, 50, 80]"),
            percent("!If [Prod, 50, !Ref AWS::NoValue]"),
            percent("150"),
            ", ConnectionPoolConfigurationInfo: !Ref Given".to_owned(),
        ] {
            assert_eq!(told("db.t4g.micro", &pool, same), "", "{pool}");
        }
        let family = |text: String| text.replace("POSTGRESQL", "!Ref Class");
        assert_eq!(told("db.t4g.micro", "", family), "");
        let sometimes = |text: String| text.replace("  Targets: {", "  Targets: {Condition: Prod, ");
        assert_eq!(told("db.t4g.micro", &percent("50"), sometimes), "");
    }
}
