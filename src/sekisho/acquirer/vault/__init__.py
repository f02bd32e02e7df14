"""The room that seals card numbers and gives out tokens."""
