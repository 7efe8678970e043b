"""Entries without purchase (SPEC 5): what came by post, recorded by an admin. Pure."""

from fittrack.drawings.model import Drawing
from fittrack.kit.problems import FieldError, Problem, Validation


class EvidenceUsed(Problem):
    code, status, title = "evidence-used", 409, "This piece of evidence has made its entry already"


class FreeTicketsUsedUp(Problem):
    code, status, title = "free-tickets-used-up", 409, "No more tickets are free for this person"


def evidence_key(typed: str) -> str:
    """What is compared: neither case nor the width of a space makes another piece of evidence."""
    key = " ".join(typed.split()).upper()
    if not key:
        raise Validation(errors=[FieldError("/evidence", "what the entry rests on, such as a postmark")])
    return key


def check_free_tickets(drawing: Drawing, quantity: int, had: int) -> None:
    """Raise `FreeTicketsUsedUp` if `quantity` more than the `had` ones are too many for one person."""
    limit = drawing.free_tickets_per_person
    if had + quantity > limit:
        raise FreeTicketsUsedUp(f"One person may have {limit:,} free tickets here, and has {had:,}.")
