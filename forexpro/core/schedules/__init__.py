"""When regular tasks run: what the code says, until staff say otherwise."""
