"""Puts a table in the place of another, in one transaction: what readers and the operator see of it stays.

Resource id, names of indexes, aliases and other views, grants and triggers stay; the count of rows is right at once.
"""

import json
from typing import Any

from ckan.plugins import toolkit
from ckanext.terang.database import Place, exists, gone, live, new, previous, quoted, run, scalar
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError

LOCK_MS = 300  # no reader waits longer than this behind a switch that waits for other readers
DEPENDENT = """
SELECT DISTINCT c.oid, c.relname AS name, pg_get_viewdef(c.oid) AS definition
FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class
WHERE d.refobjid = to_regclass(%s) AND d.classid = 'pg_rewrite'::regclass AND c.relkind = 'v' ORDER BY c.oid
"""
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
GRANTS = """
SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(a.grantee::regrole::text) END AS who, a.privilege_type AS what
FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = to_regclass(%s) AND a.grantee <> c.relowner
"""
TRIGGERS = """
SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal
AND tgname NOT IN (SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s))
"""


def hold(conn: Connection, resources: list[str]) -> None:
    """Wait until nobody reads these tables, and let nobody in; raises DBAPIError where that takes too long."""
    run(conn, f"SET LOCAL lock_timeout = {LOCK_MS}")
    found = [resource for resource in resources if exists(conn, live(resource))]
    for resource in found:
        if scalar(conn, "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(%s)", _name(live(resource))) != "r":
            raise toolkit.ValidationError({"table": ["what has the name of this resource is not a table"]})
    views = [quoted(view.name) for resource in found for view in run(conn, DEPENDENT, _name(live(resource)))]
    places = [*views, *(str(live(resource)) for resource in found)]
    if places:
        run(conn, f"LOCK TABLE {', '.join(places)} IN ACCESS EXCLUSIVE MODE")


def switch(conn: Connection, resource: str, rows: int | None) -> bool:
    """The new table becomes the one that readers get, and that one the previous; returns whether there was one."""
    here, there = live(resource), new(resource)
    had, has = exists(conn, here), exists(conn, there)
    before = _around(conn, here, there) if had else None
    _move(conn, previous(resource), gone(resource))
    _move(conn, here, previous(resource))
    _move(conn, there, here)
    if has and before:
        _restore(conn, here, before)
    elif has:
        run(conn, f"GRANT SELECT ON {here} TO {quoted(_reader())}")
    _count(conn, resource, rows)
    return had


def back(conn: Connection, resource: str, rows: int | None) -> bool:
    """The previous table becomes the one that readers get, or none where there was none."""
    run(conn, f"DROP TABLE IF EXISTS {new(resource)}")
    _move(conn, previous(resource), new(resource))
    return switch(conn, resource, rows)


def _around(conn: Connection, place: Place, to: Place) -> dict[str, Any]:
    """What belongs to a table and is not moved with it, or is not there yet."""
    name = _name(place)
    triggers = [found.definition for found in run(conn, TRIGGERS, name, _name(to))]
    columns = [tuple(found) for found in run(conn, COLUMNS, name)]
    views = run(conn, DEPENDENT, name).all()
    grants = [(found.who, found.what) for found in run(conn, GRANTS, name)]
    of_views = {view.name: [(g.who, g.what) for g in run(conn, GRANTS, quoted(view.name))] for view in views}
    return {"columns": columns, "views": views, "grants": grants, "of_views": of_views, "triggers": triggers}


def _restore(conn: Connection, place: Place, before: dict[str, Any]) -> None:
    """Give them to the table that is in its place now."""
    for trigger in before["triggers"]:
        run(conn, trigger.replace("%", "%%"))
    _grant(conn, str(place), before["grants"])
    columns = [tuple(found) for found in run(conn, COLUMNS, _name(place))]
    for view in before["views"]:
        name, shown = quoted(view.name), [tuple(found) for found in run(conn, COLUMNS, quoted(view.name))]
        try:
            if shown == before["columns"] != columns:  # an alias, and the table has other columns now
                run(conn, f"DROP VIEW {name}")
                run(conn, f"CREATE VIEW {name} AS SELECT * FROM {place}")
                _grant(conn, name, before["of_views"][view.name])
            else:
                run(conn, f"CREATE OR REPLACE VIEW {name} AS {view.definition.replace('%', '%%')}")
        except DBAPIError:
            raise toolkit.ValidationError({"view": [f"the view {view.name} does not fit the new table"]}) from None


def _grant(conn: Connection, name: str, grants: list[tuple[str, str]]) -> None:
    for who, what in grants:
        run(conn, f"GRANT {what} ON {name} TO {who}")


def _move(conn: Connection, place: Place, to: Place) -> None:
    """Move a table with its indexes and its sequence, whose names are those of the schema it is in."""
    if not exists(conn, place):
        return
    if to.schema == "terang_gone":
        run(conn, f"DROP TABLE IF EXISTS {to}")
    run(conn, f"ALTER TABLE {place} SET SCHEMA {to.schema}")
    run(conn, f"ALTER TABLE {Place(to.schema, place.table)} RENAME TO {quoted(to.table)}")


def _count(conn: Connection, resource: str, rows: int | None) -> None:
    """CKAN 2.12 keeps the counts of rows; where we do not know one it counts again."""
    if scalar(conn, "SELECT to_regclass('public._table_stats')") is None:
        return
    run(conn, "DELETE FROM public._table_stats WHERE resource_id = %s", resource)
    if rows is not None:
        body = json.dumps({"rows": rows})
        run(conn, "INSERT INTO public._table_stats (resource_id, stats) VALUES (%s, %s)", resource, body)


def counted(conn: Connection, resource: str) -> int | None:
    """The count that CKAN keeps of the table that readers get."""
    if scalar(conn, "SELECT to_regclass('public._table_stats')") is None:
        return None
    found = scalar(conn, "SELECT stats ->> 'rows' FROM public._table_stats WHERE resource_id = %s", resource)
    return int(found) if found else None


def _name(place: Place) -> str:
    return str(place).replace("%%", "%")


def _reader() -> str:
    return str(make_url(toolkit.config["ckan.datastore.read_url"]).username)
