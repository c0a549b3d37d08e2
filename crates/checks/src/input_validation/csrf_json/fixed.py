import os

from flask import Flask, abort, request, session

app = Flask(__name__)
app.config["SECRET_KEY"] = os.urandom(32)

ORDER = {"type": "object", "properties": {"item": {"type": "string"}}}


@app.get("/")
def index():
    session["user"] = "ada"
    return {"status": "ok"}


@app.get("/openapi.json")
def specification():
    body = {"required": True, "content": {"application/json": {"schema": ORDER}}}
    order = {"post": {"requestBody": body, "responses": {"200": {"description": "ordered"}}}}
    return {"openapi": "3.0.3", "info": {"title": "shop", "version": "1"}, "paths": {"/orders": order}}


@app.post("/orders")
def order():
    if not request.is_json:
        abort(415)  # Werkzeug before 2.3 answers 400, as it does to broken JSON
    order = request.get_json()
    return {"ordered": order.get("item")}


if __name__ == "__main__":
    app.run(debug=False)
