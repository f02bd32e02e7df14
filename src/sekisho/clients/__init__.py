"""Typed callers of the rooms, one module for each room."""
