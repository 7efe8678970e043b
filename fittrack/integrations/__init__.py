"""Clients of what is not ours: mail servers, trackers, identity providers, beacons."""
