"""Simulated 3CX PBXs."""
