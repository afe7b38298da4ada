//! The test suites, in the order in which they are most likely to say something soon.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::command::{Failure, Outcome, run};
use crate::{page, tools};

struct Suite {
    name: &'static str,
    run: fn() -> Outcome,
}

const SUITES: &[Suite] = &[
    Suite { name: "fmt", run: fmt },
    Suite { name: "clippy", run: clippy },
    Suite { name: "native", run: native },
    Suite { name: "docs", run: docs },
    Suite { name: "components", run: components },
    Suite { name: "journeys", run: journeys },
    Suite { name: "size", run: size },
];

const WASM: [&str; 5] = ["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", "web"];

/// Runs the suites named, or all; all of them run, whatever fails.
pub fn run_all(names: &[&str]) -> Outcome {
    if let Some(unknown) = names.iter().find(|name| !SUITES.iter().any(|suite| suite.name == **name)) {
        let known: Vec<_> = SUITES.iter().map(|suite| suite.name).collect();
        return Err(Failure::new(format!("there is no suite '{unknown}'; there are {}", known.join(", "))));
    }
    let chosen: Vec<&Suite> = SUITES.iter().filter(|suite| names.is_empty() || names.contains(&suite.name)).collect();
    // Journeys and size look at the same build; if it fails, each says so.
    let needs_page = chosen.iter().any(|suite| matches!(suite.name, "journeys" | "size"));
    let mut results = Vec::new();
    let mut built = false;
    for suite in chosen {
        println!("\n== {}", suite.name);
        let start = Instant::now();
        let mut result = Ok(());
        if needs_page && !built && matches!(suite.name, "journeys" | "size") {
            result = page::build();
            built = result.is_ok();
        }
        let result = result.and_then(|()| (suite.run)());
        if let Err(failure) = &result {
            println!("{}: {failure}", suite.name);
        }
        results.push((suite.name, result.is_ok(), start.elapsed()));
    }
    summary(&results)
}

fn summary(results: &[(&str, bool, Duration)]) -> Outcome {
    println!("\n== summary");
    for (name, passed, took) in results {
        println!("{:<12}{:<8}{:>5} s", name, if *passed { "passed" } else { "FAILED" }, took.as_secs());
    }
    let failed = results.iter().filter(|(_, passed, _)| !passed).count();
    println!("{} passed, {failed} failed", results.len() - failed);
    if failed == 0 { Ok(()) } else { std::process::exit(1) }
}

fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = tools::cargo();
    command.args(args);
    command
}

fn fmt() -> Outcome {
    run(&mut cargo(["fmt", "--all", "--check"]))
}

/// Warnings are errors: in the engine alone, with the page, and in what is compiled for WebAssembly only.
fn clippy() -> Outcome {
    tools::wasm_target()?;
    run(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    run(&mut cargo(["clippy", "--all-targets", "--features", "web", "--", "-D", "warnings"]))?;
    run(cargo(["clippy"]).args(WASM).args([
        "--lib",
        "--bin",
        "daemonset-lab",
        "--bin",
        "engine",
        "--test",
        "components",
        "--bench",
        "browser",
        "--",
        "-D",
        "warnings",
    ]))
}

fn native() -> Outcome {
    run(&mut cargo(["test", "--workspace", "--quiet"]))?;
    // The page's reducers need no browser.
    run(&mut cargo(["test", "--features", "web", "--lib", "--quiet", "ui::"]))
}

fn docs() -> Outcome {
    run(cargo(["doc", "--workspace", "--no-deps", "--features", "daemonset-lab/web"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Components, each by itself in a real browser.
fn components() -> Outcome {
    run(in_browser(&mut cargo(["test"]))?.args(["--test", "components"]))
}

/// Lets Cargo run what it compiles in a real browser.
fn in_browser(cargo: &mut Command) -> Outcome<&mut Command> {
    tools::for_wasm_tests()?;
    let runner = tools::find("wasm-bindgen-test-runner")
        .ok_or_else(|| Failure::new("wasm-bindgen-test-runner is not where it was installed"))?;
    tools::chromium()?;
    run(tools::node()?.command().args(["xtask/bundle.mjs", "editor"]))?;
    Ok(cargo
        .args(WASM)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner.0)
        .env("CHROMEDRIVER", tools::chromedriver()?)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120"))
}

/// Measures the engine natively, and in a real browser: compiled as the page has it, but with the standard library as it comes.
pub fn bench() -> Outcome {
    run(&mut cargo(["bench", "--bench", "engine"]))?;
    run(in_browser(&mut cargo(["bench"]))?.args(["--bench", "browser", "--profile", "web"]))
}

/// What a learner does, in a real browser, on the built page.
fn journeys() -> Outcome {
    let node = tools::node()?;
    tools::npm_packages()?;
    let chromium = tools::chromium()?;
    // Named one by one: versions of Node disagree on what a folder means.
    let mut files: Vec<PathBuf> = fs::read_dir("tests/journeys")
        .map_err(|e| Failure::new(format!("cannot list tests/journeys: {e}")))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    run(node.command().args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files).env("CHROME", chromium))
}

fn size() -> Outcome {
    let sizes = page::sizes()?;
    sizes.iter().for_each(page::Size::print);
    sizes.iter().try_for_each(page::Size::check)
}
