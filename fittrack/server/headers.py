"""Headers that every answer carries, and who may read answers from other origins (SPEC 11)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from aiohttp import hdrs, web
from multidict import CIMultiDict, istr

API_CSP: Final = "default-src 'none'; frame-ancestors 'none'"
PAGE_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""For the pages: their own files only, no inline script or style."""

PERMISSIONS: Final = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "payment=(), usb=()"
)
"""No page of ours uses any of it, so none that slips in may."""

HSTS: Final = "max-age=63072000; includeSubDomains"  # two years, what preload lists ask for
PREFLIGHT_MAX_AGE_S: Final = 600  # browsers ask again after ten minutes
ALLOWED_METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
ALLOWED_HEADERS: Final = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-ID, "
    "traceparent, tracestate"
)
EXPOSED_HEADERS: Final = (
    "ETag, Retry-After, X-Request-ID, Idempotent-Replayed, Deprecation, Sunset, Link, "
    "RateLimit, RateLimit-Policy, "
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
)

_CONTENT_SECURITY_POLICY: Final = istr("Content-Security-Policy")
"""Ready for comparison without regard to case, as aiohttp's own names in `hdrs` are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderPolicy:
    """What differs between deployments."""

    origins: Collection[str] = ()
    """Origins whose pages may call the API; `*` means any, which suits development only."""
    https_only: bool = False
    """Whether browsers are told to use HTTPS from now on (production)."""


class ResponseHeaders:
    """Puts the common headers on answers; a content policy or caching that a handler chose stays."""

    def __init__(self, policy: HeaderPolicy) -> None:
        self._origins = frozenset(policy.origins)
        self._common = CIMultiDict(
            {
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "X-Frame-Options": "DENY",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Permissions-Policy": PERMISSIONS,
            }
        )
        if policy.https_only:
            self._common["Strict-Transport-Security"] = HSTS
        if self._origins:
            self._common["Vary"] = "Origin"

    def put(self, request: web.BaseRequest, headers: CIMultiDict[str]) -> None:
        """Complete the `headers` of the answer to `request`."""
        headers.extend(self._common)
        headers[hdrs.SERVER] = "FitTrack"  # what runs underneath is nobody's business
        headers.setdefault(_CONTENT_SECURITY_POLICY, API_CSP)
        headers.setdefault(hdrs.CACHE_CONTROL, "private, no-cache")
        if self._origins:
            origin = request.headers.get(hdrs.ORIGIN)
            if origin is not None and self.allows(origin):
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS

    def allows(self, origin: str) -> bool:
        """Whether pages of `origin` may call the API."""
        return origin in self._origins or "*" in self._origins

    def preflight(self, request: web.Request) -> web.Response | None:
        """The answer to a browser that asks before it calls from another origin; none if it is no such."""
        if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
            return None
        response = web.Response(status=204)
        if self.allows(request.headers.get("Origin", "")):
            response.headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_MAX_AGE_S)
        return response
