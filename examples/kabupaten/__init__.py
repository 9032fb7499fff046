"""What the internal systems hold, made from a seed: one module per system, the same bytes each time.

Starting servers on it belongs to `examples/systems.py`.
"""

VERSION = "3"
SEED = 2026_11_24
YEARS = (2025, 2026)
LAST_PERIOD = (2026, 10)
REVISED_FROM = 9  # the revised budget is in force from September
