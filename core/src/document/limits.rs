//! How much text is read.

/// Bounds on what one scene may hold, so that hostile or broken text costs bounded time and memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of all files together. Default 64 MiB.
    pub bytes: usize,
    /// Documents of all files together. Default 200,000.
    pub documents: usize,
    /// How deep lists and mappings may nest. Default 100; real objects stay under 30.
    pub depth: usize,
    /// Nodes of one document, counted as if every alias were written out. Default 10,000,000.
    pub expanded_nodes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 64 << 20, documents: 200_000, depth: 100, expanded_nodes: 10_000_000 }
    }
}
