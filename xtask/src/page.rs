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

/// What the first paint should cost at the most, in bytes compressed by gzip.
const AIM_BYTES: u64 = 260_000;

/// What it costs at the most today: it may come down towards [`AIM_BYTES`], and not go up.
pub const BUDGET_BYTES: u64 = 485_000;

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

/// The files of the built page with their compressed sizes.
pub struct Sizes {
    first_paint: Vec<(PathBuf, u64)>,
    later: Vec<(PathBuf, u64)>,
}

impl Sizes {
    /// What the first paint costs, in bytes compressed by gzip.
    pub fn first_paint_bytes(&self) -> u64 {
        self.first_paint.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Prints what the first paint is made of, and what comes later.
    pub fn print(&self) {
        for (files, when) in [(&self.first_paint, "first paint"), (&self.later, "later")] {
            println!("{when}, gzip:");
            for (path, bytes) in files {
                println!("{bytes:>9} {}", path.display());
            }
        }
        println!("{:>9} in the first paint; at most {BUDGET_BYTES} allowed, {AIM_BYTES} aimed at", self.first_paint_bytes());
    }
}

/// Measures the built page.
pub fn sizes() -> Outcome<Sizes> {
    let mut files = Vec::new();
    collect(Path::new(DIST), &mut files).map_err(|e| Failure::new(format!("cannot measure {DIST}: {e}")))?;
    files.sort();
    // The editor's chunk is the only one that is not loaded at once; any other file counts.
    let (later, first_paint) =
        files.into_iter().partition(|(path, _)| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("editor-")));
    Ok(Sizes { first_paint, later })
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
