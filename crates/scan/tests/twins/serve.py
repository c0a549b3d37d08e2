"""Serves the twins of all rules from one process, each on its own port of 127.0.0.1.

Reads a JSON object {name: path of a Flask application} on the first line of standard input, writes {name: port} on one line once all
listen, and ends when standard input closes. An application is an ordinary script that ends in `app.run(...)`; what it passes to `run`
(debug, ssl_context) is honoured.

usage: serve.py development|gunicorn|waitress
"""

import json
import os
import runpy
import socket
import sys
import threading

import flask

# The panels of Flask-DebugToolbar share one blueprint for all applications of a process, which takes no route of a panel that is loaded
# after the first of them.
from flask_debugtoolbar.panels import sqlalchemy, template  # noqa: F401

captured = {}


def capture(app, host=None, port=None, debug=None, load_dotenv=True, **options):
    captured["app"], captured["debug"], captured["options"] = app, debug, options


flask.Flask.run = capture


def load(path):
    """The application of a script and how it asked to be run."""
    captured.clear()
    before = list(sys.path)
    sys.path.insert(0, os.path.dirname(path))
    try:
        runpy.run_path(path, run_name="__main__")
    finally:
        sys.path[:] = before
    app = captured.get("app")
    if app is None:
        raise SystemExit(f"{path} does not end in app.run(...)")
    if captured["debug"] is not None:
        app.debug = captured["debug"]
    return app, app.debug, captured["options"]


def development(scripts):
    from werkzeug.debug import DebuggedApplication
    from werkzeug.serving import make_server

    ports = {}
    for name, path in scripts.items():
        app, debug, options = load(path)
        if debug and options.get("use_debugger", True):
            app = DebuggedApplication(app, evalex=options.get("use_evalex", True))
        server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=options.get("ssl_context"))
        ports[name] = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


def bind(scripts):
    """A bound socket for each script, their ports by name, and one application that hands each request to the script of its port."""
    applications, sockets, ports = {}, [], {}
    for name, path in scripts.items():
        app, _, _ = load(path)
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        sockets.append(listener)
        ports[name] = listener.getsockname()[1]
        applications[str(ports[name])] = app

    def dispatch(environ, start_response):
        return applications[environ["SERVER_PORT"]](environ, start_response)

    return sockets, ports, dispatch


def gunicorn(scripts):
    from gunicorn.app.base import BaseApplication

    sockets, ports, dispatch = bind(scripts)
    for listener in sockets:
        listener.set_inheritable(True)

    class Server(BaseApplication):
        def load_config(self):
            self.cfg.set("bind", [f"fd://{s.fileno()}" for s in sockets])
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", 16)
            self.cfg.set("loglevel", "critical")
            self.cfg.set("timeout", 0)  # a busy machine is no reason to end the worker
            self.cfg.set("when_ready", lambda _: print(json.dumps(ports), flush=True))

        def load(self):
            return dispatch

    def end_with_input():
        sys.stdin.read()
        os.kill(os.getpid(), 15)

    threading.Thread(target=end_with_input, daemon=True).start()
    Server().run()


def waitress(scripts):
    from waitress import create_server

    sockets, ports, dispatch = bind(scripts)
    # The limit counts the sockets that listen, too, and there may be more of them than select() can watch.
    limit = len(sockets) + 500
    server = create_server(dispatch, sockets=sockets, threads=16, connection_limit=limit, asyncore_use_poll=True)
    threading.Thread(target=server.run, daemon=True).start()
    print(json.dumps(ports), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve = {"development": development, "gunicorn": gunicorn, "waitress": waitress}[sys.argv[1]]
    serve(json.loads(sys.stdin.readline()))
