"""Publishers' cover pictures, fetched from the hosts that are named in the settings and from nowhere else."""

import ipaddress
import socket
from urllib.parse import urlsplit

import urllib3

LARGEST = 2_000_000  # bytes
KINDS = {"image/jpeg", "image/png", "image/webp"}


class Refused(ValueError):
    """The address is not one that may be fetched, or what came back is not a picture."""


def fetch_cover(url, hosts):
    """Bytes and type of a picture. The address that was checked is the address that is used, so a second look-up cannot change it."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.hostname not in hosts or parts.port not in (None, 443) or parts.username is not None:
            raise Refused("this address is not allowed")
        addresses = {found[4][0] for found in socket.getaddrinfo(parts.hostname, 443, proto=socket.IPPROTO_TCP)}
    except (ValueError, OSError) as error:
        raise Refused("this address is not allowed") from error
    if not addresses or not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise Refused("this address is not allowed")
    try:
        pool = urllib3.HTTPSConnectionPool(min(addresses), 443, timeout=3, retries=False, assert_hostname=parts.hostname, server_hostname=parts.hostname)
        with pool.request("GET", parts.path or "/", headers={"Host": parts.hostname}, redirect=False, preload_content=False) as answer:
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            body = answer.read(LARGEST + 1)
    except urllib3.exceptions.HTTPError as error:
        raise Refused("no picture came back") from error
    if answer.status != 200 or kind not in KINDS or len(body) > LARGEST:
        raise Refused("no picture came back")
    return body, kind
