"""Sekisho: the whole of 3-D Secure, from the shop to the bank, in one package."""
