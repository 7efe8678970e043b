"""The contract from outside: who may do what, and that answers are those the documents promise."""
