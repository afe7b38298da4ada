//! Everything around the program that is not the program: `cargo xtask serve`, `build`, `test`, `bench`, `screenshots`.

mod command;
mod page;
mod server;
mod suites;
mod tools;

use std::process::ExitCode;

use command::{Failure, Outcome};

const HELP: &str = "\
cargo xtask serve [--port N] [--no-open] [--dev]
    Puts in place what is missing, builds the page and serves it on 127.0.0.1.
    --dev rebuilds and reloads whenever a source file changes, and does not optimise.
cargo xtask build
    Leaves the page in dist/, for any static host and any sub-path.
cargo xtask test [SUITE...]
    Runs all suites, or those named: fmt clippy native docs components journeys size.
cargo xtask bench
    Measures the engine, natively and in Chromium.
cargo xtask screenshots [ROUTE]
    Takes pictures of the page at a route such as '#/sandbox', into target/screenshots:
    three widths, both themes, both languages.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Outcome {
    // Every command works from any folder of the project.
    std::env::set_current_dir(tools::root()).map_err(|e| Failure::new(format!("cannot enter the project's folder: {e}")))?;
    match args {
        ["serve", options @ ..] => serve(options),
        ["build"] => {
            page::build()?;
            page::sizes()?.iter().for_each(page::Size::print);
            Ok(())
        }
        ["test", names @ ..] => suites::run_all(names),
        ["bench"] => suites::bench(),
        ["screenshots"] => screenshots("#/"),
        ["screenshots", route] => screenshots(route),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(Failure::new(format!("do not know '{}'\n\n{HELP}", args.join(" ")))),
    }
}

fn serve(options: &[&str]) -> Outcome {
    let (mut port, mut open, mut dev) = (None, true, false);
    let mut rest = options.iter();
    while let Some(option) = rest.next() {
        match *option {
            "--no-open" => open = false,
            "--dev" => dev = true,
            "--port" => {
                let number = rest.next().and_then(|n| n.parse().ok());
                port = Some(number.ok_or_else(|| Failure::new("--port needs a number up to 65535"))?);
            }
            other => return Err(Failure::new(format!("serve does not know '{other}'\n\n{HELP}"))),
        }
    }
    if dev {
        return page::develop(port.unwrap_or(server::PORT), open);
    }
    page::build()?;
    server::serve(port, open)
}

fn screenshots(route: &str) -> Outcome {
    page::build()?;
    let node = tools::node()?;
    tools::npm_packages()?;
    let chromium = tools::chromium()?;
    command::run(node.command().arg("tests/journeys/screenshots.mjs").arg(route).env("CHROME", chromium))
}
