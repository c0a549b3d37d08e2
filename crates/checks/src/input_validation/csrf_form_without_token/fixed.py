import os

from flask import Flask, render_template_string, session
from flask_wtf.csrf import CSRFProtect

app = Flask(__name__)
app.config["SECRET_KEY"] = os.urandom(32)
CSRFProtect(app)

PAGE = """<form method="post" action="/address">
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
<input name="street">
<button>Save</button></form>"""


@app.get("/")
def index():
    session["user"] = "ada"
    return render_template_string(PAGE)


@app.post("/address")
def address():
    return "saved"


if __name__ == "__main__":
    app.run(debug=False)
