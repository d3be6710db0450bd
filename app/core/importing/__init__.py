"""Policies of gitlab-triage into rules of ours. Pure: text in; rules, and a report of what became of each, out.

`source` reads the file with its places, `conditions` (with `ruby`) and `actions` (with `comments`) map its parts,
`scenes` thinks of examples, `mapping` puts a rule together, `faults` finds what is wrong in the original.
Source: https://www.rubydoc.info/gems/gitlab-triage
"""
