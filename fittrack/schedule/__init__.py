"""The schedule: templates, from which the coming drawings of each type are made by themselves (SPEC 5)."""
