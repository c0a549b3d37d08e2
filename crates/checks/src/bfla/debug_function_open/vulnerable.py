from flask import Flask, jsonify

app = Flask(__name__)

USERS = [{"id": 1, "username": "maria", "email": "maria@example.com"}]


def dump():
    return jsonify(users=USERS)


def register_debugging(app):
    app.add_url_rule("/debug/users", view_func=dump)


register_debugging(app)


@app.get("/")
def index():
    return '<a href="/debug/users">dump</a>'


if __name__ == "__main__":
    app.run()
