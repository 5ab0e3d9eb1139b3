//! The page, and the worker that analyses for it: one program, started in both.

fn main() {
    #[cfg(target_arch = "wasm32")]
    vpcheck_web::start();
}
