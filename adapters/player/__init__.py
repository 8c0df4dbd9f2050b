"""Plays stored recordings through signed links: a small read-only HTTP service that needs no PBX and no lake."""
