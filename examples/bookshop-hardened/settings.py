"""Everything that comes from the environment. What is missing or short stops the start; nothing has a fallback that opens a door."""

import os


class MissingSetting(RuntimeError):
    """A setting that must be given was not."""


def secret(name, shortest=32):
    value = os.environ.get(name, "")
    if len(value) < shortest:
        raise MissingSetting(f"{name} must be set to at least {shortest} random characters (openssl rand -hex 32)")
    return value


def names(name, default=None):
    found = [part.strip() for part in os.environ.get(name, default or "").split(",") if part.strip()]
    if not found and default is None:
        raise MissingSetting(f"{name} must be set to a list with commas")
    return found
