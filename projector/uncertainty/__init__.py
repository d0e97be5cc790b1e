"""Uncertainty: how sure results are, and what they are made of."""
