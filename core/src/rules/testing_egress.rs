//! Networks that the tests of several rules stand on.

/// A VPC with a public subnet, two private ones with one table, and a group.
pub(crate) const NETWORK: &str = "Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  Public: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [0, !GetAZs '']}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.2.0/24, AvailabilityZone: !Select [1, !GetAZs '']}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  OfA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref Table, SubnetId: !Ref A}}
  OfB: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref Table, SubnetId: !Ref B}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: f, VpcId: !Ref Vpc}}
";

/// A NAT gateway in the public subnet, with the routes to it.
pub(crate) const NAT: &str = "  Gateway: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  PublicTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  OfPublic: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {RouteTableId: !Ref PublicTable, SubnetId: !Ref Public}}
  Out: {Type: AWS::EC2::Route, DependsOn: Attached, Properties: {RouteTableId: !Ref PublicTable, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  Address: {Type: AWS::EC2::EIP, DependsOn: Attached}
  Nat: {Type: AWS::EC2::NatGateway, DependsOn: Attached, Properties: {SubnetId: !Ref Public, AllocationId: !GetAtt Address.AllocationId}}
  Away: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
";

/// An S3 gateway endpoint on the table.
pub(crate) const BUCKETS: &str = "  Buckets: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: com.amazonaws.eu-west-1.s3, RouteTableIds: [!Ref Table]}}\n";

/// An interface endpoint that everything in the VPC may use.
pub(crate) fn endpoint(id: &str, service: &str) -> String {
    format!(
        "  {id}: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: !Ref Vpc, VpcEndpointType: Interface, ServiceName: com.amazonaws.eu-west-1.{service}, SubnetIds: [!Ref A], SecurityGroupIds: [!Ref {id}Group], PrivateDnsEnabled: true}}}}
  {id}Group: {{Type: AWS::EC2::SecurityGroup, Properties: {{GroupDescription: e, VpcId: !Ref Vpc, SecurityGroupIngress: [{{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/16}}]}}}}\n"
    )
}

/// A function with a role that allows one action.
pub(crate) fn function(id: &str, action: &str, subnets: &str) -> String {
    let allows = if action.is_empty() {
        String::new()
    } else {
        format!(
            ", Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{{Effect: Allow, Action: '{action}', Resource: '*'}}]}}}}]"
        )
    };
    format!(
        "  {id}Role: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {{}}, ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole']{allows}}}}}
  {id}:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt {id}Role.Arn
      VpcConfig: {{SubnetIds: [{subnets}], SecurityGroupIds: [!Ref Group]}}\n"
    )
}

/// A function that must reach something, beside what its role allows.
pub(crate) fn declaring(function: &str, reaches: &str) -> String {
    function.replace(
        "    Properties:\n      Role",
        &format!("    Metadata: {{vpcheck: {{reaches: ['{reaches}']}}}}\n    Properties:\n      Role"),
    )
}
