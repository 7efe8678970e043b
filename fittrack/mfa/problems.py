"""What can be said to somebody with a second factor, or without."""

from fittrack.kit.problems import Conflict, Problem


class MfaNotEnrolled(Conflict):
    code, status, title = "mfa-not-enrolled", 409, "There is no second factor to check; enrol one"


class WrongCode(Problem):
    """Wrong, too old or used before: which of these helps only who guesses."""

    code, status, title = "wrong-code", 422, "The code is wrong, too old, or was used before"
