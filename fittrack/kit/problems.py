"""Errors as the contract knows them: one catalogue for REST (RFC 9457) and the WebSocket's `err`.

A problem is a domain word with a stable code. Slices define their own next to their rules by
subclassing `Problem`; only the edges (HTTP, WebSocket) translate it into bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with the input. `pointer` is a JSON pointer into the body, e.g. `/quantity`."""

    pointer: str
    detail: str


class Problem(Exception):  # noqa: N818 - the contract's word
    """Something the caller must be told. `code`, `status` and `title` belong to the class."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    retryable: ClassVar[bool] = False
    """Whether the same command, under the same key, may succeed later. Such a problem is not an answer."""

    catalogue: ClassVar[dict[str, type["Problem"]]] = {}

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        after_ms: int | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.after_ms = after_ms

    def __reduce__(self) -> tuple[object, ...]:
        # As it is: what a slice's problem took when it was raised first is gone by the time it is copied.
        return _remade, (type(self), self.args), self.__dict__

    @classmethod
    def again(cls, code: str, detail: str, errors: Sequence[FieldError] = ()) -> "Problem":
        """A problem of the catalogue as it was kept, e.g. under an idempotency key.

        Slices' problems take what they are about when they are raised first; that is gone by then.
        """
        kind = cls.catalogue[code]
        problem = kind.__new__(kind)
        Problem.__init__(problem, detail, errors=errors)
        return problem

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" in cls.__dict__:
            known = Problem.catalogue.setdefault(cls.code, cls)
            assert known is cls or known.__qualname__ == cls.__qualname__, f"two problems named {cls.code}"


def _remade(kind: type[Problem], args: tuple[object, ...]) -> Problem:
    return kind.__new__(kind, *args)


class Malformed(Problem):
    code, status, title = "malformed", 400, "The request cannot be read"


class InvalidFrame(Problem):
    code, status, title = "invalid-frame", 400, "The frame cannot be read"


class Unauthenticated(Problem):
    code, status, title = "unauthenticated", 401, "Sign in first"


class Forbidden(Problem):
    code, status, title = "forbidden", 403, "Not allowed"


class InsufficientScope(Problem):
    code, status, title = "insufficient-scope", 403, "The token lacks the scope for this"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs the scope {scope}")
        self.scope = scope


class ProfileIncomplete(Problem):
    code, status, title = "profile-incomplete", 403, "Complete the profile first"


class MfaRequired(Problem):
    code, status, title = "mfa-required", 403, "Confirm a code of your authenticator first"


class NotFound(Problem):
    code, status, title = "not-found", 404, "There is no such thing"


class MethodNotAllowed(Problem):
    code, status, title = "method-not-allowed", 405, "That method is not for this address"


class Conflict(Problem):
    code, status, title = "conflict", 409, "It conflicts with what is there"


class PreconditionFailed(Problem):
    code, status, title = "precondition-failed", 412, "It changed since you read it"


class BodyTooLarge(Problem):
    code, status, title = "body-too-large", 413, "The body is too large"


class UnsupportedMediaType(Problem):
    code, status, title = "unsupported-media-type", 415, "Send JSON"


class Validation(Problem):
    code, status, title = "validation", 422, "Some fields are not right"


class IdempotencyMismatch(Problem):
    code, status, title = "idempotency-mismatch", 422, "This key was used for something else"


class RateLimited(Problem):
    code, status, title = "rate-limited", 429, "Too many requests"
    retryable = True


class Internal(Problem):
    code, status, title = "internal", 500, "Something went wrong on our side"
    retryable = True


class Busy(Problem):
    """Nothing happened; the same command may be sent again."""

    code, status, title = "busy", 503, "Too much to do at the moment"
    retryable = True


class OutcomeUnknown(Problem):
    """It may have happened. Asking again under the same key tells."""

    code, status, title = "outcome-unknown", 504, "The outcome is not known yet"
    retryable = True
