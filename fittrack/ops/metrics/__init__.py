"""What a node counts, as Prometheus reads it (docs/metrics.md). Read when asked, on the loop's thread."""
