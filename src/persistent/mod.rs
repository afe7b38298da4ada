//! Lists and maps whose copies share what is the same.
//!
//! A copy of a cluster is a moment to come back to or a fork to try something on, so all that a cluster holds is kept in these:
//! copying one costs nothing, and writing to a copy costs its table of chunks once and each chunk that is written to. A chunk
//! holds at most 64 entries side by side, which is quick to search and to walk over, and little code for each type of entry:
//! in the page, a general persistent tree for a dozen types weighed ten times as much.

mod hash_map;
mod ord_map;
mod vector;

pub use hash_map::HashMap;
pub use ord_map::OrdMap;
pub use vector::Vector;

/// How many entries stand side by side at the most.
const CHUNK: usize = 64;
