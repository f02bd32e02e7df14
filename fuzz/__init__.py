"""Fuzzing: whatever the bytes, a message or the one fault, in bounded time and memory.

`make fuzz` runs every harness under atheris; the kept corpus runs through all of them in the tests.
"""
