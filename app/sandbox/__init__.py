"""A small GitLab over real HTTP, in memory: it stands in for the real one in tests and in the demo.

It imports nothing of the product, and of the product only the command line imports it.
"""
