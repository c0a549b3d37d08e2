//! Reading HTML forms: where they lead, and what a browser would send.

use std::collections::BTreeMap;

use checks::vocabulary::{List, button_acts, says_login};
use model::{Body, Exchange, Form, FormField, Method, ParameterIn, Schema, SchemaType, Source, Surface, Target};
use scraper::{ElementRef, Selector};
use serde_json::Value;

use super::found::Found;
use super::label::{self, text_of};
use super::link;

/// Adds the form and the operation that it calls. `scripted`: the page has a script that sends forms.
pub(super) fn form(
    element: ElementRef<'_>,
    scripted: bool,
    exchange: &Exchange,
    target: &Target,
    surface: &mut Surface,
    found: &mut Found,
) {
    let action = element.value().attr("action").filter(|a| !a.trim().is_empty()).unwrap_or(&exchange.request.target);
    let Some(mut operation) = link::resolve(action, &exchange.request, target, Source::Form) else { return };
    let stated = element.value().attr("method").filter(|m| !m.trim().is_empty());
    let method = stated.unwrap_or("get").trim().to_ascii_uppercase();
    let fields = fields(element);
    // A handler of its own: `onsubmit`, or that of a framework (`@submit.prevent`, `(ngSubmit)`, `hx-post`).
    let handled = element.value().attrs().any(|(name, _)| name.contains("submit") || name.starts_with("hx-"));
    surface.forms.push(Form {
        page: exchange.request.path().to_owned(),
        action: operation.path.to_string(),
        method: method.clone(),
        states_method: stated.is_some(),
        scripted: scripted || handled,
        fields: fields.clone(),
    });
    // A form of the page itself that a script handles is never sent as it stands: neither one that says no method, nor one without
    // fields that a browser would send.
    let is_bare = stated.is_none() && fields.is_empty();
    let stays = method != "POST" && (scripted || handled || is_bare) && operation.path == *exchange.request.path();
    if let Ok(selector) = Selector::parse("button, input[type=submit], input[type=image]")
        && !stays
    {
        const BUTTONS: usize = 4;
        let buttons: Vec<ElementRef<'_>> = elements(element, &selector).take(BUTTONS).collect();
        operation.labels.extend(buttons.iter().map(|button| text_of(*button)).filter(|text| !text.is_empty()));
        if method != "POST" {
            operation.acts = label::asks_first(element) || sets_a_password(&fields, &operation.path);
            operation.acts |= buttons.iter().any(|button| button_does(*button));
        }
    }
    let mut choices = choices(element);
    if method == "POST" {
        operation.method = Method::POST;
        let mut schema = Schema::of(SchemaType::Object);
        for field in &fields {
            let kind = Schema {
                format: (field.kind == "password").then(|| "password".to_owned()),
                enumeration: choices.remove(&field.name).unwrap_or_default(),
                example: filled_in(field).map(Value::from),
                ..Schema::of(SchemaType::String)
            };
            schema.properties.entry(field.name.clone()).or_insert(kind);
        }
        // A browser sends all of them.
        schema.required = schema.properties.keys().cloned().collect();
        operation.body =
            Some(Body { media_type: "application/x-www-form-urlencoded".to_owned(), schema, required: true });
    } else {
        for field in &fields {
            let value = if field.value.is_empty() { ordinary(&field.kind) } else { &field.value };
            if !operation.parameters.iter().any(|p| p.name == field.name) {
                operation.parameters.push(link::parameter(&field.name, ParameterIn::Query, value));
            }
        }
        for parameter in operation.parameters.iter_mut().filter(|p| p.place == ParameterIn::Query) {
            parameter.schema.enumeration.extend(choices.remove(&parameter.name).unwrap_or_default());
        }
    }
    found.add(operation);
}

/// Whether a button that sends a form by GET says that it does something: by what it shows, or by what it sends (`op=remove`).
fn button_does(button: ElementRef<'_>) -> bool {
    let sent = button.value().attr("name").zip(button.value().attr("value"));
    label::acts(button) || button_acts(&text_of(button)) || sent.is_some_and(|(_, value)| button_acts(value))
}

/// Whether a form takes a password and nobody logs in by it.
fn sets_a_password(fields: &[FormField], path: &str) -> bool {
    let passwords = fields.iter().filter(|field| field.kind == "password").count();
    let plain = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let names_user = fields.iter().any(|field| List::UserField.has(&plain(&field.name)));
    passwords > 1 || passwords == 1 && !names_user && !says_login(path)
}

/// The elements of a form that a selector names. A form that begins between the rows of a table is closed at once by the parser, and
/// what belongs to it follows beside it (HTML section 13.2.6.4.9): the rows up to the next such form.
fn elements<'a>(form: ElementRef<'a>, selector: &'a Selector) -> impl Iterator<Item = ElementRef<'a>> {
    let name = |e: ElementRef<'_>| e.value().name().to_owned();
    let parent = form.parent().and_then(ElementRef::wrap).map(name);
    let between_rows = parent.is_some_and(|name| matches!(name.as_str(), "table" | "tbody" | "thead" | "tfoot" | "tr"));
    let beside = form.next_siblings().filter_map(ElementRef::wrap).take_while(|e| e.value().name() != "form");
    let parts: Vec<ElementRef<'a>> = if between_rows && !form.has_children() { beside.collect() } else { vec![form] };
    parts
        .into_iter()
        .flat_map(move |part| std::iter::once(part).filter(|part| selector.matches(part)).chain(part.select(selector)))
}

fn fields(form: ElementRef<'_>) -> Vec<FormField> {
    let Ok(selector) = Selector::parse("input[name], select[name], textarea[name]") else { return Vec::new() };
    elements(form, &selector)
        .take(40)
        .filter_map(|field| {
            let value = field.value();
            Some(FormField {
                name: value.attr("name")?.chars().take(100).collect(),
                kind: value.attr("type").unwrap_or("text").to_ascii_lowercase(),
                value: value.attr("value").unwrap_or("").chars().take(300).collect(),
            })
        })
        .collect()
}

/// What the switches, radio buttons and lists of options of a form can send, by name. A field that is written into has none.
fn choices(form: ElementRef<'_>) -> BTreeMap<String, Vec<Value>> {
    const MOST: usize = 200;
    const SWITCHES: &str = "input[name][type=checkbox], input[name][type=radio], select[name] option";
    let mut choices: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let Ok(selector) = Selector::parse(SWITCHES) else { return choices };
    for element in elements(form, &selector).take(MOST) {
        let is_option = element.value().name() == "option";
        let list = element.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "select");
        let owner = if is_option { list } else { Some(element) };
        let Some(name) = owner.and_then(|owner| owner.value().attr("name")) else { continue };
        let value = match element.value().attr("value") {
            Some(value) => value.to_owned(),
            None if is_option => element.text().collect::<String>().trim().to_owned(),
            None => "on".to_owned(),
        };
        choices.entry(name.to_owned()).or_default().push(Value::from(value));
    }
    choices
}

/// What a field of a form holds: what the page has put there, or what its type asks for. Nothing for one that takes any text or choice.
fn filled_in(field: &FormField) -> Option<&str> {
    let is_free = matches!(field.kind.as_str(), "text" | "password" | "search" | "checkbox" | "radio" | "select");
    match field.value.as_str() {
        "" if field.kind == "hidden" => Some(""),
        "" if is_free => None,
        "" => Some(ordinary(&field.kind)),
        value => Some(value),
    }
}

/// What a person could fill into an empty field of this type.
fn ordinary(kind: &str) -> &'static str {
    match kind {
        "date" => "2026-01-01",
        "datetime-local" => "2026-01-01T12:00",
        "month" => "2026-01",
        "week" => "2026-W01",
        "time" => "12:00",
        "email" => "a@example.com",
        "color" => "#000000",
        _ => "1",
    }
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    #[test]
    fn a_form_keeps_what_a_browser_offers() {
        let page = Html::parse_document(
            "<form><input name=q><input type=checkbox name=a><input type=radio name=r value=x><input type=radio name=r value=y>\
             <select name=s><optgroup><option value=1>one</optgroup><option>two</select><textarea name=t></textarea></form>",
        );
        let form = page.select(&Selector::parse("form").unwrap()).next().unwrap();
        let all = serde_json::to_value(choices(form)).unwrap();
        assert_eq!(all, serde_json::json!({"a": ["on"], "r": ["x", "y"], "s": ["1", "two"]}));
    }

    #[test]
    fn a_field_holds_what_the_page_put_there_or_what_its_type_asks_for() {
        let field = |kind: &str, value: &str| FormField {
            name: "a".to_owned(),
            kind: kind.to_owned(),
            value: value.to_owned(),
        };
        for (kind, value, expected) in [
            ("hidden", "t7", Some("t7")),
            ("hidden", "", Some("")),
            ("text", "", None),
            ("checkbox", "", None),
            ("date", "", Some("2026-01-01")),
            ("email", "a@b.example", Some("a@b.example")),
        ] {
            assert_eq!(filled_in(&field(kind, value)), expected, "{kind} {value}");
        }
    }

    #[test]
    fn a_form_between_rows_keeps_its_fields() {
        let page = Html::parse_document(
            "<table><tbody><form method=post><input type=hidden name=token value=1><tr><td><input name=a></td></tr></form>\
             <form method=post><input type=hidden name=other><tr><td><select name=b></select></td></tr></form></tbody></table>",
        );
        let forms = page.select(&Selector::parse("form").unwrap()).map(fields).collect::<Vec<_>>();
        let names: Vec<Vec<&str>> = forms.iter().map(|f| f.iter().map(|f| f.name.as_str()).collect()).collect();
        assert_eq!(names, [["token", "a"], ["other", "b"]]);
    }
}
