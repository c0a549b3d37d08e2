"""Who is asking, how often, and where to: the guards that the views share."""

import datetime
import functools
import hashlib
import hmac
import re
import secrets
import time
import uuid

import jwt
from flask import abort, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from sqlalchemy import select
from werkzeug.security import check_password_hash, generate_password_hash

from models import Customer, db

ISSUER, AUDIENCE = "https://harbour-books.example", "bookshop-api"
WEBHOOK_WINDOW = 300  # seconds that a signed notice stays good
NOBODY = generate_password_hash(secrets.token_hex(16))

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, headers_enabled=True, storage_uri="memory://")


def login_name():
    """The key of the second log-in limit: one account, however many addresses."""
    data = request.get_json(silent=True) if request.is_json else request.form
    return "login:" + str(data.get("username", "") if isinstance(data, dict) else "")[:40].lower()


def login_limits(view):
    return limiter.limit("5/minute")(limiter.limit("20/hour", key_func=login_name)(view))


def check_login(username, password):
    """The customer, or None. An unknown name costs one hash too, so that time tells nothing."""
    customer = db.session.scalar(select(Customer).where(Customer.username == username))
    right = check_password_hash(customer.password_hash if customer else NOBODY, password)
    return customer if right else None


def issue_token(customer):
    now = datetime.datetime.now(datetime.timezone.utc)
    claims = {"sub": str(customer.id), "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + datetime.timedelta(minutes=15), "jti": secrets.token_hex(16)}
    return jwt.encode(claims, current_app.config["JWT_SECRET"], algorithm="HS256")


def bearer():
    """The customer whom the token names. Roles are read from the database, never from the token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        claims = jwt.decode(token, current_app.config["JWT_SECRET"], algorithms=["HS256"], issuer=ISSUER, audience=AUDIENCE,
                            options={"require": ["exp", "iat", "sub", "iss", "aud"]})
        return db.session.get(Customer, uuid.UUID(claims["sub"]))
    except (jwt.InvalidTokenError, ValueError):
        return None


def login_required(view=None, *, staff=False):
    if view is None:
        return functools.partial(login_required, staff=staff)

    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        g.customer = bearer()
        if g.customer is None:
            abort(401)
        if staff and not g.customer.is_staff:
            abort(403)
        return view(*args, **kwargs)

    return wrapper


def require_partner():
    given = hashlib.sha256(request.headers.get("X-API-Key", "").encode("utf-8", "replace")).hexdigest()
    if not hmac.compare_digest(given, current_app.config["PARTNER_KEY_SHA256"]):
        abort(401)


def require_signature():
    """`X-Signature: t=<unix seconds>,v1=<HMAC-SHA256 of "t.body">`, at most five minutes old."""
    found = re.fullmatch(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", request.headers.get("X-Signature", ""), re.ASCII)
    if not found or abs(time.time() - int(found[1])) > WEBHOOK_WINDOW:
        abort(401)
    signed = f"{found[1]}.".encode() + request.get_data()
    if not hmac.compare_digest(found[2], hmac.new(current_app.config["WEBHOOK_SECRET"].encode(), signed, hashlib.sha256).hexdigest()):
        abort(401)


def safe_next(target, default):
    """A path of this site, or the default. Control characters and backslashes are refused: browsers and Werkzeug drop or turn them."""
    refused = not target or re.search(r"[\x00-\x20\x7f\\]", target) or not target.startswith("/") or target.startswith("//")
    return default if refused else target
