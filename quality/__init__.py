"""WHETHER it may pass: rules, quarantine, gates, and the proof that publishing demands."""
