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
_MOVING: Final = (
    "Wait some minutes; where ORACLE_DSN names one machine, name the service that follows the primary."
)
_ROOM: Final = "A DBA adds a data file, or lets one grow (AUTOEXTEND ON)."
_FULL: Final = Explanation("the tablespace is full", _ROOM)
_SESSIONS: Final = "Raise PROCESSES and SESSIONS of the database, or lower ORACLE_POOL_MAX of the nodes."
_NO_HANDLER: Final = Explanation("the listener has no server process left for another connection", _SESSIONS)
_FILTERED: Final = Explanation(
    "the listener lets nobody in from this address",
    "Add it to the access control list of the service (Autonomous: its network settings), or to "
    "TCP.INVITED_NODES of the server's sqlnet.ora.",
)
_RESTRICTED: Final = Explanation(
    "the database is open for its administrators alone",
    "Wait until they are done; `ALTER SYSTEM DISABLE RESTRICTED SESSION` lets everybody in.",
)
_STOPPING: Final = Explanation("the database is being shut down", _WAIT)
_QUOTA: Final = "A DBA gives it some: ALTER USER … QUOTA UNLIMITED ON …."
_DSN: Final = Explanation(
    "ORACLE_DSN cannot be read", "Write host:port/service, or tcps://host:port/service."
)
_CERTIFICATE: Final = Explanation(
    "the server's certificate is of another name", "Write the host in ORACLE_DSN as the certificate does."
)
_CLOSED: Final = Explanation("the server or the network closed the connection", _LISTENER)
_NO_ORACLE: Final = Explanation("what answers there speaks another protocol than Oracle's", _LISTENER)
_LOCKED: Final = Explanation(
    "somebody else holds what is to be changed",
    "A DBA finds who it is (V$SESSION.BLOCKING_SESSION), and ends that session where it is of no use.",
)
_MEMORY: Final = Explanation(
    "the database has no memory left", "A DBA raises its memory (SGA_TARGET, PGA_AGGREGATE_LIMIT)."
)
_UNREADABLE: Final = Explanation(
    "a data file cannot be read",
    "A DBA looks at the alert log: a file that is offline is recovered, a corrupt block restored (RMAN).",
)

_BY_NUMBER: Final[dict[str, Explanation]] = {
    # Who connects.
    "ORA-1017": Explanation(
        "user or password is wrong",
        "Check ORACLE_USER and ORACLE_PASSWORD: passwords are case-sensitive.",
    ),
    "ORA-1005": Explanation("no password was given", "Set ORACLE_PASSWORD."),
    "DPY-4001": Explanation("user or password was not given", "Set ORACLE_USER and ORACLE_PASSWORD."),
    "ORA-28000": Explanation(
        "the user is locked",
        "A DBA unlocks it: ALTER USER … ACCOUNT UNLOCK. Something may still try a former password.",
    ),
    "ORA-28001": Explanation(
        "the password has expired",
        "A DBA sets a new one: ALTER USER … IDENTIFIED BY …; then set ORACLE_PASSWORD. "
        "A profile with PASSWORD_LIFE_TIME UNLIMITED keeps it.",
    ),
    "ORA-28002": Explanation(
        "the password expires within days",
        "Give the user another one in time, as docs/oracle.md says; "
        "a profile with PASSWORD_LIFE_TIME UNLIMITED keeps it.",
    ),
    "ORA-28009": Explanation(
        "SYS connects as an administrator alone", "Set ORACLE_USER to the user made for FitTrack."
    ),
    "ORA-1990": Explanation(
        "the server's password file cannot be read",
        "Administrators alone need it: set ORACLE_USER to the user made for FitTrack.",
    ),
    "ORA-28040": Explanation(
        "the server takes only older ways of signing in",
        "A DBA sets SQLNET.ALLOWED_LOGON_VERSION_SERVER to 12 or more, and the user's password anew.",
    ),
    "DPY-3015": Explanation(
        "the user's password is kept in a form that is no longer supported (10G)",
        "A DBA sets it anew, with SQLNET.ALLOWED_LOGON_VERSION_SERVER of 12 or more.",
    ),
    "ORA-1045": Explanation("the user may not connect", "A DBA allows it: GRANT CREATE SESSION TO …."),
    "ORA-1435": Explanation("there is no user of the name in ORACLE_SCHEMA", "Correct ORACLE_SCHEMA."),
    # Where to.
    "ORA-12514": Explanation("the listener does not know the service", _SERVICE),
    "ORA-12505": Explanation("the listener does not know the instance", _SERVICE),
    "ORA-12521": Explanation("the listener does not know the instance", _SERVICE),
    "ORA-12541": Explanation("no listener answers there", _LISTENER),
    "ORA-12545": Explanation("the host is not known, or cannot be reached", _LISTENER),
    "ORA-12170": Explanation("nothing answers there", _LISTENER),
    "ORA-12154": Explanation("tnsnames.ora does not know the name in ORACLE_DSN", _WALLET),
    "ORA-12506": _FILTERED,
    "ORA-12529": _FILTERED,
    "ORA-12564": Explanation("the listener refuses the connection", _SERVICE),
    "ORA-12516": _NO_HANDLER,
    "ORA-12518": _NO_HANDLER,
    "ORA-12519": _NO_HANDLER,
    "ORA-12520": _NO_HANDLER,
    "ORA-12526": _RESTRICTED,
    "ORA-12527": _RESTRICTED,
    "ORA-1035": _RESTRICTED,
    "ORA-12528": Explanation("the database is starting, and takes nobody yet", _WAIT),
    "ORA-1033": Explanation("the database is starting or stopping", _WAIT),
    "ORA-1034": Explanation("the database is not running", "Start it: STARTUP as SYSDBA, or its container."),
    "ORA-1089": _STOPPING,
    "ORA-1090": _STOPPING,
    "ORA-1109": Explanation("the database is not open", _WAIT),
    "ORA-1219": Explanation("the database is not open", _WAIT),
    "ORA-12757": Explanation("the instance does not serve the service now", _MOVING),
    "ORA-16456": Explanation("the database changes places with its standby", _MOVING),
    "DPY-4000": Explanation("tnsnames.ora does not know the name in ORACLE_DSN", _WALLET),
    "DPY-2049": _DSN,
    "DPY-4017": _DSN,
    "DPY-4018": _DSN,
    "DPY-4021": _DSN,
    "DPY-4026": Explanation("there is no tnsnames.ora in ORACLE_WALLET_DIR", _WALLET),
    "DPY-4027": Explanation(
        "ORACLE_DSN is a name, and there is nothing to look it up in",
        "Write host:port/service, or set ORACLE_WALLET_DIR to the folder of tnsnames.ora.",
    ),
    "DPY-4035": _NO_ORACLE,
    "DPY-5000": _NO_ORACLE,
    "DPY-5004": _NO_ORACLE,
    "DPY-5005": Explanation("the listener refuses the connection", _SERVICE),
    "DPY-6000": Explanation("the listener refuses the connection", _SERVICE),
    "DPY-3010": Explanation("the server is older than 12.1", "FitTrack needs Oracle 23ai."),
    "DPY-3001": Explanation(
        "the server wants what the driver has not without Oracle's client, like its own network encryption",
        "A DBA sets SQLNET.ENCRYPTION_SERVER and SQLNET.CRYPTO_CHECKSUM_SERVER to ACCEPTED; "
        "TLS (tcps:// in ORACLE_DSN) encrypts instead.",
    ),
    # TLS and wallets.
    "DPY-2018": Explanation("the wallet is not there", _WALLET),
    "DPY-6002": _CERTIFICATE,
    "DPY-6006": _CERTIFICATE,
    "ORA-29024": Explanation("the server's certificate is not trusted", _WALLET),
    "ORA-28759": Explanation("the wallet is not there", _WALLET),
    # How it goes on.
    "ORA-18": Explanation("no further session is allowed", _SESSIONS),
    "ORA-20": Explanation("no further process is allowed", _SESSIONS),
    "ORA-2391": Explanation(
        "the user has all the sessions that its profile allows",
        "Raise SESSIONS_PER_USER of the profile, or lower ORACLE_POOL_MAX.",
    ),
    "DPY-4005": Explanation(
        "no connection became free in time",
        "Raise ORACLE_POOL_MAX, or look what holds the connections: long calls, or locks in the database.",
    ),
    "DPY-4011": _CLOSED,
    "DPY-4024": Explanation(
        "the database did not answer in time",
        "Look whether it is overloaded or waits for a lock; ORACLE_CALL_TIMEOUT_MS is how long is waited.",
    ),
    "DPY-4033": Explanation(
        "the database ended a connection that was idle for long",
        "A DBA raises IDLE_TIME of the user's profile, or MAX_IDLE_TIME.",
    ),
    "ORA-4098": Explanation(
        "a trigger does not compile, and refuses every change that it watches",
        "As the owner: `SELECT name, text FROM user_errors` says why; mend it, `ALTER TRIGGER … COMPILE`.",
    ),
    "ORA-4068": Explanation(
        "code in the database was replaced since this session used it", "Try again: it is loaded anew."
    ),
    "ORA-54": _LOCKED,
    "ORA-30006": _LOCKED,
    "ORA-4030": _MEMORY,
    "ORA-4031": _MEMORY,
    "ORA-4036": _MEMORY,
    # What may be done.
    "ORA-942": Explanation("the tables are not there, or not for this user", _OWNER),
    "ORA-1031": Explanation("the user lacks a privilege", _OWNER),
    "ORA-41900": Explanation("the user lacks a privilege on a table", _OWNER),
    "ORA-1950": Explanation("the owner may use no space", _QUOTA),
    "ORA-1536": Explanation("the owner has used all of the space that it may", _QUOTA),
    "ORA-257": Explanation(
        "the archive of redo logs is full, and nothing can be written", "A DBA backs it up or makes room."
    ),
    "ORA-1652": Explanation("the temporary tablespace is full", _ROOM),
    **{
        f"ORA-{number}": _FULL
        for number in (1653, 1654, 1658, 1659, 1680, 1683, 1688, 1691, 1692)  # one kind of segment each
    },
    "ORA-12954": Explanation(
        "the database has all of the 12 GB that the edition Free may hold",
        "Make room, or move to an edition without that limit: Data Pump takes everything along.",
    ),
    "ORA-65114": Explanation(
        "the pluggable database has all of the space that it may",
        "A DBA raises it: ALTER PLUGGABLE DATABASE … STORAGE (MAXSIZE …).",
    ),
    "ORA-376": _UNREADABLE,
    "ORA-1578": _UNREADABLE,
    # What `fittrack migrate` makes, and the rights it gives.
    "ORA-439": Explanation(
        "this edition has not what the statement asks for",
        "Partitions want the option Partitioning: without it leave `partitions` out of ORACLE_EXTRAS.",
    ),
    "ORA-955": Explanation(
        "something of that name is there already",
        "Look what it is (USER_OBJECTS): drop it where it is of no use, or it is what was to be made.",
    ),
    "ORA-1917": Explanation(
        "there is no user of that name", "A DBA makes it: CREATE USER …; GRANT CREATE SESSION TO …."
    ),
    "ORA-1749": Explanation(
        "nobody is given rights on tables that are his own",
        "Name the user of the server after --grants, and have the owner run it.",
    ),
    "ORA-2293": Explanation(
        "rows that are there break the rule that was to be added",
        "Correct them first: `fittrack check` names them.",
    ),
    "ORA-2298": Explanation(
        "rows that are there refer to none, as the rule that was to be added forbids",
        "Look with `fittrack check`: an entry of the ledger does not begin where its predecessor ended.",
    ),
    "ORA-5807": Explanation(
        "the owner may keep no immutable table for as many idle days",
        "A DBA raises BLOCKCHAIN_TABLE_RETENTION_THRESHOLD, or allows it: GRANT TABLE RETENTION TO …; "
        "or leave `immutable-audit` out of ORACLE_EXTRAS.",
    ),
    "ORA-30036": Explanation("the undo tablespace is full", _ROOM),
    "ORA-16000": Explanation(
        "the database is open for reading alone", "Connect to the primary: ORACLE_DSN names a standby."
    ),
    "ORA-28365": Explanation(
        "the keystore of encrypted tablespaces is closed",
        "A DBA opens it: ADMINISTER KEY MANAGEMENT SET KEYSTORE OPEN.",
    ),
}
"""By the number that the driver or the server gives it, without leading zeros."""

_NETWORK: Final = (
    ("Connection refused", Explanation("nothing listens there", _LISTENER)),
    (
        "certificate has expired",
        Explanation("the server's certificate has expired", "Whoever runs the server renews it."),
    ),
    ("CERTIFICATE_VERIFY_FAILED", Explanation("the server's certificate is not trusted", _WALLET)),
    (
        "WRONG_VERSION_NUMBER",
        Explanation("the port speaks no TLS", "Write tcp:// or the port of TLS (2484)."),
    ),
    ("CERTIFICATE_REQUIRED", Explanation("the server asks for a certificate of ours", _WALLET)),
    (
        "HANDSHAKE_FAILURE",
        Explanation("the server does not take our TLS, or asks for a certificate", _WALLET),
    ),
    ("PEM lib", Explanation("the wallet's password is wrong", _WALLET)),
    ("BAD_DECRYPT", Explanation("the wallet's password is wrong", _WALLET)),
    ("ewallet.pem", Explanation("the wallet is not there", _WALLET)),
    ("UNEXPECTED_EOF", Explanation("the port ended the connection before TLS was spoken", _LISTENER)),
    ("timed out", Explanation("nothing answers there", _LISTENER)),
    (
        "nothing answered within",
        Explanation(
            "nothing answers there, or what does accepts connections and says nothing",
            "Check host, port and tcp:// or tcps:// in ORACLE_DSN, and firewalls between. On the server, "
            "`lsnrctl status` shows whether the listener stands still: start it anew where it does.",
        ),
    ),
    ("No route to host", Explanation("the host cannot be reached", _LISTENER)),
    ("Network is unreachable", Explanation("the host cannot be reached", _LISTENER)),
    ("Connection reset", _CLOSED),
    ("Name or service not known", Explanation("the host is not known", _LISTENER)),
    ("No address associated with hostname", Explanation("the host is not known", _LISTENER)),
    ("nodename nor servname", Explanation("the host is not known", _LISTENER)),
    ("Temporary failure in name resolution", Explanation("names cannot be looked up", _LISTENER)),
)
"""By what the operating system or TLS says of a connection that did not come about (DPY-6005)."""

_OTHERWISE: Final = (
    "Check ORACLE_DSN, ORACLE_USER and ORACLE_PASSWORD, and whether the listener can be reached."
)


def known(error: BaseException) -> Explanation | None:
    """What the error means, where it is one of those that are told here."""
    text = _text(error)
    return _of_number(text) or next((found for words, found in _NETWORK if words in text), None)


_OTHERWISE_CONNECTED: Final = (
    "The database can be reached; a DBA looks the number up, and into the alert log."
)


def explain(error: BaseException, *, connected: bool = False) -> Explanation:
    """What the error means. Its own first line is part of the sentence, for whoever looks it up."""
    text = _text(error)
    shown = text.splitlines()[0] if text else type(error).__name__
    if (found := known(error)) is None:
        return Explanation(shown, _OTHERWISE_CONNECTED if connected else _OTHERWISE)
    return Explanation(f"{found.sentence} ({shown})", found.remedy)


def _text(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).strip()


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
