"""Links in letters: to the page that takes the code in them. Pure."""

from urllib.parse import urlencode

from fittrack.mail.letters import Letter, PasswordReset, Verification


def link_of(letter: Letter, public_url: str, email: str) -> str | None:
    """Where the player's page takes the letter's code, sent to `email`; None if it takes none of this kind.

    The code stands behind the `#`, which browsers keep to themselves: no server, proxy or log sees it.
    Nothing happens before somebody presses a button there, so software that opens links in mail uses
    no code up.
    """
    match letter:
        case Verification(token=token):
            said = {"verify": token, "email": email}
        case PasswordReset(token=token):
            said = {"reset": token, "email": email}
        case _:
            return None
    return f"{public_url}/#{urlencode(said)}"
