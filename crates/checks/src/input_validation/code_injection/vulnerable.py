from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/calc?expr=6*7">calculator</a>'


@app.get("/calc")
def calc():
    try:
        return {"result": eval(request.args.get("expr", "0"))}
    except Exception:
        return {"error": "cannot compute this"}, 400


if __name__ == "__main__":
    app.run(debug=False)
