"""Harbour Books: the shop's API and its back office, to be served by gunicorn over TLS (see gunicorn.conf.py)."""

import atexit
import datetime
import hashlib
import secrets
import shutil
import tempfile
from pathlib import Path

from cachelib.file import FileSystemCache
from flask import Flask, Response, jsonify
from flask_cors import CORS
from flask_session import Session
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from api import api
from assistant import assistant
from backoffice import backoffice
from models import db, seed
from security import csrf, limiter
from settings import names, secret

HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def create_app():
    app = Flask(__name__, static_folder=None)
    if app.debug:
        raise RuntimeError("FLASK_DEBUG must not be set: this application is served to others")
    data = tempfile.mkdtemp(prefix="bookshop-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    app.config.update(
        SECRET_KEY=secret("SECRET_KEY"),
        JWT_SECRET=secret("JWT_SECRET"),
        WEBHOOK_SECRET=secret("WEBHOOK_SECRET"),
        PARTNER_KEY_SHA256=hashlib.sha256(secret("PARTNER_KEY").encode()).hexdigest(),
        TRUSTED_HOSTS=names("TRUSTED_HOSTS"),
        COVER_HOSTS=names("COVER_HOSTS", default=""),
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{data}/bookshop.db",
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_PARTS=20,
        SESSION_TYPE="cachelib",
        SESSION_CACHELIB=FileSystemCache(f"{data}/sessions", mode=0o600),
        SESSION_COOKIE_NAME="__Host-session",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=datetime.timedelta(minutes=30),
        RATELIMIT_DEFAULT="; ".join(names("RATE_LIMIT", default="300/minute")),
    )
    CORS(app, resources={r"/api/.*": {"origins": names("CORS_ORIGINS", default="https://www.harbour-books.example")}}, methods=["GET", "POST", "PATCH", "DELETE"])
    db.init_app(app)
    limiter.init_app(app)
    csrf.init_app(app)
    Session(app)
    for blueprint in (api, assistant, backoffice):
        app.register_blueprint(blueprint)
    for blueprint in (api, assistant):
        csrf.exempt(blueprint)  # a token in a header cannot be sent by another site

    document = Path(app.root_path, "openapi.json").read_text(encoding="utf-8")

    @app.errorhandler(HTTPException)
    def refused(error):
        headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
        if error.code == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return jsonify(error=error.name, code=error.code), error.code, headers

    @app.errorhandler(ValidationError)
    def invalid(error):
        return jsonify(error="Unprocessable Content", code=422, fields=error.messages), 422

    @app.errorhandler(RecursionError)
    def too_deep(_):
        return jsonify(error="Bad Request", code=400), 400

    @app.errorhandler(Exception)
    def failed(_):
        reference = secrets.token_hex(8)
        app.logger.exception("unhandled error, reference %s", reference)
        return jsonify(error="Internal Server Error", code=500, reference=reference), 500

    @app.after_request
    def protect(response):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.get("/health")
    def health():
        return jsonify(status="ok")

    @app.get("/openapi.json")
    def openapi():
        return Response(document, content_type="application/json", headers={"Cache-Control": "public, max-age=300"})

    @app.get("/.well-known/security.txt")
    def security_txt():
        expires = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
        return Response(f"Contact: mailto:security@harbour-books.example\nExpires: {expires}\nPreferred-Languages: en\n", content_type="text/plain; charset=utf-8")

    with app.app_context():
        db.create_all()
        seed()
    return app


app = create_app()
