"""Domain 3: the bank, its Access Control Server and its members' services."""
