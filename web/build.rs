//! How the page's WebAssembly is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|target| target == "wasm32") {
        // Each constant is a segment of its own, so that those that only later code reads can come with it; what stays is
        // put together again. See xtask/src/split.
        println!("cargo:rustc-link-arg-bins=--no-merge-data-segments");
    }
}
