"""Outgoing webhooks: third parties are told what happens, by the Standard Webhooks specification (SPEC 10).

An event is a row of the unit that it tells of (`following`). A job gives it to the endpoints that
subscribed to its type, and delivers it until it is taken or given up (`delivering`): at least once, each
time under the same id (docs/decisions/0032).
"""
