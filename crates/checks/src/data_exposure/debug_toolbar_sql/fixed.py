from flask import Flask
from flask_debugtoolbar import DebugToolbarExtension
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

app = Flask(__name__)
app.config["SECRET_KEY"] = "only-the-server-should-know-this-key"
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
app.config["SQLALCHEMY_RECORD_QUERIES"] = True
app.config["DEBUG_TB_ENABLED"] = True
app.config["DEBUG_TB_PANELS"] = ["flask_debugtoolbar.panels.timer.TimerDebugPanel"]
database = SQLAlchemy(app)
DebugToolbarExtension(app)


@app.get("/")
def index():
    books = database.session.execute(text("SELECT 'Middlemarch' AS title")).scalar()
    return f"<html><body><h1>{books}</h1></body></html>"


if __name__ == "__main__":
    app.run()
