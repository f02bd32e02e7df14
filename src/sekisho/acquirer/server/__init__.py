"""The 3DS Server."""
