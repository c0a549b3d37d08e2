from flask import Flask, redirect, request

app = Flask(__name__)

ENTRIES = []


@app.get("/")
def index():
    entries = "".join(f'<li title="{entry}">{entry}</li>' for entry in ENTRIES)
    return f"""<!doctype html><title>Guests</title>
<h1>Guests</h1><ul>{entries}</ul>
<form method="post" action="/guests"><input name="message"><button>Sign</button></form>"""


@app.post("/guests")
def sign():
    ENTRIES.append(request.form["message"])
    return redirect("/")


if __name__ == "__main__":
    app.run(debug=False)
