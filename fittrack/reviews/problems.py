"""What can be said to who wants a review to end otherwise."""

from fittrack.kit.problems import Conflict


class ReviewResolved(Conflict):
    code, status, title = "review-resolved", 409, "That is decided already"


class AlreadyAppealed(Conflict):
    code, status, title = "already-appealed", 409, "There was an appeal already; a review takes one"
