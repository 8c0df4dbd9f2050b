"""Simulated PBXs, CRMs and mail server: real servers on loopback for the demo, tests and benchmarks."""
