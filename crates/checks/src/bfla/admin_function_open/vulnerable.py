from flask import Flask, jsonify

app = Flask(__name__)

USERS = [{"id": 1, "username": "maria", "role": "admin"}, {"id": 2, "username": "jonas", "role": "customer"}]


@app.get("/")
def index():
    return '<a href="/admin/users">users</a>'


@app.get("/admin/users")
def users():
    return jsonify(USERS)


if __name__ == "__main__":
    app.run()
