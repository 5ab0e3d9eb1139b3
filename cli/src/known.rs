//! What is known beside a template: arguments, settings and parameter files, context files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

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
    config: Option<Arc<Config>>,
    /// From `--context`.
    contexts: Vec<Source>,
    /// From `--traffic` and `--prices`.
    traffic: Option<Traffic>,
    prices: Option<Prices>,
    found: Mutex<BTreeMap<PathBuf, Result<Surroundings, Problem>>>,
}

/// What the files around a template say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) config: Arc<Config>,
    deployment: Arc<Deployment>,
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
        let config = arguments.config.as_deref().map(config::read).transpose()?.map(Arc::new);
        let contexts = context::read(&arguments.contexts)?;
        let (traffic, prices) = (None, None);
        Ok(Self { arguments, given, config, contexts, traffic, prices, found: Mutex::default() })
    }

    /// Reads the files of traffic and prices that the arguments name.
    pub(crate) fn with_money(mut self, arguments: &MoneyArguments) -> Result<Self, Problem> {
        self.traffic = arguments.traffic.as_deref().map(cost_files::read_traffic).transpose()?;
        self.prices = arguments.prices.as_deref().map(cost_files::read_prices).transpose()?;
        Ok(self)
    }

    /// The longest template that is read, in bytes.
    pub(crate) fn size_limit(&self) -> usize {
        self.arguments.max_size
    }

    /// The files of `--context`, which go before those of vpcheck.yaml.
    pub(crate) fn given_contexts(&self) -> &[Source] {
        &self.contexts
    }

    /// What the files around the templates of a folder say.
    pub(crate) fn surroundings(&self, folder: &Path) -> Result<Surroundings, Problem> {
        // Held while files are read: others of the same folder would only read them again.
        let mut known = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(folder) {
            return found.clone();
        }
        let found = self.look_around(folder);
        known.insert(folder.to_path_buf(), found.clone());
        found
    }

    fn look_around(&self, folder: &Path) -> Result<Surroundings, Problem> {
        let config = match &self.config {
            Some(config) => Arc::clone(config),
            None => Arc::new(
                config::find(folder).map(|path| config::read(&path)).transpose()?.unwrap_or_default(),
            ),
        };
        let environment = self.arguments.config_env.as_deref();
        let deployment = parameters::read_samconfig(folder, environment)?.unwrap_or_default();
        Ok(Surroundings { config, deployment: Arc::new(deployment) })
    }

    /// Everything that is known beside the text of `input`, which nests the templates `nested`. The command line goes
    /// before vpcheck.yaml, which goes before samconfig.toml.
    pub(crate) fn options(&self, input: &Input, nested: Vec<String>, surroundings: &Surroundings) -> Options {
        let Surroundings { config, deployment } = surroundings;
        let settings = config.of(input.file());
        let limit = self.arguments.max_size;
        let (rules_off, levels) = (settings.allowed(), settings.levels());
        let mut values: Values = deployment.values.clone();
        values.extend(settings.values);
        values.extend(self.given.values.clone());
        let region = self.given.region.clone().or(settings.region).or_else(|| deployment.region.clone());
        let contexts = match self.contexts.as_slice() {
            [] => settings.contexts.iter().map(|source| Source::clone(source)).collect(),
            given => given.to_vec(),
        };
        let mut assumed = settings.assumed;
        assumed.extend(self.arguments.assumed.iter().cloned());
        let mut prefix_lists = settings.prefix_lists;
        prefix_lists.extend(joined(&self.arguments.prefix_lists));
        let mut addresses = settings.addresses;
        addresses.extend(joined(&self.arguments.addresses));
        Options {
            parameters: values,
            nested: nested::load(nested, input.parent(), input.file(), limit),
            contexts,
            assumed,
            prefix_lists,
            addresses: with_services(&addresses, region.as_deref()),
            region,
            traffic: self.traffic.clone().or(settings.traffic),
            prices: self.prices.clone().or(settings.prices).unwrap_or_default(),
            size_limit: limit,
            rules_off,
            levels,
            ..Options::default()
        }
    }
}

/// What names answer. A host name of a service in the stack's region also says what the service answers.
fn with_services(given: &Addresses, region: Option<&str>) -> Addresses {
    let mut addresses = given.clone();
    for (name, nets) in given {
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

/// What names answer, by name.
type Addresses = BTreeMap<String, Vec<ipnet::IpNet>>;

/// A name given several times has all that was given for it.
fn joined<T: Copy>(given: &[(String, Vec<T>)]) -> BTreeMap<String, Vec<T>> {
    let mut all: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for (name, nets) in given {
        all.entry(name.clone()).or_default().extend(nets);
    }
    all
}
