"""How the hardened bookshop is served. One process: the counters of the rate limits live in its memory."""

import ssl

bind = "127.0.0.1:8443"
workers = 1
threads = 8
worker_class = "gthread"
timeout = 30
keepalive = 5
control_socket_disable = True


def ssl_context(_config, default_ssl_context_factory):
    context = default_ssl_context_factory()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    return context
