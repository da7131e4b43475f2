//! Reports of a web server's traffic: traffic PORT
//!
//! GET /reports/N answers with JSON for day N of the logs; GET /healthz says that it answers.

mod archive;
mod log;
mod report;
mod server;

use std::process::exit;
use std::sync::Arc;

fn main() {
    let port = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let Some(port) = port else {
        eprintln!("usage: traffic PORT");
        exit(2);
    };
    let archive = Arc::new(archive::Archive::open(32));
    let served = server::serve(port, move |path| answer(&archive, path));
    if let Err(error) = served {
        eprintln!("traffic: {error}");
        exit(1);
    }
}

fn answer(archive: &archive::Archive, path: &str) -> Option<String> {
    let path = report::plain_path(path);
    if path == "/healthz" {
        return Some("ok\n".to_string());
    }
    let day = path.strip_prefix("/reports/")?.parse().ok()?;
    let text = archive.fetch(day);
    Some(report::report(&log::parse(&text)).to_string())
}
