"""The event log: numbered, hash-chained, append-only facts, one chain per stream.

A stream is one aggregate (`account:17`, `user:5`, `staff:2`). Writers call `record` inside the transaction of the
effect; everything that reacts reads the log afterwards.
"""
