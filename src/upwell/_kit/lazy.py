"""Public names of a package that load their file only when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def attach(package: str, where: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and ``__dir__`` of `package`.

    Parameters
    ----------
    package : str
        ``__name__`` of the package.
    where : mapping
        Public name -> module inside the package that defines it.

    Examples
    --------
    ``__getattr__, __dir__ = attach(__name__, {"match": "_match"})``
    """

    def load(name: str) -> object:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{where[name]}"), name)

    return load, lambda: sorted(where)
