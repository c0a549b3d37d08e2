//! What names and paths say: words with a meaning, as tables.

pub(crate) mod acting;
pub mod consoles;
pub mod fields;
mod fold;
mod list;
mod meaning;
pub mod parameters;
pub mod specifications;
mod states;
mod words;

use model::{Operation, Parameter, ParameterIn, Source};

pub use list::List;
use meaning::is_destructive;
pub use meaning::{Meaning, says};
use words::is_a_place;
pub use words::{collection, words};

/// Whether a path is called after logging in: `/login`, `/sign-in`.
pub fn says_login(path: &str) -> bool {
    let joined = path.split('/').map(|segment| segment.replace(['-', '_'], ""));
    says(path, Meaning::Login) || joined.into_iter().any(|segment| says(&segment, Meaning::Login))
}

/// Whether a path is called after registration: `/register`, `/sign-up`.
pub fn says_registration(path: &str) -> bool {
    let plain: String = path.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    words(path).any(|word| List::Registration.has(&word)) || plain.contains("signup")
}

/// Whether calling the operation looks as if it changed state, by the words of its path, its operation id and its summary, and for one
/// that by its method should not, by the links and tags that show it, too.
pub fn looks_destructive(operation: &Operation) -> bool {
    says_it_acts(operation) && !only_fetches(operation)
}

/// Whether the only deed that an operation speaks of is to fetch the address that it is given: a trial of a webhook, a preview of a
/// page. Its own value is called as a crawler would, and any other is ours.
fn only_fetches(operation: &Operation) -> bool {
    let holds_url = |p: &Parameter| {
        p.example.as_deref().is_some_and(|value| value.starts_with("http://") || value.starts_with("https://"))
    };
    let mut queries = operation.parameters_in(ParameterIn::Query).peekable();
    let is_trial = words(&operation.path).any(|word| List::Trial.has(&word));
    if !operation.method.is_safe()
        || queries.peek().is_none()
        || !operation.parameters_in(ParameterIn::Query).any(holds_url)
        || !is_trial && !queries.all(holds_url)
    {
        return false;
    }
    !says_it_acts(&without(operation, List::Fetching))
}

/// The operation without these words in its path and its id.
fn without(operation: &Operation, list: List) -> Operation {
    let without = |text: &str, joint: &str| {
        let kept: Vec<String> = words(text).filter(|word| !list.has(word)).collect();
        if kept.is_empty() { "page".to_owned() } else { kept.join(joint) }
    };
    let segment = |segment: &str| {
        if segment.is_empty() || segment.starts_with('{') { segment.to_owned() } else { without(segment, "-") }
    };
    let path: Vec<String> = operation.path.split('/').map(segment).collect();
    let id = operation.id.as_deref().map(|id| without(id, "_"));
    Operation { path: path.join("/").into(), id, ..operation.clone() }
}

/// Whether calling an operation looks as if it ended the session, or took back the credential, of whoever calls it.
pub fn ends_session(operation: &Operation) -> bool {
    let of = |text: &str| {
        let said: Vec<String> = words(text).collect();
        let apart = said.windows(2).any(|pair| List::SignOut.has(&pair.concat()));
        apart || said.iter().any(|word| List::SignOut.has(word))
    };
    let id = operation.id.as_deref().filter(|_| operation.source == Source::Specification).unwrap_or("");
    of(&outside_braces(&operation.path)) || of(id)
}

/// Whether calling an operation that changes state looks as if it did more than make something new: ended, sent, paid or removed
/// something, or changed how an account is entered.
pub fn does_more_than_make(operation: &Operation) -> bool {
    let other = Operation { summary: String::new(), ..without(operation, List::Making) };
    let makes = |summary: &str| {
        let first = words(summary).next().unwrap_or_default();
        acting::bases(&first).iter().any(|base| List::Making.has(base))
    };
    let is_upkeep = words(&operation.path).any(|word| List::Upkeep.has(&word));
    let last = operation.path.rsplit('/').find(|segment| !segment.is_empty() && !segment.contains('{'));
    let changes_what_is = last.and_then(|segment| words(segment).last()).is_some_and(|word| List::Standing.has(&word));
    is_upkeep
        || changes_what_is
        || says_it_acts(&other)
        || summary_acts(&operation.summary) && !makes(&operation.summary)
}

fn says_it_acts(operation: &Operation) -> bool {
    destructive_word(operation).is_some()
        || calls_for_action(&operation.path)
        || summary_acts(&operation.summary)
        || operation.method.is_safe() && acts(operation)
}

fn acts(operation: &Operation) -> bool {
    let declared = operation.source == Source::Specification;
    operation.acts
        || acting::path_acts(operation)
        || declared && operation.labels.iter().any(|tag| tag.eq_ignore_ascii_case("destructive"))
        || operation.outcomes.iter().any(|outcome| acting::deeds::outcome_acts(outcome))
        || acting::text_acts(&operation.summary)
        || operation.labels.iter().any(|label| acting::label_acts(label))
        || declared && operation.id.as_deref().is_some_and(acting::id_acts)
}

/// Whether what a link or button is called, or asks, says that following it takes away, ends or switches something.
pub fn label_acts(label: &str) -> bool {
    acting::label_acts(label)
}

/// Whether the relation or key of a link in a response names a deed: `delete`, `cancelUrl`.
pub fn relation_acts(name: &str) -> bool {
    acting::deeds::relation_acts(name)
}

/// Whether the button of a form sent by GET says that what is filled in is kept, paid or done.
pub fn button_acts(label: &str) -> bool {
    acting::deeds::button_acts(label)
}

/// The word that says so. What an HTML form or a link shows has no operation id.
pub fn destructive_word(operation: &Operation) -> Option<String> {
    let id = operation.id.as_deref().filter(|_| operation.source == Source::Specification).unwrap_or("");
    // `/streams/{run}`: the name of a parameter says what is filled in. FastAPI writes the whole path into the id.
    let filled = |word: &String| operation.parameters_in(ParameterIn::Path).any(|p| p.name == *word);
    let path = percent_encoding::percent_decode_str(&operation.path).decode_utf8_lossy().into_owned();
    let in_path = first_deed(words(&outside_braces(&path))).filter(|_| !is_wizard(&path));
    let named = in_path.or_else(|| first_deed(words(id).filter(|word| !filled(word))));
    named.or_else(|| acting_parameter(operation).map(|(_, word)| word))
}

/// Whether a summary begins with what is done to something: "Deletes every user", unlike "Reset password form" and "Votes of a poll".
/// It is reason enough not to call the operation, and none to report it.
pub fn summary_acts(summary: &str) -> bool {
    let mut said = words(summary);
    let (Some(first), Some(second)) = (said.next(), said.next()) else { return false };
    let mut verb = ["es", "s"].iter().filter_map(|ending| first.strip_suffix(ending)).chain([first.as_str()]);
    List::Something.has(&second) && verb.any(|verb| says(verb, Meaning::Destructive) && !List::Taken.has(verb))
}

/// The query parameter of a link that says what its path does not, with the word that says so: `/do?cmd=reset`, `/posts?delete=5`.
/// What a document declares is asked with values of ours.
pub fn acting_parameter(operation: &Operation) -> Option<(&Parameter, String)> {
    let declared = operation.source == Source::Specification;
    operation.parameters_in(ParameterIn::Query).find_map(|parameter| {
        let name = words(&parameter.name).filter(|word| !declared && !List::Taken.has(word));
        let value = parameter.example.as_deref().into_iter().flat_map(words);
        let state = || states::set_by(parameter, operation).map(str::to_owned);
        let word = first_deed(name).or_else(|| first_deed(value)).or_else(|| deed_in(parameter)).or_else(state);
        word.map(|word| (parameter, word))
    })
}

/// Where a fresh installation sends its first visitor: the page that asks what to install.
fn is_wizard(path: &str) -> bool {
    path.trim_matches('/') == "install"
}

/// A value that is a verb: `?do=halt`.
fn deed_in(parameter: &Parameter) -> Option<String> {
    parameter.example.clone().filter(|value| acting::value_acts(value))
}

/// The first word that calls for a deed.
fn first_deed(said: impl Iterator<Item = String>) -> Option<String> {
    let said: Vec<String> = said.collect();
    let acts =
        |at: &usize| is_destructive(&said[*at]) && !said.get(at + 1).is_some_and(|n| is_record_of(&said[*at], n));
    (0..said.len()).find(acts).map(|at| said[at].clone())
}

/// Whether two words name records of what was done instead of calling for it: `run-history`, but not `clear-history`.
fn is_record_of(word: &str, next: &str) -> bool {
    List::RecordedDeed.has(word) && List::Record.has(next)
}

/// A path without what its braces hold.
fn outside_braces(path: &str) -> String {
    path.split('{')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once('}').map_or("", |p| p.1) })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a segment of a path calls for an action: it begins like one and goes on, or names one and stands beside an object. Alone,
/// `/like` and `/start` may be pages.
fn calls_for_action(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let calls = |at: usize| {
        let said: Vec<String> = words(segments[at]).collect();
        let said = said.join(" ");
        let rows = || meaning::table().iter().filter(|row| row.meaning == Meaning::Action);
        let begins = rows().flat_map(|row| &row.words).any(|start| {
            said.strip_prefix(start.as_str())
                .is_some_and(|rest| rest.starts_with(' ') || rest.is_empty() && start.contains(' '))
        });
        let object = |beside: Option<&&str>| beside.is_some_and(|s| s.starts_with('{'));
        let before = at.checked_sub(1).and_then(|before| segments.get(before));
        let after = segments.get(at + 1);
        // `/toggle/dark` sets what it names; `/like/count` counts.
        let sets = after.is_some() && at + 2 == segments.len() && List::Setter.has(&said);
        let means = |meaning| says(&said, meaning) && !said.contains(' ');
        let on = means(Meaning::ActionOn) && (object(before) || object(after) || sets);
        let ends = after.is_none()
            && (means(Meaning::ActionAfter) && object(before)
                || means(Meaning::ActionAtEnd) && before.is_some_and(|before| !is_a_place(before)));
        begins || on || ends
    };
    (0..segments.len()).any(|at| !segments[at].starts_with('{') && calls(at))
}

/// Whether the last segment of a path is a parameter, so that the path names one object of a collection.
pub fn names_an_object(path: &str) -> bool {
    path.trim_end_matches('/').rsplit('/').next().is_some_and(|segment| segment.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples::link;

    #[test]
    fn every_row_hits_and_misses() {
        for row in meaning::table() {
            assert!(says(&row.hit, row.meaning), "{:?} misses {}", row.meaning, row.hit);
            assert!(!says(&row.miss, row.meaning), "{:?} hits {}", row.meaning, row.miss);
        }
    }

    #[test]
    fn destructive_words_are_words() {
        let operation = |path: &str| Operation::undeclared(Method::GET, path, Source::Given);
        for path in
            ["/wipedb", "/kill", "/items/rm", "/logout", "/admin/reset-data", "/cache/flush", "/api/v1/purgeAll"]
        {
            assert!(looks_destructive(&operation(path)), "{path}");
        }
        for path in ["/install", "/created", "/users", "/initial", "/presets", "/seeds", "/data", "/all"] {
            assert!(!looks_destructive(&operation(path)), "{path}");
        }
    }

    #[test]
    fn a_verb_beside_an_address_says_that_it_is_fetched() {
        let fetch = |path: &str, queries: &[(&str, &str)]| {
            let parameters = queries.iter().map(|(name, value)| link(name, value).parameters.remove(0)).collect();
            Operation { parameters, ..Operation::undeclared(Method::GET, path, Source::Link) }
        };
        let address = ("to", "http://127.0.0.1:1/");
        for (path, queries) in [
            ("/callbacks/trial-run", &[address][..]),
            ("/hooks/send", &[address]),
            ("/hooks/test/send", &[address, ("event", "ping")]),
        ] {
            assert!(!looks_destructive(&fetch(path, queries)), "{path}");
        }
        for (path, queries) in [
            ("/jobs/run", &[("name", "nightly")][..]),
            ("/jobs/run", &[]),
            ("/mail/send", &[address, ("text", "hello")]),
            ("/hooks/delete", &[address]),
            ("/pay", &[address]),
        ] {
            assert!(looks_destructive(&fetch(path, queries)), "{path} {queries:?}");
        }
        let posted = Operation { method: Method::POST, ..fetch("/hooks/send", &[address]) };
        assert!(looks_destructive(&posted), "a POST is no fetch");
    }

    #[test]
    fn what_ends_a_session_is_told_from_what_begins_one() {
        let ends = |path: &str| ends_session(&Operation::undeclared(Method::GET, path, Source::Given));
        for path in ["/key/signout", "/log-out", "/api/v1/signOff", "/tokens/revoke", "/users/logout"] {
            assert!(ends(path), "{path}");
        }
        for path in ["/login", "/sign-up", "/sessions", "/logs/out", "/orders/{logout}"] {
            assert!(!ends(path), "{path}");
        }
    }

    #[test]
    fn making_something_is_told_from_doing_more() {
        let post = |path: &str, summary: &str| Operation {
            summary: summary.to_owned(),
            ..Operation::undeclared(Method::POST, path, Source::Specification)
        };
        for (path, summary) in [
            ("/notes", "Creates a note"),
            ("/users/create", ""),
            ("/add_comment", ""),
            ("/login", ""),
            ("/search", ""),
            ("/profile/comments", ""),
        ] {
            assert!(!does_more_than_make(&post(path, summary)), "{path}");
        }
        for (path, summary) in [
            ("/notes", "Deletes every note"),
            ("/logout", ""),
            ("/account/changePassword", ""),
            ("/forgot", ""),
            ("/users/delete", ""),
            ("/mail/send", ""),
            ("/orders/{id}/cancel", ""),
            ("/settings", "Save settings"),
            ("/items/{id}/move", ""),
            ("/api/money-transfer", ""),
            ("/users/merge", ""),
        ] {
            assert!(does_more_than_make(&post(path, summary)), "{path}");
        }
    }

    #[test]
    fn a_summary_can_say_it() {
        for summary in ["Deletes every user", "Purge the cache", "flushes all"] {
            assert!(summary_acts(summary), "{summary}");
        }
        for summary in [
            "Lists deleted users",
            "All users",
            "The reset policy",
            "Runs a search",
            "Reset password form",
            "Votes of a poll",
            "",
        ] {
            assert!(!summary_acts(summary), "{summary}");
        }
    }

    #[test]
    fn links_can_say_in_their_query_what_they_do() {
        let says = |name: &str, value: &str, source| {
            acting_parameter(&Operation { source, ..link(name, value) }).map(|(_, word)| word)
        };
        assert_eq!(says("action", "delete", Source::Link).as_deref(), Some("delete"));
        assert_eq!(says("delete", "5", Source::Link).as_deref(), Some("delete"));
        assert_eq!(says("seed", "5", Source::Link), None);
        assert_eq!(says("purge", "5", Source::Specification), None);
        assert_eq!(says("action", "list", Source::Link), None);
    }

    #[test]
    fn records_of_deeds_and_names_of_parameters_call_for_nothing() {
        let word = |path: &str, id: &str| {
            let operation = crate::samples::operation(Method::GET, path);
            destructive_word(&Operation { id: Some(id.to_owned()), source: Source::Specification, ..operation })
        };
        assert_eq!(word("/run-history/records", "run_history_run_history_records_get"), None);
        assert_eq!(word("/stream/{run}/playlist", "stream_stream__run__playlist_get"), None);
        assert_eq!(word("/refund/status", "a"), None);
        for path in ["/run/{job}", "/jobs/run", "/clear-history", "/delete/{run}", "/file={path}/delete"] {
            assert!(word(path, "a").is_some(), "{path}");
        }
        assert!(word("/jobs/{id}", "run_job").is_some());
    }

    #[test]
    fn actions_on_objects_are_left_alone() {
        let operation = |path: &str| Operation::undeclared(Method::GET, path, Source::Link);
        for path in [
            "/add_to_cart/{id}",
            "/cart/add/{id}",
            "/start_over",
            "/set-theme/dark",
            "/markRead/{id}",
            "/toggle/dark",
            "/like/{id}",
            "/items/{id}/like",
            "/users/{id}/follow",
            "/buy/{id}",
            "/enable/beta",
            "/switch_to/{id}",
            "/jobs/{id}/start",
            "/tasks/{id}/complete",
            "/cookies/set",
            "/cart/empty",
            "/account/activate",
        ] {
            assert!(looks_destructive(&operation(path)), "{path}");
        }
        for path in [
            "/like",
            "/likes/{id}",
            "/start",
            "/start_date/{id}",
            "/stops/{id}/stop_times",
            "/settings",
            "/set",
            "/sets/{id}",
            "/like/count",
            "/add",
            "/books/add",
            "/{id}/update",
            "/joins",
            "/market",
            "/markets/{id}",
            "/movements",
            "/buyers/{id}",
            "/mark",
            "/api/set",
            "/v1/set",
            "/en/set",
            "/posts/{id}/start/{minute}",
            "/pins/{id}",
            "/pin/{id}",
            "/start/{id}",
            "/users/{id}/subscriptions",
            "/enabled",
        ] {
            assert!(!looks_destructive(&operation(path)), "{path}");
        }
    }

    #[test]
    fn a_path_names_its_collection() {
        assert_eq!(collection("/users/{id}/orders/{order}"), "orders");
        assert!(names_an_object("/orders/{id}") && !names_an_object("/orders/{id}/lines"));
    }
}
