//! What a stack hands to others: by its outputs, nested stacks, custom resources, Parameter Store or resource shares.

use std::collections::BTreeSet;

use super::Template;
use super::reference::{in_outputs, references};

/// The names that leave the stack: others may use what they stand for.
pub(super) fn handed_on(template: &Template<'_>) -> BTreeSet<String> {
    /// Resources that hand on what they are given.
    const PASSING_ON: [&str; 5] = [
        "AWS::CloudFormation::Stack",
        "AWS::CloudFormation::StackSet",
        "AWS::Serverless::Application",
        "AWS::SSM::Parameter",
        "AWS::RAM::ResourceShare",
    ];
    /// The CDK's closes the default group of a VPC, and uses nothing of it.
    const CLOSING: &str = "Custom::VpcRestrictDefaultSG";
    let mut found = BTreeSet::new();
    in_outputs(template, &mut |reference| {
        found.insert(reference.name.to_owned());
    });
    for resource in &template.resources {
        if resource.is_custom() && resource.kind != CLOSING || PASSING_ON.contains(&resource.kind.as_str()) {
            references(template.node(resource.body), template.text(), &mut |reference| {
                found.insert(reference.name.to_owned());
            });
        }
    }
    found
}
