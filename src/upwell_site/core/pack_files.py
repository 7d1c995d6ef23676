"""The access pack as a download: a zip with `data.json` for machines and `index.html` to read without a network."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from typing import Any

from django.template.loader import render_to_string

from upwell_site.core.pack import VERSION, Pack

FORMAT = "upwell-access-pack"


def data(pack: Pack) -> dict[str, Any]:
    """Return what `data.json` holds; docs/reference/access-pack.md says what each part means."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": pack.made_at.isoformat(),
        "hub": {"name": pack.hub.name, "responsible": pack.hub.controller, "contact": pack.hub.contact},
        "by_link": pack.by_link,
        "masked": pack.masked,
        "groups": [asdict(group) for group in pack.groups],
        "mentions": [asdict(mention) for mention in pack.mentions],
    }


def page(pack: Pack) -> str:
    """Return `index.html`: one page that needs no other file."""
    return render_to_string("core/people/pack_file.html", {"pack": pack})


def zipped(pack: Pack) -> bytes:
    """Return the zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data(pack), ensure_ascii=False, indent=1))
        archive.writestr("index.html", page(pack))
    return file.getvalue()
