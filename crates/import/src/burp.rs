//! Burp's export of items (XML, "Save items"), requests in Base64 or as they are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::text::line_at;
use crate::{ImportError, Recorded};

#[derive(Default)]
struct Item {
    url: String,
    method: String,
    request: String,
    is_base64: bool,
}

/// The requests of an export.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Recorded>, ImportError> {
    let mut reader = Reader::from_reader(bytes);
    let fault = |at: u64, why: String| ImportError::at(line_at(bytes, usize::try_from(at).unwrap_or(usize::MAX)), why);
    let (mut requests, mut item, mut open, mut is_closed) = (Vec::new(), Item::default(), String::new(), false);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Err(error) => return Err(fault(reader.error_position(), error.to_string())),
            Ok(Event::Eof) if is_closed => return Ok(requests),
            Ok(Event::Eof) => return Err(fault(bytes.len() as u64, "the export ends before </items>".to_owned())),
            Ok(Event::Start(tag)) => {
                open = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                match open.as_str() {
                    "item" => item = Item::default(),
                    "request" => {
                        item.is_base64 = tag.attributes().flatten().any(|attribute| {
                            attribute.key.as_ref() == b"base64" && attribute.value.as_ref() == b"true"
                        });
                    }
                    _ => {}
                }
            }
            Ok(Event::End(tag)) => {
                match tag.name().as_ref() {
                    b"item" => requests.extend(recorded(&item)),
                    b"items" => is_closed = true,
                    _ => {}
                }
                open.clear();
            }
            Ok(Event::Text(text)) => item.take(&open, &String::from_utf8_lossy(&text)),
            Ok(Event::CData(text)) => item.take(&open, &String::from_utf8_lossy(&text)),
            Ok(Event::GeneralRef(name)) => item.take(&open, entity(&name)),
            Ok(_) => {}
        }
    }
}

impl Item {
    fn take(&mut self, element: &str, text: &str) {
        match element {
            "url" => self.url.push_str(text.trim()),
            "method" => self.method.push_str(text.trim()),
            "request" => self.request.push_str(text),
            _ => {}
        }
    }
}

/// The five entities of XML; no document type of such an export declares others.
fn entity(name: &[u8]) -> &'static str {
    match name {
        b"amp" => "&",
        b"lt" => "<",
        b"gt" => ">",
        b"quot" => "\"",
        b"apos" => "'",
        _ => "",
    }
}

fn recorded(item: &Item) -> Option<Recorded> {
    let recorded = Recorded::of(&item.method, &item.url)?;
    let raw = if item.is_base64 {
        STANDARD.decode(item.request.split_whitespace().collect::<String>()).ok()
    } else {
        Some(item.request.clone().into_bytes())
    };
    let Some((media, body)) = raw.as_deref().and_then(body) else { return Some(recorded) };
    Some(if body.is_empty() { recorded } else { recorded.with_body(media.as_deref(), body) })
}

/// The media type and the body of a request as it was sent.
fn body(raw: &[u8]) -> Option<(Option<String>, Vec<u8>)> {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(end) = request.parse(raw).ok()? else { return None };
    let media = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-type"));
    let media = media.map(|header| String::from_utf8_lossy(header.value).into_owned());
    Some((media, raw.get(end..).unwrap_or(&[]).to_vec()))
}
