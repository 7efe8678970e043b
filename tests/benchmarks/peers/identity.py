"""Who asks, as FastAPI services find out: a dependency that verifies the bearer token of each request."""

import os
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

_KEY = bytes.fromhex(os.environ["PEER_KEY"])
_bearer = HTTPBearer()
Credentials = Annotated[HTTPAuthorizationCredentials, Depends(_bearer)]


def user_of(credentials: Credentials) -> str:
    """The id of the account that the token was given to. Raises 401."""
    try:
        claims = jwt.decode(
            credentials.credentials,
            _KEY,
            algorithms=["HS256"],
            issuer=os.environ["PEER_ISSUER"],
            audience=os.environ["PEER_AUDIENCE"],
        )
    except jwt.PyJWTError as error:
        raise HTTPException(401, "invalid token") from error
    subject: str = claims["sub"]
    return subject


async def async_user_of(credentials: Credentials) -> str:
    """The same for async endpoints, without a trip to the thread pool."""
    return user_of(credentials)


User = Annotated[str, Depends(user_of)]
AsyncUser = Annotated[str, Depends(async_user_of)]
