"""Walls in the database: no row may point at another hub's row, and what is append-only stays as it was written.

Generated from the models, so that a new link needs no line here. SQLite: triggers (taken down before a migration, put
back after it, because a table rebuild loses them). PostgreSQL: composite foreign keys and one trigger function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from upwell_site.core.tenancy import Walled


@dataclass(frozen=True, slots=True)
class Wall:
    """One wall: its name in the database, the tables it needs, and the statements that put it up."""

    name: str
    tables: frozenset[str]
    up: tuple[str, ...]


def due(vendor: str) -> dict[str, Wall]:
    """Return the walls that the models ask for."""
    make = _sqlite if vendor == "sqlite" else _postgres
    return {wall.name: wall for model in hub_models() for wall in make(model)}


def hub_models() -> list[type[Walled]]:
    """Return every model whose rows belong to a hub."""
    return [m for m in apps.get_models(include_auto_created=True) if issubclass(m, Walled)]


def links(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """Yield (column, table pointed at) of each link between two hub rows."""
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and issubclass(target, Walled):
            yield str(field.column), target._meta.db_table


def _sqlite(model: type[Walled]) -> Iterator[Wall]:
    table = model._meta.db_table

    def wall(name: str, when: str, body: str) -> Wall:
        trigger = f'CREATE TRIGGER "{name}" BEFORE {when} BEGIN {body}; END'
        return Wall(name, frozenset({table, *(target for _, target in links(model))}), (trigger,))

    for column, target in links(model):
        there = f'SELECT 1 FROM "{target}" WHERE id = NEW."{column}" AND hub_id = NEW.hub_id'
        check = (
            f"SELECT RAISE(ABORT, 'wall {table}.{column}: a row of another hub') "
            f'WHERE NEW."{column}" IS NOT NULL AND NOT EXISTS ({there})'
        )
        yield wall(f"wall_{table}_{column}_in", f'INSERT ON "{table}"', check)
        yield wall(f"wall_{table}_{column}_up", f'UPDATE OF hub_id, "{column}" ON "{table}"', check)
    stays = f"SELECT RAISE(ABORT, 'wall {table}: a row never changes its hub') WHERE NEW.hub_id IS NOT OLD.hub_id"
    yield wall(f"wall_{table}_stays", f'UPDATE OF hub_id ON "{table}"', stays)
    if model.append_only:
        kept = f"SELECT RAISE(ABORT, '{table} is append-only')"
        example = "(SELECT example FROM core_hub WHERE id = OLD.hub_id) = 1"
        yield wall(f"wall_{table}_kept_up", f'UPDATE ON "{table}"', kept)
        yield wall(f"wall_{table}_kept_out", f'DELETE ON "{table}" WHEN NOT coalesce({example}, 0)', kept)


def _postgres(model: type[Walled]) -> Iterator[Wall]:
    table = model._meta.db_table
    for column, target in links(model):
        name = _short(f"wall_{table}_{column}")
        index = _short(f"wall_{target}_key")
        yield Wall(
            name,
            frozenset({table, target}),
            (
                f'CREATE UNIQUE INDEX IF NOT EXISTS "{index}" ON "{target}" (hub_id, id)',
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (hub_id, "{column}") '
                f'REFERENCES "{target}" (hub_id, id)',
            ),
        )
    if model.append_only:
        name = _short(f"wall_{table}_kept")
        function = (
            "CREATE OR REPLACE FUNCTION upwell_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF TG_OP = 'DELETE' AND coalesce((SELECT example FROM core_hub WHERE id = OLD.hub_id), false) "
            "THEN RETURN OLD; END IF; "
            "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        yield Wall(
            name,
            frozenset({table}),
            (
                function,
                f'CREATE TRIGGER "{name}" BEFORE UPDATE OR DELETE ON "{table}" '
                "FOR EACH ROW EXECUTE FUNCTION upwell_kept()",
            ),
        )


def _short(name: str) -> str:
    """Keep a name within PostgreSQL's 63 characters, and still its own."""
    if len(name) <= 63:
        return name
    return f"{name[:54]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def present(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of the walls that stand."""
    if connection.vendor == "sqlite":
        ask = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'wall\\_%' ESCAPE '\\'"
    else:
        ask = (
            "SELECT conname FROM pg_constraint WHERE conname LIKE 'wall\\_%' UNION "
            "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'wall\\_%'"
        )
    with connection.cursor() as cursor:
        cursor.execute(ask)
        return {row[0] for row in cursor.fetchall()}


def missing(using: str = "default") -> list[str]:
    """Return the walls that are due and do not stand."""
    connection = connections[using]
    return sorted(due(connection.vendor).keys() - present(connection))


def put_up(using: str = "default", **_: Any) -> None:
    """Put up what is missing and take down what no model asks for any more."""
    connection = connections[using]
    wanted, standing = due(connection.vendor), present(connection)
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name in sorted(wanted.keys() - standing):
            if wanted[name].tables <= tables:  # a migration of one app alone may leave others without tables
                for statement in wanted[name].up:
                    cursor.execute(statement)


def take_down(using: str = "default", **_: Any) -> None:
    """Take down the walls of SQLite before a migration rebuilds tables; PostgreSQL's stand through it."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name in present(connection):
            cursor.execute(f'DROP TRIGGER "{name}"')
