import urllib.request
from urllib.parse import urlsplit

from flask import Flask, request

app = Flask(__name__)

HOSTS = {"hooks.example.com"}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


opener = urllib.request.build_opener(NoRedirect)


def is_allowed(url):
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and parts.hostname in HOSTS and parts.port is None and not parts.username
    except ValueError:
        return False


HOOK = {
    "type": "object",
    "required": ["name", "webhook_url"],
    "properties": {"name": {"type": "string"}, "webhook_url": {"type": "string", "format": "uri"}},
}


@app.get("/openapi.json")
def specification():
    body = {"required": True, "content": {"application/json": {"schema": HOOK}}}
    test = {"post": {"requestBody": body, "responses": {"200": {"description": "answered"}}}}
    return {"openapi": "3.0.3", "info": {"title": "hooks", "version": "1"}, "paths": {"/hooks/test": test}}


@app.post("/hooks/test")
def test_hook():
    url = request.get_json()["webhook_url"]
    if not is_allowed(url):
        return {"error": "this address is not allowed"}, 400
    try:
        return {"status": opener.open(url, timeout=3).status}
    except (OSError, ValueError):
        return {"error": "the address cannot be fetched"}, 502


if __name__ == "__main__":
    app.run(debug=False)
