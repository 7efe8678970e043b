"""What can be wrong with a change of a sponsor."""

from fittrack.kit.problems import Problem


class SponsorNameTaken(Problem):
    code, status, title = "sponsor-name-taken", 409, "Another sponsor has this name"
