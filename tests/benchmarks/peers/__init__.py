"""Purchase services as they are usually built, for comparison: the same rules, a transaction a request."""
