"""What keeps a profile from being taken, beside what is wrong with its fields."""

from fittrack.kit.problems import Conflict


class DisplayNameTaken(Conflict):
    code, status, title = "display-name-taken", 409, "Another player has this display name"
