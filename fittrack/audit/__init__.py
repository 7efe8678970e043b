"""The audit log: who did what, to whom, what was before and after, why, from where (SPEC 9).

A row is written in the transaction of what it records (`recording`), and sealed into a hash chain within
about a second (`chain`, `sealing`). Personal values stand beside digests of them, so that they can be
erased and the chain still holds (docs/decisions/0011).
"""
