"""Settings, wiring, the command line and the house that runs every room in one process."""
