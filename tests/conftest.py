"""What holds for every test."""

from hypothesis import settings

pytest_plugins = ["tests.every_statement"]

# Without a deadline: on a busy machine it would measure the neighbours.
settings.register_profile("fittrack", deadline=None)
settings.load_profile("fittrack")
