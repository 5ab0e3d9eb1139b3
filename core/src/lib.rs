//! vpcheck reads a CloudFormation or SAM template and tells, before anything is deployed, what its Lambda
//! functions can reach from inside a VPC, why not, what it costs and what to change.
//!
//! Text goes in, plain data comes out: no files, clock, threads, environment or web types. [`analyze`] tells what is wrong with
//! a template, [`trace`] what its functions reach; neither fails on any text.
//!
//! ```
//! use vpcheck_core::finding::Severity;
//! use vpcheck_core::paths::Verdict;
//! use vpcheck_core::{Options, TraceRequest, analyze, trace};
//!
//! let template = "
//! Resources:
//!   Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
//!   Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
//!   Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, VpcId: !Ref Vpc}}
//!   Orders:
//!     Type: AWS::Lambda::Function
//!     Properties: {VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref Grup]}}
//! ";
//! let options = Options { region: Some("eu-west-1".to_owned()), ..Options::default() };
//!
//! let analysis = analyze("template.yaml", template, &options);
//! let first = analysis.findings.iter().find(|finding| finding.severity == Severity::Error).unwrap();
//! assert_eq!(first.rule.0, "unknown-reference");
//! println!("{}: {}", first.rule.0, first.message.en);
//!
//! let mended = template.replace("!Ref Grup", "!Ref Group");
//! let request = TraceRequest { from: Some("Orders".to_owned()), to: Some("internet:443".to_owned()) };
//! let tracing = trace("template.yaml", &mended, &options, &request).unwrap();
//! // One trace for each subnet, then their sum.
//! let sum = tracing.traces.last().unwrap();
//! assert_eq!(sum.verdict, Verdict::Blocked);
//! println!("{}: {}", sum.verdict.name(), sum.blockers[0].message.en);
//! ```

mod actions;
mod analysis;
mod assertions;
pub mod capacity;
pub mod checklist;
pub mod comparison;
mod connections;
pub mod cost;
pub mod demands;
pub mod diagram;
pub mod finding;
mod fixing;
pub mod language;
mod missing;
pub mod network;
pub mod order;
pub mod parameters;
pub mod paths;
pub mod redaction;
pub mod render;
mod repairing;
pub mod rules;
pub mod services;
pub mod share;
pub mod suggest;
pub mod syntax;
pub mod template;
pub mod text;
mod tracing;

pub use analysis::{Analysis, Need, Options, Reading, Source, Summary, analyze, nested_template_paths};
pub use assertions::{Assertion, check_assertions};
pub use fixing::{Applied, Fixing, Refused, fix, prove, source_is_elsewhere};
pub use repairing::{NoRepair, PathRepair, repair_path};
pub use suggest::endpoints::{prove_endpoints, suggest_endpoints};
pub use tracing::{TraceError, TraceRequest, Tracing, trace};
