"""Fills a CKAN with its accounts, organisation and topics, as one process inside CKAN; running it again changes nothing.

`python -m portal.seed INI SECRETS OUT`: SECRETS holds {"passwords": {account: password}}; OUT gets {account: API token}.
"""

import json
import sys
from pathlib import Path
from typing import Any

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.lib.search import rebuild
from ckan.model import User, repo
from ckan.plugins.toolkit import config, get_action

from portal.layout import write_private
from portal.site import Login, Site, load

LABEL = "terang"  # what the token is called in the account's list


def main() -> None:
    """Make tables, accounts and contents."""
    ini, secrets, out = map(Path, sys.argv[1:])
    app = make_app(CKANConfigLoader(str(ini)).get_config())
    repo.upgrade_db()
    _upgrade_plugins()
    with app._wsgi_app.test_request_context():
        site, logins = load(), json.loads(secrets.read_text(encoding="utf-8"))["passwords"]
        fill(site, logins)
        tokens = {login.name: _token(login.name) for login in (site.editor, site.admin)}
        rebuild(force=True, clear=True)
    write_private(out, json.dumps(tokens))


def fill(site: Site, passwords: dict[str, str]) -> None:
    """Make or update accounts, organisation and topics."""
    for login in (site.editor, site.admin):
        _account(login, site=site, password=passwords[login.name])
    User.get(site.admin.name).sysadmin = True
    repo.commit()
    organization = site.organization
    _put("organization", {
        "name": organization.name,
        "title": organization.title,
        "description": organization.description,
        "image_url": f"{config['ckan.site_url']}/terang/{organization.image}",
        "users": [_member(site.admin, "admin"), _member(site.editor, "editor")],
    })  # fmt: skip
    for topic in site.topics:
        _put("group", {
            "name": topic.name,
            "title": topic.title["id"],
            "description": topic.description["id"],
            "image_url": f"{config['ckan.site_url']}/terang/topik/{topic.name}.svg",
            "users": [_member(site.admin, "admin"), _member(site.editor, "member")],
        })  # fmt: skip


def _member(login: Login, role: str) -> dict[str, str]:
    return {"name": login.name, "capacity": role}


def _context() -> dict[str, Any]:
    return {"ignore_auth": True, "user": get_action("get_site_user")({"ignore_auth": True}, {})["name"]}


def _account(login: Login, *, site: Site, password: str) -> None:
    wanted = {"fullname": login.fullname, "email": f"{login.name}@{site.email.partition('@')[2]}", "password": password}
    found = User.get(login.name)
    if found is None:
        get_action("user_create")(_context(), {"name": login.name, **wanted})
    else:
        get_action("user_update")(_context(), {"id": found.id, "name": login.name, **wanted})


def _put(kind: str, wanted: dict[str, Any]) -> None:
    names = get_action(f"{kind}_list")(_context(), {})
    if wanted["name"] in names:
        get_action(f"{kind}_patch")(_context(), {"id": wanted["name"], **wanted})
    else:
        get_action(f"{kind}_create")(_context(), wanted)


def _token(account: str) -> str:
    """Replace the account's token, whose text CKAN does not keep."""
    for old in get_action("api_token_list")(_context(), {"user_id": account}):
        if old["name"] == LABEL:
            get_action("api_token_revoke")(_context(), {"jti": old["id"]})
    return str(get_action("api_token_create")(_context(), {"user": account, "name": LABEL})["token"])


def _upgrade_plugins() -> None:
    from ckan.cli.db import _get_pending_plugins, _run_migrations  # noqa: PLC0415 (as `ckan db upgrade` does)

    for plugin in _get_pending_plugins():
        _run_migrations(plugin)


if __name__ == "__main__":
    main()
