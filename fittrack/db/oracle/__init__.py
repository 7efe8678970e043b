"""What exists on Oracle alone: extras of its editions, and rights of the application's own user."""
