from flask import Flask
from flask_login import LoginManager, UserMixin, login_user

app = Flask(__name__)
app.secret_key = "supersecretkey"
manager = LoginManager(app)


class User(UserMixin):
    id = "guest"


@manager.user_loader
def load_user(user_id):
    return User()


@app.get("/")
def index():
    login_user(User(), remember=True)
    return {"status": "welcome, guest"}


if __name__ == "__main__":
    app.run()
