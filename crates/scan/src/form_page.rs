//! What a form carries of the page that it is on: the token by which it proves where it comes from, and the cookie that this is bound to.

use checks::Caller;
use checks::text::html;
use checks::text::set_cookie::cookies_set;
use checks::vocabulary::List;
use model::{Exchange, Form, OrderKey, Origin, ParameterIn, Request, Surface};
use scraper::Selector;
use wire::{Lease, Wire};

/// Largest page that is read.
const PAGE: usize = 1024 * 1024;

/// The tokens and cookies of the page of the form that is sent to this path, asked for by this caller just now. None where the form
/// has no token.
pub(crate) async fn values(
    path: &str,
    caller: &Caller,
    surface: &Surface,
    origin: &Origin,
    wire: &Wire,
    key: OrderKey,
) -> Vec<(ParameterIn, String, String)> {
    let is_its = |form: &&Form| form.method == "POST" && form.action == path;
    let Some(form) = surface.forms.iter().find(|form| is_its(form) && tokens(form).next().is_some()) else {
        return Vec::new();
    };
    let page = Request::get(origin, &form.page).fresh();
    let page = Request { identity: caller.clone(), ..page };
    let sent = wire.send(page, &Lease::reading(wire.budget(), 1), key).await;
    sent.map_or_else(|_| Vec::new(), |page| of_page(form, &page))
}

fn tokens(form: &Form) -> impl Iterator<Item = &str> {
    let hidden = form.fields.iter().filter(|field| field.kind == "hidden");
    hidden.map(|field| field.name.as_str()).filter(|name| List::FormToken.is_in(&name.to_ascii_lowercase()))
}

fn of_page(form: &Form, page: &Exchange) -> Vec<(ParameterIn, String, String)> {
    let Ok(selector) = Selector::parse("input[name]") else { return Vec::new() };
    let text = page.text();
    if !page.is_success() || text.len() > PAGE {
        return Vec::new();
    }
    let document = html::parse(&text);
    let value = |name: &str| {
        let mut fields = document.select(&selector).map(|field| field.value());
        fields.find(|field| field.attr("name") == Some(name))?.attr("value").map(str::to_owned)
    };
    let fields = tokens(form).filter_map(|name| Some((ParameterIn::Body, name.to_owned(), value(name)?)));
    let cookies = cookies_set(page, 0).into_iter().map(|cookie| (ParameterIn::Cookie, cookie.name, cookie.value));
    fields.chain(cookies).collect()
}

#[cfg(test)]
mod tests {
    use model::{FormField, Method, Outcome, Response, Scheme};

    use super::*;

    #[test]
    fn tokens_and_cookies_are_those_of_the_page_as_it_is_now() {
        let field = |name: &str, kind: &str| FormField {
            name: name.to_owned(),
            kind: kind.to_owned(),
            value: "old".to_owned(),
        };
        let form = Form {
            fields: vec![field("csrf_token", "hidden"), field("entry", "text"), field("kind", "hidden")],
            ..Form::default()
        };
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let body =
            "<form method=post><input type=hidden name=csrf_token value='n&amp;1'><input name=entry value=x></form>";
        let headers = vec![
            ("Content-Type".to_owned(), "text/html".to_owned()),
            ("Set-Cookie".to_owned(), "form=k1; HttpOnly; Path=/".to_owned()),
        ];
        let page = |status: u16| Exchange {
            serial: 0,
            request: Request::new(Method::GET, &origin, "/"),
            outcome: Outcome::Answered(Response::new(status, headers.clone(), body.as_bytes().to_vec())),
            elapsed_us: 1,
            hops: Vec::new(),
        };
        let (in_body, cookie) = (ParameterIn::Body, ParameterIn::Cookie);
        let text = str::to_owned;
        let expected = [(in_body, text("csrf_token"), text("n&1")), (cookie, text("form"), text("k1"))];
        assert_eq!(of_page(&form, &page(200)), expected);
        assert!(of_page(&form, &page(404)).is_empty());
    }
}
