"""Conditions that a rule writes itself: a typed tree of `all`, `any` and `not` over leaves. No code is run.

One file per kind of leaf; `tree` joins them, `seen` says what looking at one gives.
"""
