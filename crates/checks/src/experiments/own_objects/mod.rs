//! Objects that one identity creates with texts of its own in them, and how others see them.

mod address;
mod places;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Confidence, Consent, Exchange, NotTested, Operation, Request, Schema, SchemaType};
use serde_json::Value;

pub use self::address::id_of;
pub use self::places::{Listed, Place, listed, places};
use crate::TargetProbe;
use crate::calling::{body, request};
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{Meaning, says, words};

/// What [`create`] sends at most: the creation, the list, and a reading at each of the addresses that are tried.
pub const REQUESTS: u32 = 2 + ADDRESSES as u32;

/// Optional fields that are sent where an ordinary body has no text.
const OPTIONAL: usize = 2;

/// Addresses tried for one object.
const ADDRESSES: usize = 3;

/// An object that an identity created, as it reads it.
#[derive(Debug)]
pub struct OwnObject<'a> {
    /// Where it was created and is read.
    pub place: Place<'a>,
    /// The creation.
    pub created: Arc<Exchange>,
    /// What its owner read.
    pub read: Arc<Exchange>,
    /// What names it.
    pub address: String,
    /// The field that holds a text of ours which does not name the object.
    pub field: String,
    /// That text.
    pub mark: String,
}

/// The identities of an owner and a peer.
///
/// # Errors
/// There are not two.
pub fn owner_and_peer<'a>(probe: &TargetProbe<'a>) -> Result<(&'a str, &'a str), NotTested> {
    match probe.target.identities.as_slice() {
        [owner, peer, ..] => Ok((&owner.name, &peer.name)),
        _ => Err(NotTested::NoCredentials),
    }
}

/// How an object is created.
#[derive(Debug, Clone, Copy)]
pub struct Creation<'a> {
    /// By which identity.
    pub by: &'a str,
    /// Who reads it back.
    pub read_by: &'a str,
    /// Tells its texts from those of the rule's other objects.
    pub purpose: &'a str,
    /// Further fields.
    pub extra: &'a [(&'a str, Value)],
}

impl<'a> Creation<'a> {
    /// By its owner, who reads it back.
    pub fn by(owner: &'a str) -> Creation<'a> {
        Creation { by: owner, read_by: owner, purpose: "own", extra: &[] }
    }
}

/// Creates an object and reads it back; `None` where it is refused, or cannot be found again.
///
/// # Errors
/// As [`TargetProbe::response_to`].
pub async fn create<'a>(
    probe: &TargetProbe<'a>,
    place: &Place<'a>,
    how: Creation<'_>,
) -> Result<Option<OwnObject<'a>>, NotTested> {
    if probe.target.consent < Consent::SafeWrites {
        return Err(NotTested::NoConsent);
    }
    let marks = marks(probe, place.create, how.purpose);
    if marks.is_empty() {
        return Ok(None);
    }
    let own = marks.iter().map(|(name, mark)| (name.as_str(), Value::from(mark.as_str())));
    let fields: Vec<(&str, Value)> = own.chain(how.extra.iter().cloned()).collect();
    let request = request::with_fields(place.create, probe.surface, probe.target, &[], &fields).identity(how.by);
    let created = probe.response_to(request).await?;
    if !matches!(created.status(), 200..=399) {
        return Ok(None);
    }
    let mut tried = address::candidates(place, &created, &marks, None);
    if tried.is_empty()
        && let Some(list) = list(probe, place, Some(how.read_by)).await?
    {
        tried = address::candidates(place, &created, &marks, Some(&list));
    }
    for address in tried.into_iter().take(ADDRESSES) {
        let read = probe.response_to(reading(probe, place, &address, Some(how.read_by))).await?;
        if let Some((field, mark)) = telling(&read, &marks, &address) {
            return Ok(Some(OwnObject { place: place.clone(), created, read, address, field, mark }));
        }
    }
    Ok(None)
}

/// The request that reads the object of this address, as an identity or as nobody.
pub fn reading(probe: &TargetProbe<'_>, place: &Place<'_>, address: &str, by: Option<&str>) -> Request {
    let (operation, parameter) = place.read;
    let values = [request::Value::of(parameter, address)];
    as_whom(request::build(operation, probe.surface, probe.target, &values), by)
}

/// What the collection's list shows an identity; `None` where there is no such operation, or it fails.
///
/// # Errors
/// As [`TargetProbe::response_to`].
pub async fn list(
    probe: &TargetProbe<'_>,
    place: &Place<'_>,
    by: Option<&str>,
) -> Result<Option<Arc<Exchange>>, NotTested> {
    let Some(operation) = place.list else { return Ok(None) };
    let request = as_whom(request::build(operation, probe.surface, probe.target, &[]), by);
    Ok(Some(probe.response_to(request).await?).filter(|list| list.is_success()))
}

/// The request really sent, as an identity or as nobody.
fn as_whom(request: Request, by: Option<&str>) -> Request {
    match by {
        Some(identity) => request.identity(identity).fresh(),
        None => request.anonymous().fresh(),
    }
}

impl OwnObject<'_> {
    /// Whether a response shows the text of ours that does not name the object.
    pub fn is_shown_by(&self, exchange: &Exchange) -> bool {
        exchange.is_success() && exchange.text().contains(&self.mark)
    }

    /// Whether a response reveals that the object exists: it shows that text, or an address too long to be there by chance.
    pub fn is_revealed_by(&self, exchange: &Exchange) -> bool {
        const BY_CHANCE: usize = 8;
        self.is_shown_by(exchange)
            || exchange.is_success() && self.address.len() > BY_CHANCE && exchange.text().contains(&self.address)
    }

    /// Whether the field holds what is not for others by its name.
    fn is_secret(&self) -> bool {
        [Holds::Password, Holds::Token, Holds::Personal].iter().any(|kind| fields::holds(&self.field, *kind))
    }

    /// Whether others may hit upon the address: a number, or a text that its owner chose. Short random ids are links to share.
    fn is_guessable(&self) -> bool {
        const LONGEST: usize = 12;
        let is_number = self.address.len() <= LONGEST && self.address.bytes().all(|b| b.is_ascii_digit());
        is_number || String::from_utf8_lossy(&self.created.request.body).contains(&self.address)
    }

    /// Why the object is its owner's alone, by the lists of the owner and of the peer, and how sure that is. What every user sees in the
    /// list is shared by design, and so may be what nothing calls private.
    pub fn private(&self, [own, peers]: &[Option<Arc<Exchange>>; 2]) -> Option<(Confidence, &'static str)> {
        const LISTED: &str = "the list shows the object to its owner, and not to the other user";
        let reveals = |list: &Option<Arc<Exchange>>| list.as_ref().map(|list| self.is_revealed_by(list));
        if peers.as_ref().is_some_and(|list| self.is_shown_by(list)) {
            return None;
        }
        match (reveals(own), reveals(peers)) {
            (Some(true), Some(false)) if self.is_guessable() => Some((Confidence::Confirmed, LISTED)),
            // It may be meant for everybody with the link, which nobody can guess.
            (Some(true), Some(false)) => Some((Confidence::Tentative, LISTED)),
            (_, Some(_)) if self.is_secret() => {
                Some((Confidence::Confirmed, "the list of the other user does not show what the field holds"))
            }
            _ if self.is_secret() => Some((Confidence::Firm, "the field is private by its name")),
            _ if says(&self.place.create.path, Meaning::Private) => {
                Some((Confidence::Firm, "objects of this kind are private"))
            }
            _ => None,
        }
    }
}

/// Texts of ours for the fields that take any text, by their names. They are known to name nobody, so that what is addressed by one of
/// them may be changed.
fn marks(probe: &TargetProbe<'_>, operation: &Operation, purpose: &str) -> BTreeMap<String, String> {
    let Some(declared) = &operation.body else { return BTreeMap::new() };
    let filled = body::filled(declared, probe.surface);
    let properties = declared.schema.properties.iter();
    let free = properties.filter(|(name, schema)| takes_any(name, schema)).map(|(name, _)| name);
    // An object that requires no text is recognised by an optional one.
    let sent: Vec<&String> = free.clone().filter(|name| filled.get(name.as_str()).is_some()).collect();
    let free: Vec<&String> = if sent.is_empty() { free.take(OPTIONAL).collect() } else { sent };
    free.into_iter()
        .map(|name| (name.clone(), probe.nobody("", &format!("{purpose} {} {name}", operation.path))))
        .collect()
}

fn takes_any(name: &str, schema: &Schema) -> bool {
    const LENGTH: u64 = 12;
    let has_meaning = fields::holds(name, Holds::Owner)
        || fields::holds(name, Holds::Privileged)
        || words(name).any(|word| {
            matches!(
                word.as_str(),
                "url"
                    | "uri"
                    | "link"
                    | "email"
                    | "mail"
                    | "phone"
                    | "date"
                    | "time"
                    | "at"
                    | "type"
                    | "status"
                    | "category"
                    | "currency"
                    | "id"
            )
        });
    schema.kind == SchemaType::String
        && schema.enumeration.is_empty()
        && schema.pattern.is_none()
        && schema.format.is_none()
        && schema.min_length.is_none_or(|least| least <= LENGTH)
        && schema.max_length.is_none_or(|most| most >= LENGTH)
        && !has_meaning
}

/// The field of a response that holds a text of ours which is not the object's address, one of a secret's name first.
fn telling(read: &Exchange, marks: &BTreeMap<String, String>, address: &str) -> Option<(String, String)> {
    if !read.is_success() {
        return None;
    }
    let text = read.text();
    let mut shown: Vec<(&String, &String)> =
        marks.iter().filter(|(_, mark)| *mark != address && text.contains(mark.as_str())).collect();
    let secret = |name: &str| [Holds::Password, Holds::Token].iter().any(|kind| fields::holds(name, *kind));
    shown.sort_by_key(|(name, _)| !secret(name));
    shown.first().map(|(name, mark)| ((*name).clone(), (*mark).clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_text_that_tells_is_not_the_one_that_was_sent_in_the_path() {
        let marks: BTreeMap<String, String> =
            [("secret", "mark2"), ("title", "mark1")].map(|(name, mark)| (name.to_owned(), mark.to_owned())).into();
        let told = |body: &str| telling(&samples::exchange("/x", 200, body), &marks, "mark1").map(|(field, _)| field);
        assert_eq!(told(r#"{"title": "mark1", "secret": "mark2"}"#).as_deref(), Some("secret"));
        assert_eq!(told(r#"{"error": "no book mark1"}"#), None);
    }

    #[test]
    fn only_fields_that_take_any_text_are_marked() {
        let text = || Schema::of(SchemaType::String);
        assert!(takes_any("title", &text()) && takes_any("secret", &text()));
        for name in ["username", "user_id", "role", "due_date", "category_id", "image_url"] {
            assert!(!takes_any(name, &text()), "{name}");
        }
        assert!(!takes_any("title", &Schema { max_length: Some(5), ..text() }));
        assert!(!takes_any("title", &Schema { format: Some("email".to_owned()), ..text() }));
        assert!(!takes_any("amount", &Schema::of(SchemaType::Integer)));
    }
}
