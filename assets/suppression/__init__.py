"""Which sums of a table are not shown, so that no reader who knows its totals can reckon what a few persons have.

`tables` is a table as cells and the totals that are known of them, `primary` says which cells must be hidden, `secondary`
hides others with them, `bounds` finds between which values a reader must leave a hidden cell, and leaves the proof.
"""
