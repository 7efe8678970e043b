"""The edge of the product: HTTP and WebSocket. Knows how things travel, not what they mean."""
