"""What can be said to somebody who registers or signs in. None of it tells whether an email exists."""

from fittrack.kit.problems import Conflict, Problem


class EmailTaken(Conflict):
    code, status, title = "email-taken", 409, "There is an account with this email already"


class InvalidCredentials(Problem):
    code, status, title = "invalid-credentials", 401, "Email or password is wrong"


class LoginLocked(Problem):
    code, status, title = "login-locked", 429, "Too many failed attempts; try again later"
    retryable = True


class AccountNotOpen(Problem):
    """Said only to who knows the password."""

    code, status, title = "account-not-open", 403, "The account is suspended or banned"


class InvalidRefreshToken(Problem):
    code, status, title = "invalid-refresh-token", 401, "Sign in again"


class InvalidToken(Problem):
    code, status, title = "invalid-token", 400, "The token is unknown, used or too old; ask for another"


class StatusConflict(Conflict):
    code, status, title = "status-conflict", 409, "The account cannot take that status"
