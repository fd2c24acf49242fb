"""What happened in a run: its ledger, its metrics, what was recorded of it, and the frozen result."""
