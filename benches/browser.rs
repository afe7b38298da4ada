//! The rolling update of 5,000 nodes in Chromium: `cargo xtask bench`.
#![cfg(all(target_arch = "wasm32", feature = "web"))]

mod rollout;

use std::time::Duration;

use daemonset_lab::engine::Memory;
use wasm_bindgen_test::{Criterion, Instant, wasm_bindgen_bench, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const NODES: usize = 5_000;

#[wasm_bindgen_bench]
fn a_whole_rolling_update_of_5_000_nodes_at_10_percent(criterion: &mut Criterion) {
    // Memory is taken ahead as in the engine's worker.
    let mut memory = Memory::default();
    let before = rollout::settled(NODES, &mut || memory.look_ahead());
    let briefly = std::mem::take(criterion)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_secs(10));
    *criterion = briefly;
    criterion.bench_function("a whole rolling update at 10 % of 5,000 nodes", |bencher| {
        bencher.iter_custom(|times| {
            let mut spent = Duration::ZERO;
            for _ in 0..times {
                let mut cluster = before.clone();
                let begun = Instant::now();
                rollout::update(&mut cluster, NODES, &mut || memory.look_ahead());
                spent += begun.elapsed();
            }
            spent
        });
    });
}
