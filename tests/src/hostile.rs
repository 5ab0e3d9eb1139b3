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
    ]
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
