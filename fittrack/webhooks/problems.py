"""What can be wrong with what is asked of webhooks."""

from fittrack.kit.problems import Problem


class EndpointInactive(Problem):
    code, status, title = "webhook-inactive", 409, "The endpoint is switched off"


class TooManyEndpoints(Problem):
    code, status, title = "too-many-webhooks", 409, "There are as many endpoints as there may be"


class TooManyMessages(Problem):
    code, status, title = "too-many-messages", 409, "That is more than can be sent again at once"
