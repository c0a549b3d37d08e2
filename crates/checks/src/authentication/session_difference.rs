//! Whether a changed session cookie is taken for the genuine one.

use std::sync::Arc;

use model::{Exchange, NotTested};

use crate::shared::compare::Face;

/// What a page answers to four cookies.
pub(super) struct Answers {
    /// The genuine cookie.
    pub(super) own: Arc<Exchange>,
    /// The changed one, which should be none.
    pub(super) changed: Arc<Exchange>,
    /// One that is certainly none.
    pub(super) control: Arc<Exchange>,
    /// None, once more.
    pub(super) without: Arc<Exchange>,
}

/// What the changed cookie came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// It is answered like the genuine one, and the control like none.
    Taken,
    /// It is answered like the genuine one, and so is the control, or in a third way.
    AnyTaken,
    /// It is not answered like the genuine one.
    NotTaken,
}

impl Answers {
    /// Compares with `plain`, what the page answered before to somebody without a cookie.
    ///
    /// # Errors
    /// [`NotTested::Inconclusive`] when the answer varies by itself or the session makes no difference to it.
    pub(super) fn difference(&self, plain: &Arc<Exchange>) -> Result<Difference, NotTested> {
        let face = |exchange: &Arc<Exchange>| (exchange.status(), Face::plain(exchange));
        let (nothing, own) = (face(plain), face(&self.own));
        if face(&self.without) != nothing {
            return Err(NotTested::inconclusive("the answer varies by itself"));
        }
        if own == nothing {
            return Err(NotTested::inconclusive("the session makes no difference to the answer"));
        }
        Ok(match face(&self.changed) == own {
            true if face(&self.control) == nothing => Difference::Taken,
            true => Difference::AnyTaken,
            false => Difference::NotTaken,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::exchange;

    fn difference(own: u32, changed: u32, control: u32, without: u32) -> Option<Difference> {
        let answer = |visits: u32| exchange("/", 200, &format!("{{\"visits\":{visits}}}"));
        let answers =
            Answers { own: answer(own), changed: answer(changed), control: answer(control), without: answer(without) };
        answers.difference(&answer(1)).ok()
    }

    #[test]
    fn the_changed_cookie_has_to_make_the_same_difference() {
        assert_eq!(difference(2, 2, 1, 1), Some(Difference::Taken));
        assert_eq!(difference(2, 1, 1, 1), Some(Difference::NotTaken));
        assert_eq!(difference(2, 3, 1, 1), Some(Difference::NotTaken), "a counter of its own");
        assert_eq!(difference(2, 2, 2, 1), Some(Difference::AnyTaken));
    }

    #[test]
    fn what_varies_by_itself_or_not_at_all_tells_nothing() {
        assert_eq!(difference(1, 1, 1, 1), None);
        assert_eq!(difference(2, 2, 1, 2), None);
    }
}
