from secrets import token_urlsafe as new_token

from flask import Flask, make_response

app = Flask(__name__)


@app.get("/")
def index():
    return """<!doctype html><title>Shop</title><script>
async function login(form) {
  await fetch("/login", {method: "POST", body: form})
  localStorage.setItem("theme", "dark")
}
</script>"""


@app.post("/login")
def login():
    response = make_response({"status": "ok"})
    response.set_cookie("session_token", new_token(), httponly=True, secure=True, samesite="Lax")
    return response


if __name__ == "__main__":
    app.run()
