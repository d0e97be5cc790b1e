"""Inputs: tables from files, read and checked."""
