"""Tests of the WebSocket side of the server, over real sockets on loopback."""
