"""`calls.caller_key`: a number for each caller of an account."""

from __future__ import annotations

# Two callers may share one: whoever looks callers up compares the texts of what the key has found.
CALLER_KEY = "md5_number_lower(account_id || '/' || external_number)"
