from flask import Flask
from flask_debugtoolbar import DebugToolbarExtension

app = Flask(__name__)
app.config["SECRET_KEY"] = "only-the-server-should-know-this-key"
app.config["DEBUG_TB_ENABLED"] = True
app.config["DEBUG_TB_PANELS"] = ["flask_debugtoolbar.panels.timer.TimerDebugPanel"]
DebugToolbarExtension(app)


@app.get("/")
def index():
    return "<html><body><h1>Shop</h1></body></html>"


if __name__ == "__main__":
    app.run()
