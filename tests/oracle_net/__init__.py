"""A server that the real python-oracledb driver connects to: Oracle Net on the wire, SQLite behind it.

It speaks as much of the protocol as the product's SQL needs, as Oracle 23ai does, and refuses what it does
not know. `docs/decisions/0029-a-test-server-for-oracle.md` says what that proves and what it cannot.

    packets    framing, markers and breaks          statement  an Oracle statement: its kind and binds
    codec      integers, lengths, chunks            rewrite    Oracle's SQL as SQLite's
                                                    columns    what the columns of a query are
    values     a column's or bind's value           functions  Oracle's functions
    handshake  connect, capabilities                schema     a user's tables, as Oracle knows them
    auth       the 12c verifier                     ddl        what changes them
    messages   requests and replies                 engine     a session's transaction
    session    one connection, from first to last   errors     ORA- errors, SQLite's among them
    types      what types of columns forbid
    server     the listener and its users           faults     what tests arrange to go wrong
"""
