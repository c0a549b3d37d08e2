import hmac
import os
import secrets

from flask import Flask, abort, redirect, request
from werkzeug.security import generate_password_hash

app = Flask(__name__)

ADMINISTRATORS = {}
TOKEN = os.environ.get("SETUP_TOKEN") or secrets.token_urlsafe(24)
WIZARD = """<!doctype html><title>Setup</title><h1>Create the first administrator</h1>
<form method="post" action="/setup"><label>Name <input name="admin_name"></label>
<label>Password <input name="admin_password" type="password"></label>
<label>Setup token from the server's configuration <input name="setup_token"></label><button>Finish setup</button></form>"""


@app.before_request
def not_before_setup():
    if not ADMINISTRATORS and request.path != "/setup":
        return redirect("/setup")


@app.get("/setup")
def wizard():
    return WIZARD


@app.post("/setup")
def set_up():
    if ADMINISTRATORS or not hmac.compare_digest(request.form.get("setup_token", ""), TOKEN):
        abort(403)
    ADMINISTRATORS[request.form["admin_name"]] = generate_password_hash(request.form["admin_password"])
    return redirect("/")


@app.get("/")
def index():
    return "<h1>Ledger</h1>"


if __name__ == "__main__":
    app.run()
