"""The invariants of what is stored (DESIGN 4), checked online: reads only, one snapshot, bounded memory.

`fittrack check` runs them for an operator, every chaos test at its end. Pure rules on rows are in
`chains`, `book`, `tickets`, `life`, `days` and `draws`; `queries` reads, `checking` brings them together.
"""
