//! A file that every Unix has and everybody on it may read, to show that files can be read at all: the account list. Passwords
//! moved out of it long ago, so that nothing secret is met.

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;

/// The file, without its first slash.
pub const ACCOUNTS: &str = "etc/passwd";

/// Directories to climb to be at the root: more than the source trees of real servers have, since what climbs beyond it stays there.
const UP: usize = 24;

/// The way to the root from an unknown directory, in steps that are written so.
pub fn up(step: &str) -> String {
    step.repeat(UP)
}

/// Whether an answer holds the line of the superuser, as it is or inside JSON.
pub fn is_account_list(exchange: &Exchange) -> bool {
    static ROOT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"root:[x*!]?:0:0:[^:]{0,64}:/").ok());
    ROOT.as_ref().is_some_and(|root| root.is_match(&exchange.text()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn the_account_list_is_told_from_an_echo_of_its_name() {
        assert!(is_account_list(&exchange("/", 200, "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:")));
        assert!(!is_account_list(&exchange("/", 200, "<p>no file ../../etc/passwd</p>")));
    }
}
