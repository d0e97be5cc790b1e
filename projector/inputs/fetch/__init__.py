"""Fetching input tables from the statistics bank of Statistics Norway."""
