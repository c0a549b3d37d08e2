//! The words tried first: likely secrets of Flask applications and JWT, and words made of the target's own names.

/// The embedded list, likeliest first.
static LIST: &str = include_str!("../data/words.txt");

/// The embedded list of likely secrets, likeliest first.
pub fn embedded() -> impl Iterator<Item = &'static str> + Clone + Send {
    LIST.lines()
}
