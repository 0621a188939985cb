//! Where to see a claim: what to run.

use crate::Claim;

impl Claim {
    /// The runs that show it, the plainest first, as they are typed.
    pub const fn shown_by(self) -> &'static [&'static str] {
        &[]
    }
}
