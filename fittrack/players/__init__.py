"""A player as the user actor holds one: the account's facts, the heads of the log and its streams."""
