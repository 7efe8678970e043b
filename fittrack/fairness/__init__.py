"""FTD1: drawings that anybody can recompute from published data. Knows no other part of the product."""
