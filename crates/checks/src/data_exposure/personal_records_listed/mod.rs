use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity};
use regex::Regex;
use serde_json::{Map, Value};

use crate::vocabulary::{List, fields, words};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "personal-records-listed",
    aliases: &[],
    title: "Personal data exposure: records of several people are public",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[359, 200],
    tags: &[],
    risk: "An unauthenticated client reads who the people are, and what only they and the operator need to know.",
    fix: "Require credentials for lists of people, and return only the fields that the page shows.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// So many different people make a list.
const LIST: usize = 3;

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    let json = exchange.json();
    let Some(json) = json.as_deref().filter(|j| exchange.is_success() && !fields::describes_an_api(j)) else {
        return false;
    };
    if exchange.request.identity.is_some() || is_about_public_figures(exchange.request.path()) {
        return false;
    }
    if let Some(records) = lists(json).into_iter().find_map(records) {
        let said = format!("{} records of people, with {}", records.count, records.fields.join(", "));
        let evidence = Evidence::new(exchange, &said);
        let finding = Finding::new(&RULE, Confidence::Firm, observed.location(), evidence);
        found.push(finding.detail(format!("{said}.")));
    }
    true
}

/// Lives of authors and players are told to everybody.
fn is_about_public_figures(name: &str) -> bool {
    words(name).any(|word| List::PublicFigures.has(&word))
}

/// The lists of objects in a document, but examples and lists of public figures.
fn lists(json: &Value) -> Vec<&[Value]> {
    let mut lists: Vec<&[Value]> = json.as_array().map(Vec::as_slice).into_iter().collect();
    fields::walk(json, &mut |field| {
        let is_list = field.value.as_array().filter(|_| !fields::is_illustration(&format!("{}.x", field.path)));
        lists.extend(is_list.filter(|_| !is_about_public_figures(&field.path)).map(Vec::as_slice));
    });
    lists
}

/// What a list of people shows.
struct Records {
    count: usize,
    /// The fields that are not for everybody, as the first record calls them.
    fields: Vec<String>,
}

/// The records of a list of people, when each has something that is not for everybody.
fn records(list: &[Value]) -> Option<Records> {
    let people: Vec<(String, Vec<&str>)> = list
        .iter()
        .filter_map(Value::as_object)
        .filter_map(|object| {
            let Person { name, is_certain } = person(object)?;
            Some((name, private(object, is_certain))).filter(|(_, private)| !private.is_empty())
        })
        .collect();
    let different: BTreeSet<&str> = people.iter().map(|(name, _)| name.as_str()).collect();
    // Where some have it and most do not, it is not what the list is for.
    let mostly = people.len() * 2 > list.len();
    let fields = || people.first().map(|(_, private)| private.iter().map(|name| (*name).to_owned()).collect());
    (different.len() >= LIST && mostly).then(|| Records { count: people.len(), fields: fields().unwrap_or_default() })
}

/// Who a record is about.
struct Person {
    name: String,
    /// Whether it is a person at all: shops, vacancies and companies have a name of two words, too.
    is_certain: bool,
}

/// Given and family name, a full name, or the name of an account.
fn person(object: &Map<String, Value>) -> Option<Person> {
    const GIVEN: [&str; 5] = ["givenname", "firstname", "forename", "vorname", "prenom"];
    const FAMILY: [&str; 6] = ["familyname", "lastname", "surname", "secondname", "nachname", "nom"];
    const CERTAIN: [&str; 6] = ["fullname", "realname", "username", "login", "loginname", "nickname"];
    const DIED: [&str; 4] = ["died", "dateofdeath", "deathdate", "deathday"];
    let text = |names: &[&str]| {
        let of_name = object.iter().find(|(name, _)| names.contains(&plain(name).as_str()));
        of_name.and_then(|(_, value)| value.as_str()).filter(|text| !text.is_empty())
    };
    if text(&DIED).is_some() {
        return None;
    }
    if let (Some(given), Some(family)) = (text(&GIVEN), text(&FAMILY)) {
        return Some(Person { name: format!("{given} {family}"), is_certain: true });
    }
    let certain = text(&CERTAIN);
    let two_words = |name: &&str| (2..=4).contains(&name.split_whitespace().count());
    let name = certain.or_else(|| text(&["name", "displayname"]).filter(two_words))?;
    Some(Person { name: name.to_owned(), is_certain: certain.is_some() })
}

/// The fields of a record that people do not show to everybody.
fn private(object: &Map<String, Value>, is_certain: bool) -> Vec<&str> {
    let counts = |(name, value): &(&String, &Value)| {
        let name = plain(name);
        is_intimate(&name, value) || is_certain && is_anybodys(&name, value)
    };
    object.iter().filter(counts).map(|(name, _)| name.as_str()).collect()
}

/// What only a person or an account has.
fn is_intimate(name: &str, value: &Value) -> bool {
    const BIRTH: [&str; 7] = ["dob", "dateofbirth", "birthdate", "birthday", "born", "geburtstag", "geburtsdatum"];
    const SECRET: [&str; 9] = [
        "ssn",
        "socialsecuritynumber",
        "nationalid",
        "passport",
        "passportnumber",
        "diagnosis",
        "bloodtype",
        "bloodgroup",
        "emergencycontact",
    ];
    const RIGHTS: [&str; 5] = ["isadmin", "isstaff", "issuperuser", "superuser", "admin"];
    let text = value.as_str().unwrap_or("");
    BIRTH.contains(&name) && is_a_day(text)
        || SECRET.contains(&name) && !fields::is_empty(value) && !value.is_boolean()
        || RIGHTS.contains(&name) && value.is_boolean()
        || matches!(name, "role" | "userrole") && List::AccessRole.has(&text.to_ascii_lowercase())
}

/// What a shop, a vacancy or a company has as well.
fn is_anybodys(name: &str, value: &Value) -> bool {
    const MONEY: [&str; 9] = [
        "salary",
        "income",
        "iban",
        "accountnumber",
        "balance",
        "accountbalance",
        "creditlimit",
        "taxid",
        "insurancenumber",
    ];
    const HOME: [&str; 6] = ["homeaddress", "streetaddress", "address", "street", "shippingaddress", "billingaddress"];
    let is_street = |text: &str| text.contains(' ') && text.bytes().any(|b| b.is_ascii_digit());
    MONEY.contains(&name) && !fields::is_empty(value) && !value.is_boolean()
        || HOME.contains(&name)
            && (value.as_str().is_some_and(is_street)
                || value.as_object().is_some_and(|object| object.keys().any(|key| plain(key).starts_with("street"))))
}

/// A day of a calendar, as machines and people write it. A year alone may be that of anybody.
fn is_a_day(text: &str) -> bool {
    static DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?:T.*)?|[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)[0-9]{2})$")
            .ok()
    });
    DAY.as_ref().is_some_and(|day| day.is_match(text))
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples::{exchange, observed};

    fn found(target: &str, body: &Value) -> usize {
        observed(judge, &exchange(target, 200, &body.to_string())).1.len()
    }

    /// Three people, each with a name and what is made of the number.
    fn people(more: impl Fn(usize) -> Value) -> Vec<Value> {
        let names = [("Ann", "Reed"), ("Bo", "Dale"), ("Cy", "Holt")];
        let record = |(at, (given, family)): (usize, &(&str, &str))| {
            let mut object = json!({"firstName": given, "last_name": family});
            let more = more(at);
            object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            object
        };
        names.iter().enumerate().map(record).collect()
    }

    #[test]
    fn people_with_what_is_not_for_everybody() {
        for more in [
            json!({"date_of_birth": "1990-03-04"}),
            json!({"address": {"street": "Main Street", "zip": "1"}}),
            json!({"homeAddress": "4 Main Street"}),
            json!({"salary": 41_000}),
            json!({"role": "admin"}),
            json!({"bloodType": "A+"}),
        ] {
            assert_eq!(found("/pupils", &json!({"pupils": people(|_| more.clone())})), 1, "{more}");
        }
        let accounts = json!([{"username": "ann", "is_admin": true}, {"username": "bo", "is_admin": false}, {"username": "cy", "is_admin": false}]);
        assert_eq!(found("/list", &accounts), 1);
        let full = json!([{"name": "Ann Reed", "dob": "4.3.1990"}, {"name": "Bo Dale", "dob": "5.3.1990"}, {"name": "Cy Holt", "dob": "6.3.1990"}]);
        assert_eq!(found("/list", &full), 1);
    }

    #[test]
    fn what_is_published_is_not() {
        for more in [
            json!({"title": "Head of sales", "photo": "/a.png"}),
            json!({"role": "Treasurer", "phone_extension": "12"}),
            json!({"born": "1990"}),
            json!({"gender": "f", "birth_year": "19BBY"}),
            json!({"salary": null, "address": ""}),
            json!({"date_of_birth": "1815-12-10"}),
            json!({"birthday": "1930-01-02", "date_of_death": "1999-01-01"}),
        ] {
            assert_eq!(found("/team", &json!({"team": people(|_| more.clone())})), 0, "{more}");
        }
        let born = |_| json!({"birthday": "1990-03-04"});
        assert_eq!(found("/authors", &json!(people(born))), 0, "authors are public figures");
        assert_eq!(found("/film", &json!({"cast": people(born)})), 0);
        assert_eq!(found("/docs", &json!({"examples": people(born)})), 0);
        assert_eq!(found("/pupils", &json!(people(born)[..2])), 0, "two are no list");
        let same: Vec<Value> = vec![people(born)[0].clone(); 4];
        assert_eq!(found("/pupils", &json!(same)), 0, "one person");
        let shops = json!([{"name": "Store North", "address": "1 Main Street"}, {"name": "Store South", "address": "2 Main Street"}, {"name": "Store West", "address": "3 Main Street"}]);
        assert_eq!(found("/shops", &shops), 0);
        let vacancies = json!([{"name": "Data Engineer", "salary": 4}, {"name": "Truck Driver", "salary": 3}, {"name": "Night Nurse", "salary": 3}]);
        assert_eq!(found("/vacancies", &vacancies), 0);
        let jobs = json!([{"login": "build", "role": "runner"}, {"login": "test", "role": "runner"}, {"login": "ship", "role": "runner"}]);
        assert_eq!(found("/jobs", &jobs), 0);
    }
}
