from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = "only-the-server-should-know-this-key"
if app.debug:
    from flask_debugtoolbar import DebugToolbarExtension

    DebugToolbarExtension(app)


@app.get("/")
def index():
    return "<html><body><h1>Shop</h1></body></html>"


if __name__ == "__main__":
    app.run()
