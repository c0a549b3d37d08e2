"""Starts the two examples as their README does, on a port that the system picks, and speaks HTTP to them."""

import collections
import http.client
import json
import os
import re
import secrets
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlencode, urlsplit

EXAMPLES = Path(__file__).resolve().parent.parent
SECRETS = ("SECRET_KEY", "JWT_SECRET", "WEBHOOK_SECRET", "PARTNER_KEY", "ALICE_PASSWORD", "BOB_PASSWORD", "MIA_PASSWORD")
Answer = collections.namedtuple("Answer", "status headers text json cookies")


class Server:
    """A running example. `ready` finds the address in what the server prints once it listens."""

    def __init__(self, command, folder, environment, ready, context=None):
        self.context = context
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        printed = []
        for line in self.process.stdout:
            printed.append(line)
            if found := re.search(ready, line):
                self.origin = found[1]
                break
        else:
            self.process.wait()
            raise RuntimeError(f"did not start: {''.join(printed)}")
        self.drain = threading.Thread(target=self.process.stdout.read, daemon=True)
        self.drain.start()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.drain.join()
        self.process.stdout.close()

    def ask(self, method, path, body=None, token=None, form=None, **headers):
        parts = urlsplit(self.origin)
        if self.context:
            connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30, context=self.context)
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if form is not None:
            body, sent["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        elif body is not None:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        is_json = answer.headers.get_content_type() == "application/json"
        cookies = answer.headers.get_all("Set-Cookie", [])
        return Answer(answer.status, answer.headers, text, json.loads(text) if is_json and text else None, cookies)

    def token(self, username, password):
        return self.ask("POST", "/api/v2/login", {"username": username, "password": password}).json["token"]


def start_bookshop():
    return Server([sys.executable, "app.py", "--port", "0"], EXAMPLES / "bookshop", {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, r"Running on (http://127\.0\.0\.1:\d+)")


def hardened_settings():
    return {name: secrets.token_hex(32) for name in SECRETS} | {"TRUSTED_HOSTS": "127.0.0.1,localhost"}


def hardened_environment(settings):
    return {name: value for name, value in os.environ.items() if not name.startswith(("FLASK_", "GUNICORN_"))} | {"PYTHONDONTWRITEBYTECODE": "1"} | settings


def start_hardened(settings, keys):
    """`keys` is a folder that must outlive the server: gunicorn reads the certificate anew for every connection."""
    folder = EXAMPLES / "bookshop-hardened"
    subprocess.run([sys.executable, "make_certificates.py", keys], cwd=folder, check=True)
    command = [sys.executable, "-m", "gunicorn", "--certfile", f"{keys}/server.pem", "--keyfile", f"{keys}/server.key",
               "-c", "gunicorn.conf.py", "--bind", "127.0.0.1:0", "app:app"]
    trust = ssl.create_default_context(cafile=f"{keys}/ca.pem")
    return Server(command, folder, hardened_environment(settings), r"Listening at: (https://127\.0\.0\.1:\d+)", trust)
