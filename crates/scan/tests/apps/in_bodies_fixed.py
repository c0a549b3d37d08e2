"""The same operations with what keeps their bodies out of statements, shells, templates, pages, files and queries."""

import ast
import os
import secrets
import sqlite3
import subprocess
import tempfile

from flask import Flask, jsonify, redirect, render_template_string, request
from markupsafe import escape
from werkzeug.utils import safe_join

app = Flask(__name__)

FOLDER = tempfile.mkdtemp()
with open(os.path.join(FOLDER, "notes.txt"), "w", encoding="utf-8") as file:
    file.write("buy tea")

KEEPERS = [{"name": "ada", "town": "Vik"}, {"name": "bo", "town": "Hof"}]
ENTRIES = []
TOKENS = {}


def base():
    base = sqlite3.connect(":memory:")
    base.execute("create table book(title, language)")
    base.execute("insert into book values ('Barbara', 'fo')")
    base.execute("create table account(name, secret)")
    base.execute("insert into account values ('ada', 'kelp')")
    return base


def posts(path, media="application/json", **fields):
    schema = {"type": "object", "required": list(fields), "properties": fields}
    content = {media: {"schema": schema}}
    return {path: {"post": {"requestBody": {"required": True, "content": content}, "responses": {}}}}


TEXT = {"type": "string"}


@app.get("/openapi.json")
def document():
    paths = {
        **posts("/books/find", title=TEXT, language={"type": "string", "enum": ["da", "fo"]}),
        **posts("/echo", "multipart/form-data", word=TEXT),
        **posts("/sum", expression=TEXT),
        **posts("/file", file={"type": "string", "example": "notes.txt"}),
        **posts("/keepers/find", name=TEXT),
        **posts("/keepers/signin", name=TEXT, password=TEXT),
    }
    return jsonify({"openapi": "3.0.3", "info": {"title": "Bodies", "version": "1"}, "paths": paths})


@app.get("/")
def index():
    return """<a href="/enter">enter</a> <a href="/card">card</a> <a href="/preview">preview</a>
<a href="/guests">guests</a>"""


@app.post("/books/find")
def find_books():
    fields = request.get_json()
    if not isinstance(fields["title"], str) or fields.get("language") not in ("da", "fo"):
        return jsonify(error="title and language are required"), 422
    try:
        rows = base().execute("select title from book where title like ?", [f"%{fields['title']}%"]).fetchall()
    except sqlite3.Error as error:
        return jsonify(error=str(error)), 500
    return jsonify(books=[row[0] for row in rows])


@app.route("/enter", methods=["GET", "POST"])
def login():
    if request.method == "GET":
        return """<form method="post" action="/login"><input name="username"><input type="password" name="password">
<button>Log in</button></form>"""
    return redirect("/")


@app.post("/login")
def log_in():
    name, secret = request.form["username"], request.form["password"]
    statement = "select name from account where name = ? and secret = ?"
    try:
        row = base().execute(statement, [name, secret]).fetchone()
    except sqlite3.Error:
        row = None
    if row is None:
        return "<p>Wrong name or password</p>", 401
    return redirect("/welcome")


@app.post("/echo")
def echo():
    ran = subprocess.run(["echo", request.form["word"]], capture_output=True, text=True, check=False)
    return jsonify(said=ran.stdout)


@app.post("/sum")
def compute():
    try:
        return jsonify(value=ast.literal_eval(request.get_json()["expression"]))
    except Exception:
        return jsonify(error="not a sum"), 400


@app.post("/file")
def read():
    try:
        with open(safe_join(FOLDER, request.get_json()["file"]) or os.devnull, encoding="utf-8") as file:
            return jsonify(text=file.read())
    except OSError:
        return jsonify(error="no such file"), 404


def meets(value, condition):
    if not isinstance(condition, dict):
        return value == condition
    operators = {"$ne": lambda x: value != x, "$eq": lambda x: value == x, "$gt": lambda x: value > x}
    return all(operators[name](operand) for name, operand in condition.items())


@app.post("/keepers/find")
def find_keepers():
    if not isinstance(request.get_json()["name"], str):
        return jsonify(error="name is a text"), 422
    try:
        found = [keeper for keeper in KEEPERS if meets(keeper["name"], request.get_json()["name"])]
    except KeyError:
        return jsonify(error="unknown operator"), 400
    return jsonify(found)


@app.post("/keepers/signin")
def sign_in():
    fields = request.get_json()
    if not all(isinstance(fields[name], str) for name in ("name", "password")):
        return jsonify(error="name and password are texts"), 401
    try:
        for keeper in KEEPERS:
            if meets(keeper["name"], fields["name"]) and meets(keeper["town"], fields["password"]):
                return jsonify(token=secrets.token_hex(8))
    except KeyError:
        pass
    return jsonify(error="wrong name or password"), 401


@app.route("/card", methods=["GET", "POST"])
def card():
    if request.method == "GET":
        return '<form method="post" action="/card"><input name="greeting"><button>Show</button></form>'
    return render_template_string("<h1>Card</h1>{{ greeting }}", greeting=request.form["greeting"])


@app.route("/preview", methods=["GET", "POST"])
def preview():
    if request.method == "GET":
        key, token = secrets.token_hex(8), secrets.token_hex(16)
        TOKENS[key] = token
        page = f"""<form method="post" action="/preview"><input type="hidden" name="csrf_token" value="{token}">
<textarea name="entry"></textarea><button>Preview</button></form>"""
        return page, {"Set-Cookie": f"form={key}; HttpOnly; SameSite=Lax; Path=/"}
    if TOKENS.get(request.cookies.get("form")) != request.form.get("csrf_token", ""):
        return "<p>The form token is missing or too old.</p>", 403
    return f"<h1>Preview</h1><p>{escape(request.form['entry'])}</p>"


@app.route("/guests", methods=["GET", "POST"])
def guests():
    if request.method == "POST":
        ENTRIES.append(request.form["message"])
        return redirect("/guests")
    entries = "".join(f"<li>{escape(entry)}</li>" for entry in ENTRIES)
    return f"""<h1>Guests</h1><ul>{entries}</ul><form method="post" action="/guests"><input name="message">
<button>Sign</button></form>"""


if __name__ == "__main__":
    app.run()
