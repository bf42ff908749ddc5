"""A small program that plays the CRM: an example for whoever connects a real one. It knows nothing but HTTP."""
