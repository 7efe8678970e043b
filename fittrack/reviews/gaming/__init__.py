"""What gaming is recognised by: what a tier's days come to, and devices that several accounts use."""
