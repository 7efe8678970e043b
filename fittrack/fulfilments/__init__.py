"""How prizes reach their winners, and what becomes of others (SPEC 6). The resource is `/fulfillments`."""
