"""The arithmetic of a week: post hours, the encounter chain, carrying loads, choosing routes."""
