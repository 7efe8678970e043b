"""What is wrong with a connection to Oracle, in plain words, by the number of the error."""

import re
from typing import Final, NamedTuple


class Explanation(NamedTuple):
    """What happened, and what to do about it."""

    sentence: str
    remedy: str


_NUMBER: Final = re.compile(r"\b(ORA|DPY)-0*(\d+)\b")
_SIMILAR: Final = re.compile(r"\(Similar to (ORA-\d+)\)")

_LISTENER: Final = (
    "Check host and port in ORACLE_DSN, whether the listener runs there, and firewalls between."
)
_SERVICE: Final = (
    "Check the end of ORACLE_DSN: host:port/service. On the server, `lsnrctl status` names its services."
)
_WALLET: Final = (
    "Set ORACLE_WALLET_DIR to the folder the wallet was unzipped in, with ewallet.pem and tnsnames.ora; "
    "and ORACLE_WALLET_PASSWORD to the password it was downloaded with."
)
_OWNER: Final = (
    "Run `fittrack migrate` as the owner of the tables, with `--grants` for the user of the server; "
    "set ORACLE_SCHEMA to the owner where that is somebody else."
)
_WAIT: Final = (
    "Wait until it is open; `ALTER PLUGGABLE DATABASE … OPEN` opens it where that is not automatic."
)

_BY_NUMBER: Final[dict[str, Explanation]] = {
    "ORA-1017": Explanation(
        "user or password is wrong",
        "Check ORACLE_USER and ORACLE_PASSWORD: passwords are case-sensitive.",
    ),
    "ORA-1005": Explanation("no password was given", "Set ORACLE_PASSWORD."),
    "ORA-28000": Explanation(
        "the user is locked",
        "A DBA unlocks it: ALTER USER … ACCOUNT UNLOCK. Something may still try a former password.",
    ),
    "ORA-28001": Explanation(
        "the password has expired",
        "A DBA sets a new one: ALTER USER … IDENTIFIED BY …; then set ORACLE_PASSWORD. "
        "A profile with PASSWORD_LIFE_TIME UNLIMITED keeps it.",
    ),
    "ORA-1045": Explanation("the user may not connect", "A DBA allows it: GRANT CREATE SESSION TO …."),
    "ORA-12514": Explanation("the listener does not know the service", _SERVICE),
    "ORA-12505": Explanation("the listener does not know the instance", _SERVICE),
    "ORA-12541": Explanation("no listener answers there", _LISTENER),
    "ORA-12528": Explanation("the database is starting, and takes nobody yet", _WAIT),
    "ORA-1033": Explanation("the database is starting or stopping", _WAIT),
    "ORA-1034": Explanation("the database is not running", "Start it: STARTUP as SYSDBA, or its container."),
    "ORA-1109": Explanation("the database is not open", _WAIT),
    "ORA-18": Explanation("no further session is allowed", "Raise SESSIONS, or lower ORACLE_POOL_MAX."),
    "ORA-20": Explanation("no further process is allowed", "Raise PROCESSES, or lower ORACLE_POOL_MAX."),
    "ORA-2391": Explanation(
        "the user has all the sessions that its profile allows",
        "Raise SESSIONS_PER_USER of the profile, or lower ORACLE_POOL_MAX.",
    ),
    "ORA-257": Explanation(
        "the archive of redo logs is full, and nothing can be written", "A DBA backs it up or makes room."
    ),
    "ORA-942": Explanation("the tables are not there, or not for this user", _OWNER),
    "ORA-1031": Explanation("the user lacks a privilege", _OWNER),
    "ORA-41900": Explanation("the user lacks a privilege on a table", _OWNER),
    "ORA-1435": Explanation("there is no user of the name in ORACLE_SCHEMA", "Correct ORACLE_SCHEMA."),
    "ORA-1950": Explanation(
        "the owner may use no space", "A DBA gives it some: ALTER USER … QUOTA UNLIMITED ON …."
    ),
    "ORA-1653": Explanation("the tablespace is full", "A DBA adds a data file, or lets one grow."),
    "DPY-2018": Explanation("the wallet is not there", _WALLET),
    "DPY-3010": Explanation("the server is older than 12.1", "FitTrack needs Oracle 23ai."),
    "DPY-3015": Explanation(
        "the user's password is kept in a form that is no longer supported (10G)",
        "A DBA sets it anew, with SQLNET.ALLOWED_LOGON_VERSION_SERVER of 12 or more.",
    ),
    "DPY-4000": Explanation("tnsnames.ora does not know the name in ORACLE_DSN", _WALLET),
    "DPY-4005": Explanation(
        "no connection became free in time",
        "Raise ORACLE_POOL_MAX, or look what holds the connections: long calls, or locks in the database.",
    ),
    "DPY-4011": Explanation("the server or the network closed the connection", _LISTENER),
    "DPY-4017": Explanation(
        "ORACLE_DSN cannot be read", "Write host:port/service, or tcps://host:port/service."
    ),
    "DPY-4024": Explanation(
        "the database did not answer in time",
        "Look whether it is overloaded or waits for a lock; ORACLE_CALL_TIMEOUT_MS is how long is waited.",
    ),
    "DPY-4026": Explanation("there is no tnsnames.ora in ORACLE_WALLET_DIR", _WALLET),
    "DPY-4027": Explanation(
        "ORACLE_DSN is a name, and there is nothing to look it up in",
        "Write host:port/service, or set ORACLE_WALLET_DIR to the folder of tnsnames.ora.",
    ),
    "DPY-6000": Explanation("the listener refuses the connection", _SERVICE),
    "DPY-6006": Explanation(
        "the server's certificate is of another name", "Write the host in ORACLE_DSN as the certificate does."
    ),
}

_NETWORK: Final = (
    ("Connection refused", Explanation("nothing listens there", _LISTENER)),
    ("CERTIFICATE_VERIFY_FAILED", Explanation("the server's certificate is not trusted", _WALLET)),
    (
        "WRONG_VERSION_NUMBER",
        Explanation("the port speaks no TLS", "Write tcp:// or the port of TLS (2484)."),
    ),
    ("ewallet.pem", Explanation("the wallet is not there", _WALLET)),
    ("timed out", Explanation("nothing answers there", _LISTENER)),
    ("No route to host", Explanation("the host cannot be reached", _LISTENER)),
    ("Name or service not known", Explanation("the host is not known", _LISTENER)),
    ("Temporary failure in name resolution", Explanation("names cannot be looked up", _LISTENER)),
)

_OTHERWISE: Final = (
    "Check ORACLE_DSN, ORACLE_USER and ORACLE_PASSWORD, and whether the listener can be reached."
)


def explain(error: BaseException) -> Explanation:
    """What the error means. Its own first line is part of the sentence, for whoever looks it up."""
    text = str(getattr(error, "orig", None) or error).strip()
    known = _of_number(text) or next((found for words, found in _NETWORK if words in text), None)
    shown = text.splitlines()[0] if text else type(error).__name__
    if known is None:
        return Explanation(shown, _OTHERWISE)
    return Explanation(f"{known.sentence} ({shown})", known.remedy)


def _of_number(text: str) -> Explanation | None:
    """By the error the driver likens its own to, if it does, else by the first one that is known."""
    similar = _SIMILAR.search(text)
    for kind, number in _NUMBER.findall(f"{similar.group(1)} {text}" if similar else text):
        if found := _BY_NUMBER.get(f"{kind}-{number}"):
            return found
    return None


def comes_from_driver(error: BaseException) -> bool:
    """Whether the driver says so itself: what happens before there is an engine."""
    return type(error).__module__.partition(".")[0] == "oracledb"
