"""The Directory Server."""
