"""Trackers behind one interface (SPEC 7): what a provider is, its client, its payloads made activities.

A new provider is one module here that makes a `Provider`, and a line in `fittrack.connections.catalogue`.
"""
