import os
import tempfile
from pathlib import Path

from flask import Flask, abort, session
from flask_admin import Admin, AdminIndexView
from flask_admin.contrib.fileadmin import FileAdmin

app = Flask(__name__)
app.secret_key = os.urandom(32)

folder = tempfile.mkdtemp()
Path(folder, "invoices.csv").write_text("1,30.00\n")


class Guarded:
    def is_accessible(self):
        return session.get("role") == "admin"

    def inaccessible_callback(self, name, **kwargs):
        abort(404)


class Home(Guarded, AdminIndexView):
    pass


class Files(Guarded, FileAdmin):
    pass


admin = Admin(app, name="Shop", index_view=Home())
admin.add_view(Files(folder, "/files/", name="Files", endpoint="files"))


@app.get("/")
def index():
    return {"shop": "open"}


if __name__ == "__main__":
    app.run()
