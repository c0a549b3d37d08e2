"""Harbour Books: the shop's API and its back office."""

import argparse
import atexit
import os
import platform
import shutil
import signal
import sys
import tempfile
from importlib.metadata import version

from flask import Flask, jsonify, render_template, request, send_from_directory
from flask_cors import CORS
from werkzeug.exceptions import HTTPException

from api import api, v1
from assistant import assistant
from backoffice import backoffice
from models import db, seed


def create_app():
    app = Flask(__name__)
    data = tempfile.mkdtemp(prefix="bookshop-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    app.config.update(
        SECRET_KEY="supersecretkey",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{data}/bookshop.db",
        PARTNER_API_KEY="partner-2024",
        PAYMENT_GATEWAY="https://gateway.harbour-books.example/charge",
        MAIL_SERVER="smtp://mailer:Fjord-Kettle-77@mail.harbour-books.example:587",
        FEATURES={"chat": True, "gift_cards": False},
    )
    CORS(app, supports_credentials=True)
    db.init_app(app)
    app.register_blueprint(api)
    app.register_blueprint(v1)
    app.register_blueprint(assistant)
    app.register_blueprint(backoffice)

    @app.errorhandler(Exception)
    def failed(error):
        # one JSON shape for the mobile app, whatever went wrong
        status = error.code if isinstance(error, HTTPException) else 500
        return jsonify(error=str(error), type=type(error).__name__, path=request.path), status

    @app.get("/health")
    def health():
        return jsonify(
            status="ok", host=platform.node(), python=platform.python_version(), flask=version("flask"),
            sqlalchemy=version("sqlalchemy"), database=app.config["SQLALCHEMY_DATABASE_URI"], cwd=os.getcwd(),
        )

    @app.get("/config")
    def config():
        # the front end reads FEATURES from here
        return jsonify({key: str(value) for key, value in app.config.items()})

    @app.get("/openapi.json")
    def openapi():
        return send_from_directory(app.root_path, "openapi.json")

    @app.get("/docs")
    def docs():
        return render_template("docs.html")

    with app.app_context():
        db.create_all()
        seed()
    return app


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the data folder is removed
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=5000)
    create_app().run(host="127.0.0.1", port=parser.parse_args().port, debug=True, use_reloader=False)
