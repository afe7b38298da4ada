//! The tools that the page is built and tested with: pinned, and put in place when they are missing.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Failure, Outcome, Program, output, run};

const TARGET: &str = "wasm32-unknown-unknown";
const NODE_AT_LEAST: u32 = 20;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Cargo, the one that started us if there is one.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A tool that Cargo installs.
struct CargoTool {
    package: &'static str,
    /// Programs that come with it; the first is asked for its version.
    programs: &'static [&'static str],
    version: &'static str,
    /// With the tool's own lock file; wasm-bindgen's asks for a crate that has been withdrawn.
    locked: bool,
    minutes: u32,
}

/// Builds the page.
const TRUNK: CargoTool = CargoTool { package: "trunk", programs: &["trunk"], version: "0.21.14", locked: true, minutes: 6 };

/// Binds the program to JavaScript; of the same version as the crate in Cargo.toml.
const WASM_BINDGEN: CargoTool = CargoTool {
    package: "wasm-bindgen-cli",
    programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
    version: "0.2.130",
    locked: false,
    minutes: 4,
};

impl CargoTool {
    /// Installs the tool into the project's own folder, unless it is there or on `PATH` in this version.
    fn put_in_place(&self) -> Outcome {
        if self.programs.iter().all(|program| self.is_right(program)) {
            return Ok(());
        }
        println!("installing {} {}, about {} minutes the first time", self.package, self.version, self.minutes);
        let mut install = cargo();
        install.args(["install", self.package, "--version", self.version, "--force", "--root"]).arg(tools_folder());
        // So that an interrupted or repeated installation starts from what was compiled before.
        install.env("CARGO_TARGET_DIR", tools_folder().join("build"));
        if self.locked {
            install.arg("--locked");
        }
        run(&mut install)
    }

    fn is_right(&self, program: &str) -> bool {
        let Some(found) = find(program) else { return false };
        output(found.command().arg("--version")).is_some_and(|said| said.split_whitespace().any(|word| word == self.version))
    }
}

/// Everything that building the page takes.
pub fn for_building() -> Outcome {
    wasm_target()?;
    std_source()?;
    npm_packages()?;
    TRUNK.put_in_place()?;
    WASM_BINDGEN.put_in_place()
}

/// What testing in WebAssembly takes, beside a browser.
pub fn for_wasm_tests() -> Outcome {
    wasm_target()?;
    npm_packages()?;
    WASM_BINDGEN.put_in_place()
}

/// Rust's standard library for WebAssembly.
pub fn wasm_target() -> Outcome {
    rustup_part(&format!("target {TARGET}"), TARGET, &["target", "add", TARGET])
}

/// The source of Rust's standard library, which is compiled with the page.
fn std_source() -> Outcome {
    rustup_part("component rust-src", "src/rust/library", &["component", "add", "rust-src"])
}

/// Adds a part to the Rust toolchain, unless there is this folder of it.
fn rustup_part(name: &str, folder: &str, add: &[&str]) -> Outcome {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"])).unwrap_or_default();
    if Path::new(&sysroot).join("lib/rustlib").join(folder).is_dir() {
        return Ok(());
    }
    let rustup = Program::find("rustup").ok_or_else(|| {
        Failure::new(format!("Rust's {name} is missing and there is no rustup to add it: install rustup from https://rustup.rs"))
    })?;
    println!("adding the Rust {name}");
    run(rustup.command().args(add))
}

/// Node.js, new enough.
pub fn node() -> Outcome<Program> {
    let advice =
        format!("install Node.js {NODE_AT_LEAST} or later from https://nodejs.org (or with your system's package manager)");
    let node = Program::find("node").ok_or_else(|| Failure::new(format!("Node.js is missing: {advice}")))?;
    let version = output(node.command().arg("--version")).unwrap_or_default();
    let major: Option<u32> = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok());
    match major {
        Some(major) if major >= NODE_AT_LEAST => Ok(node),
        _ => Err(Failure::new(format!("Node.js is too old ({version}): {advice}"))),
    }
}

/// The npm packages of `package-lock.json`: the editor, the bundler, the optimiser and the test harness.
pub fn npm_packages() -> Outcome {
    node()?;
    let lock = fs::read("package-lock.json").map_err(|e| Failure::new(format!("cannot read package-lock.json: {e}")))?;
    // The lock file that the present packages were installed from.
    let installed = Path::new("node_modules/.installed-from.json");
    if fs::read(installed).is_ok_and(|from| from == lock) {
        return Ok(());
    }
    let npm = Program::find("npm")
        .ok_or_else(|| Failure::new("npm is missing: it comes with Node.js; on Debian it is the package npm"))?;
    println!("installing the npm packages of package-lock.json");
    run(npm.command().args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(installed, lock).map_err(|e| Failure::new(format!("cannot write {}: {e}", installed.display())))
}

/// A browser for tests: what `CHROME` names, or Chromium or Chrome where they usually are.
pub fn chromium() -> Outcome<PathBuf> {
    if let Some(named) = env::var_os("CHROME") {
        return Ok(named.into());
    }
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    apt_install(&["chromium", "chromium-driver", "fonts-noto-cjk"])?;
    find_chromium().ok_or_else(|| {
        Failure::new(
            "these tests need Chromium or Chrome: install it (Debian and Ubuntu: chromium chromium-driver fonts-noto-cjk; macOS: brew install --cask \
             chromium), or name its program in the environment variable CHROME",
        )
    })
}

fn find_chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let usual = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    ];
    let on_path = names.iter().find_map(|name| Program::find(name)).map(|program| program.0);
    on_path.or_else(|| usual.iter().map(PathBuf::from).find(|path| path.is_file()))
}

/// What drives the browser in component tests: what `CHROMEDRIVER` names, or the one on `PATH`.
pub fn chromedriver() -> Outcome<PathBuf> {
    if let Some(named) = env::var_os("CHROMEDRIVER") {
        return Ok(named.into());
    }
    if let Some(found) = Program::find("chromedriver") {
        return Ok(found.0);
    }
    apt_install(&["chromium-driver"])?;
    Program::find("chromedriver").map(|program| program.0).ok_or_else(|| {
        Failure::new(
            "component tests need chromedriver, of the same version as the browser: install it (Debian and Ubuntu: chromium-driver; macOS: brew install \
             --cask chromedriver), or name its program in the environment variable CHROMEDRIVER",
        )
    })
}

/// Installs Debian packages where that can be done without asking: as root. Elsewhere it does nothing.
fn apt_install(packages: &[&str]) -> Outcome {
    let Some(apt) = Program::find("apt-get") else { return Ok(()) };
    if output(Command::new("id").arg("-u")).as_deref() != Some("0") {
        return Ok(());
    }
    println!("installing {} with apt-get", packages.join(", "));
    run(apt.command().args(["update", "--quiet"]))?;
    run(apt
        .command()
        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// A program, from the project's own folder of tools or from `PATH`.
pub fn find(program: &str) -> Option<Program> {
    which::which_in(program, Some(path()), root()).ok().map(Program)
}

/// `PATH` with the project's own tools and its npm packages before everything else.
pub fn path() -> OsString {
    let own = [tools_folder().join("bin"), root().join("node_modules").join(".bin")];
    let rest = env::var_os("PATH").unwrap_or_default();
    // A folder with the separator in its name cannot be put on PATH by anybody; then PATH stays as it is.
    env::join_paths(own.into_iter().chain(env::split_paths(&rest))).unwrap_or(rest)
}

/// Where tools are installed: in `target/`, so that they touch nothing outside the project.
fn tools_folder() -> PathBuf {
    root().join("target").join("tools")
}
