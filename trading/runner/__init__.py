"""The engine process: an in-memory index of what waits for a price, beside the tick stream and the event log.

Memory only says which account to look at; the services decide under the account's lock, against the database.
"""
