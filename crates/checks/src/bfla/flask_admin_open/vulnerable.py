import os
import tempfile
from pathlib import Path

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.fileadmin import FileAdmin

app = Flask(__name__)
app.secret_key = os.urandom(32)

folder = tempfile.mkdtemp()
Path(folder, "invoices.csv").write_text("1,30.00\n")

admin = Admin(app, name="Shop")
admin.add_view(FileAdmin(folder, "/files/", name="Files", endpoint="files"))


@app.get("/")
def index():
    return {"shop": "open"}


if __name__ == "__main__":
    app.run()
