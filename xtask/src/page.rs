//! The page: building it, and how much of it a reader downloads before seeing anything.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::command::{Failure, Outcome, run};
use crate::tools;

/// Where the built page is.
pub const DIST: &str = "dist";

/// A part of the page that is downloaded for itself.
struct Part {
    name: &'static str,
    /// What its files' names begin with; the part without such a beginning has all the others.
    begins: &'static str,
    /// What it may cost, in bytes compressed by gzip.
    most_bytes: Option<u64>,
}

/// The first paint waits for the first part only. The engine arrives beside it, the editor after it.
const PARTS: [Part; 3] = [
    Part { name: "first paint", begins: "", most_bytes: Some(260_000) },
    Part { name: "engine", begins: "engine-", most_bytes: Some(720_000) },
    Part { name: "editor", begins: "editor-", most_bytes: None },
];

/// How the released program is compiled: with a standard library of its own, made small, in which a panic is a trap without
/// a text. That takes a tenth off what a reader downloads, and no path of the building machine is left in the program. Cargo
/// keeps these switches for its nightly versions, hence the first one.
const SMALL: [(&str, &str); 6] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("RUSTFLAGS", "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    ("CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT", "true"),
    ("CARGO_PROFILE_WEB_PANIC", "immediate-abort"),
];

/// Builds the page into [`DIST`].
pub fn build() -> Outcome {
    tools::for_building()?;
    println!("building the page");
    run(trunk()?.args(["build", "--release"]).envs(SMALL))
}

/// Builds without optimising, serves, and does both again on every change, until interrupted.
pub fn develop(port: u16, open: bool) -> Outcome {
    tools::for_building()?;
    let mut serve = trunk()?;
    serve.args(["serve", "--port", &port.to_string(), "--public-url", "/", "--dist", "target/dev-dist"]);
    if open {
        serve.arg("--open");
    }
    run(&mut serve)
}

fn trunk() -> Outcome<Command> {
    let trunk = tools::find("trunk").ok_or_else(|| Failure::new("trunk is not where it was installed"))?;
    let mut command = trunk.command();
    // Trunk takes `NO_COLOR=1`, which other tools accept too, for a mistake.
    command.env("PATH", tools::path()).env_remove("NO_COLOR");
    Ok(command)
}

/// The files of a part of the built page with their compressed sizes.
pub struct Size {
    part: &'static Part,
    files: Vec<(PathBuf, u64)>,
}

impl Size {
    fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Prints the files, and what they cost together.
    pub fn print(&self) {
        println!("{}, gzip:", self.part.name);
        for (path, bytes) in &self.files {
            println!("{bytes:>9} {}", path.display());
        }
        let limit = self.part.most_bytes.map(|most| format!("; at most {most} allowed")).unwrap_or_default();
        println!("{:>9} in all{limit}", self.bytes());
    }

    /// Fails when the part costs more than it may.
    pub fn check(&self) -> Outcome {
        match self.part.most_bytes {
            Some(most) if self.bytes() > most => {
                let too_much = self.bytes() - most;
                Err(Failure::new(format!("{} costs {} bytes, {too_much} more than allowed", self.part.name, self.bytes())))
            }
            _ => Ok(()),
        }
    }
}

/// Measures the built page, part by part.
pub fn sizes() -> Outcome<Vec<Size>> {
    let mut files = Vec::new();
    collect(Path::new(DIST), &mut files).map_err(|e| Failure::new(format!("cannot measure {DIST}: {e}")))?;
    files.sort();
    let mut sizes: Vec<Size> = PARTS.iter().map(|part| Size { part, files: Vec::new() }).collect();
    for (path, bytes) in files {
        let begins = |part: &Part| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(part.begins));
        // The first part takes what no other does.
        if let Some(size) = sizes.iter_mut().rev().find(|size| begins(size.part)) {
            size.files.push((path, bytes));
        }
    }
    Ok(sizes)
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, u64)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push((path.clone(), gzip_bytes(&path)?));
        }
    }
    Ok(())
}

fn gzip_bytes(path: &Path) -> std::io::Result<u64> {
    let mut text = Vec::new();
    fs::File::open(path)?.read_to_end(&mut text)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&text)?;
    Ok(encoder.finish()?.len() as u64)
}
