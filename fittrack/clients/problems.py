"""What can be wrong with a change of a client."""

from fittrack.kit.problems import Problem


class ClientNameTaken(Problem):
    code, status, title = "client-name-taken", 409, "Another client has, or had, this name"


class TooManySecrets(Problem):
    code, status, title = "too-many-secrets", 409, "Two secrets count already: revoke one first"
