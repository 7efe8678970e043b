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


class InvitationOpen(Conflict):
    """Said to who shows the code of an invitation: `auth/accept-invitation` takes it."""

    code, status, title = "invitation-open", 409, "Choose a password and accept terms and rules first"


class InvalidToken(Problem):
    code, status, title = "invalid-token", 400, "The token is unknown, used or too old; ask for another"


class NoPassword(Conflict):
    code, status, title = "no-password", 409, "The account has no password; forgot-password sets one"


class ProviderNotConfigured(Problem):
    code, status, title = "provider-not-configured", 404, "Nobody signs in with this provider here"


class InvalidIdToken(Problem):
    code, status, title = "invalid-id-token", 401, "The ID token proves nothing"


class IssuerUnreachable(Problem):
    code, status, title = "issuer-unreachable", 503, "The provider does not answer; try again"
    retryable = True


class RegistrationRequired(Problem):
    """`errors` name the fields that the same request must carry to open an account."""

    code, status, title = "registration-required", 403, "There is no account yet; some fields are needed"


class PasswordRequired(Problem):
    """Said only to who has proved that the address of the account is theirs."""

    code, status, title = "password-required", 403, "Administrators sign in with their password"


class OwnStanding(Conflict):
    code, status, title = "own-standing", 409, "Administrators do not change their own status or role"


class LastAdmin(Conflict):
    code, status, title = "last-admin", 409, "There must be an active administrator left"


class StatusConflict(Conflict):
    code, status, title = "status-conflict", 409, "The account cannot take that status"
