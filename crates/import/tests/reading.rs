//! Each kind of file, and what is wrong with broken ones.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use import::{Kind, Recorded, read};

/// `METHOD origin target [media type] body` of each request.
fn shown(text: &str) -> (Kind, Vec<String>) {
    let imported = read(text.as_bytes()).unwrap();
    let one = |r: &Recorded| {
        let origin = r.origin.as_deref().unwrap_or("-");
        let body = String::from_utf8_lossy(&r.body).into_owned();
        let media = r.media_type.as_deref().unwrap_or("");
        let values = r.values.iter().map(|(name, value)| format!("({name}={value})")).collect::<Vec<_>>().concat();
        format!("{} {origin} {} {values}{media} {body}", r.method, r.target).trim_end().to_owned()
    };
    (imported.kind, imported.requests.iter().map(one).collect())
}

#[test]
fn a_postman_collection_with_folders_variables_and_bodies() {
    let collection = r#"{
      "info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
      "variable": [{"key": "base", "value": "https://shop.example/v1"}, {"key": "open", "value": ""}],
      "item": [
        {"name": "Items", "item": [
          {"name": "List", "request": {"method": "GET", "url": {"raw": "{{base}}/items?page=2&sort=:name&off=1",
             "host": ["{{base}}"], "path": ["items"],
             "query": [{"key": "page", "value": "2"}, {"key": "who", "value": "{{open}}"}, {"key": "off", "value": "1", "disabled": true}]}}},
          {"name": "One", "request": {"method": "GET", "url": {"raw": "{{base}}/items/:itemId/parts/:part",
             "host": ["{{base}}"], "path": ["items", ":itemId", "parts", ":part"], "variable": [{"key": "itemId", "value": "7"}]}}}
        ]},
        {"name": "Create", "request": {"method": "POST", "url": "{{host}}/items",
           "header": [{"key": "Authorization", "value": "Bearer secret"}],
           "body": {"mode": "raw", "raw": "{\"name\": \"x\"}", "options": {"raw": {"language": "json"}}}}},
        {"name": "Login", "request": {"method": "POST", "url": {"raw": "http://{{host}}:{{port}}/login"},
           "body": {"mode": "urlencoded", "urlencoded": [{"key": "user name", "value": "a&b"}, {"key": "x", "value": "1", "disabled": true}]}}},
        {"name": "Short", "request": "https://shop.example/health"}
      ]}"#;
    let (kind, requests) = shown(collection);
    assert_eq!(kind, Kind::Postman);
    assert_eq!(
        requests,
        [
            "GET https://shop.example /v1/items?page=2&who=",
            "GET https://shop.example /v1/items/{itemId}/parts/{part} (itemId=7)",
            r#"POST - /items application/json {"name": "x"}"#,
            "POST - /login application/x-www-form-urlencoded user%20name=a%26b",
            "GET https://shop.example /health",
        ]
    );
}

#[test]
fn a_har_file_without_what_decorates() {
    let har = r#"{"log": {"version": "1.2", "entries": [
      {"request": {"method": "GET", "url": "http://127.0.0.1:5000/api/users?page=1#top", "headers": []},
       "response": {"status": 200, "content": {"mimeType": "application/json", "text": "[]"}}},
      {"request": {"method": "GET", "url": "http://127.0.0.1:5000/logo.png"}, "response": {"content": {"mimeType": "image/png"}}},
      {"request": {"method": "POST", "url": "http://127.0.0.1:5000/api/users",
        "postData": {"mimeType": "application/json; charset=utf-8", "text": "{\"a\":1}"}}, "response": {"content": {}}},
      {"request": {"method": "POST", "url": "http://127.0.0.1:5000/f",
        "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "1"}, {"name": "b"}]}}},
      {"request": {"method": "GET", "url": "chrome-extension://x/y"}}]}}"#;
    let (kind, requests) = shown(har);
    assert_eq!(kind, Kind::Har);
    assert_eq!(
        requests,
        [
            "GET http://127.0.0.1:5000 /api/users?page=1",
            r#"POST http://127.0.0.1:5000 /api/users application/json; charset=utf-8 {"a":1}"#,
            "POST http://127.0.0.1:5000 /f application/x-www-form-urlencoded a=1&b=",
        ]
    );
}

#[test]
fn a_burp_export_with_and_without_base64() {
    let raw = "POST /login HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\n\r\n{\"u\": 1}";
    let encoded = base64::engine::general_purpose::STANDARD.encode(raw);
    let export = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE items [\n<!ELEMENT items (item*)>\n]>\n<items burpVersion=\"2023\">\n<item>\n\
         <url><![CDATA[https://shop.example/login]]></url>\n<method><![CDATA[POST]]></method>\n\
         <request base64=\"true\"><![CDATA[{encoded}]]></request>\n</item>\n<item><url>https://shop.example/a?b=1&amp;c=2</url>\
         <method>GET</method><request base64=\"false\">GET /a?b=1&amp;c=2 HTTP/1.1\r\n\r\n</request></item>\n</items>"
    );
    let (kind, requests) = shown(&export);
    assert_eq!(kind, Kind::Burp);
    assert_eq!(
        requests,
        [r#"POST https://shop.example /login application/json {"u": 1}"#, "GET https://shop.example /a?b=1&c=2"]
    );
}

#[test]
fn curl_commands_as_they_are_pasted() {
    let script = "# notes\n$ curl http://localhost:5000/a\ncurl 'http://localhost:5000/b' \\\n  -H 'Content-Type: text/plain' \\\n  \
                  --data-raw $'it\\'s' --compressed\ncurl -sS -XPUT -d a=1 -d b=2 -u user:password localhost:5000/c\ncurl -G \
                  --data-urlencode 'q=a b' http://localhost:5000/d?x=1\ncurl --json '{}' http://localhost:5000/e; echo done";
    let (kind, requests) = shown(script);
    assert_eq!(kind, Kind::Curl);
    assert_eq!(
        requests,
        [
            "GET http://localhost:5000 /a",
            "POST http://localhost:5000 /b text/plain it's",
            "PUT http://localhost:5000 /c application/x-www-form-urlencoded a=1&b=2",
            "GET http://localhost:5000 /d?x=1&q=a%20b",
            "POST http://localhost:5000 /e application/json {}",
        ]
    );
}

#[test]
fn lists_of_urls_and_of_routes() {
    let (kind, requests) = shown("# mine\nhttps://a.example/x\n\n/y?z=1\nPOST /z\n");
    assert_eq!(
        (kind, requests),
        (Kind::Lines, vec!["GET https://a.example /x".to_owned(), "GET - /y?z=1".to_owned(), "POST - /z".to_owned()])
    );
    let table = "Endpoint     Methods    Rule\n-----------  ---------  -----------------------\nstatic       GET        \
                 /static/<path:filename>\nusers.one    GET, PUT   /users/<int:user_id>\n";
    let (kind, requests) = shown(table);
    assert_eq!(kind, Kind::FlaskRoutes);
    assert_eq!(requests, ["GET - /static/{filename}", "GET - /users/{user_id}", "PUT - /users/{user_id}"]);
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (text, line, says) in [
        ("", None, "empty"),
        ("{\"log\": {\n\"entries\": [\n{\"request\": ", Some(3), "EOF"),
        ("{\"a\": 1}", None, "Postman"),
        ("{\"openapi\": \"3.0.0\"}", None, "--spec"),
        ("{\"asyncapi\": \"2.0.0\"}", None, "AsyncAPI"),
        ("openapi: 3.0.0\n", None, "--spec"),
        ("asyncapi: 3.0.0\n", None, "AsyncAPI"),
        ("type Query {\n  a: Int\n}\n", None, "GraphQL"),
        ("<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\"/>", None, "WSDL"),
        ("<html></html>", None, "HTML"),
        ("<items>\n<item>\n<url>http://a/</url>\n</item>", Some(4), "</items>"),
        ("<items>\n<item>\n</items>", Some(3), ""),
        ("/a\nnothing at all\n", Some(2), "nothing at all"),
        ("curl http://a/\ncurl 'http://b/\n\n", Some(2), "quote"),
        ("curl http://a/\ncurl -X\n", Some(2), "-X"),
        ("\n\nsome prose\n", Some(3), "some prose"),
    ] {
        let error = read(text.as_bytes()).unwrap_err();
        assert!(error.line == line && error.to_string().contains(says), "{text:?}: {error:?}");
    }
    assert_eq!(read(b"/a\n\xff\xfe\n").unwrap_err().line, Some(2));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_file() {
    assert_eq!(shown("\u{feff}/a\n").1, ["GET - /a"]);
    assert_eq!(shown("\u{feff}{\"info\": {}, \"item\": [{\"request\": \"http://a/b\"}]}").1, ["GET http://a /b"]);
}

#[test]
fn nothing_that_a_file_says_splits_a_request() {
    let (_, requests) = shown(
        "{\"log\": {\"entries\": [{\"request\": {\"method\": \"GET / HTTP/1.1\\r\\nX: y\", \"url\": \"http://a/\"}},\
                               {\"request\": {\"method\": \"GET\", \"url\": \"http://a/b c\\r\\nd\"}}]}}",
    );
    assert_eq!(requests, ["GET http://a /b%20c%0D%0Ad"]);
}
