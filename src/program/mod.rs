//! [`Program`]: the immutable tables that run. The waist of the library.

/// A compiled rule pack.
#[derive(Debug, Default)]
pub struct Program {
    name: String,
    version: String,
    fingerprint: String,
}

impl Program {
    /// The name of the pack.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version of the pack.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A hash over every file of the pack, hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}
