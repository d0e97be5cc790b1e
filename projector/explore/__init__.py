"""Explore: a page on this machine on which assumptions are moved and the real engine answers."""
