"""Keys of what is encrypted at rest: which are in use, and sealing everything anew under another one."""
