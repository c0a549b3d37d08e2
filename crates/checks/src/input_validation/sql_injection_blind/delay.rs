//! Values that make a database wait or work for a short time, once for each statement, however many rows it looks at.

/// A way to delay a database.
#[derive(Debug)]
pub(super) struct Delay {
    /// Whose syntax it is.
    pub(super) database: &'static str,
    /// Whether the number is one of rows to count, and not one of seconds.
    pub(super) counts: bool,
    /// `{v}` is the value, `{e}` the expression. The comment makes it work after a number as well as inside single quotes.
    frame: &'static str,
    /// An expression that is zero in the end, `{n}` the number in it. It refers to nothing outside, so that it is computed once:
    /// a function alone would be called for each row.
    expression: &'static str,
}

const JOINED: &str = "{v}/*'||{e}||'*/+{e}";

pub(super) static DELAYS: [Delay; 3] = [
    // SQLite cannot wait. It counts rows that it makes up, one in memory at a time.
    Delay {
        database: "SQLite",
        counts: true,
        frame: JOINED,
        expression: "(WITH RECURSIVE c(x)AS(SELECT 0 UNION ALL SELECT x+1 FROM c LIMIT {n})SELECT 0*COUNT(x)FROM c)",
    },
    Delay { database: "PostgreSQL", counts: false, frame: JOINED, expression: "(SELECT 0 FROM pg_sleep({n}))" },
    // Two bars are "or" there, which does not look at what comes after a value that is true.
    Delay {
        database: "MySQL",
        counts: false,
        frame: "{v}/*'+{e}+'*/+{e}",
        expression: "(SELECT 0 FROM(SELECT SLEEP({n}))x)",
    },
];

impl Delay {
    pub(super) fn payload(&self, value: &str, number: u32) -> String {
        let expression = self.expression.replace("{n}", &number.to_string());
        self.frame.replace("{e}", &expression).replace("{v}", value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_expression_is_left_in_each_context() {
        for delay in &DELAYS {
            let payload = delay.payload("7", 3);
            let expression = delay.expression.replace("{n}", "3");
            let (comment, rest) = payload.split_once("*/").unwrap();
            assert!(comment.starts_with("7/*") && rest == format!("+{expression}"), "after a number");
            let quoted = format!("'{payload}'");
            let parts: Vec<&str> = quoted.split('\'').collect();
            assert!(parts.len() == 5 && parts[2].contains(&expression), "between two strings: {quoted}");
        }
    }
}
