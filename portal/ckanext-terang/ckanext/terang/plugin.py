"""What CKAN loads."""

from typing import Any

from ckan import plugins
from ckan.plugins.toolkit import blanket
from ckanext.terang.actions import ACTIONS, AUTH


@blanket.config_declarations
class TerangPlugin(plugins.SingletonPlugin):
    """Actions and their rights."""

    plugins.implements(plugins.IActions)
    plugins.implements(plugins.IAuthFunctions)

    def get_actions(self) -> dict[str, Any]:
        """The actions of the API."""
        return ACTIONS

    def get_auth_functions(self) -> dict[str, Any]:
        """Who may call them."""
        return AUTH
