"""What `manage.py crashtest` does: kill parts of the running platform under load, and hold it to its books."""
