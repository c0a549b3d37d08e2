//! Accounts that the scan makes for itself, where the user consented to writes and gave no identity: whoever registers and logs in sees
//! what a stranger can reach in a minute.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use checks::Observations;
use checks::calling::login::{self, Login};
use checks::calling::registration::{self, Registration};
use checks::calling::{issued, request};
use checks::judging::access;
use model::{
    Account, Consent, Credential, Effect, Exchange, Identity, Method, Operation, OrderKey, ParameterIn, Request, Round,
    Surface, Target,
};
use serde_json::{Map, Value};
use wire::{Lease, Wire};

use crate::discover;
use crate::form_page;
use crate::rounds::observe;

/// Accounts made here at most: an owner of objects and a peer.
const MOST: usize = 2;

/// Most operations that a credential is tried on.
const DOORS: usize = 3;

/// Where the requests stand in the transcript, behind all of observing and of judging credentials.
const STEP: u32 = 10_000;

/// Makes accounts; comes to a target that has their identities, `None` where there is nowhere to register or nothing came of it.
pub(crate) async fn open(
    surface: &mut Surface,
    observed: &mut Observations,
    target: &Target,
    wire: &Wire,
) -> Option<Target> {
    if target.consent < Consent::SafeWrites || !target.identities.is_empty() {
        return None;
    }
    let steps = AtomicU32::new(STEP);
    read_pages(surface, target, wire, &steps).await;
    let desk = Desk {
        logins: login::in_bodies(surface),
        doors: closed_doors(surface, observed, target),
        surface,
        target,
        wire,
        steps,
    };
    let made = desk.register_all().await;
    if made.is_empty() {
        desk.knock().await;
    }
    let (accounts, identities): (Vec<Account>, Vec<Identity>) = made.into_iter().unzip();
    if identities.is_empty() {
        return None;
    }
    wire.act_as(identities.clone()).ok()?;
    observed.accounts = accounts;
    Some(Target { identities, ..Target::clone(target) })
}

/// Reads the pages where somebody registers: links to them say that they create something, so that nothing else calls them.
async fn read_pages(surface: &mut Surface, target: &Target, wire: &Wire, steps: &AtomicU32) {
    const PAGES: usize = 2;
    let is_page = |o: &&Arc<Operation>| o.method == Method::GET && registration::is_place(o);
    let unread = |o: &&Arc<Operation>| !observe::may_be_called(o, target.consent);
    let pages: Vec<String> =
        surface.operations.iter().filter(is_page).filter(unread).map(|o| o.path.to_string()).collect();
    for path in pages.into_iter().take(PAGES) {
        if let Some(page) = send(Request::get(&target.origin, path), Effect::Reads, wire, steps).await {
            discover::add_page(surface, &page, target);
        }
    }
}

/// Ordinary calls that nobody in particular was refused, those that name no object first.
fn closed_doors(surface: &Surface, observed: &Observations, target: &Target) -> Vec<Request> {
    let closed = |at: &usize| observed.plain(*at).is_some_and(|e| access::is_refused(e));
    let mut closed: Vec<usize> = (0..surface.operations.len()).filter(closed).collect();
    closed.sort_by_key(|at| observe::path_parameters(&surface.operations[*at]));
    closed.truncate(DOORS);
    closed.into_iter().map(|at| request::build(&surface.operations[at], surface, target, &[])).collect()
}

/// Where accounts are made.
struct Desk<'a> {
    surface: &'a Surface,
    target: &'a Target,
    wire: &'a Wire,
    logins: Vec<Login>,
    doors: Vec<Request>,
    steps: AtomicU32,
}

impl Desk<'_> {
    async fn register_all(&self) -> Vec<(Account, Identity)> {
        let mut made = Vec::new();
        for place in registration::places(self.surface) {
            while made.len() < MOST {
                let account = registration::account(self.target.seed, made.len());
                let Some(identity) = self.register(&place, &account).await else { break };
                made.push((account, identity));
            }
            if !made.is_empty() {
                break;
            }
        }
        made
    }

    /// One login of somebody who is nobody: its refusal may set the session cookie that no page sets.
    async fn knock(&self) {
        let Some(login) = self.logins.first() else { return };
        let nobody = registration::account(self.target.seed, MOST);
        let page = self.page(login.path()).await;
        let login = login.clone().with_fields(&page.fields);
        let attempt = login.attempt(&self.target.origin, &nobody.name, nobody.password.expose()).fresh();
        let mut attempt = page.put_into(attempt);
        attempt.altered.clear(); // it is what somebody sends who mistypes
        self.log_in(attempt).await;
    }

    /// Registers and logs in.
    async fn register(&self, place: &Registration, account: &Account) -> Option<Identity> {
        // From now on they name nobody but us, so that what is sent about them harms nobody else.
        let names = [&account.name, &account.email].map(|name| self.wire.nobody("", name));
        if names != [account.name.as_str(), account.email.as_str()] {
            return None;
        }
        let page = self.page(&place.path).await;
        let registered = page.put_into(place.request(&self.target.origin, account, &page.fields));
        let registered = self.send(registered, Effect::Writes).await?;
        if registered.status() >= 400 {
            return None;
        }
        // Where nothing was closed, cookies of this response may hold a mere message.
        let may_log_in = !self.logins.is_empty() && self.doors.is_empty();
        if !may_log_in && let Some(identity) = self.let_in(&registered, account).await {
            return Some(identity);
        }
        for login in self.logins.iter().filter(|login| !matches!(login, Login::Basic { .. })) {
            for name in [&account.name, &account.email] {
                let page = self.page(login.path()).await;
                let login = login.clone().with_fields(&page.fields);
                let attempt = login.attempt(&self.target.origin, name, account.password.expose()).fresh();
                let mut attempt = page.put_into(attempt);
                attempt.altered.clear(); // it is what somebody sends who has an account
                let response = self.log_in(attempt).await?;
                if login::is_rejection(&response) || response.status() >= 400 {
                    continue;
                }
                if let Some(identity) = self.let_in(&response, account).await {
                    return Some(identity);
                }
            }
        }
        None
    }

    /// The first credential of a response that opens what was closed. Where nothing was closed, the first.
    async fn let_in(&self, response: &Exchange, account: &Account) -> Option<Identity> {
        let identity = |credential: Credential| {
            let name = account.identity.clone();
            Identity { name, credential: Some(credential), headers: Vec::new() }
        };
        let mut issued = issued::by(response, self.surface).into_iter().map(identity);
        if self.doors.is_empty() {
            return issued.next();
        }
        for identity in issued {
            for door in &self.doors {
                let mut request = door.clone().fresh();
                request.identity = None;
                wire::apply_identity(&identity, &mut request);
                let opened = self.send(request, Effect::Reads).await?;
                if opened.response().is_some() && !access::is_refused(&opened) {
                    return Some(identity);
                }
            }
        }
        None
    }

    /// What a form that is sent to this path carries of its page, where there is one with a token.
    async fn page(&self, path: &str) -> Carried {
        let values = form_page::values(path, &None, self.surface, &self.target.origin, self.wire, key(&self.steps));
        let mut carried = Carried::default();
        for (place, name, value) in values.await {
            if place == ParameterIn::Cookie {
                carried.cookies.push(format!("{name}={value}"));
            } else {
                carried.fields.insert(name, Value::from(value));
            }
        }
        carried
    }

    /// A login creates nothing that would have to be undone, and an id in its response is not that of something new.
    async fn log_in(&self, attempt: Request) -> Option<Arc<Exchange>> {
        let lease = Lease::reading(self.wire.budget(), 1).with_effect(Effect::Writes, true);
        self.wire.send(attempt, &lease, key(&self.steps)).await.ok()
    }

    async fn send(&self, request: Request, effect: Effect) -> Option<Arc<Exchange>> {
        send(request, effect, self.wire, &self.steps).await
    }
}

/// What a form carries of its page.
#[derive(Default)]
struct Carried {
    fields: Map<String, Value>,
    cookies: Vec<String>,
}

impl Carried {
    fn put_into(&self, request: Request) -> Request {
        if self.cookies.is_empty() { request } else { request.header("Cookie", self.cookies.join("; ")) }
    }
}

async fn send(request: Request, effect: Effect, wire: &Wire, steps: &AtomicU32) -> Option<Arc<Exchange>> {
    let lease = Lease::reading(wire.budget(), 1).with_effect(effect, false);
    wire.send(request, &lease, key(steps)).await.ok()
}

fn key(steps: &AtomicU32) -> OrderKey {
    OrderKey { round: Round::Observe, check: 0, operation: 0, step: steps.fetch_add(1, Ordering::Relaxed) }
}

/// What the reader should know of the accounts that were made, by the scan itself and by rules; `None` where there are none.
pub(crate) fn note(
    surface: &Surface,
    observed: &Observations,
    target: &Target,
    exchanges: &[Arc<Exchange>],
) -> Option<String> {
    let places = registration::places(surface);
    let registers = |exchange: &Exchange, name: &str| {
        let request = &exchange.request;
        request.method == Method::POST
            && (1..400).contains(&exchange.status())
            && places.iter().any(|place| place.path == request.path())
            && String::from_utf8_lossy(&request.body).contains(name)
    };
    let names = (0..registration::MOST).map(|number| registration::account(target.seed, number).name);
    let made: Vec<String> = names.filter(|name| exchanges.iter().any(|exchange| registers(exchange, name))).collect();
    let (accounts, them) = match made.as_slice() {
        [] => return None,
        [name] => (format!("the account {name}"), "it"),
        [names @ .., last] => (format!("the accounts {} and {last}", names.join(", ")), "them"),
    };
    let acted = match observed.accounts.first() {
        Some(account) => format!("acted as {}", account.name),
        None => format!("found no way to log in with {them}"),
    };
    Some(format!("the scan registered {accounts} and {acted}; it cannot remove {them}"))
}
