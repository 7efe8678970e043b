"""Many nodes as one: who is there, where actors run, and how they are asked from elsewhere."""
