"""Points: what activities earn, and how it is booked (SPEC 3)."""
