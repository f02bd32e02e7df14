"""EMV 3-D Secure as pure code: elements, messages, checks, faults, authentication values."""
