//! Whether a changed session cookie is taken for the genuine one.

use std::sync::Arc;

use model::{Exchange, NotTested};

use crate::judging::response_fingerprint::ResponseFingerprint;

/// What a page answers to four cookies.
pub(super) struct Responses {
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

/// Whether a page answers somebody with the genuine cookie otherwise than, as `plain`, somebody without: where it does not, no changed one
/// can be told from it, and none need be sent.
///
/// # Errors
/// [`NotTested::Inconclusive`] when it does not.
pub(super) fn is_made_by(plain: &Arc<Exchange>, own: &Arc<Exchange>) -> Result<(), NotTested> {
    let same = plain.status() == own.status() && ResponseFingerprint::plain(plain) == ResponseFingerprint::plain(own);
    if same { Err(NotTested::inconclusive("the session makes no difference to the response")) } else { Ok(()) }
}

impl Responses {
    /// Compares with `plain`, what the page answered before to somebody without a cookie.
    ///
    /// # Errors
    /// [`NotTested::Inconclusive`] when the answer varies by itself or the session makes no difference to it.
    pub(super) fn difference(&self, plain: &Arc<Exchange>) -> Result<Difference, NotTested> {
        let fingerprint = |exchange: &Arc<Exchange>| (exchange.status(), ResponseFingerprint::plain(exchange));
        let (nothing, own) = (fingerprint(plain), fingerprint(&self.own));
        if fingerprint(&self.without) != nothing {
            return Err(NotTested::inconclusive("the response varies by itself"));
        }
        is_made_by(plain, &self.own)?;
        Ok(match fingerprint(&self.changed) == own {
            true if fingerprint(&self.control) == nothing => Difference::Taken,
            true => Difference::AnyTaken,
            false => Difference::NotTaken,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    fn difference(own: u32, changed: u32, control: u32, without: u32) -> Option<Difference> {
        let response = |visits: u32| exchange("/", 200, &format!("{{\"visits\":{visits}}}"));
        let responses = Responses {
            own: response(own),
            changed: response(changed),
            control: response(control),
            without: response(without),
        };
        responses.difference(&response(1)).ok()
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
