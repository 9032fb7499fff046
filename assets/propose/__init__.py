"""What an unknown source seems to be: a proposal of a contract, for a person to decide. Reads, and writes one YAML text.

Nothing here is used by a run: a proposal that was wrong is seen in the contract, not in the data.
"""
