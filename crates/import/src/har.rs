//! HTTP archives (HAR 1.2, <http://www.softwareishard.com/blog/har-12-spec/>), as browsers and proxies export them.

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::{ImportError, Recorded};

#[derive(Deserialize)]
struct Archive<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow, default)]
    entries: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    request: Request<'a>,
    #[serde(default)]
    response: Option<Response>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    url: Cow<'a, str>,
    #[serde(borrow, default, rename = "postData")]
    post_data: Option<PostData<'a>>,
}

#[derive(Deserialize)]
struct PostData<'a> {
    #[serde(borrow, default, rename = "mimeType")]
    media_type: Cow<'a, str>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(default)]
    params: Vec<Param>,
}

#[derive(Deserialize)]
struct Param {
    #[serde(default)]
    name: String,
    #[serde(default)]
    value: Option<String>,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    content: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default, rename = "mimeType")]
    media_type: Option<String>,
}

/// The requests of an archive, but those for what belongs to the look of a page.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Recorded>, ImportError> {
    let archive: Archive<'_> = serde_json::from_slice(bytes).map_err(|error| ImportError::json(&error))?;
    Ok(archive.log.entries.iter().filter(|entry| !is_decoration(entry)).filter_map(recorded).collect())
}

/// Style sheets, images, fonts, sound: a browser records hundreds of them.
fn is_decoration(entry: &Entry<'_>) -> bool {
    let media = entry.response.as_ref().and_then(|r| r.content.as_ref()?.media_type.as_deref()).unwrap_or("");
    ["image/", "font/", "audio/", "video/", "text/css", "application/font"].iter().any(|kind| media.starts_with(kind))
}

fn recorded(entry: &Entry<'_>) -> Option<Recorded> {
    let request = &entry.request;
    let recorded = Recorded::of(&request.method, &request.url)?;
    let Some(data) = &request.post_data else { return Some(recorded) };
    let body = match &data.text {
        Some(text) => text.to_string(),
        None => form(data.params.iter().map(|p| (p.name.as_str(), p.value.as_deref().unwrap_or("")))),
    };
    // What a browser recorded of several parts has no boundary that could be sent again.
    let media = if data.media_type.starts_with("multipart/") && data.text.is_none() {
        "multipart/form-data"
    } else {
        &data.media_type
    };
    Some(if body.is_empty() { recorded } else { recorded.with_body(Some(media), body) })
}

/// Fields as a form sends them.
pub(crate) fn form<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    fields.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}
