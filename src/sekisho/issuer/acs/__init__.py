"""The Access Control Server: decision, 3DS Method, challenge, authentication value, result."""
