use std::sync::Arc;

use model::{Evidence, Exchange};

/// What came of a command to wait.
pub(in crate::input_validation) enum Outcome {
    /// Answered at once.
    Unmoved,
    /// Answered late, but not as the command said, which noise cannot explain.
    Refuted,
    /// Answered late, and too unevenly to tell whether as the command said.
    Unclear,
    /// Each answer came as late as the command said.
    Obeyed(Vec<Evidence>),
}

/// What one series came to.
pub(super) enum Series {
    /// The target obeyed throughout; whether a measurement was repeated.
    Shown { sent: Vec<Sent>, repeated: bool },
    /// It did not fit after all repetitions, and yet it may have.
    TooUneven,
    /// The first amount took too long: the target is so busy that fewer will do.
    TooLong,
    /// It told the outcome before its end.
    Ended(Outcome),
}

/// A response with the amount that was asked for.
pub(super) type Sent = (u32, Arc<Exchange>);
