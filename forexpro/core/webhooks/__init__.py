"""Telling other systems what has happened: signed, at least once, again and again until they have heard.

The statement that records an event also puts it into the outbox. `fan_out` turns it into messages and one delivery for
each endpoint that asked, `queue` hands deliveries to whoever sends them, `sender` sends, many at once, through `guard`.
"""
