"""Serves one example until standard input closes: `serve.py bookshop` or `serve.py hardened FOLDER-FOR-KEYS`. Prints its URL on one line."""

import sys

import servers

if sys.argv[1] == "bookshop":
    server = servers.start_bookshop()
else:
    server = servers.start_hardened(servers.hardened_settings(), sys.argv[2])
try:
    print(server.origin, flush=True)
    sys.stdin.read()
finally:
    server.stop()
