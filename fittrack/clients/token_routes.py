"""`/oauth/token` (SPEC 10)."""

from http import HTTPStatus

from aiohttp import web
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from fittrack.clients import schemas
from fittrack.clients.granting import grant
from fittrack.clients.services import CLIENTS
from fittrack.server.parse import RepeatedFieldError, read_form
from fittrack.server.render import render
from fittrack.server.routes import TOKEN_PATH, Access, Route


async def issue_token(request: web.Request) -> web.Response:
    """Client credentials (RFC 6749, 4.4): the credentials in `Authorization: Basic` or in the form.

    Errors have the shape that RFC 6749 gives them, which OAuth libraries know. There are no refresh
    tokens: ask again when the token ends.
    """
    try:
        form = await read_form(request)
        return render(await grant(request.app[CLIENTS], request.headers, form))
    except RepeatedFieldError as error:
        return _told(InvalidRequestError(f"{error} is there more than once"))
    except OAuth2Error as error:
        return _told(error)


def _told(error: OAuth2Error) -> web.Response:
    shown = schemas.TokenError(error=error.error, error_description=error.get_error_description() or "")
    response = render(shown, status=error.status_code)
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Basic realm="FitTrack"'
    return response


ROUTES: list[Route] = [
    Route(
        "POST",
        TOKEN_PATH,
        issue_token,
        summary="Get an access token for a client's credentials",
        access=Access.ANYONE,
        tag="Third parties",
        form=schemas.TokenRequest,
        answer=schemas.Token,
        other_answers={400: schemas.TokenError, 401: schemas.TokenError},
        secret=True,
        idempotent=False,
    ),
]
