"""Publications between the parts of a node and between nodes."""
