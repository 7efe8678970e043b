"""Pages for browsers: the player's, the operators', the verifier's. Clients of the API like any other."""
