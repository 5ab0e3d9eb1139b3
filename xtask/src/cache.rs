//! The per-user folder for what is installed once.
//!
//! A tool lives at `<cache>/<tool>/<version>`. That folder comes into being by one rename after its contents are
//! complete, so its existence is the only stamp there is.

use anyhow::{Context, Result};
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// The folder that outlives a checkout.
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(crate) fn open() -> Result<Self> {
        let root = root_folder(|name| std::env::var_os(name).map(PathBuf::from)).context(
            "there is no place for installed tools: set VPCHECK_CACHE to a folder, or HOME to yours",
        )?;
        for folder in ["locks", "logs"] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).with_context(|| {
                format!("cannot create {}; set VPCHECK_CACHE to a folder you can write", folder.display())
            })?;
        }
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a tool of this version is or would be.
    pub(crate) fn place(&self, tool: &str, version: &str) -> PathBuf {
        self.root.join(tool).join(version)
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.root.join("logs").join(format!("{name}.log"))
    }

    /// The folder of a tool, filled first if it does not exist yet. `what` tells the user what that is, and how long it
    /// takes.
    pub(crate) fn install(
        &self,
        tool: &str,
        version: &str,
        what: &str,
        fill: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let place = self.place(tool, version);
        if place.is_dir() {
            return Ok(place);
        }
        let _lock = self.lock(&format!("{tool}-{version}"))?;
        if place.is_dir() {
            return Ok(place);
        }
        announce(&format!("installing {what}, once…"));
        let partial = self.root.join(tool).join(format!("{version}.partial"));
        if partial.exists() {
            fs::remove_dir_all(&partial).with_context(|| format!("cannot clear {}", partial.display()))?;
        }
        fs::create_dir_all(&partial).with_context(|| format!("cannot create {}", partial.display()))?;
        fill(&partial).with_context(|| format!("cannot install {what}"))?;
        fs::rename(&partial, &place)
            .with_context(|| format!("cannot move {} in place", partial.display()))?;
        Ok(place)
    }

    /// Holds until the returned file is dropped; the system releases it even if this process is killed.
    pub(crate) fn lock(&self, name: &str) -> Result<File> {
        let path = self.root.join("locks").join(name);
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                announce(&format!("another run is at {name}; waiting for it…"));
                file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        Ok(file)
    }
}

/// One line of progress.
pub(crate) fn announce(what: &str) {
    eprintln!("vpcheck: {what}");
}

/// A short name for some bytes. It tells versions of the project's own files apart; nothing hostile is compared.
pub(crate) fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    // FNV-1a, 64 bits: the constants are the algorithm's own.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        // The length goes in too, so that moving a byte from one part to the next changes the name.
        for byte in part.len().to_le_bytes().iter().chain(part) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

fn root_folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|path| path.is_absolute());
    set("VPCHECK_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("vpcheck")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/vpcheck")))
}

#[cfg(test)]
mod tests {
    use super::{Cache, fingerprint, root_folder};
    use anyhow::bail;
    use std::{fs, path::PathBuf};

    fn scratch(name: &str) -> Cache {
        let root = std::env::temp_dir().join(format!("vpcheck-xtask-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("locks")).unwrap();
        Cache { root }
    }

    #[test]
    fn an_install_happens_once_and_only_if_it_succeeds() {
        let cache = scratch("install");
        assert!(
            cache
                .install("tool", "1", "a moment", |partial| {
                    fs::write(partial.join("half"), "")?;
                    bail!("interrupted")
                })
                .is_err()
        );
        assert!(!cache.place("tool", "1").exists());

        let place =
            cache.install("tool", "1", "a moment", |partial| Ok(fs::write(partial.join("whole"), "")?));
        let place = place.unwrap();
        assert!(place.join("whole").is_file());
        assert!(!place.join("half").exists(), "the rest of the failed try is gone");

        cache.install("tool", "1", "a moment", |_| bail!("installed twice")).unwrap();
        fs::remove_dir_all(cache.root()).unwrap();
    }

    #[test]
    fn the_folder_is_the_most_specific_one_set() {
        let with = |pairs: &'static [(&str, &str)]| {
            root_folder(move |name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value))
            })
        };
        let all = with(&[("VPCHECK_CACHE", "/c"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]);
        assert_eq!(all, Some("/c".into()));
        assert_eq!(with(&[("XDG_CACHE_HOME", "/x"), ("HOME", "/h")]), Some("/x/vpcheck".into()));
        assert_eq!(with(&[("XDG_CACHE_HOME", ""), ("HOME", "/h")]), Some("/h/.cache/vpcheck".into()));
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn a_fingerprint_depends_on_where_the_parts_end() {
        assert_eq!(fingerprint([b"ab".as_slice()]), fingerprint([b"ab".as_slice()]));
        assert_ne!(fingerprint([b"ab".as_slice(), b"c"]), fingerprint([b"a".as_slice(), b"bc"]));
    }
}
