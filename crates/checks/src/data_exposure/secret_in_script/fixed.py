from flask import Flask

app = Flask(__name__)
SERVICE_KEY = "9f2b7c41d8e04a6f93b5c2d7"


@app.get("/")
def index():
    return """<!doctype html><title>Shop</title><script>
fetch("/rates").then(show)
</script>"""


@app.get("/rates")
def rates():
    # The server asks the service with SERVICE_KEY and hands on what the page needs.
    return {"eur": 1.08}


if __name__ == "__main__":
    app.run()
