//! OpenSearch and Elasticsearch domains.

use super::Writer;
use super::listeners::defaults;
use crate::network::from_template::reader::Split;
use crate::network::{Placement, WorkloadKind};

impl Writer<'_, '_, '_> {
    /// Domains: public ones, and ones with a node in each of their subnets.
    pub(super) fn search_domains(&mut self) -> Result<(), Split> {
        let kind = WorkloadKind::SearchDomain;
        for domain in
            self.reader.resources(&["AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain"])?
        {
            let workload = match self.reader.property(domain, &["VPCOptions"])? {
                Some(_) => {
                    let subnets = ["VPCOptions", "SubnetIds"];
                    let groups = ["VPCOptions", "SecurityGroupIds"];
                    let standing = self.listed(domain, &subnets, &groups)?;
                    self.workload(domain, kind, standing, Placement::Each, defaults(&[443]))
                }
                None => self.outside(domain, kind, true, defaults(&[443])),
            };
            self.builder.workload(workload);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DEFAULT_GROUP, group_names, network, ports, subnet_names, workload};
    use super::*;
    use crate::network::Fact;

    #[test]
    fn only_vpc_options_put_a_domain_into_a_vpc() {
        let network = network(
            "  Inside:
    Type: AWS::OpenSearchService::Domain
    Properties:
      VPCOptions: {SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Sg]}
  Plain:
    Type: AWS::Elasticsearch::Domain
    Properties:
      VPCOptions: {SubnetIds: [!Ref A]}
  Public:
    Type: AWS::OpenSearchService::Domain
    Properties: {DomainName: public}
",
        );
        let inside = workload(&network, "Inside");
        assert_eq!((inside.in_vpc, inside.placement, ports(inside)), (true, Placement::Each, vec![443]));
        assert_eq!(subnet_names(&network, inside), ["A", "B"]);
        assert_eq!(group_names(&network, inside), ["Sg"]);
        assert_eq!(group_names(&network, workload(&network, "Plain")), [DEFAULT_GROUP]);
        let public = workload(&network, "Public");
        assert_eq!((public.in_vpc, &public.public_address), (false, &Fact::Known(true)));
    }
}
