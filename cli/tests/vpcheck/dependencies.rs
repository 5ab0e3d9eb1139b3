//! What the program is built from: nothing that opens a connection, and no `unsafe` of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Crates that open connections, or that whoever opens one stands on.
const NETWORK: [&str; 28] = [
    "actix-web",
    "async-std",
    "attohttpc",
    "awc",
    "curl",
    "curl-sys",
    "h2",
    "h3",
    "hickory-resolver",
    "hyper",
    "isahc",
    "libssh2-sys",
    "mio",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "schannel",
    "security-framework",
    "smol",
    "socket2",
    "tokio",
    "trust-dns-resolver",
    "tungstenite",
    "ureq",
];

/// What the standard library opens connections with.
const SOCKETS: [&str; 5] = ["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "ToSocketAddrs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn table(path: &Path) -> Table {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every crate that `package` is built from, for any system, as Cargo.lock has it; those of its tests too.
fn built_from(package: &str) -> BTreeSet<String> {
    let lock = table(&root().join("Cargo.lock"));
    let mut dependencies: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        let listed = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        // Behind the name stands the version, where there are two.
        let names = listed.filter_map(|name| name.as_str()?.split(' ').next());
        dependencies.entry(package["name"].as_str().unwrap()).or_default().extend(names);
    }
    let mut found = BTreeSet::new();
    let mut open = vec![package];
    while let Some(name) = open.pop() {
        if found.insert(name.to_owned()) {
            open.extend(&dependencies[name]);
        }
    }
    found
}

#[test]
fn no_crate_of_the_program_opens_connections() {
    let crates = built_from("vpcheck");
    for known in ["vpcheck-core", "clap", "ignore", "serde_json"] {
        assert!(crates.contains(known), "{known} is not found, so nothing would be");
    }
    let network: Vec<&str> = NETWORK.into_iter().filter(|name| crates.contains(*name)).collect();
    assert!(network.is_empty(), "{network:?}");
}

#[test]
fn nothing_of_our_own_opens_connections() {
    let mut read = 0;
    for folder in ["core/src", "cli/src"] {
        for path in rust_files(&root().join(folder)) {
            read += 1;
            let text = fs::read_to_string(&path).unwrap();
            for socket in SOCKETS {
                assert!(!text.contains(socket), "{}: {socket}", path.display());
            }
        }
    }
    assert!(read > 100, "{read} files");
}

#[test]
fn our_crates_forbid_unsafe_code() {
    let workspace = table(&root().join("Cargo.toml"));
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for member in workspace["workspace"]["members"].as_array().unwrap() {
        let member = member.as_str().unwrap();
        let manifest = table(&root().join(member).join("Cargo.toml"));
        let follows = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        assert_eq!(follows.and_then(Value::as_bool), Some(true), "{member} has lints of its own");
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files
}
