from secrets import token_urlsafe as new_token

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return """<!doctype html><title>Shop</title><script>
async function login(form) {
  const answer = await (await fetch("/login", {method: "POST", body: form})).json()
  localStorage.setItem("access_token", answer.token)
}
</script>"""


@app.post("/login")
def login():
    return {"token": new_token()}


if __name__ == "__main__":
    app.run()
