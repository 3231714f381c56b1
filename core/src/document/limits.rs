//! How much text is read at most.

/// Limits against text that would use up memory or time. Whatever lies beyond one is refused with an error that names its line; the
/// documents around it are read all the same.
///
/// The defaults are far beyond what a cluster's own objects need, and small enough that a browser tab survives whatever is pasted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of all files together. 64 MiB: about 30,000 pods as `kubectl get -o yaml` writes them.
    pub bytes: usize,
    /// Documents of all files together. 200,000.
    pub documents: usize,
    /// Bytes of one document; a whole `kind: List` is one document. 32 MiB.
    pub document_bytes: usize,
    /// Values in one document as written. 3,000,000, twice what 32 MiB of real objects have.
    pub values: usize,
    /// How deep values nest, aliases followed. 200; the deepest objects of Kubernetes, schemas in CustomResourceDefinitions, stay below
    /// 100.
    pub depth: usize,
    /// How many values aliases and merge keys may add to one document, besides [`Limits::alias_factor`] for each value written. 100,000.
    pub alias_values: usize,
    /// How many values aliases and merge keys may add for each value written. 10.
    pub alias_factor: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 64 << 20,
            documents: 200_000,
            document_bytes: 32 << 20,
            values: 3_000_000,
            depth: 200,
            alias_values: 100_000,
            alias_factor: 10,
        }
    }
}
