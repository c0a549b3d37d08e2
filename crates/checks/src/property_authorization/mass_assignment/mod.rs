use std::sync::Arc;

use model::{
    Account, Category, Confidence, Credential, Evidence, Exchange, Finding, Location, Method, NotTested, Operation,
    Rule, Severity,
};
use serde_json::{Map, Value};

use crate::calling::registration::{self, Registration};
use crate::calling::{issued, request};
use crate::experiments::own_account;
use crate::vocabulary::fields::{self, Holds};
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "mass-assignment",
    aliases: &[],
    title: "Mass assignment: a new user can set a privileged field",
    category: Category::PropertyAuthorization,
    severity: Severity::High,
    cwe: &[915, 269],
    tags: &[],
    risk: "Anyone who can register makes themselves an administrator, or gives themselves what the application alone should grant.",
    fix: "Copy only the fields that clients may set into the object, and reject a request with any other.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

/// Most operations that are tried for what they show an account of itself.
const VIEWS: usize = 3;

/// Most credentials of one response that are tried.
const CREDENTIALS: usize = 3;

/// Most operations by which an account is changed.
const CHANGES: usize = 2;

/// Which of the scan's accounts it is: those before it are the owner and the peer of other rules.
const NUMBER: usize = registration::MOST - 1;

pub(crate) static CHECK: Check = Check {
    cost: Cost::writes((VIEWS + 1 + CREDENTIALS + 2 * CHANGES) as u32 + own_account::LOGIN_REQUESTS),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// What an ordinary account is shown of itself.
struct View<'a> {
    operation: &'a Operation,
    exchange: Arc<Exchange>,
    /// Privileged fields with the values that an attacker would like them to have.
    raised: Map<String, Value>,
    /// The same with those that they have.
    ordinary: Map<String, Value>,
}

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(place) = registration::places(probe.surface).into_iter().next() else {
        return Err(NotTested::not_applicable("no operation registers users"));
    };
    let Some(ordinary) = probe.observations.accounts.first() else {
        return Err(NotTested::inconclusive("no account could be registered"));
    };
    let view = view(probe, ordinary).await?;
    let account = registration::account(probe.target.seed, NUMBER);
    probe.claim(&account.name);
    let mut request = place.request(probe.origin(), &account, &view.raised);
    for (name, value) in &view.raised {
        request = request.altered("body", name, &value.to_string());
    }
    let registered = probe.response_to(request).await?;
    match registered.status() {
        // What account-1 was not refused without these fields.
        400 | 403 | 422 => return Ok(()),
        status @ 401.. => {
            return Err(NotTested::inconclusive(format!("a registration with further fields returns {status}")));
        }
        _ => {}
    }
    let Some((credential, login)) = credential(probe, &account, &registered, &view).await? else {
        return Err(NotTested::inconclusive("the account that was registered with further fields could not log in"));
    };
    let read = probe.response_to(reading(probe, &view, &account, &credential)).await?;
    let logged_in = |finding: Finding| match &login {
        Some(login) => finding.also(Evidence::new(login, "the new user logs in")),
        None => finding,
    };
    if let Some(finding) = judge(&view, &read, &account, &registered, &at_registration(&place)) {
        found.push(logged_in(finding));
        return Ok(());
    }
    for change in changes(probe, view.operation) {
        let Some(changed) = raise(probe, change, &account, &view, &credential).await? else { continue };
        let read = probe.response_to(reading(probe, &view, &account, &credential)).await?;
        found.extend(judge(&view, &read, &account, &changed, &Location::of(change)).map(logged_in));
    }
    Ok(())
}

fn at_registration(place: &Registration) -> Location {
    Location::at(Method::POST, place.path.as_str())
}

/// The first operation that shows an account a privileged field of its own.
async fn view<'a>(probe: &TargetProbe<'a>, account: &Account) -> Result<View<'a>, NotTested> {
    for operation in own_account::views(probe).into_iter().take(VIEWS) {
        let request = own_account::about(probe, operation, account).identity(&account.identity).fresh();
        let exchange = probe.response_to(request).await?;
        let Some(object) = own_account::object_about(&exchange, account) else { continue };
        let privileged = || object.iter().filter(|(name, _)| fields::holds(name, Holds::Privileged));
        let raised: Map<String, Value> =
            privileged().filter_map(|(name, value)| Some((name.clone(), raised(name, value)?))).collect();
        if !raised.is_empty() {
            let ordinary = privileged().map(|(name, value)| (name.clone(), value.clone())).collect();
            return Ok(View { operation, exchange, raised, ordinary });
        }
    }
    Err(NotTested::not_applicable("no response shows an account a privileged field of its own"))
}

/// A value of the same type that stands for more; `None` where it has one, or where nobody knows what would be one.
fn raised(name: &str, value: &Value) -> Option<Value> {
    const MORE: i64 = 7_411;
    const LONGEST: usize = 20;
    match value {
        Value::Bool(false) => Some(Value::from(true)),
        Value::Number(number) => Some(Value::from(number.as_f64().map_or(0, |n| n as i64).saturating_add(MORE))),
        Value::String(text) if text.len() <= LONGEST && !text.starts_with(|c: char| c.is_ascii_digit()) => {
            let paid = ["tier", "type", "premium"].iter().any(|word| name.to_ascii_lowercase().contains(word));
            let more = if paid { "premium" } else { "admin" };
            (text != more).then(|| Value::from(more))
        }
        _ => None,
    }
}

/// A credential of the new account with which it sees itself, and the login that issued it.
async fn credential(
    probe: &TargetProbe<'_>,
    account: &Account,
    registered: &Exchange,
    view: &View<'_>,
) -> Result<Option<(Credential, Option<Arc<Exchange>>)>, NotTested> {
    let mut issued = issued::by(registered, probe.surface);
    let mut login = None;
    if issued.is_empty() {
        login = own_account::log_in(probe, account, account.password.expose()).await?.map(|login| login.response);
        issued = login.iter().flat_map(|login| issued::by(login, probe.surface)).collect();
    }
    for credential in issued.into_iter().take(CREDENTIALS) {
        let read = probe.response_to(reading(probe, view, account, &credential)).await?;
        if own_account::object_about(&read, account).is_some() {
            return Ok(Some((credential, login)));
        }
    }
    Ok(None)
}

fn reading(probe: &TargetProbe<'_>, view: &View<'_>, account: &Account, credential: &Credential) -> model::Request {
    own_account::with_credential(own_account::about(probe, view.operation, account), credential)
}

/// Operations that change what the view shows.
fn changes<'a>(probe: &TargetProbe<'a>, view: &Operation) -> Vec<&'a Operation> {
    let operations = probe.surface.operations.iter().map(AsRef::as_ref);
    let changes = |o: &&Operation| {
        matches!(o.method.as_str(), "PUT" | "PATCH")
            && (o.path.is_same_place(&view.path) || own_account::is_of_users(o) && o.path.ends_with('}'))
    };
    operations.filter(changes).take(CHANGES).collect()
}

/// Changes the new account with the privileged fields; `None` where it was refused or may not be sent.
async fn raise(
    probe: &TargetProbe<'_>,
    change: &Operation,
    account: &Account,
    view: &View<'_>,
    credential: &Credential,
) -> Result<Option<Arc<Exchange>>, NotTested> {
    let values = own_account::in_path(change, account);
    let fields: Vec<(&str, Value)> = view.raised.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let request = request::with_fields(change, probe.surface, probe.target, &values, &fields);
    match probe.response_to(own_account::with_credential(request, credential)).await {
        Ok(changed) => Ok(Some(changed).filter(|changed| changed.is_success())),
        Err(NotTested::ForeignObject) => Ok(None),
        Err(other) => Err(other),
    }
}

fn judge(
    view: &View<'_>,
    read: &Arc<Exchange>,
    account: &Account,
    sent: &Arc<Exchange>,
    at: &Location,
) -> Option<Finding> {
    let object = own_account::object_about(read, account)?;
    let (name, value) =
        view.raised.iter().find(|(name, value)| object.get(*name).is_some_and(|now| same(now, value)))?;
    let ordinary = view.ordinary.get(name)?;
    let shown = format!("the new user is shown {name}: {value}");
    let control = format!("a user who was registered without the field is shown {name}: {ordinary}");
    let what = format!("the request sets {name} to {value}");
    Some(
        Finding::new(&RULE, Confidence::Confirmed, at.clone().parameter("body", name), Evidence::new(read, shown))
            .also(Evidence::new(sent, what))
            .also(Evidence::new(&view.exchange, control))
            .detail(format!("The server stores {name} as the client sends it.")),
    )
}

/// `7411` and `7411.0` are one number.
fn same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().is_some_and(|one| other.as_f64() == Some(one))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples::{self, exchange};

    #[test]
    fn a_field_is_raised_by_its_type() {
        assert_eq!(raised("is_admin", &json!(false)), Some(json!(true)));
        assert_eq!(raised("is_active", &json!(true)), None);
        assert_eq!(raised("balance", &json!(10)), Some(json!(7421)));
        assert_eq!(raised("role", &json!("user")), Some(json!("admin")));
        assert_eq!(raised("role", &json!("admin")), None);
        assert_eq!(raised("tier", &json!("free")), Some(json!("premium")));
        assert_eq!(raised("email_verified", &json!("2026-01-01")), None);
        assert_eq!(raised("roles", &json!(["user"])), None);
    }

    #[test]
    fn only_what_the_server_says_afterwards_is_found() {
        let account = registration::account(7, NUMBER);
        let operation = samples::operation(Method::GET, "/me");
        let view = View {
            operation: &operation,
            exchange: exchange("/me", 200, "{}"),
            raised: Map::from_iter([("admin".to_owned(), json!(true))]),
            ordinary: Map::from_iter([("admin".to_owned(), json!(false))]),
        };
        let found = |body: &str| {
            let body = body.replace("NAME", &account.name);
            let sent = exchange("/register", 200, r#"{"admin": true}"#);
            judge(&view, &exchange("/me", 200, &body), &account, &sent, &Location::host()).is_some()
        };
        assert!(found(r#"{"data": {"username": "NAME", "admin": true}}"#));
        assert!(!found(r#"{"data": {"username": "NAME", "admin": false}}"#), "ignored");
        assert!(!found(r#"{"data": {"username": "somebody", "admin": true}}"#), "somebody else");
        assert!(!found(r#"{"username": "NAME"}"#));
    }
}
