"""What administrators see of accounts and ledgers, and what they do to them (SPEC 10, Admin users)."""
