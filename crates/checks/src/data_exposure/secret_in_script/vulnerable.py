from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return """<!doctype html><title>Shop</title><script>
fetch("https://rates.example/latest", {headers: {"X-API-Key": "9f2b7c41d8e04a6f93b5c2d7"}}).then(show)
</script>"""


if __name__ == "__main__":
    app.run()
