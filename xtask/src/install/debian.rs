//! Packages of Debian and its relatives.

use crate::{
    cache::{Cache, announce},
    process::{find_program, output_of, run_logged},
};
use anyhow::{Context, Result, bail};
use std::{io::IsTerminal, process::Command, sync::Once};

static LISTS_ARE_FRESH: Once = Once::new();

/// Whether this machine has Debian's package manager.
pub(crate) fn is_here() -> bool {
    find_program("apt-get").is_some() && find_program("dpkg").is_some()
}

/// Installs packages; what would remove another package is refused.
pub(crate) fn install(cache: &Cache, packages: &[&str], expectation: &str) -> Result<()> {
    let _lock = cache.lock("apt")?;
    refresh_lists(cache)?;
    announce(&format!("installing Debian's {} ({expectation}, once)…", packages.join(", ")));
    let mut command = as_root("apt-get")?;
    command
        .args(["install", "--yes", "--no-install-recommends", "--no-remove", "-o", "DPkg::Lock::Timeout=300"])
        .args(packages);
    run_logged(&mut command, &cache.log("apt-install"))
        .with_context(|| format!("cannot install {}; install them by hand", packages.join(", ")))
}

/// The version that would be installed, such as `1.96.0+dfsg1-1`.
pub(crate) fn candidate(cache: &Cache, package: &str) -> Result<Option<String>> {
    refresh_lists(cache)?;
    let policy = output_of(Command::new("apt-cache").args(["policy", package]).env("LC_ALL", "C"));
    Ok(policy.as_deref().and_then(candidate_in_policy).map(str::to_owned))
}

/// The packages whose names match a pattern.
pub(crate) fn names_like(cache: &Cache, pattern: &str) -> Result<Vec<String>> {
    refresh_lists(cache)?;
    let found = output_of(Command::new("apt-cache").args(["search", "--names-only", pattern]));
    let found = found.unwrap_or_default();
    Ok(found.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

fn refresh_lists(cache: &Cache) -> Result<()> {
    let mut result = Ok(());
    LISTS_ARE_FRESH.call_once(|| {
        result = as_root("apt-get")
            .and_then(|mut command| run_logged(command.arg("update"), &cache.log("apt-update")));
    });
    result
}

fn as_root(program: &str) -> Result<Command> {
    let user = output_of(Command::new("id").arg("-u"));
    let mut command = if user.as_deref() == Some("0") {
        Command::new(program)
    } else if find_program("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        // Without a terminal nobody could type a password: fail at once instead of waiting.
        if !std::io::stdin().is_terminal() {
            sudo.arg("--non-interactive");
        }
        sudo.arg(program);
        sudo
    } else {
        bail!("{program} needs root, and there is no sudo; run this once as root");
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn candidate_in_policy(policy: &str) -> Option<&str> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then_some(version)
}

#[cfg(test)]
mod tests {
    use super::candidate_in_policy;

    #[test]
    fn the_candidate_is_read_from_the_policy() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1\n  Version table:\n";
        assert_eq!(candidate_in_policy(policy), Some("1.96.0+dfsg1-1"));
        assert_eq!(candidate_in_policy("x:\n  Candidate: (none)\n"), None);
        assert_eq!(candidate_in_policy(""), None);
    }
}
