"""What compiled scripts run on: values, bars, the built-ins of the reference."""
