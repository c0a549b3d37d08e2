from flask import Flask, jsonify

app = Flask(__name__)

CACHE = {"/": "home"}
ANSWERS = {"204": {"description": "done"}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Cache", "version": "1"},
    "paths": {"/cache/flush": {"get": {"responses": ANSWERS}}},
}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.get("/cache/flush")
def flush():
    CACHE.clear()
    return "", 204


if __name__ == "__main__":
    app.run()
