//! What a database can spare for a function.

use super::{ACCOUNT, Connections};
use crate::template::Resource;

/// What an account keeps for functions that reserve nothing.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>
const UNRESERVED: u64 = 100;

impl Connections<'_, '_> {
    /// How many executions of a function its databases have connections for, beside what proxies take and what others
    /// are limited to; those without a limit share the rest alike. Counted from what a database surely takes. Nothing
    /// where that is not known, or nothing is left.
    pub(crate) fn spare(&self, function: &Resource) -> Option<u64> {
        let direct = self.direct();
        let proxies = self.proxies();
        let each = self.connections_each(function);
        let mut least: Option<u64> = None;
        for own in direct.iter().filter(|one| one.function == function.id) {
            let mut left = self.limit(own, own.when)?.low;
            for (proxy, behind) in &proxies {
                // An endpoint of a proxy hands out the proxy's connections.
                let is_proxy =
                    self.scope.template.resource(proxy).is_some_and(|one| one.kind == "AWS::RDS::DBProxy");
                if is_proxy && behind.contains(&own.database) {
                    left = left.checked_sub(self.share(proxy, own.when)?.most()?)?;
                }
            }
            let mut sharing = 0;
            for one in direct.iter().filter(|one| one.database == own.database) {
                let other = self.scope.template.resource(&one.function)?;
                let limited = self.executions(other).into_iter().map(|one| one.most).max();
                match limited.filter(|_| other.id != function.id && self.unbounded(other).is_none()) {
                    Some(most) => {
                        left = left.checked_sub(most.saturating_mul(self.connections_each(other)))?;
                    }
                    None => sharing += 1,
                }
            }
            let share = left.checked_div(sharing)?.checked_div(each)?;
            least = Some(least.map_or(share, |known| known.min(share)));
        }
        least.filter(|count| *count > 0)
    }

    /// The same, as far as the account has it to reserve.
    pub(crate) fn reservable(&self, function: &Resource) -> Option<u64> {
        let others = self
            .scope
            .functions()
            .filter(|other| other.id != function.id)
            .flat_map(|other| self.scope.property(other, &["ReservedConcurrentExecutions"]));
        let reserved = others.filter_map(|case| case.value.known()?.trim().parse::<u64>().ok());
        let taken = reserved.fold(UNRESERVED, u64::saturating_add);
        let count = self.spare(function)?.min(ACCOUNT.checked_sub(taken)?);
        (count > 0).then_some(count)
    }
}
