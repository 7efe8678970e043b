"""What can go wrong with a provider, by what is to be done about it. Sentences are for the player."""


class TrackerTrouble(Exception):  # noqa: N818 - says what happened
    """Trying again later may help, from `after_s` on when the provider says so."""

    def __init__(self, sentence: str, *, after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.after_s = after_s


class Throttled(TrackerTrouble):
    """Too many requests, by the provider's word or by our own count."""


class ConsentGone(TrackerTrouble):
    """The person took back consent, or it ran out: only they can mend it."""


class TokenRefused(TrackerTrouble):
    """The access token is no longer good; a refreshed one may be."""


class HookRefused(Exception):  # noqa: N818 - says what happened
    """It does not come from whom it says, or comes too late."""


class HookUnreadable(Exception):  # noqa: N818 - says what happened
    """It comes from them, and makes no sense."""
