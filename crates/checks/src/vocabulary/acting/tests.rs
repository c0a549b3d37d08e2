use model::Method;

use super::*;
use crate::vocabulary::fold::fold;

fn path(path: &str) -> bool {
    path_acts(&Operation::undeclared(Method::GET, path, Source::Link))
}

#[test]
fn every_word_is_written_as_it_is_compared() {
    for list in [&TABLE.homographs, &TABLE.in_addresses, &TABLE.forms, &TABLE.pages, &TABLE.determiners] {
        assert!(list.iter().all(|word| fold(word) == *word));
    }
    let languages: BTreeSet<bool> = TABLE.verbs.values().flatten().map(|verb| verb.is_english).collect();
    assert_eq!(languages.len(), 2);
}

#[test]
fn addresses_that_act() {
    for address in [
        "/close-account",
        "/charge-card/{id}",
        "/log-off",
        "/generate-key",
        "/l%6Fgout",
        "/d%65lete/{id}",
        "/shut%64own",
        "/pump/halt",
        "/gate/open",
        "/light/{id}/off",
        "/membership/close-for-good",
        "/cards/{id}/charge",
        "/key/renew",
        "/guests/{id}/mute",
        "/boats/{id}/lock",
        "/index/rebuild",
        "/newsletter/opt-out",
        "/queue/{id}/drain",
        "/key/sign-off",
        "/eintrag/{id}/loeschen",
        "/eintrag/{id}/l%C3%B6schen",
        "/anlage/abschalten",
        "/cuenta/cerrar",
        "/compte/supprimer",
        "/konto/usun",
        "/hesap/kapat",
        "/konto/ta-bort",
        "/account/verwijderen",
        "/conta/encerrar",
        "/utente/elimina",
    ] {
        assert!(path(address), "{address}");
    }
}

#[test]
fn addresses_that_only_show_something() {
    for address in [
        "/openings",
        "/closed-lanes",
        "/started-races",
        "/issues/open",
        "/orders/{id}",
        "/order-history",
        "/start_date/{id}",
        "/open-source",
        "/reports",
        "/sent-letters",
        "/lock/{id}",
        "/charges/{id}",
        "/posts/new",
        "/books/add",
        "/items/{id}/update",
        "/store",
        "/closing-times",
        "/api/v1/open",
        "/docs/close",
        "/payer/{id}",
        "/books/{id}/order",
        "/deleted",
        "/renewals",
        "/marketing/campaign",
        "/reset-password-form",
        "/stop-times",
        "/releases",
        "/gates/{id}/status",
        "/en/on",
        "/settings",
    ] {
        assert!(!path(address), "{address}");
    }
}

#[test]
fn values_make_something_of_a_form() {
    let with = |path: &str, name: &str| {
        let parameters = crate::samples::link(name, "a").parameters;
        path_acts(&Operation { parameters, ..Operation::undeclared(Method::GET, path, Source::Link) })
    };
    assert!(with("/post/new", "text") && with("/books/add", "title"));
    assert!(!with("/news", "text") && !path("/post/new"));
}

#[test]
fn sentences_say_it_in_ten_languages() {
    for sentence in [
        "Charges the customer's card",
        "Shuts the pump down",
        "Shut down the pump",
        "Sends a letter to all members",
        "Revokes the key of a meter",
        "End the session of this key",
        "Deletes users",
        "Close an account",
        "Löscht den Eintrag",
        "Eintrag löschen",
        "Supprime le compte",
        "Elimina la cuenta",
        "Cancella tutti i dati",
        "Encerra a conta",
        "Verwijdert de klant",
        "Usuwa konto",
        "Raderar kontot",
        "Hesabı siler",
    ] {
        assert!(text_acts(sentence), "{sentence}");
    }
    for sentence in [
        "The levels of today",
        "Lists deleted users",
        "Transfers of an account",
        "Refunds",
        "Charges for an account",
        "Orders",
        "Order history",
        "Reset password form",
        "Votes of a poll",
        "Get the closing date",
        "Report on all shops",
        "Open issues",
        "Einträge anzeigen",
        "Liste des comptes",
        "",
    ] {
        assert!(!text_acts(sentence), "{sentence}");
    }
}

#[test]
fn the_text_of_a_link_says_it() {
    for label in [
        "Löschen",
        "Abschalten",
        "Cerrar la cuenta",
        "Delete this entry for good",
        "Log out",
        "Wyloguj się",
        "Sil",
        "Close the account",
    ] {
        assert!(label_acts(label), "{label}");
    }
    for label in [
        "Eintrag",
        "Night",
        "Cancel",
        "Close",
        "Create account",
        "Send feedback",
        "Reset password",
        "Order history",
        "Read more",
        "Deleted items",
        "Delete policy",
        "Everything about how we came to remove the old bridge in spring",
    ] {
        assert!(!label_acts(label), "{label}");
    }
}

#[test]
fn identifiers_say_it() {
    assert!(id_acts("chargeCard") && id_acts("end_session") && id_acts("shutDownPump") && id_acts("deleteUser"));
    assert!(!id_acts("getCloseDates") && !id_acts("listOrders") && !id_acts("order_status") && !id_acts("orders"));
}
