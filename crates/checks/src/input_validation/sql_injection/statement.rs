//! What shows that a quote ended a string of a statement, where no condition does.

use model::{Confidence, Evidence, Finding, NotTested};

use super::{Answer, Prober, ordinary};
use crate::experiments::repetition;
use crate::input_validation::reflection::Marked;
use crate::input_validation::statement_error::{names_column, names_token};

impl Prober<'_, '_> {
    /// One quote makes the database complain, or the request fail, and the plain value does not. That alone may be a text that any
    /// unusual value is answered with, or something else than a database that reads quotes: reported is what a statement shows.
    pub(super) async fn statement(&self, plain: &Answer, quoted: &Answer) -> Result<Option<Finding>, NotTested> {
        if fails(plain) || !fails(quoted) {
            return Ok(None);
        }
        let named = if quoted.complaint().is_some() { self.token(plain).await? } else { None };
        if named.is_some() { Ok(named) } else { self.grammar(plain, quoted).await }
    }

    /// The database names a word of the mark, which stood behind a quote, as what it could not parse, and complains of a quote alone.
    pub(super) fn token_of_mark(&self, plain: &Answer, quoted: &Answer, mark: &Marked) -> Option<Finding> {
        let word = mark.named_token()?;
        let said = format!("a quote and `{word}`: the database names `{word}` as the token that it cannot parse");
        let finding = self.finding(Confidence::Confirmed, Evidence::new(&mark.exchange, said));
        let complaint = quoted.complaint()?;
        let alone = Evidence::new(&quoted.exchange, format!("a quote alone: {complaint}"));
        Some(finding.also(alone).also(ordinary(plain)))
    }

    /// A random word after the quote, twice: a database that could not parse the statement names it as what it stumbled over.
    pub(super) async fn token(&self, plain: &Answer) -> Result<Option<Finding>, NotTested> {
        let mut shown = Vec::new();
        for purpose in ["token", "other token"] {
            let word = self.probe.canary(purpose);
            let response = self.send(&format!("{}'{word}", self.value)).await?;
            if response.complaint().is_none() || !names_token(&response.exchange.text(), &word) {
                return Ok(None);
            }
            let said = format!("a quote and `{word}`: the database names `{word}` as the token that it cannot parse");
            shown.push(Evidence::new(&response.exchange, said));
        }
        let mut shown = shown.into_iter();
        let Some(first) = shown.next() else { return Ok(None) };
        let finding = shown.fold(self.finding(Confidence::Confirmed, first), Finding::also);
        Ok(Some(finding.also(ordinary(plain))))
    }

    /// The database does not know the plain value as a column: two random words with an operator between them, twice. It names the first
    /// of them alone if they became an expression of the statement; a name in quotes keeps the operator.
    pub(super) async fn column(&self, plain: &Answer) -> Result<Option<Finding>, NotTested> {
        if !names_column(&plain.exchange.text(), &self.value) {
            return Ok(None);
        }
        let mut shown = Vec::new();
        for purpose in ["column", "other column"] {
            let (word, factor) = (self.probe.canary(purpose), self.probe.canary("factor"));
            let response = self.send(&format!("{word}*{factor}")).await?;
            if !names_column(&response.exchange.text(), &word) {
                return Ok(None);
            }
            let said = format!("`{word}*{factor}`: the database does not know a column `{word}`");
            shown.push(Evidence::new(&response.exchange, said));
        }
        let mut shown = shown.into_iter();
        let Some(first) = shown.next() else { return Ok(None) };
        let finding = shown.fold(self.finding(Confidence::Confirmed, first), Finding::also);
        Ok(Some(finding.also(ordinary(plain))))
    }

    /// Two quotes end a string and begin another. Between them a statement takes an operator and no word, while whatever only counts
    /// quotes takes both. In the order in which chance does not keep to it, each time with another word.
    async fn grammar(&self, plain: &Answer, quoted: &Answer) -> Result<Option<Finding>, NotTested> {
        let between = |text: &str| format!("{0}'{text}'{0}", self.value);
        let two = self.send(&format!("{}''", self.value)).await?;
        if fails(&two) || !fails(&self.send(&format!("{}'''", self.value)).await?) {
            return Ok(None);
        }
        let mut takes = None;
        for operator in ["||", "+"] {
            let response = self.send(&between(operator)).await?;
            if !fails(&response) {
                takes = Some((operator, response));
                break;
            }
        }
        let Some((operator, joined)) = takes else { return Ok(None) };
        let mut refused = None;
        // One quote, two, three and the operator were the first four turns.
        let order = if quoted.complaint().is_some() { repetition::order(true) } else { repetition::after_four() };
        for (number, breaks) in order.iter().copied().enumerate() {
            let word = self.probe.canary(&format!("grammar {number}"));
            let payload = if breaks { format!(" {word} ") } else { format!("{operator}'{word}'{operator}") };
            let response = self.send(&between(&payload)).await?;
            if fails(&response) != breaks {
                return Ok(None);
            }
            refused = refused.or(Some(response));
        }
        let Some(refused) = refused else { return Ok(None) };
        let message = quoted.complaint();
        let confidence = if message.is_some() { Confidence::Confirmed } else { Confidence::Firm };
        let side = |answer: &Answer, what: &str| {
            Evidence::new(&answer.exchange, format!("status {} for {what}", answer.exchange.status()))
        };
        let quote = message.map_or_else(|| "one quote".to_owned(), |text| format!("one quote: {text}"));
        let finding = self.finding(confidence, side(quoted, &quote)).also(side(&two, "two quotes"));
        let finding = finding.also(side(&joined, &format!("two strings joined by `{operator}`")));
        Ok(Some(finding.also(side(&refused, "two strings with a word between them")).also(ordinary(plain))))
    }
}

/// Whether a database complains in the response, or it failed.
fn fails(response: &Answer) -> bool {
    response.exchange.status() >= 500 || response.complaint().is_some()
}
