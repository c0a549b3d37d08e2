//! How commands carry credentials: from variables of the shell, which are named and explained, and never their values.

use model::{Account, Credential, FindingView, Identity, ParameterIn, Redacted, Redactor};

/// The variable of the first identity's credential: the one that `scan` reads it from.
const VALUE: &str = "MIDDLEBRICK_AUTH_VALUE";

/// The beginning of the variables of further headers.
const HEADER: &str = "MIDDLEBRICK_HEADER_";

/// What a command needs to be sent as somebody. Each text is ready for the shell, in double quotes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Carried {
    /// Options of `curl`, such as `-H "Authorization: Bearer $MIDDLEBRICK_AUTH_VALUE"`.
    pub(super) options: Vec<Redacted>,
    /// What goes behind the query.
    pub(super) query: Option<Redacted>,
    /// What goes into the `Cookie` header, behind what is there.
    pub(super) cookie: Option<Redacted>,
}

/// What commands carry for this identity; nothing for one that is not known.
pub(super) fn carried(name: Option<&str>, identities: &[Identity], redactor: &Redactor) -> Carried {
    let Some((at, identity)) = identities.iter().enumerate().find(|(_, known)| Some(known.name.as_str()) == name)
    else {
        return Carried::default();
    };
    let mut carried = Carried::default();
    // `before "name sign$VARIABLE"`; a name is what the user wrote.
    let option = |before, name: &str, sign, variable: &str| {
        let [name, variable] = [redactor.text(name).by(escaped), redactor.text(variable)];
        Redacted::joined([
            Redacted::fixed(before),
            Redacted::fixed("\""),
            name,
            Redacted::fixed(sign),
            Redacted::fixed("$"),
            variable,
            Redacted::fixed("\""),
        ])
    };
    let variable = variable(VALUE, at, identity);
    match &identity.credential {
        None => {}
        Some(Credential::Bearer(_)) => carried.options.push(option("-H ", "Authorization", ": Bearer ", &variable)),
        Some(Credential::Basic { .. }) => carried.options.push(option("-u ", "", "", &variable)),
        Some(Credential::Cookie(_)) => carried.cookie = Some(option("", "", "", &variable)),
        Some(Credential::ApiKey { place, name, .. }) => match place {
            ParameterIn::Header => carried.options.push(option("-H ", name, ": ", &variable)),
            ParameterIn::Cookie => carried.cookie = Some(option("", name, "=", &variable)),
            ParameterIn::Query | ParameterIn::Path | ParameterIn::Body => {
                carried.query = Some(option("", name, "=", &variable));
            }
        },
    }
    for (name, _) in &identity.headers {
        carried.options.push(option("-H ", name, ": ", &of_header(name, at, identity)));
    }
    carried
}

/// A sentence on each variable that a command of these findings names.
pub(super) fn explained(identities: &[Identity], own: &[Account], findings: &[FindingView]) -> Vec<String> {
    let steps = || findings.iter().flat_map(|f| &f.locations).flat_map(|location| &location.steps);
    let named = |variable: &str| {
        let variable = format!("${variable}\"");
        steps().any(|step| step.command.contains(&variable))
    };
    let mut sentences = Vec::new();
    for (at, identity) in identities.iter().enumerate() {
        let mut explain = |variable: String, what: &str| {
            if named(&variable) {
                let is_own = own.iter().any(|account| account.identity == identity.name);
                let whose = if at == 0 && !is_own { String::new() } else { format!(" of {}", identity.name) };
                let how = if is_own { ": register an account and log in" } else { "" };
                sentences.push(format!("The curl commands take {what}{whose} from the variable {variable}{how}."));
            }
        };
        let what = match &identity.credential {
            None => None,
            Some(Credential::Bearer(_)) => Some("the token"),
            Some(Credential::Basic { .. }) => Some("user:password"),
            Some(Credential::ApiKey { .. }) => Some("the API key"),
            Some(Credential::Cookie(_)) => Some("the cookie"),
        };
        if let Some(what) = what {
            explain(variable(VALUE, at, identity), what);
        }
        for (name, _) in &identity.headers {
            explain(of_header(name, at, identity), &format!("the header {name}"));
        }
    }
    sentences
}

fn of_header(header: &str, at: usize, identity: &Identity) -> String {
    variable(&format!("{HEADER}{}", shell_name(header)), at, identity)
}

/// The first identity's variables have no name behind them.
fn variable(of: &str, at: usize, identity: &Identity) -> String {
    if at == 0 { of.to_owned() } else { format!("{of}_{}", shell_name(&identity.name)) }
}

/// A name as part of a variable's.
pub(super) fn shell_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// A text between double quotes of the shell.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if matches!(c, '$' | '`' | '"' | '\\') {
            out.push('\\');
        }
        out.push(if c.is_control() { '?' } else { c });
        out
    })
}

#[cfg(test)]
mod tests {
    use model::Secret;

    use super::*;

    #[test]
    fn every_identity_and_header_has_a_variable_of_its_own() {
        let identity = |name: &str, credential| Identity {
            name: name.to_owned(),
            credential,
            headers: vec![("X-Tenant".to_owned(), Secret::new("t7"))],
        };
        let key =
            Credential::ApiKey { place: ParameterIn::Header, name: "X-$Key".to_owned(), value: Secret::new("k-72f1") };
        let all = [identity("user", Some(Credential::Bearer(Secret::new("t")))), identity("bo-b", Some(key))];
        let carried = |name| carried(name, &all, &Redactor::new());
        let options = |name| Redacted::joined(carried(Some(name)).options);
        assert_eq!(
            options("user"),
            r#"-H "Authorization: Bearer $MIDDLEBRICK_AUTH_VALUE"-H "X-Tenant: $MIDDLEBRICK_HEADER_X_TENANT""#
        );
        assert_eq!(
            options("bo-b"),
            r#"-H "X-\$Key: $MIDDLEBRICK_AUTH_VALUE_BO_B"-H "X-Tenant: $MIDDLEBRICK_HEADER_X_TENANT_BO_B""#
        );
        assert_eq!((carried(None), carried(Some("x"))), (Carried::default(), Carried::default()));
    }
}
