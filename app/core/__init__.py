"""Decides. No I/O, no clock, no settings, no log: values in, values out. Imports only `app.core`."""
