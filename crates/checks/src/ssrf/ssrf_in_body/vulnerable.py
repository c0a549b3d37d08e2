import urllib.request

from flask import Flask, request

app = Flask(__name__)

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
    try:
        return {"status": urllib.request.urlopen(url, timeout=3).status}
    except (OSError, ValueError):
        return {"error": "the address cannot be fetched"}, 502


if __name__ == "__main__":
    app.run(debug=False)
