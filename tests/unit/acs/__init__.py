"""Tests of the Access Control Server."""
