"""The one way into a view: `@allow(GET="note.read", POST="note.edit")` is its whole declaration.

The guard answers 405 to other methods, loads the row through `visible_to`, answers 404 (may not read: the same bytes as
a row that never was) or 403 (may read, may not do this), and hands the row to the view. That somebody opened a page
about somebody else is written down (`looks`): the one thing that opening a page writes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from upwell_site.core import looks, policy
from upwell_site.core.actor import actor_in_hub, actor_on_site
from upwell_site.core.models import Hub

log = logging.getLogger("upwell.guard")
View = Callable[..., HttpResponse]

# Addresses that come with libraries, each with the cell of the table it stands for.
OUTSIDE: dict[str, str] = {
    "account_login": "site.look",
    "account_request_login_code": "site.look",
    "account_confirm_login_code": "site.look",
    "account_logout": "site.look",
    "account_inactive": "site.look",
    "mfa_authenticate": "site.look",
    "mfa_login_webauthn": "site.look",
    "mfa_activate_totp": "site.own",
    "mfa_deactivate_totp": "site.own",
    "mfa_generate_recovery_codes": "site.own",
    "mfa_view_recovery_codes": "site.own",
    "mfa_add_webauthn": "site.own",
    "mfa_remove_webauthn": "site.own",
    "mfa_reauthenticate": "site.own",
    "mfa_reauthenticate_webauthn": "site.own",
    "set_language": "site.look",
}


def allow(**cells: str) -> Callable[[View], View]:
    """Declare which cell of the permission table each method of a view needs."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            method = "GET" if request.method == "HEAD" else request.method or ""
            if method not in cells:
                return HttpResponseNotAllowed([*cells, *(["HEAD"] if "GET" in cells else [])])
            try:
                row = _let_in(request, cells[method], kwargs)
            except (Http404, PermissionDenied):
                _tell(request, method, cells[method])
                if request.actor.asleep:  # type: ignore[attr-defined]
                    return _wake(request)
                raise
            answer = view(request, *row, *args, **kwargs)
            if row and method == "GET" and answer.status_code == 200:
                looks.looked(request.actor, row[0])  # type: ignore[attr-defined]
            return answer

        guarded.cells = dict(cells)  # type: ignore[attr-defined]
        return guarded

    return declare


def _let_in(request: Any, name: str, kwargs: dict[str, Any]) -> tuple[Any, ...]:
    resource, _, action = name.partition(".")
    if resource == "site":
        request.hub, request.person, request.actor = None, None, actor_on_site(request)
        if not policy.may(request.actor, name):
            raise Http404
        return ()
    request.actor = policy.Actor(None)
    hub = Hub.objects.filter(slug=kwargs.pop("hub")).first()
    if hub is None:
        raise Http404
    request.hub = hub
    request.actor, request.person = actor_in_hub(request, hub)
    if resource == "hub":
        if not policy.may(request.actor, name):
            raise Http404
        return ()
    model = apps.get_model(policy.table()[resource].model)
    rows = policy.visible(model._default_manager.all(), request.actor, "read")
    row = rows.filter(pk=kwargs.pop(resource)).first()
    if row is None or getattr(row, "emptied_at", None) is not None:  # somebody forgotten has no page any more
        raise Http404
    if action != "read" and not policy.can(request.actor, action, row):
        raise PermissionDenied
    return (row,)


def _tell(request: Any, method: str, name: str) -> None:
    """Write down that somebody was refused: the cell and their number, never which row, so it tells of none."""
    who = request.user.pk if request.user.is_authenticated else 0
    log.info("refused %s %s to=%s", method, name, who)


def _wake(request: HttpRequest) -> HttpResponse:
    """Send somebody whose roles wait for a second factor to give it; existing or not, the answer is the same."""
    return HttpResponseRedirect(f"{reverse('second_step')}?{urlencode({'next': request.get_full_path()})}")
