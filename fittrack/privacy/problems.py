"""Why an account cannot be deleted."""

from fittrack.kit.problems import Conflict, Problem


class FreshSignInRequired(Problem):
    code, status, title = "fresh-sign-in-required", 403, "Sign in again, then ask once more"


class LastAdmin(Conflict):
    code, status, title = "last-admin", 409, "Without this account there would be no administrator"
