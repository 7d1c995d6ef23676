"""Where the example lives: a folder of its own, this machine only, and no letter ever leaves it."""

from __future__ import annotations

from collections.abc import MutableMapping

FOLDER = "var/demo"
NOT_HERE = (
    "UPWELL_DATABASE",
    "UPWELL_HOSTS",
    "UPWELL_HTTPS",
    "UPWELL_PROXY",
    "UPWELL_URL",
    "UPWELL_SMTP_HOST",
    "UPWELL_SECRET",
)


def settle(environ: MutableMapping[str, str]) -> None:
    """Set the environment of `upwell-site demo`, before any setting is read.

    Settings of a real site that happen to be set are left out: invented people have invented addresses, and no letter
    may reach somebody who really has one of them.
    """
    environ.setdefault("UPWELL_DIR", FOLDER)
    for name in NOT_HERE:
        environ.pop(name, None)
        environ.pop(f"{name}_FILE", None)
