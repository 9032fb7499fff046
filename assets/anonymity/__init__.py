"""k-anonymity with l-diversity: which level each column gets, and which cells are starred, for all rows together.

`classes` gathers rows that look alike, `alike` says whether enough persons and values stand behind what is shown,
`lattice` finds the levels with the least loss, `stars` hides single cells of what is left, `plan` does it to a dataset.
"""
