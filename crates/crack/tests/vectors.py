"""Writes vectors.json: tokens signed by the real libraries, which the tests of this crate read.

    python -m venv v && v/bin/pip install flask flask-login flask-session flask-wtf itsdangerous pyjwt cachelib
    v/bin/python vectors.py > vectors.json
"""

import hashlib
import json
import warnings

import itsdangerous
import jwt
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_login.utils import encode_cookie
from flask_session.base import ServerSideSessionInterface
from flask_wtf.csrf import generate_csrf

warnings.simplefilter("ignore")  # PyJWT warns of the short keys that this is about.
NOW = 1_790_000_000
EPOCH_2011 = 1_293_840_000
itsdangerous.TimestampSigner.get_timestamp = lambda self: NOW
VECTORS = []


def add(name, kind, secret, text, payload, **more):
    VECTORS.append({"name": name, "kind": kind, "secret": secret, "text": text, "payload": payload, **more})


def app(secret):
    made = Flask("vectors")
    made.secret_key = secret
    return made


def flask_session():
    cases = {
        "short": ("dev", {"user_id": 1}),
        "tagged": ("changeme", {"t": (1, 2), "b": b"x", "n": "é"}),
        "compressed": ("super-secret", {"text": "a" * 300}),
        "long secret": ("k" * 100, {"logged_in": True}),
        "block secret": ("k" * 64, {"logged_in": True}),
        "unicode secret": ("schlüssel", {"logged_in": True}),
        "long payload": ("dev", {"ids": [hashlib.sha1(bytes([n])).hexdigest() for n in range(40)]}),
    }
    for name, (secret, value) in cases.items():
        made = app(secret)
        serializer = SecureCookieSessionInterface().get_signing_serializer(made)
        text = serializer.dumps(value)
        payload = serializer.serializer.dumps(value)
        add(f"flask session, {name}", "FlaskSession", secret, text, payload, timestamp=NOW, compressed=text[0] == ".")
    original = itsdangerous.TimestampSigner.get_timestamp
    itsdangerous.TimestampSigner.get_timestamp = lambda self: NOW - EPOCH_2011  # itsdangerous 0.24
    text = SecureCookieSessionInterface().get_signing_serializer(app("dev")).dumps({"old": True})
    itsdangerous.TimestampSigner.get_timestamp = original
    add("flask session, epoch of 2011", "FlaskSession", "dev", text, '{"old":true}', timestamp=NOW, compressed=False)


def csrf():
    for secret in ("dev", "k" * 36, "k" * 90):
        made = app(secret)
        with made.test_request_context():
            text = generate_csrf()
            payload = json.dumps(session["csrf_token"])
        add(f"flask-wtf, {len(secret)} bytes", "CsrfToken", secret, text, payload, timestamp=NOW, compressed=False)


def session_id():
    made = app("dev")
    sid = "Zn3o5Gc7Jt4XPZyQ0pPZ0vYzq0kK3H7JmYV8m2dXy9s"
    text = ServerSideSessionInterface._get_signer(None, made).sign(sid).decode()
    add("flask-session", "FlaskSessionId", "dev", text, sid, json=False)


def remember():
    for user in ("1", "a|b", "名"):
        with app("dev").app_context():
            add(f"flask-login, {user}", "RememberToken", "dev", encode_cookie(user), user, json=False)


def json_web_tokens():
    claims = {"sub": "alice", "exp": NOW, "admin": False}
    for algorithm in ("HS256", "HS384", "HS512"):
        for secret in ("secret", "k" * 65, "k" * 129):
            text = jwt.encode(claims, secret, algorithm)
            payload = json.dumps(claims, separators=(",", ":"))
            add(f"{algorithm}, {len(secret)} bytes", "Jwt", secret, text, payload, header=jwt_header(text))


def jwt_header(text):
    return json.dumps(jwt.get_unverified_header(text), separators=(",", ":"))


def signers():
    timed, untimed = itsdangerous.URLSafeTimedSerializer, itsdangerous.URLSafeSerializer
    for derivation in ("hmac", "django-concat", "concat", "none"):
        for digest in ("sha1", "sha256", "sha384", "sha512"):
            kwargs = {"key_derivation": derivation, "digest_method": getattr(hashlib, digest)}
            for secret in ("dev", "k" * 130):
                for salt in ("email-confirm", "s" * 70):
                    text = timed(secret, salt=salt, signer_kwargs=kwargs).dumps("a@example.org")
                    signer = {"salt": salt, "derivation": derivation, "digest": digest}
                    name = f"{derivation} {digest}, {len(secret)} bytes, salt of {len(salt)}"
                    add(name, "SignedToken", secret, text, '"a@example.org"', timestamp=NOW, signer=signer)
    text = untimed("dev").dumps([1, 2])
    add("URLSafeSerializer", "SignedToken", "dev", text, "[1,2]")
    add("URLSafeTimedSerializer", "SignedToken", "dev", timed("dev").dumps(7), "7", timestamp=NOW)


for make in (flask_session, csrf, session_id, remember, json_web_tokens, signers):
    make()
print(json.dumps(VECTORS, indent=1, ensure_ascii=False))
