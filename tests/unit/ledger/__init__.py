"""The order ledger."""
