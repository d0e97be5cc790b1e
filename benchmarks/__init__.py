"""Benchmarks of the vectorised core, as ratios within one run."""
