"""Several nodes on one port (`serve --workers`): started, watched, started again, renewed, ended together.

Each worker is a process that runs a node; the system deals connections out to them (SO_REUSEPORT). Worker and
supervisor share a socket, the worker's standard input: the worker says there who it is and that it serves,
and sees there when the supervisor is gone, upon which it drains.
"""
