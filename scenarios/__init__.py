"""Scenario files, interventions and data tables, installed as a package of data."""
