"""The back office: Django's admin in the product's look, with a home page, figures and the state of the processes."""
