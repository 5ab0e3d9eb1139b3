//! Templates that nobody writes but to do harm, each of which meets a bound.

/// One of them, by what is wrong with it.
pub struct Hostile {
    /// What it is.
    pub name: &'static str,
    /// Its text.
    pub text: String,
    /// What the analysis says of it: words of a finding or of an assumption.
    pub words: &'static str,
}

/// All of them.
pub fn all() -> Vec<Hostile> {
    let too_deep = "values are nested too deep here";
    let too_long = "at most 1000000 are read";
    let one = |name, text, words| Hostile { name, text, words };
    vec![
        one(
            "brackets in brackets",
            format!("Resources: {}{}", "[".repeat(20_000), "]".repeat(20_000)),
            too_deep,
        ),
        one("maps in maps", format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000)), too_deep),
        one("lists in lists by indentation", "- ".repeat(100_000), too_deep),
        one("an alias bomb", aliases(), "the aliases of this text stand for more than 200000 values"),
        one("100,000 resources", resources(100_000), too_long),
        one(
            "one line of 5 MB",
            format!("{{\"Resources\":{{\"A\":\"{}\"}}}}", "x".repeat(5_000_000)),
            too_long,
        ),
        one("rings in rings", rings(), "resources depend on each other in a ring"),
        one(
            "a parameter of many values",
            values(),
            "the conditions have more cases than vpcheck tells apart",
        ),
        one("a function of many destinations", destinations(), "more than the 10000 that vpcheck follows"),
        one("a function in many subnets", subnets(20_000), "more than the 10000 that vpcheck follows"),
        one("a database in many subnets", database(2_000), "more than the 10000 that vpcheck follows"),
        one("many functions in one VPC", functions(1_000), "no parameter or resource is named `Nothing`"),
        one("conditions in rings", conditions_in_rings(), "the condition `C0` hangs on itself"),
        one("a long chain of conditions", chain_of_conditions(), "no parameter is named `Nothing`"),
        one("loops of a thousand turns", loops(), "the loops of Fn::ForEach make more values"),
        one("loops that make long texts", long_loops(), "the loops of Fn::ForEach make more values"),
        one("a long value, named often", long_value(), "longer together than vpcheck reads"),
        one("a text of many pieces", pieces(), "no parameter or resource is named `Nothing`"),
        one(
            "one unknown name in many places",
            unknown_names(),
            "no parameter or resource is named `Nothing`",
        ),
        one("many ranges of addresses", ranges(), "no parameter or resource is named `Nothing`"),
        one("more rings than are told", many_rings(), "20 rings of dependencies are told"),
        one(
            "rings that no situation has",
            rings_of_none(),
            "there are more ways from resource to resource than vpcheck follows",
        ),
    ]
}

/// A function that stands in so many subnets, which a parameter names.
pub fn subnets(count: usize) -> String {
    let ids: Vec<String> = (0..count).map(|at| format!("subnet-{at}")).collect();
    format!(
        "Parameters:
  Ids: {{Type: 'List<AWS::EC2::Subnet::Id>', Default: '{}'}}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: !Ref Ids, SecurityGroupIds: [sg-1]}}
      Environment: {{Variables: {{API: 'https://api.example.com'}}}}
",
        ids.join(",")
    )
}

/// A function and a database that stand in so many subnets each.
pub fn database(count: usize) -> String {
    let subnets = lines(count, |at| {
        let (third, fourth) = (at / 16, at % 16 * 16);
        format!(
            "  S{at}: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref V, CidrBlock: 10.0.{third}.{fourth}/28}}}}"
        )
    });
    let all: Vec<String> = (0..count).map(|at| format!("!Ref S{at}")).collect();
    let all = all.join(", ");
    format!(
        "Resources:
  V: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
{subnets}  G: {{Type: 'AWS::RDS::DBSubnetGroup', Properties: {{DBSubnetGroupDescription: x, SubnetIds: [{all}]}}}}
  D: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres, DBSubnetGroupName: !Ref G, VPCSecurityGroups: [sg-2]}}}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: [{all}], SecurityGroupIds: [sg-1]}}
      Environment: {{Variables: {{DB_HOST: !GetAtt D.Endpoint.Address}}}}
"
    )
}

fn functions(count: usize) -> String {
    let functions = lines(count, |at| {
        format!(
            "  F{at}: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: [!Ref S], SecurityGroupIds: [sg-1]}}, \
             Environment: {{Variables: {{T: !Ref T}}}}}}}}"
        )
    });
    format!(
        "Resources:
  V: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  S: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref V, CidrBlock: 10.0.0.0/24}}}}
  T: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: !Ref Nothing}}}}
{functions}"
    )
}

/// Each condition hangs on the next nine, the last on the first.
fn conditions_in_rings() -> String {
    const COUNT: usize = 60;
    let conditions = lines(COUNT, |at| {
        let next: Vec<String> = (1..10).map(|step| format!("!Condition C{}", (at + step) % COUNT)).collect();
        format!("  C{at}: !And [{}]", next.join(", "))
    });
    format!("Conditions:\n{conditions}Resources:\n  A: {{Type: AWS::SNS::Topic, Condition: C0}}\n")
}

fn chain_of_conditions() -> String {
    const COUNT: usize = 20_000;
    let conditions = lines(COUNT, |at| format!("  C{at}: !Not [!Condition C{}]", at + 1));
    let last = format!("  C{COUNT}: !Equals [!Ref Nothing, x]\n");
    format!("Conditions:\n{conditions}{last}Resources:\n  A: {{Type: AWS::SNS::Topic, Condition: C0}}\n")
}

/// Three loops in each other, of a thousand turns each.
fn loops() -> String {
    let turns: Vec<String> = (0..1_000).map(|at| format!("v{at}")).collect();
    let turns = turns.join(", ");
    format!(
        "Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::A:
    - X
    - [{turns}]
    - Fn::ForEach::B:
        - Y
        - [{turns}]
        - Fn::ForEach::C:
            - Z
            - [{turns}]
            - Same: {{Type: AWS::SNS::Topic}}
"
    )
}

/// A loop whose turns make texts of a hundred megabytes each.
fn long_loops() -> String {
    let value = "v".repeat(10_000);
    let turns = vec![value.as_str(); 20].join(", ");
    let uses = "${X}".repeat(10_000);
    let short = "${X}".repeat(90);
    format!(
        "Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::A:
    - X
    - [{turns}]
    - 'T${{X}}': {{Type: AWS::SNS::Topic, Properties: {{TopicName: '{uses}', DisplayName: '{short}'}}}}
"
    )
}

/// A parameter of 400 KB, whose value stands in a list 50,000 times.
fn long_value() -> String {
    let value = "v".repeat(400_000);
    let uses = vec!["!Ref P"; 50_000].join(", ");
    format!(
        "Parameters: {{P: {{Type: String, Default: {value}}}}}
Resources:
  F: {{Type: AWS::Lambda::Function, Properties: {{VpcConfig: {{SubnetIds: [{uses}], SecurityGroupIds: [sg-1]}}}}}}
"
    )
}

/// A text that is put together from 100,000 pieces.
fn pieces() -> String {
    let subs = "${P}-".repeat(80_000);
    let joined = vec!["!Ref P"; 50_000].join(", ");
    format!(
        "Parameters: {{P: {{Type: String}}}}
Resources:
  V: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: !Sub '{subs}${{Nothing}}'}}}}
  S: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref V, CidrBlock: !Join ['-', [{joined}]]}}}}
"
    )
}

fn unknown_names() -> String {
    let uses = vec!["!Ref Nothing"; 60_000].join(", ");
    format!("Resources:\n  A: {{Type: AWS::SNS::Topic, Properties: {{Subscription: [{uses}]}}}}\n")
}

/// Two groups and a network ACL of thousands of ranges each, between a function and a database.
fn ranges() -> String {
    let rules = |kind: &str, count: usize, protocol: &str| {
        let rule = |at: usize| {
            let (second, third) = (at / 256 % 256, at % 256);
            format!(
                "        - {{IpProtocol: {protocol}, FromPort: 5432, ToPort: 5432, CidrIp: 10.{second}.{third}.0/25}}\n"
            )
        };
        format!("      {kind}:\n{}", (0..count).map(rule).collect::<String>())
    };
    let (ingress, egress) =
        (rules("SecurityGroupIngress", 4_000, "tcp"), rules("SecurityGroupEgress", 4_000, "tcp"));
    let entries = lines(1_500, |at| {
        format!(
            "  E{at}: {{Type: AWS::EC2::NetworkAclEntry, Properties: {{NetworkAclId: !Ref Acl, RuleNumber: {}, Protocol: 6, \
             RuleAction: {}, CidrBlock: 10.{}.{}.0/26, PortRange: {{From: 5432, To: 5432}}}}}}",
            at + 1,
            if at % 2 == 0 { "allow" } else { "deny" },
            at / 256,
            at % 256
        )
    });
    format!(
        "Resources:
  V: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/8}}}}
  S: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref V, CidrBlock: 10.0.0.0/9, AvailabilityZone: !Ref Nothing}}}}
  Acl: {{Type: AWS::EC2::NetworkAcl, Properties: {{VpcId: !Ref V}}}}
  A: {{Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {{SubnetId: !Ref S, NetworkAclId: !Ref Acl}}}}
{entries}  Out:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref V
{egress}  In:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      VpcId: !Ref V
{ingress}  G: {{Type: 'AWS::RDS::DBSubnetGroup', Properties: {{DBSubnetGroupDescription: x, SubnetIds: [!Ref S]}}}}
  D: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: postgres, DBSubnetGroupName: !Ref G, VPCSecurityGroups: [!Ref In]}}}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: [!Ref S], SecurityGroupIds: [!Ref Out]}}
      Environment: {{Variables: {{DB_HOST: !GetAtt D.Endpoint.Address}}}}
"
    )
}

/// Two hundred pairs that wait for each other.
fn many_rings() -> String {
    let pairs = lines(200, |at| {
        format!(
            "  A{at}: {{Type: AWS::SNS::Topic, DependsOn: B{at}}}\n  B{at}: {{Type: AWS::SNS::Topic, DependsOn: A{at}}}"
        )
    });
    format!("Resources:\n{pairs}")
}

/// Rings of resources of which every situation lacks some, in many more ways than are followed.
fn rings_of_none() -> String {
    const COUNT: usize = 402;
    let all = lines(COUNT, |at| {
        let next: Vec<String> = (0..4).map(|step| format!("R{}", (at + 1 + 3 * step) % COUNT)).collect();
        format!(
            "  R{at}: {{Type: AWS::SNS::Topic, Condition: C{}, DependsOn: [{}]}}",
            at % 3,
            next.join(", ")
        )
    });
    let conditions = lines(3, |at| {
        let is = |value: usize| format!("!Equals [!Ref P, v{}]", value % 3);
        format!("  C{at}: !Or [{}, {}]", is(at), is(at + 1))
    });
    format!(
        "Parameters: {{P: {{Type: String, AllowedValues: [v0, v1, v2]}}}}\nConditions:\n{conditions}Resources:\n{all}"
    )
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|at| line(at) + "\n").collect()
}

fn resources(count: usize) -> String {
    format!("Resources:\n{}", lines(count, |at| format!("  R{at}: {{Type: AWS::SNS::Topic}}")))
}

/// Each anchor stands for nine of the one before.
fn aliases() -> String {
    let anchors = lines(11, |at| {
        let nine = vec![format!("*a{at}"); 9].join(", ");
        format!("  a{}: &a{} [{nine}]", at + 1, at + 1)
    });
    format!("Metadata:\n  a0: &a0 [x]\n{anchors}Resources:\n  A: {{Type: AWS::SNS::Topic, Metadata: *a11}}\n")
}

/// Every resource waits for the next nineteen, the last for the first.
fn rings() -> String {
    const COUNT: usize = 1_000;
    let all = lines(COUNT, |at| {
        let next: Vec<String> = (1..20).map(|step| format!("R{}", (at + step) % COUNT)).collect();
        format!("  R{at}: {{Type: AWS::SNS::Topic, DependsOn: [{}]}}", next.join(", "))
    });
    format!("Resources:\n{all}")
}

fn values() -> String {
    const COUNT: usize = 1_000;
    let conditions = lines(COUNT, |at| format!("  C{at}: !Equals [!Ref P, v{at}]"));
    let resources = lines(COUNT, |at| format!("  R{at}: {{Type: AWS::SNS::Topic, Condition: C{at}}}"));
    format!("Parameters: {{P: {{Type: String}}}}\nConditions:\n{conditions}Resources:\n{resources}")
}

fn destinations() -> String {
    let variables = lines(10_001, |at| format!("          H{at}_HOST: db{at}.example.com"));
    format!(
        "Resources:
  V: {{Type: AWS::EC2::VPC, Properties: {{CidrBlock: 10.0.0.0/16}}}}
  S: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: !Ref V, CidrBlock: 10.0.0.0/24}}}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      VpcConfig: {{SubnetIds: [!Ref S], SecurityGroupIds: [sg-1]}}
      Environment:
        Variables:
{variables}"
    )
}
