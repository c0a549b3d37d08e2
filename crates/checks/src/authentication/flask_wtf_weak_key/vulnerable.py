from flask import Flask, render_template_string
from flask_wtf import CSRFProtect

app = Flask(__name__)
app.secret_key = "changeme"
CSRFProtect(app)

PAGE = """<!doctype html>
<title>Contact</title>
<form method="post" action="/contact">
  <input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
  <input name="message">
</form>
"""


@app.get("/")
def index():
    return render_template_string(PAGE)


@app.post("/contact")
def contact():
    return "thank you"


if __name__ == "__main__":
    app.run()
