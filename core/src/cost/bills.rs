//! Bills worked out by hand, the arithmetic beside each.

use super::*;
use crate::Options;
use PriceItem as P;

const EAST: &str = "us-east-1";
const TOKYO: &str = "ap-northeast-1";

/// Region, what is used, the arithmetic, and the sum to the cent.
type Worked<'a> = (&'a str, &'a [(P, &'a str)], &'a str, &'a str);

const BILLS: &[Worked<'_>] = &[
    (EAST, &[(P::NatHour, "730")], "730 x 0.045", "32.85"),
    (EAST, &[(P::NatHour, "2190")], "3 x 730 x 0.045", "98.55"),
    (EAST, &[(P::NatHour, "730"), (P::PublicIpv4Hour, "730")], "32.85 + 730 x 0.005 = 32.85 + 3.65", "36.50"),
    (EAST, &[(P::NatGb, "10")], "10 x 0.045", "0.45"),
    (EAST, &[(P::NatGb, "100")], "100 x 0.045", "4.50"),
    (EAST, &[(P::NatGb, "5000")], "5000 x 0.045", "225.00"),
    (EAST, &[(P::NatGb, "0.1")], "0.1 x 0.045 = 0.0045", "0.00"),
    (EAST, &[(P::NatGb, "0.2")], "0.2 x 0.045 = 0.009", "0.01"),
    (
        EAST,
        &[(P::NatHour, "730"), (P::NatGb, "208.57")],
        "32.85 + 208.57 x 0.045 = 32.85 + 9.39 (9.38565)",
        "42.24",
    ),
    (EAST, &[(P::InterfaceEndpointHour, "730")], "730 x 0.01", "7.30"),
    (EAST, &[(P::InterfaceEndpointHour, "4380")], "2 endpoints x 3 zones x 7.30", "43.80"),
    (EAST, &[(P::InterfaceEndpointGb, "1048576")], "1 PB x 0.01, up to the border", "10485.76"),
    (EAST, &[(P::InterfaceEndpointGb, "1048577")], "10485.76 + 1 x 0.006 = 10485.766", "10485.77"),
    (
        EAST,
        &[(P::InterfaceEndpointGb, "5242880")],
        "10485.76 + 4194304 x 0.006 = 10485.76 + 25165.824",
        "35651.58",
    ),
    (EAST, &[(P::InterfaceEndpointGb, "5242890")], "35651.584 + 10 x 0.004 = 35651.624", "35651.62"),
    (EAST, &[(P::GatewayEndpointHour, "730")], "gateway endpoints are free", "0.00"),
    (EAST, &[(P::CrossZoneGb, "200")], "100 GB, 0.01 on each side", "2.00"),
    (EAST, &[(P::InternetOutGb, "10240")], "10 TB x 0.09, up to the border", "921.60"),
    (EAST, &[(P::InternetOutGb, "10241")], "921.60 + 1 x 0.085 = 921.685", "921.69"),
    (EAST, &[(P::InternetOutGb, "51200")], "921.60 + 40960 x 0.085 = 921.60 + 3481.60", "4403.20"),
    (EAST, &[(P::InternetOutGb, "51300")], "4403.20 + 100 x 0.07", "4410.20"),
    (EAST, &[(P::InternetOutGb, "153600")], "4403.20 + 102400 x 0.07 = 4403.20 + 7168", "11571.20"),
    (EAST, &[(P::ProvisionedX86, "2628000")], "1 GB x 2628000 s x 0.0000041667 = 10.9500876", "10.95"),
    (EAST, &[(P::ProvisionedX86, "13140000")], "10 x 0.5 GB x 2628000 s x 0.0000041667 = 54.750438", "54.75"),
    (EAST, &[(P::LambdaX86, "400000")], "400000 x 0.0000166667 = 6.66668", "6.67"),
    (EAST, &[(P::LambdaX86, "6000000001")], "6e9 x 0.0000166667 = 100000.2, + 0.000015", "100000.20"),
    (EAST, &[(P::LambdaX86, "15000000000")], "100000.20 + 9e9 x 0.000015 = 100000.20 + 135000", "235000.20"),
    (EAST, &[(P::LambdaArm, "1000000")], "1e6 x 0.0000133334 = 13.3334", "13.33"),
    (EAST, &[(P::LambdaRequest, "3000000")], "3e6 x 0.0000002", "0.60"),
    (EAST, &[(P::ProxyVcpuHour, "1460")], "2 vCPU x 730 x 0.015", "21.90"),
    (EAST, &[(P::ProxyVcpuHour, "5840")], "8 vCPU x 730 x 0.015", "87.60"),
    (EAST, &[(P::ResolverHour, "1460")], "2 x 730 x 0.125", "182.50"),
    (EAST, &[(P::ResolverQueries, "1000")], "1000 million x 0.40, up to the border", "400.00"),
    (EAST, &[(P::ResolverQueries, "1001")], "400 + 1 x 0.20", "400.20"),
    (
        EAST,
        &[(P::TransitHour, "1460"), (P::TransitGb, "100")],
        "2 x 730 x 0.05 + 100 x 0.02 = 73 + 2",
        "75.00",
    ),
    (EAST, &[(P::RegionalNatHour, "1460")], "2 zones x 730 x 0.045", "65.70"),
    (TOKYO, &[(P::NatHour, "730")], "730 x 0.062", "45.26"),
    (TOKYO, &[(P::NatHour, "1460"), (P::NatGb, "300")], "2 x 45.26 + 300 x 0.062 = 90.52 + 18.60", "109.12"),
    (TOKYO, &[(P::InterfaceEndpointHour, "730")], "730 x 0.014", "10.22"),
    (TOKYO, &[(P::InterfaceEndpointGb, "1048580")], "10485.76 + 4 x 0.006 = 10485.784", "10485.78"),
    (TOKYO, &[(P::InternetOutGb, "10240")], "10240 x 0.114", "1167.36"),
    (TOKYO, &[(P::InternetOutGb, "51200")], "1167.36 + 40960 x 0.089 = 1167.36 + 3645.44", "4812.80"),
    (TOKYO, &[(P::InternetOutGb, "153601")], "4812.80 + 102400 x 0.086 + 1 x 0.084 = 13619.284", "13619.28"),
    (TOKYO, &[(P::CrossZoneGb, "14")], "7 GB, 0.01 on each side", "0.14"),
    (TOKYO, &[(P::RegionalNatHour, "2190")], "3 zones x 730 x 0.062", "135.78"),
    (
        TOKYO,
        &[(P::LambdaX86, "123456"), (P::LambdaRequest, "1")],
        "2.05760... + 0.0000002: each line is rounded",
        "2.06",
    ),
    ("eu-west-1", &[(P::RegionalNatGb, "50"), (P::NatGb, "50")], "50 x 0.048 twice", "4.80"),
    ("eu-west-2", &[(P::ProxyAcuHour, "5840")], "8 ACU x 730 x 0.018", "105.12"),
];

fn model_of(region: &str, charges: &[(P, &str)]) -> CostModel {
    let charge = |(price, quantity): &(P, &str)| Charge {
        resource: price.name().to_owned(),
        at: None,
        price: *price,
        quantity: Quantity::parse(quantity).unwrap(),
        of_nat: false,
        zones: None,
    };
    let charges = charges.iter().map(charge).collect();
    CostModel { region: Some(region.to_owned()), charges, ..CostModel::default() }
}

#[test]
fn bills_come_to_what_was_worked_out_by_hand() {
    assert!(BILLS.len() >= 40);
    for (region, charges, arithmetic, sum) in BILLS {
        let estimate = estimate(&model_of(region, charges), &Prices::default(), Some(&Traffic::default()));
        assert_eq!(estimate.today.total.typical.to_string(), *sum, "{region} {charges:?}: {arithmetic}");
        assert!(estimate.missing_prices.is_empty(), "{region} {charges:?}: {:?}", estimate.missing_prices);
    }
}

#[test]
fn lines_that_share_tiers_come_to_the_sum() {
    let parts = [(P::InternetOutGb, "10000"), (P::InternetOutGb, "300.3333"), (P::InternetOutGb, "0.0777")];
    let estimate = estimate(&model_of(TOKYO, &parts), &Prices::default(), None);
    let lines: Vec<String> =
        estimate.today.items.iter().map(|item| item.usd.unwrap().typical.to_string()).collect();
    // 10000 x 0.114; 240 x 0.114 + 60.3333 x 0.089 = 32.7296637; 0.0777 x 0.089 = 0.0069153
    assert_eq!(lines, ["1140.00", "32.73", "0.01"]);
    assert_eq!(estimate.today.total.typical.to_string(), "1172.74");
}

#[test]
fn what_has_no_price_is_named_and_the_rest_is_summed() {
    let model = model_of("us-east-2", &[(P::NatHour, "730"), (P::InterfaceEndpointHour, "730")]);
    let unknown = estimate(&model, &Prices::default(), None);
    assert_eq!(unknown.today.total.typical.to_string(), "32.85");
    assert_eq!(
        unknown.missing_words()[0].en,
        "no price known for interface endpoint (vpce_interface_hour) in us-east-2"
    );
    let tiers = vec![(Quantity::ZERO, Usd::parse("0.01").unwrap())];
    let given = GivenPrice { region: Some("us-east-2".to_owned()), item: P::InterfaceEndpointHour, tiers };
    let complete = estimate(&model, &Prices { given: vec![given] }, None);
    assert_eq!(complete.today.total.typical.to_string(), "40.15", "one entry completes it");
    assert!(complete.missing_prices.is_empty());
    let most = model_of(EAST, &[(P::InternetOutGb, "153700")]);
    let beyond = estimate(&most, &Prices::default(), None);
    assert_eq!(
        beyond.missing_words()[0].en,
        "no price known for data out to the internet (internet_out_gb) beyond 153600 GB in us-east-1"
    );
}

#[test]
fn every_region_answers_or_names_what_is_missing() {
    let all: Vec<(P, &str)> = P::ALL.iter().map(|item| (*item, "1")).collect();
    for region in priced_regions() {
        let estimate = estimate(&model_of(region, &all), &Prices::default(), None);
        for item in &estimate.today.items {
            let named = estimate.missing_prices.iter().any(|missing| missing.item == item.price);
            assert_eq!(item.usd.is_none(), named, "{region} {:?}", item.price);
        }
        assert!(estimate.today.total.typical > Usd::ZERO, "{region}");
    }
}

/// Two private subnets in two zones behind one NAT gateway, and a function that reaches `reaches`.
fn network(reaches: &str, more: &str) -> String {
    format!(
        "Resources:
  Vpc: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}}}
  Igw: {{Type: AWS::EC2::InternetGateway}}
  Attached: {{Type: AWS::EC2::VPCGatewayAttachment, Properties: {{VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}}}
  Public: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a}}}}
  A: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1a}}}}
  B: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24, AvailabilityZone: us-east-1b}}}}
  Out: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  OutRoute: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Out, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}}}}
  OutPublic: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref Public, RouteTableId: !Ref Out}}}}
  Routes: {{Type: AWS::EC2::RouteTable, Properties: {{VpcId: !Ref Vpc}}}}
  Route: {{Type: AWS::EC2::Route, Properties: {{RouteTableId: !Ref Routes, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}}}
  OfA: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref A, RouteTableId: !Ref Routes}}}}
  OfB: {{Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {{SubnetId: !Ref B, RouteTableId: !Ref Routes}}}}
  Address: {{Type: AWS::EC2::EIP}}
  Nat: {{Type: AWS::EC2::NatGateway, Properties: {{SubnetId: !Ref Public, AllocationId: !GetAtt Address.AllocationId}}}}
  Group: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: g, VpcId: !Ref Vpc}}}}
  Role: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {{}}}}}}
  Fn:
    Type: AWS::Lambda::Function
    Metadata: {{vpcheck: {{reaches: [{reaches}]}}}}
    Properties:
      Role: !GetAtt Role.Arn
      VpcConfig: {{SubnetIds: [!Ref A, !Ref B], SecurityGroupIds: [!Ref Group]}}
{more}"
    )
}

fn priced(text: &str, traffic: Option<Traffic>) -> Estimate {
    let options = Options { traffic, ..Options::default() };
    let costing = cost("t.yaml", text, &options);
    assert_eq!(costing.problems, []);
    super::estimate(&costing.model, &options.prices, options.traffic.as_ref())
}

fn flows(given: &[(&str, u64)]) -> Traffic {
    let load = |(to, gb): &(&str, u64)| {
        let load = Load { both: Gigabytes::whole(*gb), out: None };
        (("Fn".to_owned(), (*to).to_owned()), load)
    };
    Traffic { flows: given.iter().map(load).collect(), ..Traffic::default() }
}

fn shown(bill: &Bill) -> Vec<String> {
    let line = |item: &Item| format!("{} {} {}", item.resource, item.price.name(), item.usd.unwrap().typical);
    bill.items.iter().map(line).collect()
}

fn totals(estimate: &Estimate) -> Vec<String> {
    let told = |plan: &PlanTotal| {
        let mark = if plan.cheapest.typical { "*" } else { "" };
        format!("{}{mark} {}", plan.plan.name(), plan.total.typical)
    };
    estimate.plans.iter().map(told).collect()
}

#[test]
fn traffic_goes_where_the_paths_lead() {
    let estimate = priced(&network("s3, sqs", ""), Some(flows(&[("s3", 1000), ("sqs", 400)])));
    assert_eq!(
        shown(&estimate.today),
        [
            "Nat nat_gateway_hour 32.85",
            "Address public_ipv4_hour 3.65",
            // (1000 + 400) x 0.045
            "Nat nat_gateway_gb 63.00",
            // Half of 1400 GB comes from the other zone: 700 x 2 x 0.01
            "Nat cross_zone_gb 14.00",
        ]
    );
    assert_eq!(
        totals(&estimate),
        [
            "today 113.50",
            // 36.50 + 400 x 0.045 + 200 x 2 x 0.01
            "gateway-endpoints 58.50",
            // 36.50 + 2 x 7.30 + 400 x 0.01
            "beside-nat 55.10",
            // 14.60 + 4.00
            "without-nat* 18.60",
        ]
    );
    assert_eq!(estimate.after_plan, Some(Plan::WithoutNat));
}

#[test]
fn a_nat_gateway_stays_for_whatever_else_stands_behind_it() {
    for other in [
        "  Build: {Type: AWS::CodeBuild::Project, Properties: {VpcConfig: {VpcId: !Ref Vpc, Subnets: [!Ref A]}}}\n",
        "  Server: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A}}\n",
    ] {
        let estimate = priced(&network("s3, sqs", other), Some(flows(&[("s3", 1000), ("sqs", 400)])));
        assert!(estimate.plans.iter().all(|plan| plan.plan != Plan::WithoutNat), "{other}");
    }
}

#[test]
fn both_break_evens_are_told() {
    let estimate = priced(&network("sqs, secretsmanager, sns", ""), None);
    let told: Vec<String> = estimate
        .break_even
        .iter()
        .map(|one| format!("{} {:?} {} {}", one.kind.name(), one.service, one.zones, one.gb_per_month.0))
        .collect();
    assert_eq!(
        told,
        [
            // 0.01 x 730 / (0.045 - 0.01)
            "beside-nat None 1 208.571428",
            "beside-nat Some(\"sqs\") 2 417.142857",
            "beside-nat Some(\"secretsmanager\") 2 417.142857",
            "beside-nat Some(\"sns\") 2 417.142857",
            // (6 x 7.30 - 36.50) / 0.035
            "replace-nat None 6 208.571428",
        ]
    );
    let tokyo = model_of(TOKYO, &[]);
    let estimate = estimate_of(&tokyo);
    // 0.014 x 730 / (0.062 - 0.01)
    assert_eq!(estimate.break_even[0].gb_per_month.0.to_string(), "196.538461");
}

fn estimate_of(model: &CostModel) -> Estimate {
    super::estimate(model, &Prices::default(), None)
}

#[test]
fn the_cheapest_plan_flips_where_the_sums_meet() {
    let estimate = priced(&network("sqs, internet", ""), Some(flows(&[("sqs", 10), ("internet", 0)])));
    // Through NAT: 0.045 and half of it crosses zones, 2 x 0.01 x 1/2; endpoint: 14.60 + 0.01.
    // 14.60 / (0.055 - 0.01) = 324.44
    let flips: Vec<String> = estimate
        .flips
        .iter()
        .map(|flip| format!("{} {} {:.6}", flip.from.name(), flip.to.name(), flip.gb_per_month.0))
        .collect();
    assert_eq!(flips.len(), 1, "{flips:?}");
    assert!(flips[0].starts_with("today beside-nat 324.4"), "{flips:?}");
    assert!(!estimate.plans.iter().any(|plan| plan.plan == Plan::WithoutNat), "the internet needs it");
}

#[test]
fn without_traffic_there_are_bands_and_never_zeros() {
    let text = network("", "").replace("reaches: []", "reaches: [internet]");
    let estimate = priced(&text, None);
    let total = estimate.today.total;
    // 36.50, and a GB costs 0.045 + 0.01 (half of it twice between zones) + 0.09
    assert_eq!(
        [total.low, total.typical, total.high].map(|usd| usd.to_string()),
        ["37.95", "51.00", "761.50"]
    );
    let nobody = network("x", "").replace("    Metadata: {vpcheck: {reaches: [x]}}\n", "");
    let nobody = priced(&nobody, None);
    // No path is known: all of it goes through the gateway, 36.50 + 100 x 0.045.
    assert_eq!(nobody.today.total.typical.to_string(), "41.00");
    assert!(nobody.assumptions.iter().any(|words| words.en.contains("no path from a function is known")));
}

#[test]
fn provisioned_concurrency_has_a_floor_and_pays_when_busy() {
    let text = network(
        "sqs",
        "      MemorySize: 1024
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Fn}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, FunctionVersion: '1', Name: live, ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}}}\n",
    );
    let mut traffic = flows(&[("sqs", 0)]);
    traffic.requests.insert("Fn".to_owned(), 2_000_000);
    traffic.milliseconds.insert("Fn".to_owned(), 500);
    let estimate = priced(&text, Some(traffic));
    let told = &estimate.provisioned[0];
    // 5 x 1 GB x 2628000 s x 0.0000041667 = 54.750438
    assert_eq!(told.floor.unwrap().to_string(), "54.75");
    // 0.0000041667 / (0.0000166667 - 0.0000097222) = 0.6
    assert_eq!(told.pays_from, Some(6000));
    // 1000000 s of 13140000
    assert_eq!(told.busy, Some(761));
    let lines = shown(&estimate.today);
    assert!(lines.contains(&"Fn lambda_request 0.40".to_owned()), "{lines:?}");
    // 1000000 GB-s x 0.0000097222
    assert!(lines.contains(&"Fn lambda_provisioned_duration_gb_second_x86 9.72".to_owned()), "{lines:?}");
}

#[test]
fn a_database_in_two_zones_is_half_across() {
    let text = network(
        "internet",
        "  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: d, SubnetIds: [!Ref A, !Ref B]}}
  DbGroup: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: d, VpcId: !Ref Vpc, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, SourceSecurityGroupId: !Ref Group}]}}
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, DBSubnetGroupName: !Ref Subnets, VPCSecurityGroups: [!Ref DbGroup]}}
  Proxy: {Type: AWS::RDS::DBProxy, Properties: {VpcSubnetIds: [!Ref A, !Ref B], EngineFamily: POSTGRESQL}}
  Targets: {Type: AWS::RDS::DBProxyTargetGroup, Properties: {DBProxyName: !Ref Proxy, DBInstanceIdentifiers: [!Ref Db]}}\n",
    )
    .replace("Engine: postgres", "Engine: postgres, DBInstanceClass: db.r6g.2xlarge");
    let estimate = priced(&text, Some(flows(&[("Db", 50), ("internet", 0)])));
    let lines = shown(&estimate.today);
    // 50 GB, half of it between zones, 0.01 on each side
    assert!(lines.contains(&"Fn cross_zone_gb 0.50".to_owned()), "{lines:?}");
    // 8 vCPU x 730 x 0.015
    assert!(lines.contains(&"Proxy rds_proxy_vcpu_hour 87.60".to_owned()), "{lines:?}");
}

#[test]
fn load_balancers_and_tasks_have_public_addresses() {
    let text = network(
        "sqs",
        "  Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref Public, !Ref A]}}
  Inner: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internal, Subnets: [!Ref A, !Ref B]}}
  Fixed: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network, SubnetMappings: [{SubnetId: !Ref Public, AllocationId: eipalloc-1}]}}
  Open: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: !Ref Given}}
  Tasks: {Type: AWS::ECS::Service, Properties: {DesiredCount: 3, NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ENABLED, Subnets: [!Ref Public]}}}}
  Hidden: {Type: AWS::ECS::Service, Properties: {DesiredCount: 3, NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref A]}}}}
  Some: {Type: AWS::ECS::Service, Properties: {DesiredCount: !Ref Count, NetworkConfiguration: {AwsvpcConfiguration: {AssignPublicIp: ENABLED, Subnets: [!Ref Public]}}}}
",
    );
    let parameters = "Parameters: {Given: {Type: CommaDelimitedList}, Count: {Type: Number}}\n";
    let estimate = priced(&format!("{parameters}{text}"), Some(flows(&[("sqs", 0)])));
    let lines: Vec<String> =
        shown(&estimate.today).into_iter().filter(|line| line.contains("public_ipv4_hour")).collect();
    // 730 x 0.005 each: two zones, three tasks, and the address of the NAT gateway.
    let expected =
        ["Address public_ipv4_hour 3.65", "Lb public_ipv4_hour 7.30", "Tasks public_ipv4_hour 10.95"];
    assert_eq!(lines, expected);
    let left: Vec<&str> = estimate.left_out.iter().map(|words| words.en.as_str()).collect();
    assert!(left[0].starts_with("public IPv4 addresses of `Open`"), "{left:?}");
    assert!(left[1].starts_with("public IPv4 addresses of the tasks of `Some`"), "{left:?}");
    assert_eq!(left.len(), 2, "{left:?}");
}
