//! A scan that may only read follows no link, form or relation that plainly does something.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use support::{Answer, Asked, Server};

const PAGE: &str = "<meta charset=utf-8><a href=/items/3>item</a><a href=/api/notes>notes</a>\
    <a href=/items/3/smazat>1</a><a href='/удалить/3'>2</a><a href='/items/3/削除'>3</a><a href=/rooms/7/book>4</a>\
    <a href=/go/a onclick=\"return confirm('Sure?')\">5</a><a href=/go/b title='Delete account'>6</a>\
    <a href=/go/c><i class='fa fa-trash'></i></a><button hx-get=/go/d hx-confirm='Sure?'>8</button>\
    <a href=/go/e data-method=delete>9</a><a href='/me?new_password=a'>10</a><a href='/me?tab=2'>me</a>\
    <form action=/go/f><input name=id value=3><button name=op value=remove>OK</button></form>\
    <form action=/go/g><input type=password name=new><button>OK</button></form><a href=/confirmar?pedido=3>c</a>";

const NOTES: &str = r#"{"_links": {"self": {"href": "/api/notes"}, "delete": {"href": "/go/h"}}, "cancelUrl": "/go/i",
    "actions": [{"name": "remove", "href": "/go/j"}], "next": "/api/notes/2"}"#;

#[test]
fn a_scan_that_reads_calls_nothing_that_acts() {
    let called: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let seen = Arc::clone(&called);
    let server = Server::start(Arc::new(move |asked: &Asked| {
        if asked.method != "OPTIONS" {
            seen.lock().unwrap().insert(asked.target.clone());
        }
        match asked.path() {
            "/" => Answer::html(200, PAGE),
            "/api/notes" => Answer::json(200, NOTES),
            path if path.starts_with("/missing") || path.contains('.') => Answer::html(404, "no"),
            path if ["/items/", "/rooms/", "/go/", "/me", "/api/notes/"]
                .iter()
                .any(|known| path.starts_with(known)) =>
            {
                Answer::json(200, r#"{"id": 3}"#)
            }
            _ => Answer::html(404, "no"),
        }
    }));
    support::scan(support::target(server.port));
    let called = called.lock().unwrap();
    for read in ["/items/3", "/api/notes", "/api/notes/2"] {
        assert!(called.contains(read), "{read} is read: {called:?}");
    }
    assert!(called.iter().any(|target| target.starts_with("/me")), "the page beside the link that acts is read");
    let acts = |target: &&String| {
        target.starts_with("/go/")
            || target.contains("new_password")
            || target.ends_with("/smazat")
            || target.ends_with("/book")
            || target.starts_with("/%D1%83") // удалить
            || target.ends_with("%E9%99%A4") // 削除
            || target.starts_with("/confirmar")
    };
    assert_eq!(called.iter().filter(acts).collect::<Vec<_>>(), Vec::<&String>::new());
}
