from flask import Flask, redirect, render_template_string, request

app = Flask(__name__)

ENTRIES = []

PAGE = """<!doctype html><title>Guests</title>
<h1>Guests</h1><ul>{% for entry in entries %}<li title="{{ entry }}">{{ entry }}</li>{% endfor %}</ul>
<form method="post" action="/guests"><input name="message"><button>Sign</button></form>"""


@app.get("/")
def index():
    return render_template_string(PAGE, entries=ENTRIES)


@app.post("/guests")
def sign():
    ENTRIES.append(request.form["message"])
    return redirect("/")


if __name__ == "__main__":
    app.run(debug=False)
