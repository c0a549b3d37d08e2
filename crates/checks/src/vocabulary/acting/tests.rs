use model::Method;

use super::deeds::{button_acts, outcome_acts, relation_acts};
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

#[test]
fn a_deed_at_the_end_of_a_path_is_one_in_every_language() {
    for word in [
        "pop",
        "ack",
        "consume",
        "dequeue",
        "read-all",
        "notify",
        "invite",
        "import",
        "reserve",
        "book",
        "checkin",
        "settle",
        "hold",
        "mint",
        "spin",
        "backup",
        "login-as",
        "impersonate",
        "format",
        "umount",
        "snooze",
        "verify-email",
        "replay",
        "prune",
        "gc",
        "deletar",
        "confirmar",
        "baja",
        "best%C3%A4tigen",
        "bestaetigen",
        "speichern",
        "hinzufuegen",
        "valider",
        "payer",
        "smazat",
        "zrusit",
        "odstranit",
        "slett",
        "fjern",
        "ta-bort",
        "poista",
        "peruuta",
        "sil",
        "iptal",
        "%C3%B6de",
        "hapus",
        "batal",
        "bayar",
        "sterge",
        "anuleaza",
        "izbrisi",
        "obrisi",
        "ponisti",
        "удалить",
        "отменить",
        "підтвердити",
        "%D0%B2%D0%B8%D0%B4%D0%B0%D0%BB%D0%B8%D1%82%D0%B8",
        "削除",
        "購入",
        "注文を取消",
        "删除",
        "刪除",
        "支付",
        "삭제",
        "결제",
        "حذف",
        "إلغاء",
        "हटाएं",
        "מחק",
    ] {
        assert!(path(&format!("/items/{{id}}/{word}")), "{word}");
    }
    for address in ["/deletar/{id}", "/удалить/{id}", "/削除/{id}", "/rooms/blue-suite/book", "/queue/pop"] {
        assert!(path(address), "{address}");
    }
}

#[test]
fn nouns_that_are_spelled_like_deeds_are_read() {
    for address in [
        "/orders",
        "/bookings",
        "/books",
        "/book",
        "/book/{id}",
        "/library/book",
        "/imports",
        "/backup",
        "/system/backup",
        "/backups/{id}",
        "/items/{id}/check",
        "/items/{id}/holdings",
        "/items/{id}/formats",
        "/items/{id}/snapshot",
        "/formats",
        "/flags",
        "/invites",
        "/hold-music",
        "/backup-codes",
        "/genres/pop",
        "/payer/{id}",
        "/ode/{id}",
        "/削除履歴",
        "/登録",
        "/items/{id}/更新日時",
        "/支付方式",
        "/결제내역",
        "/מחקר",
        "/товары",
    ] {
        assert!(!path(address), "{address}");
    }
}

#[test]
fn what_a_document_tells_of_effects_is_read() {
    for text in [
        "Returns a fresh token and invalidates the old one",
        "Next job of the queue (removes it)",
        "Reads the counter. Side effects: increments it",
        "Удалить пользователя",
        "削除する",
    ] {
        assert!(text_acts(text), "{text}");
    }
    for text in [
        "Returns the token. Side effects: none",
        "Has no side effects",
        "Lists items, removed or not, and the old ones",
        "Returns the orders and the invoices",
        "削除済みの一覧",
    ] {
        assert!(!text_acts(text), "{text}");
    }
    for outcome in ["Deleted", "Deletion accepted", "The job was queued", "Removed successfully", "削除しました"]
    {
        assert!(outcome_acts(outcome), "{outcome}");
    }
    for outcome in
        ["ok", "Deleted items", "List of what was deleted", "Nothing was not found", "The item", "Successful"]
    {
        assert!(!outcome_acts(outcome), "{outcome}");
    }
}

#[test]
fn buttons_and_relations_say_it() {
    assert!(["Save", "Ändern", "Guardar", "Pay now", "Delete", "保存", "kill"].iter().all(|label| button_acts(label)));
    let harmless = ["Search", "Execute", "Send", "Enviar", "OK", "Filter", "Go", "Suchen", "送信", "Submit"];
    assert!(!harmless.iter().any(|label| button_acts(label)));
    assert!(
        ["delete", "cancelUrl", "unsubscribe_url", "supprimer", "確認して削除"].iter().all(|name| relation_acts(name))
    );
    let reading = ["self", "next", "orders", "edit", "deleted_items", "order_history", "run", "url", "cancel_policy"];
    assert!(!reading.iter().any(|name| relation_acts(name)));
}
