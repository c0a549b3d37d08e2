from flask import Flask, request

app = Flask(__name__)
app.config["DEBUG"] = True


@app.get("/")
def index():
    return '<a href="/notes">notes</a>'


@app.route("/notes", methods=["GET", "POST"])
def notes():
    if request.method == "POST":
        return {"added": request.get_json()["text"]}, 201
    return {"notes": []}


if __name__ == "__main__":
    app.run()
