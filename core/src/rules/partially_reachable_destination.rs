use super::{Area, RuleInfo, Subject, reach};
use crate::finding::{Finding, RuleId, Safety, Severity};
use crate::paths::Verdict;
use crate::phrase;

pub(super) const ID: RuleId = RuleId("partially-reachable-destination");

pub(super) static RULE: RuleInfo = RuleInfo {
    id: ID,
    area: Area::Paths,
    severity: Severity::Error,
    fix: Some(Safety::Suggested),
    summary: || {
        phrase!(
            en: "A function reaches something that it needs from some subnets, placements or ports only",
            ja: "関数が使う宛先に、一部のサブネット・配置・ポートでしか届かない",
        )
    },
    check,
};

fn check(subject: &Subject<'_, '_>, findings: &mut Vec<Finding>) {
    reach::report(ID, Verdict::Partial, subject, findings);
}

#[cfg(test)]
mod tests {
    use crate::rules::reach::tests::{DATABASE, OPEN, network};
    use crate::rules::testing::findings;

    const ID: &str = "partially-reachable-destination";

    #[test]
    fn a_database_that_one_of_two_subnets_hides_is_found() {
        let acl = "  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  Closed: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref B, NetworkAclId: !Ref Acl}}\n";
        let found = findings(&network(&format!("{DATABASE}{OPEN}{acl}"), "A"), ID);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`Fn` reaches `Db` only in part (it differs by placement)"), "{found:?}");
        assert!(findings(&network(&format!("{DATABASE}{OPEN}"), "A"), ID).is_empty());
    }
}
