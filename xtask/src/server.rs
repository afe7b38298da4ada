//! A small server for the built page, for one reader on this machine.

use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};

use tiny_http::{Header, Method, Request, Response, Server};

use crate::command::{Failure, Outcome};
use crate::page::DIST;

/// The port that is tried first.
pub const PORT: u16 = 8080;

/// Serves the built page until interrupted, on `port`, or on [`PORT`] or any other that is free.
pub fn serve(port: Option<u16>, open: bool) -> Outcome {
    let server = listen(port)?;
    let address = format!("http://{}/", server.server_addr());
    println!("\nDaemonSet Lab is at {address} (Ctrl+C stops it)");
    if open && has_desktop() && open::that_detached(&address).is_err() {
        println!("no browser could be opened: please open that address yourself");
    }
    for request in server.incoming_requests() {
        // A reader who went away is no failure of ours.
        let _ = answer(request, Path::new(DIST));
    }
    Ok(())
}

fn listen(port: Option<u16>) -> Outcome<Server> {
    let ports: &[u16] = if let Some(port) = port { &[port] } else { &[PORT, 0] };
    let mut failed = Failure::new("no port to listen on");
    for port in ports {
        match Server::http(("127.0.0.1", *port)) {
            Ok(server) => return Ok(server),
            Err(e) => failed = Failure::new(format!("cannot listen on 127.0.0.1:{port}: {e}")),
        }
    }
    Err(failed)
}

fn has_desktop() -> bool {
    env::var_os("CI").is_none()
        && (cfg!(any(windows, target_os = "macos"))
            || env::var_os("DISPLAY").is_some()
            || env::var_os("WAYLAND_DISPLAY").is_some())
}

fn answer(request: Request, folder: &Path) -> std::io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::empty(405));
    }
    let Some(path) = file(folder, request.url()) else {
        return request.respond(Response::from_string("Not found").with_status_code(404));
    };
    let kind = mime_guess::from_path(&path).first_or_octet_stream();
    let charset = if kind.type_() == "text" { "; charset=utf-8" } else { "" };
    let mut response = Response::from_file(fs::File::open(&path)?);
    // Names carry a hash of the content, except the page's own.
    let keep = if path.extension().is_some_and(|e| e == "html") { "no-cache" } else { "max-age=31536000, immutable" };
    for (name, value) in [("Content-Type", format!("{kind}{charset}")), ("Cache-Control", keep.to_owned())] {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    request.respond(response)
}

/// The file that a URL stands for, if it is one inside the folder. Names of built files need no percent-decoding.
fn file(folder: &Path, url: &str) -> Option<PathBuf> {
    let wanted = url.split(['?', '#']).next()?.trim_start_matches('/');
    let relative = Path::new(wanted);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let mut path = folder.join(relative);
    if path.is_dir() {
        path.push("index.html");
    }
    path.is_file().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_stands_for_a_file_inside_the_folder_only() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let cases = [
            ("/Cargo.toml", true),
            ("/src/main.rs?v=1", true),
            ("/src/../Cargo.toml", false),
            ("/../Cargo.toml", false),
            ("//etc/passwd", false),
            ("/missing", false),
            ("/src", false),
        ];
        for (url, served) in cases {
            assert_eq!(file(folder, url).is_some(), served, "{url}");
        }
    }
}
