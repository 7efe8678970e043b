"""What OAuth libraries find out by themselves: RFC 8414."""

from typing import Any

from fittrack.server.access import Scope
from fittrack.server.routes import TOKEN_PATH


def server_metadata(public_url: str, algorithm: str) -> dict[str, Any]:
    """The document at `/.well-known/oauth-authorization-server`."""
    document: dict[str, Any] = {
        "issuer": public_url,
        "token_endpoint": f"{public_url}{TOKEN_PATH}",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": [scope.value for scope in Scope],
        "service_documentation": f"{public_url}/docs",
    }
    if algorithm == "RS256":
        document["jwks_uri"] = f"{public_url}/.well-known/jwks.json"
    return document
