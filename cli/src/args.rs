//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use ipnet::{IpNet, Ipv4Net};
use vpcheck_core::Options;
use vpcheck_core::cost::Currency;
use vpcheck_core::language::Language;
use vpcheck_core::network::Assumption;

/// Checks what the Lambda functions of a CloudFormation or SAM template can reach from inside a VPC.
#[derive(Debug, Parser)]
#[command(name = "vpcheck", version, about, disable_help_subcommand = true)]
#[command(
    after_help = "Exit status: 0 nothing at or above --fail-on, every path as --expect says; 1 findings, another verdict, with fix --diff a change; 2 unusable arguments or input."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) manner: Manner,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check templates and report findings
    Check(CheckArguments),
    /// Follow the paths from functions to databases, services, hosts and the internet
    Trace(TraceArguments),
    /// Estimate what the network costs in a month, and what endpoints would change
    Cost(CostArguments),
    /// List the services that functions call, the endpoints to add, and whether NAT gateways can go then
    Endpoints(EndpointsArguments),
    /// Mend a template: print the difference, or write the file
    Fix(FixArguments),
    /// Tell which paths, findings and costs a change opens or closes
    Diff(DiffArguments),
    /// Draw the network: VPCs, zones, subnets, what stands in them and what leads where
    Diagram(DiagramArguments),
    /// Print the link that opens a template in the playground
    Share(ShareArguments),
    /// Write a commented vpcheck.yaml, the settings of a project; nothing is overwritten
    Init {
        /// Where to
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
    },
    /// Print the document of a rule
    Explain {
        /// The id of the rule, such as `unknown-reference`
        #[arg(value_name = "RULE")]
        rule: String,
    },
    /// List the rules
    Rules,
    /// Print the script that completes words of the command line
    Completions {
        /// The shell
        #[arg(value_enum, value_name = "SHELL")]
        shell: Shell,
    },
    /// Print a page for man
    Man {
        /// The command that the page is about [default: vpcheck itself]
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
}

/// How to speak.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Manner {
    /// Language of messages [default: from LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    pub(crate) lang: Option<LanguageName>,
    /// When to use colour; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = When::Auto)]
    pub(crate) color: When,
    /// The same as --color never
    #[arg(long, global = true, overrides_with = "color")]
    pub(crate) no_color: bool,
}

/// What `vpcheck check` takes.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Templates, folders to search for templates, or - for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = CheckFormat::Text, help_heading = "Output")]
    pub(crate) format: CheckFormat,
    /// Also print findings that are suppressed, with the reason
    #[arg(long, help_heading = "Output")]
    pub(crate) show_suppressed: bool,
    /// Tell only of findings that are not in FILE, a report of an earlier `check --format json`
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Exit with 1 on findings of this severity and above; unknown: on errors and on values that could not be settled
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,
    #[command(flatten)]
    pub(crate) money: MoneyArguments,
    #[command(flatten)]
    pub(crate) shown_in: CurrencyArguments,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
}

/// The form of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For CI servers that show tests
    Junit,
    /// For GitHub Actions, which shows it beside the lines of a pull request
    Github,
    /// For a pull request or an issue
    Markdown,
}

/// What `vpcheck trace` takes.
#[derive(Debug, Args)]
pub(crate) struct TraceArguments {
    /// Template, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) input: PathBuf,
    /// Source: the logical id of a function or another workload [default: every function]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<String>,
    /// Destination: a resource, a service such as s3, internet, a host name, an address or a range [default: what the
    /// template suggests]
    #[arg(long, value_name = "DEST[:PORT[-PORT]][/tcp|udp|icmp]")]
    pub(crate) to: Option<String>,
    /// Exit with 1 unless every path has exactly this verdict
    #[arg(long, value_enum, value_name = "VERDICT")]
    pub(crate) expect: Option<Expectation>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
}

/// What `vpcheck cost` takes.
#[derive(Debug, Args)]
pub(crate) struct CostArguments {
    /// Template, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) input: PathBuf,
    #[command(flatten)]
    pub(crate) money: MoneyArguments,
    #[command(flatten)]
    pub(crate) shown_in: CurrencyArguments,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Text, help_heading = "Output")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
}

/// What `vpcheck share` takes.
#[derive(Debug, Args)]
pub(crate) struct ShareArguments {
    /// Template, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) input: PathBuf,
    /// Put other account ids, names in ARNs and secrets into the link
    #[arg(long)]
    pub(crate) redact: bool,
    /// Address of the playground [default: the one that the program was built for]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) site: Option<String>,
    /// What the link opens
    #[arg(long, value_enum)]
    pub(crate) view: Option<SharedView>,
    /// Source of the path to show
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<String>,
    /// Destination of the path to show
    #[arg(long, value_name = "DEST[:PORT[-PORT]][/tcp|udp|icmp]")]
    pub(crate) to: Option<String>,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
}

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SharedView {
    Findings,
    Paths,
    Endpoints,
    Cost,
    Diagram,
}

/// What `vpcheck endpoints` takes.
#[derive(Debug, Args)]
pub(crate) struct EndpointsArguments {
    /// Template, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) input: PathBuf,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = EndpointsFormat::Text, help_heading = "Output")]
    pub(crate) format: EndpointsFormat,
    #[command(flatten)]
    pub(crate) money: MoneyArguments,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
}

/// The form of suggested endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EndpointsFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// The resources to add, to be put under `Resources:`
    Yaml,
}

/// What money is told with: in `check`, `cost`, `fix`, and whatever else takes it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Costs")]
pub(crate) struct MoneyArguments {
    /// Traffic of a month, in YAML or JSON [default: 10, 100 and 5000 GB]
    #[arg(long, value_name = "FILE")]
    pub(crate) traffic: Option<PathBuf>,
    /// Prices that go before those that vpcheck knows, in YAML or JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
}

/// How money is shown.
#[derive(Debug, Args)]
pub(crate) struct CurrencyArguments {
    /// Another currency for the text, by its rate: JPY=155.2 says how much of it one US dollar is
    #[arg(long, value_name = "CODE=RATE", value_parser = crate::cost_files::currency, help_heading = "Output")]
    pub(crate) currency: Option<Currency>,
}

/// What `vpcheck fix` takes.
#[derive(Debug, Args)]
pub(crate) struct FixArguments {
    /// Template, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) input: PathBuf,
    /// Exit with 1 if something would change
    #[arg(long, conflicts_with = "write")]
    pub(crate) diff: bool,
    /// Write the file; without it the difference is printed
    #[arg(long)]
    pub(crate) write: bool,
    /// How far fixes may go; each level includes those before it
    #[arg(long, value_enum, value_name = "SAFETY", default_value_t = SafetyName::Safe)]
    pub(crate) safety: SafetyName,
    #[command(flatten)]
    pub(crate) money: MoneyArguments,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
}

/// What `vpcheck diff` takes.
#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The old version of a template, or - for standard input
    #[arg(value_name = "OLD|-")]
    pub(crate) old: PathBuf,
    /// The new version, or - for standard input
    #[arg(value_name = "NEW|-")]
    pub(crate) new: PathBuf,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = DiffFormat::Text, help_heading = "Output")]
    pub(crate) format: DiffFormat,
    /// Exit with 1 on new findings of this severity and above
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = DiffFailOn::Error)]
    pub(crate) fail_on: DiffFailOn,
    #[command(flatten)]
    pub(crate) money: MoneyArguments,
    #[command(flatten)]
    pub(crate) shown_in: CurrencyArguments,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
}

/// The form of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
}

/// What makes a comparison fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFailOn {
    Error,
    Warning,
    Info,
    Never,
}

/// What `vpcheck diagram` takes.
#[derive(Debug, Args)]
pub(crate) struct DiagramArguments {
    /// Template, or - for standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) input: PathBuf,
    /// Source of a path to lay over the picture: the logical id of a function or another workload
    #[arg(long, value_name = "SOURCE", requires = "to")]
    pub(crate) from: Option<String>,
    /// Destination of the path, as `trace` takes it
    #[arg(long, value_name = "DEST[:PORT[-PORT]][/tcp|udp|icmp]", requires = "from")]
    pub(crate) to: Option<String>,
    /// Form of the picture
    #[arg(long, value_enum, default_value_t = DiagramFormat::Svg, help_heading = "Output")]
    pub(crate) format: DiagramFormat,
    /// Draw things one by one where many of a kind stand in the same subnets
    #[arg(long, help_heading = "Output")]
    pub(crate) unfold: bool,
    /// Write the picture to a file instead of standard output
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
}

/// The form of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiagramFormat {
    /// A picture for browsers and documents
    Svg,
    /// A flowchart that GitHub, Qiita and Zenn draw
    Mermaid,
}

/// How far a fix may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SafetyName {
    /// Cannot change what works
    Safe,
    /// Right in the common case
    Suggested,
    /// May break what works
    Unsafe,
}

/// What every path is expected to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Expectation {
    /// Packets arrive and answers come back
    Reachable,
    /// They do not
    Blocked,
}

/// What is known beside the templates.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is known")]
pub(crate) struct KnownArguments {
    /// Value of a template parameter; import:NAME=VALUE and resolve:REF=VALUE settle imports and dynamic references
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Parameter values in a file: CloudFormation or CodePipeline JSON, a plain map in JSON or YAML, samconfig.toml
    #[arg(long = "param-file", value_name = "FILE")]
    pub(crate) parameter_files: Vec<PathBuf>,
    /// Environment to read in samconfig.toml
    #[arg(long, value_name = "NAME")]
    pub(crate) config_env: Option<String>,
    /// Region the stack goes to, such as ap-northeast-1
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// What the real network is: files, or folders of .json files, with the output of `aws ec2 describe-...`
    #[arg(long = "context", value_name = "FILE|DIR")]
    pub(crate) contexts: Vec<PathBuf>,
    /// What subnets that are not known are taken to be: private-nat, isolated or public
    #[arg(long = "assume", value_name = "PARAMETER=KIND", value_parser = assumption)]
    pub(crate) assumed: Vec<(String, Assumption)>,
    /// Addresses of a prefix list
    #[arg(long = "prefix-list", value_name = "ID=CIDR,...", value_parser = prefix_list)]
    pub(crate) prefix_lists: Vec<(String, Vec<Ipv4Net>)>,
    /// Addresses that a host name or a service's public name answers, such as sqs=192.0.2.32/29
    #[arg(long = "resolve", value_name = "NAME=ADDRESS|CIDR,...", value_parser = resolved)]
    pub(crate) addresses: Vec<(String, Vec<IpNet>)>,
    /// Settings [default: vpcheck.yaml in the template's folder or above it, up to the root of the repository]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Refuse templates longer than this
    #[arg(long, value_name = "BYTES", default_value_t = Options::default().size_limit)]
    pub(crate) max_size: usize,
}

/// The form of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What makes a check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Info,
    Unknown,
    Never,
}

/// When to do something that only terminals understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// A language by its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageName {
    /// English
    En,
    /// 日本語
    Ja,
}

impl Manner {
    /// The language asked for, else that of the environment, else English.
    pub(crate) fn language(&self) -> Language {
        match self.lang {
            Some(LanguageName::En) => Language::English,
            Some(LanguageName::Ja) => Language::Japanese,
            None => environment_language(|name| std::env::var(name).ok()),
        }
    }

    /// Whether to colour, before the terminal is asked.
    pub(crate) fn color(&self) -> anstream::ColorChoice {
        match self.color {
            _ if self.no_color => anstream::ColorChoice::Never,
            When::Auto => anstream::ColorChoice::Auto,
            When::Always => anstream::ColorChoice::Always,
            When::Never => anstream::ColorChoice::Never,
        }
    }
}

/// The first variable that is set decides, as in POSIX, even when it names a language that we do not speak.
fn environment_language(variable: impl Fn(&str) -> Option<String>) -> Language {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()))
        .and_then(|tag| Language::from_tag(&tag))
        .unwrap_or_default()
}

fn name_and_value(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE, such as VpcId=vpc-0a1b2c3d".to_owned()),
    }
}

/// `import:NAME` and `resolve:REF` may hold equal signs, the kinds do not.
fn assumption(argument: &str) -> Result<(String, Assumption), String> {
    let (name, kind) = argument
        .rsplit_once('=')
        .filter(|(name, _)| !name.trim().is_empty())
        .ok_or("write it as PARAMETER=KIND, such as PrivateSubnetIds=private-nat")?;
    let kind = Assumption::parse(kind.trim())
        .ok_or_else(|| format!("`{kind}` is none of private-nat, isolated and public"))?;
    Ok((name.trim().to_owned(), kind))
}

/// A range of a prefix list.
pub(crate) fn net_of_a_list(text: &str) -> Result<Ipv4Net, String> {
    net(text).and_then(of_a_list)
}

fn of_a_list(net: IpNet) -> Result<Ipv4Net, String> {
    match net {
        IpNet::V4(net) => Ok(net),
        IpNet::V6(net) => {
            Err(format!("`{net}` is of IPv6, and a prefix list holds addresses of one version; leave it out"))
        }
    }
}

fn prefix_list(argument: &str) -> Result<(String, Vec<Ipv4Net>), String> {
    let (id, nets) =
        name_and_addresses(argument, "write it as ID=CIDR,..., such as pl-0a1b2c3d=10.20.0.0/16")?;
    let nets = nets.into_iter().map(of_a_list);
    Ok((id, nets.collect::<Result<_, _>>()?))
}

fn resolved(argument: &str) -> Result<(String, Vec<IpNet>), String> {
    let (name, addresses) =
        name_and_addresses(argument, "write it as NAME=ADDRESS, such as api.example.com=203.0.113.9")?;
    Ok((name.to_ascii_lowercase(), addresses))
}

fn name_and_addresses(argument: &str, form: &str) -> Result<(String, Vec<IpNet>), String> {
    let (name, list) = argument.split_once('=').ok_or(form)?;
    let (name, list) = (name.trim(), list.trim());
    if name.is_empty() || list.is_empty() {
        return Err(form.to_owned());
    }
    let addresses: Result<Vec<IpNet>, String> = list.split(',').map(|item| net(item.trim())).collect();
    Ok((name.to_owned(), addresses?))
}

/// An address or a range, of either version; IPv6 may stand in brackets.
pub(crate) fn net(text: &str) -> Result<IpNet, String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let net = bare.parse::<IpNet>().or_else(|_| bare.parse::<IpAddr>().map(IpNet::from));
    net.map(|net| net.trunc())
        .map_err(|_| format!("`{text}` is no address or range such as 192.0.2.0/24 or 2001:db8::/32"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_first_variable_that_is_set_decides_the_language() {
        let cases: [(&[(&str, &str)], Language); 6] = [
            (&[], Language::English),
            (&[("LANG", "ja_JP.UTF-8")], Language::Japanese),
            (&[("LC_ALL", "C"), ("LANG", "ja_JP.UTF-8")], Language::English),
            (&[("LC_ALL", ""), ("LC_MESSAGES", "ja"), ("LANG", "en_GB")], Language::Japanese),
            (&[("LC_MESSAGES", "de_DE.UTF-8"), ("LANG", "ja_JP")], Language::English),
            (&[("LANG", "C.UTF-8")], Language::English),
        ];
        for (variables, language) in cases {
            let lookup = |name: &str| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(environment_language(lookup), language, "{variables:?}");
        }
    }

    #[test]
    fn a_value_may_hold_equal_signs_and_be_empty() {
        assert_eq!(name_and_value("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(name_and_value("A="), Ok(("A".into(), String::new())));
        assert!(name_and_value("A").is_err());
        assert!(name_and_value("=b").is_err());
    }

    #[test]
    fn assumptions_name_a_value_and_a_kind() {
        assert_eq!(assumption("Subnets=isolated"), Ok(("Subnets".into(), Assumption::Isolated)));
        assert_eq!(assumption("import:a=b=public"), Ok(("import:a=b".into(), Assumption::Public)));
        for wrong in ["Subnets", "=public", "Subnets=private", "Subnets="] {
            assert!(assumption(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_single_or_ranges() {
        let nets = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpNet>>();
        assert_eq!(
            resolved("API.example.com=192.0.2.1, 198.51.100.7/24"),
            Ok(("api.example.com".into(), nets(&["192.0.2.1/32", "198.51.100.0/24"])))
        );
        assert_eq!(
            resolved("api.example.com=[2001:db8::7], 2001:db8:1::1/48"),
            Ok(("api.example.com".into(), nets(&["2001:db8::7/128", "2001:db8:1::/48"])))
        );
        assert_eq!(
            prefix_list("pl-1=10.0.0.0/8"),
            Ok(("pl-1".into(), vec!["10.0.0.0/8".parse::<Ipv4Net>().unwrap()]))
        );
        for (wrong, reason) in [
            ("pl-1", "write it as"),
            ("pl-1=", "write it as"),
            ("=10.0.0.0/8", "write it as"),
            ("pl-1=10.0.0.0/33", "`10.0.0.0/33` is no address or range"),
            ("pl-1=10.0.0.0/8,", "`` is no address or range"),
            ("pl-1=2001:db8::/32", "IPv6"),
        ] {
            assert!(prefix_list(wrong).unwrap_err().contains(reason), "{wrong}");
        }
    }
}
