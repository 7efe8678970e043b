"""What the clock sets going. A job decides nothing: it tells an actor, or hands on what waits in a table."""
