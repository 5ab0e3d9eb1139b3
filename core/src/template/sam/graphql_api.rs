use super::output::Output;
use super::source::{Made, Source, Template, tags};
use super::value::get_att;
use crate::syntax::Node;

/// Expands an `AWS::Serverless::GraphQLApi` as far as references to what it makes and the roles of its data sources
/// go: schema, keys, data sources, functions and resolvers keep the properties that the author gave them.
pub(super) fn expand(_: &Template<'_>, source: &Source<'_>, out: &mut Output) {
    let mut api =
        Made::new(source.id.to_owned(), "AWS::AppSync::GraphQLApi", source.own_attributes(), source.key);
    api.take(
        source.properties,
        &["Name", "XrayEnabled", "Visibility", "OwnerContact", "IntrospectionConfig"],
    );
    api.set_some("Tags", tags(Some("graphQLApi:createdBy"), source.given("Tags")));
    let mut schema = part(source, "Schema", "AWS::AppSync::GraphQLSchema", "SchemaInline");
    schema.set_some("Definition", source.property("SchemaInline"));
    schema.set_some("DefinitionS3Location", source.property("SchemaUri"));
    out.add(schema);
    for (section, kind) in
        [("ApiKeys", "AWS::AppSync::ApiKey"), ("Functions", "AWS::AppSync::FunctionConfiguration")]
    {
        for entry in source.given(section).map(Node::entries).into_iter().flatten() {
            let Some(name) = entry.name() else { continue };
            let mut made = part(source, name, kind, section);
            made.at = entry.key.id();
            keep(&mut made, entry.value);
            out.add(made);
        }
    }
    for (section, kind) in [("DynamoDB", "AMAZON_DYNAMODB"), ("Lambda", "AWS_LAMBDA")] {
        let sources = source.given("DataSources").and_then(|sources| sources.get(section));
        for entry in sources.map(Node::entries).into_iter().flatten() {
            let Some(name) = entry.name() else { continue };
            let id = format!("{name}{section}DataSource");
            let mut made = part(source, &id, "AWS::AppSync::DataSource", "DataSources");
            made.at = entry.key.id();
            keep(&mut made, entry.value);
            made.set("Type", kind);
            out.add(made);
        }
    }
    for kind in source.given("Resolvers").map(Node::entries).into_iter().flatten() {
        for entry in kind.value.entries() {
            let (Some(kind), Some(name)) = (kind.name(), entry.name()) else { continue };
            let mut made = part(source, &format!("{kind}{name}"), "AWS::AppSync::Resolver", "Resolvers");
            made.at = entry.key.id();
            keep(&mut made, entry.value);
            made.set("TypeName", kind.to_owned());
            out.add(made);
        }
    }
    out.add_itself(api);
}

fn part(source: &Source<'_>, suffix: &str, kind: &'static str, property: &str) -> Made {
    let id = format!("{}{suffix}", source.id);
    let mut made = Made::new(id, kind, source.passed_on(), source.place_of(property));
    made.set("ApiId", get_att(source.id, "ApiId"));
    made
}

fn keep(made: &mut Made, properties: Node<'_>) {
    for entry in properties.entries() {
        if let Some(name) = entry.name() {
            made.properties.push((name.to_owned().into(), entry.value.into()));
        }
    }
}
