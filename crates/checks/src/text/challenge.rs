//! The `WWW-Authenticate` header (RFC 9110, section 11.6.1): a list of challenges, whose parameters are separated by commas too.

use model::Exchange;

/// One challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The authentication scheme, lower-case.
    pub scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The value of the first parameter of this lower-case name, without quotes.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// The challenges of a 401; of other answers none, since they ask for nothing.
pub fn challenges(exchange: &Exchange) -> Vec<Challenge> {
    let Some(response) = exchange.response().filter(|response| response.status == 401) else { return Vec::new() };
    response.header_all("www-authenticate").flat_map(parse).collect()
}

fn parse(header: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    for element in elements(header) {
        let (word, rest) = element.split_once(' ').unwrap_or((element, ""));
        let rest = rest.trim();
        // A parameter has its sign of equality in or right after the first word; a scheme has none there.
        let parameter = if word.contains('=') || rest.starts_with('=') {
            element
        } else {
            challenges.push(Challenge { scheme: word.to_ascii_lowercase(), parameters: Vec::new() });
            rest
        };
        if let Some((name, value)) = parameter.split_once('=')
            && let Some(challenge) = challenges.last_mut()
        {
            challenge.parameters.push((name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()));
        }
    }
    challenges
}

/// What stands between commas that are not inside quotes.
fn elements(header: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let separates = move |c: char| {
        let literal = std::mem::take(&mut escaped);
        escaped = c == '\\' && quoted && !literal;
        quoted ^= c == '"' && !literal;
        c == ',' && !quoted
    };
    header.split(separates).map(str::trim).filter(|element| !element.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    fn schemes(header: &str) -> Vec<String> {
        parse(header).into_iter().map(|challenge| challenge.scheme).collect()
    }

    #[test]
    fn commas_separate_challenges_and_parameters_but_not_inside_quotes() {
        let header = r#"Basic realm="a, Digest b \", c", charset="UTF-8", DIGEST realm=x , algorithm = MD5, Bearer"#;
        assert_eq!(schemes(header), ["basic", "digest", "bearer"]);
        let parsed = parse(header);
        assert_eq!(parsed[0].parameter("realm"), Some(r#"a, Digest b \", c"#));
        assert_eq!(parsed[1].parameter("algorithm"), Some("MD5"));
        assert_eq!(parsed[2].parameter("realm"), None);
    }

    #[test]
    fn what_is_no_challenge_is_left_out() {
        assert_eq!(schemes("Negotiate abc=="), ["negotiate"]);
        assert_eq!(schemes("realm=\"x\", ,"), Vec::<String>::new());
        assert_eq!(schemes(""), Vec::<String>::new());
        let headers = [("WWW-Authenticate", "Basic realm=x")];
        assert!(challenges(&answered("/", 200, &headers, "{}")).is_empty());
        assert_eq!(challenges(&answered("/", 401, &headers, "{}")).len(), 1);
    }
}
