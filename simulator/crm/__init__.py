"""Simulated CRMs: real servers on loopback, with a memory."""
