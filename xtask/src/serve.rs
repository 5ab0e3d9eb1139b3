//! A small server of static files, on this machine only.

use crate::{page, project::Project};
use anyhow::{Context, Result};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    thread,
    time::Duration,
};

pub(crate) const DEFAULT_PORT: u16 = 8080;

/// A request line and headers longer than this come from no browser that asks for a static file.
const LONGEST_REQUEST: u64 = 32 * 1024;

/// How long a silent connection may hold its thread.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn build_and_serve(project: &Project, port: u16, kind: page::Kind) -> Result<ExitCode> {
    // Bound before the build, so that a taken port is told at once.
    let server = Server::bind(project.dist(), port)?;
    page::build(project, kind)?;
    println!("http://{}/", server.address());
    server.run();
    Ok(ExitCode::SUCCESS)
}

/// Serves one folder.
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    folder: Arc<Path>,
}

impl Server {
    /// Port 0 takes a free one.
    pub(crate) fn bind(folder: PathBuf, port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("port {port} cannot be used; choose another with --port"))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, folder: folder.into() })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until the process ends.
    pub(crate) fn run(&self) {
        for connection in self.listener.incoming().flatten() {
            let folder = Arc::clone(&self.folder);
            // A browser that goes away in the middle of an answer is no error of ours.
            thread::spawn(move || answer(&connection, &folder));
        }
    }
}

fn answer(mut connection: &TcpStream, folder: &Path) -> std::io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(connection).take(LONGEST_REQUEST);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    // The headers change nothing, but a connection closed before they are read is reset.
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let response = respond(&request, folder);
    connection.write_all(&response.head())?;
    if response.sends_body {
        connection.write_all(&response.body)?;
    }
    connection.flush()
}

struct Response {
    status: &'static str,
    kind: &'static str,
    body: Vec<u8>,
    sends_body: bool,
}

impl Response {
    fn head(&self) -> Vec<u8> {
        // `no-cache` asks again before reuse: a rebuilt page must not be mixed with an old one.
        format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\
             X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
            self.status,
            self.kind,
            self.body.len()
        )
        .into_bytes()
    }

    fn plain(status: &'static str) -> Self {
        Self {
            status,
            kind: "text/plain; charset=utf-8",
            body: format!("{status}\n").into(),
            sends_body: true,
        }
    }
}

fn respond(request: &str, folder: &Path) -> Response {
    let mut words = request.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if !matches!(method, "GET" | "HEAD") {
        return Response::plain("405 Method Not Allowed");
    }
    let mut response = match path_in(folder, target).and_then(|path| Some((fs::read(&path).ok()?, path))) {
        Some((body, path)) => Response { status: "200 OK", kind: kind_of(&path), body, sends_body: true },
        None => Response::plain("404 Not Found"),
    };
    response.sends_body = method == "GET";
    response
}

/// The file that a request's target names, if it lies in the folder.
fn path_in(folder: &Path, target: &str) -> Option<PathBuf> {
    let target = target.split(['?', '#']).next()?;
    let decoded = percent_decode(target.strip_prefix('/')?)?;
    let mut path = folder.to_path_buf();
    for part in decoded.split('/').filter(|part| !part.is_empty()) {
        // Judged after decoding, and part by part: neither `..` nor a drive nor a stream of Windows gets through.
        if part.starts_with('.') || part.contains(['\\', ':', '\0']) {
            return None;
        }
        path.push(part);
    }
    if path.is_dir() {
        path.push("index.html");
    }
    // A link could still lead out of the folder.
    let real = path.canonicalize().ok()?;
    (real.starts_with(folder.canonicalize().ok()?) && real.is_file()).then_some(real)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Browsers refuse modules, styles and streamed WebAssembly of another type than these.
fn kind_of(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("txt" | "md" | "yaml" | "yml") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{Server, kind_of, path_in, percent_decode, respond};
    use std::{
        fs,
        io::{Read, Write},
        net::TcpStream,
        path::{Path, PathBuf},
        thread,
    };

    /// A folder to serve, gone when the test is over.
    struct Site(PathBuf);

    impl Site {
        fn dist(&self) -> PathBuf {
            self.0.join("dist")
        }
    }

    impl Drop for Site {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn site(name: &str) -> Site {
        let root = std::env::temp_dir().join(format!("vpcheck-serve-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("dist/docs")).unwrap();
        fs::write(root.join("secret.txt"), "secret").unwrap();
        fs::write(root.join("dist/index.html"), "<!doctype html>").unwrap();
        fs::write(root.join("dist/docs/a b.md"), "text").unwrap();
        fs::write(root.join("dist/.built-from"), "stamp").unwrap();
        Site(root)
    }

    #[test]
    fn only_files_of_the_folder_are_served() {
        let site = site("paths");
        let dist = site.dist();
        for (target, served) in [
            ("/", true),
            ("/index.html?embed=1", true),
            ("/docs/a%20b.md", true),
            ("/docs/", false),
            ("/missing.js", false),
            ("/../secret.txt", false),
            ("/%2e%2e/secret.txt", false),
            ("/docs/..%2f../secret.txt", false),
            ("/..\\secret.txt", false),
            ("//etc/passwd", false),
            ("/C:/secret.txt", false),
            ("/.built-from", false),
            ("/%00", false),
            ("/%zz", false),
            ("index.html", false),
            ("", false),
        ] {
            assert_eq!(path_in(&dist, target).is_some(), served, "{target}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_lead_out() {
        let site = site("links");
        let dist = site.dist();
        std::os::unix::fs::symlink("../secret.txt", dist.join("link.txt")).unwrap();
        assert_eq!(path_in(&dist, "/link.txt"), None);
    }

    #[test]
    fn a_method_that_changes_something_is_refused() {
        let site = site("methods");
        let dist = site.dist();
        assert_eq!(respond("POST / HTTP/1.1", &dist).status, "405 Method Not Allowed");
        let head = respond("HEAD / HTTP/1.1", &dist);
        assert!(head.status == "200 OK" && !head.sends_body && !head.body.is_empty());
        assert_eq!(respond("", &dist).status, "405 Method Not Allowed");
    }

    #[test]
    fn a_page_arrives_over_the_wire() {
        let site = site("wire");
        let server = Server::bind(site.dist(), 0).unwrap();
        let address = server.address();
        thread::spawn(move || server.run());
        let mut connection = TcpStream::connect(address).unwrap();
        connection.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("Content-Type: text/html; charset=utf-8\r\n"));
        assert!(answer.ends_with("\r\n\r\n<!doctype html>"));
    }

    #[test]
    fn percent_signs_are_decoded_strictly() {
        assert_eq!(percent_decode("a%20%E3%81%82").as_deref(), Some("a あ"));
        assert_eq!(percent_decode("%"), None);
        assert_eq!(percent_decode("%ff"), None);
    }

    #[test]
    fn wasm_has_the_type_that_streaming_needs() {
        assert_eq!(kind_of(Path::new("a_bg.wasm")), "application/wasm");
        assert_eq!(kind_of(Path::new("no-extension")), "application/octet-stream");
    }
}
