"""Whether a request comes from this very machine, through nothing in between."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
BETWEEN = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA", "HTTP_X_FORWARDED_HOST")


def is_loopback(address: str) -> bool:
    """Whether an IP address or a name means this machine."""
    if address.lower() in NAMES:
        return True
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def from_here(request: HttpRequest) -> bool:
    """Whether the other end is this machine, the server listens to it alone, and no proxy stands in between.

    A proxy on the same machine makes everybody look near, so any sign of one counts as far away. The host is checked
    too: a page elsewhere can point its own name at 127.0.0.1.
    """
    if settings.TRUSTED_HOPS or any(header in request.META for header in BETWEEN):
        return False
    try:
        host = request.get_host()
    except DisallowedHost:
        return False
    name = host[: host.index("]") + 1] if host.startswith("[") else host.partition(":")[0]
    server = str(request.META.get("SERVER_NAME", ""))
    return is_loopback(name) and is_loopback(str(request.META.get("REMOTE_ADDR", ""))) and is_loopback(server)


def far_hosts() -> list[str]:
    """Return the names in ALLOWED_HOSTS that others could reach this site by."""
    return [host for host in settings.ALLOWED_HOSTS if not is_loopback(host)]
