"""Cardholders, cards, the authorization host and the sandbox inbox."""
