"""CKAN's configuration for this machine, written anew at each start because ports change. Texts come from `site.yml`."""

import json
import os
from dataclasses import dataclass

from portal.layout import HERE, State
from portal.site import Site

PLUGINS = (
    "activity datastore terang scheming_datasets dcat structured_data"
    " text_view image_view datatables_view"
)  # fmt: skip
SETTINGS = {
    "use": "egg:ckan",
    "debug": "false",
    "ckan.site_id": "default",
    "ckan.plugins": PLUGINS,
    "ckan.hide_version": "true",
    "ckan.locale_default": "id",
    "ckan.locale_order": "id en",
    "ckan.locales_offered": "id en",
    "ckan.display_timezone": "Asia/Jakarta",
    "ckan.gravatar_default": "disabled",  # no picture is fetched from elsewhere
    "ckan.cors.origin_allow_all": "true",
    "ckan.datasets_per_page": "20",
    "ckan.activity_streams_email_notifications": "false",
    "ckan.hide_activity_from_users": "%(ckan.site_id)s",
    "ckan.favicon": "/terang/favicon.svg",
    "ckan.site_logo": "/terang/logo.svg",
    # who may do what: the editor's token publishes datasets of its organisation, and nothing else
    "ckan.auth.anon_create_dataset": "false",
    "ckan.auth.create_unowned_dataset": "false",
    "ckan.auth.create_dataset_if_not_in_organization": "false",
    "ckan.auth.user_create_groups": "false",
    "ckan.auth.user_create_organizations": "false",
    "ckan.auth.user_delete_groups": "false",
    "ckan.auth.user_delete_organizations": "false",
    "ckan.auth.create_user_via_api": "false",
    "ckan.auth.create_user_via_web": "false",
    "ckan.auth.public_user_details": "false",
    "ckan.auth.allow_dataset_collaborators": "false",
    "ckan.auth.create_default_api_keys": "false",
    "ckan.auth.roles_that_cascade_to_sub_groups": "admin editor",
    "ckan.auth.enable_cookie_auth_in_api": "true",  # the table preview asks the API as the person who looks
    # files and tables
    "ckan.max_resource_size": "4096",
    "ckan.max_image_size": "4",
    "ckan.views.default_views": "datatables_view image_view text_view",
    "ckan.preview.text_formats": "txt text/plain",
    "ckan.datastore.sqlsearch.enabled": os.environ.get("CKAN__DATASTORE__SQLSEARCH__ENABLED", "false"),
    "ckan.datastore.default_fts_lang": "indonesian",
    "ckan.datatables.page_length_choices": "20 50 100 500",
    # the dataset's fields
    "scheming.dataset_schemas": "portal:schema.yml",
    "scheming.presets": "ckanext.scheming:presets.json ckanext.dcat.schemas:presets.yaml portal:presets.yml",
    "scheming.dataset_fallback": "false",
    "ckanext.dcat.base_vocabulary": "dcat",
    "ckanext.dcat.rdf.profiles": "euro_dcat_ap_3",
    "ckanext.dcat.enable_content_negotiation": "true",
    "ckanext.dcat.datasets_per_page": "100",
    "extra_public_paths": str(HERE / "public"),
}
LOGGING = """
[loggers]
keys = root, ckan, ckanext

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console

[logger_ckan]
level = INFO
handlers = console
qualname = ckan
propagate = 0

[logger_ckanext]
level = INFO
handlers = console
qualname = ckanext
propagate = 0

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(asctime)s %(levelname)-5.5s [%(name)s] %(message)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where the parts of this start answer, and the secret that signs sessions and tokens."""

    url: str
    database: str
    datastore_write: str
    datastore_read: str
    solr: str
    redis: str
    secret: str


def render(state: State, site: Site, places: Places) -> str:
    """Return the text of CKAN's ini file."""
    settings = {
        **SETTINGS,
        "SECRET_KEY": places.secret,
        "ckan.site_url": places.url,
        "ckan.site_title": site.title,
        "ckan.site_description": site.description,
        "ckan.site_intro_text": site.intro["id"],
        "ckan.site_about": "\n\n".join(site.about.values()),
        "ckan.featured_orgs": site.organization.name,
        "ckan.featured_groups": " ".join(topic.name for topic in site.topics),
        "ckan.feeds.author_name": site.organization.title,
        "extra_template_paths": f"{state.data / 'templates'},{HERE / 'templates'}",
        "ckan.i18n_directory": str(state.data / "i18n"),
        "ckan.storage_path": str(state.data / "files"),
        "ckan.webassets.path": str(state.data / "webassets"),
        "sqlalchemy.url": places.database,
        "ckan.datastore.write_url": places.datastore_write,
        "ckan.datastore.read_url": places.datastore_read,
        "solr_url": places.solr,
        "ckan.redis.url": places.redis,
    }
    lines = [f"{key} = {_value(key, value)}" for key, value in settings.items()]
    return "\n".join(["[DEFAULT]", "", "[app:main]", *lines, LOGGING])


def site_template(site: Site) -> str:
    """Return the template `terang/site.html`, which gives the pages the texts that CKAN has no setting for."""
    topics = {topic.name: {"title": topic.title, "description": topic.description} for topic in site.topics}
    texts = {"footer": site.footer, "email": site.email, "about": site.about, "intro": site.intro, "topics": topics}
    return "".join(f"{{% set {name} = {json.dumps(text)} %}}\n" for name, text in texts.items())


def _value(key: str, value: str) -> str:
    """Write a value so that configparser reads it back: percent signs doubled, further lines indented."""
    literal = value if key == "ckan.hide_activity_from_users" else value.replace("%", "%%")
    return literal.strip().replace("\n", "\n  ")
