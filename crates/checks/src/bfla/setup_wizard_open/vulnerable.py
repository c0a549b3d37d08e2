from flask import Flask, redirect, request
from werkzeug.security import generate_password_hash

app = Flask(__name__)

ADMINISTRATORS = {}
WIZARD = """<!doctype html><title>Setup</title><h1>Create the first administrator</h1>
<form method="post" action="/setup"><label>Name <input name="admin_name"></label>
<label>Password <input name="admin_password" type="password"></label><button>Finish setup</button></form>"""


@app.before_request
def not_before_setup():
    if not ADMINISTRATORS and request.path != "/setup":
        return redirect("/setup")


@app.get("/setup")
def wizard():
    return WIZARD


@app.post("/setup")
def set_up():
    ADMINISTRATORS[request.form["admin_name"]] = generate_password_hash(request.form["admin_password"])
    return redirect("/")


@app.get("/")
def index():
    return "<h1>Ledger</h1>"


if __name__ == "__main__":
    app.run()
