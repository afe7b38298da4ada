//! Memory ahead of need.
//!
//! The allocator asks the browser for a page of 64 KiB whenever it has none left, and a browser takes each such request as a reason to
//! look for garbage. A cluster of thousands of nodes asks thousands of times, which takes longer than to simulate it. So what was taken
//! since the last look is a sign that more will be needed, and a good part of it is taken at once.

/// How much of what there is is taken ahead: one part in so many.
const PART: usize = 4;

/// The size of a page of memory in bytes.
const PAGE: usize = 64 << 10;

/// Watches how much memory the program has taken.
#[derive(Debug, Default)]
pub struct Memory {
    pages: usize,
}

impl Memory {
    /// Takes memory ahead if some was taken since the last time. A browser that gives none now may give a page later.
    pub fn look_ahead(&mut self) {
        let pages = taken();
        if pages == self.pages {
            return;
        }
        let mut ahead: Vec<u8> = Vec::new();
        let _ = ahead.try_reserve_exact(pages / PART * PAGE);
        // It stays with the allocator.
        drop(std::hint::black_box(ahead));
        self.pages = taken();
    }
}

/// How many pages the program has.
fn taken() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size::<0>();
    // The other targets only check that this compiles.
    #[cfg(not(target_arch = "wasm32"))]
    0
}
