"""The protocol's own state tables: who may send what when, and what silence means.

Each module is one thing in the eyes of one component: its states, its events, its effects, its table
and `decide`. No room is needed to use them; the rooms' own flows (codes, attempts, lock-outs, storage)
stand around them.
"""
