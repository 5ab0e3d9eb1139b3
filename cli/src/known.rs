//! What is known beside a template: arguments, settings and parameter files, context files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use vpcheck_core::cost::{Prices, Traffic};
use vpcheck_core::{Options, Source, services};

use crate::args::{KnownArguments, MoneyArguments};
use crate::config::{self, Config};
use crate::context;
use crate::cost_files;
use crate::input::Input;
use crate::nested;
use crate::parameters::{self, Deployment, Values};
use crate::problem::Problem;

/// What is known beside the templates; settings are read once for each folder.
pub(crate) struct Known<'a> {
    arguments: &'a KnownArguments,
    /// From `--param-file` and `--param`.
    given: Deployment,
    /// From `--config`.
    config: Option<Rc<Config>>,
    /// From `--context`.
    contexts: Vec<Source>,
    /// From `--traffic` and `--prices`.
    traffic: Option<Traffic>,
    prices: Prices,
    found: BTreeMap<PathBuf, Result<Settings, Problem>>,
}

/// What the files around a template say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) config: Rc<Config>,
    deployment: Rc<Deployment>,
}

impl<'a> Known<'a> {
    /// Reads every file that the arguments name.
    pub(crate) fn new(arguments: &'a KnownArguments) -> Result<Self, Problem> {
        let mut given = Deployment::default();
        for path in &arguments.parameter_files {
            let read = parameters::read_file(path, arguments.config_env.as_deref())?;
            given.values.extend(read.values);
            given.region = read.region.or(given.region);
        }
        given.values.extend(arguments.parameters.iter().cloned());
        given.region = arguments.region.clone().or(given.region);
        let config = arguments.config.as_deref().map(config::read).transpose()?.map(Rc::new);
        let contexts = context::read(&arguments.contexts)?;
        let (traffic, prices) = (None, Prices::default());
        Ok(Self { arguments, given, config, contexts, traffic, prices, found: BTreeMap::new() })
    }

    /// Reads the files of traffic and prices that the arguments name.
    pub(crate) fn with_money(mut self, arguments: &MoneyArguments) -> Result<Self, Problem> {
        self.traffic = arguments.traffic.as_deref().map(cost_files::read_traffic).transpose()?;
        self.prices =
            arguments.prices.as_deref().map(cost_files::read_prices).transpose()?.unwrap_or_default();
        Ok(self)
    }

    /// The longest template that is read, in bytes.
    pub(crate) fn size_limit(&self) -> usize {
        self.arguments.max_size
    }

    /// The context files.
    pub(crate) fn contexts(&self) -> &[Source] {
        &self.contexts
    }

    /// What the files around the templates of a folder say.
    pub(crate) fn settings(&mut self, folder: &Path) -> Result<Settings, Problem> {
        if let Some(found) = self.found.get(folder) {
            return found.clone();
        }
        let found = self.find_settings(folder);
        self.found.insert(folder.to_path_buf(), found.clone());
        found
    }

    fn find_settings(&self, folder: &Path) -> Result<Settings, Problem> {
        let config = match &self.config {
            Some(config) => Rc::clone(config),
            None => {
                Rc::new(config::find(folder).map(|path| config::read(&path)).transpose()?.unwrap_or_default())
            }
        };
        let environment = self.arguments.config_env.as_deref();
        let deployment = parameters::read_samconfig(folder, environment)?.unwrap_or_default();
        Ok(Settings { config, deployment: Rc::new(deployment) })
    }

    /// Everything that is known beside the text of `input`. The command line goes before vpcheck.yaml, which goes
    /// before samconfig.toml.
    pub(crate) fn options(&self, input: &Input, text: &str, settings: &Settings) -> Options {
        let Settings { config, deployment } = settings;
        let limit = self.arguments.max_size;
        let mut values: Values = deployment.values.clone();
        values.extend(config.values.clone());
        values.extend(self.given.values.clone());
        let region = [&self.given.region, &config.region, &deployment.region].into_iter().flatten().next();
        Options {
            parameters: values,
            region: region.cloned(),
            nested: nested::load(text, input.parent(), input.file(), limit),
            contexts: self.contexts.clone(),
            assumed: self.arguments.assumed.iter().cloned().collect(),
            prefix_lists: joined(&self.arguments.prefix_lists),
            addresses: self.addresses(region.map(String::as_str)),
            traffic: self.traffic.clone(),
            prices: self.prices.clone(),
            size_limit: limit,
            rules_off: config.allowed(input.file()),
            ..Options::default()
        }
    }

    /// What names answer. A host name of a service in the stack's region also says what the service answers.
    fn addresses(&self, region: Option<&str>) -> BTreeMap<String, Vec<ipnet::IpNet>> {
        let mut addresses = joined(&self.arguments.addresses);
        for (name, nets) in &self.arguments.addresses {
            let host = services::of_host(name);
            let is_here = |of: Option<&str>| of.is_none() || region.is_none() || of == region;
            let suffix = services::suffix_of_name(name)
                .or_else(|| host.filter(|host| is_here(host.region)).map(|host| host.suffix.into_owned()));
            if let Some(suffix) = suffix {
                addresses.entry(suffix).or_default().extend(nets);
            }
        }
        addresses
    }
}

/// A name given several times has all that was given for it.
fn joined<T: Copy>(given: &[(String, Vec<T>)]) -> BTreeMap<String, Vec<T>> {
    let mut all: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (name, nets) in given {
        all.entry(name.clone()).or_default().extend(nets);
    }
    all
}
