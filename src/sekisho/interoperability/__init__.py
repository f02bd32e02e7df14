"""Domain 2: the card scheme's Directory Server."""
