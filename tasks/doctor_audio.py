"""What `doctor` says of the format in which an account's recordings are kept."""

from __future__ import annotations

from trunkline.config import Account
from trunkline.crms import HighLevel
from trunkline.encoders import installed
from trunkline.tasks.doctor_pbx import Check

NO_ENCODER = "neither libsndfile nor ffmpeg is installed: recordings are kept as the PBX gives them"
INSTALL = "pip install 'trunkline[audio]', or install ffmpeg"
NO_OGG = "HighLevel takes no Ogg files: recordings stay out of the CRM"


def format_checks(account: Account) -> list[Check]:
    """Nothing to say of an account that keeps the originals."""
    wanted, where = account.recording_format, f"account {account.id}"
    if wanted == "original":
        return []
    encoders = installed()
    made_by = Check(where, "recording format", "ok", f"{wanted}, made by {next(iter(encoders))}") if encoders else None
    checks = [made_by or Check(where, "recording format", "warn", NO_ENCODER, INSTALL)]
    if wanted == "opus" and any(isinstance(crm, HighLevel) for crm in account.crm):
        checks.append(Check(where, "recording format", "warn", NO_OGG, 'set recording_format = "mp3"'))
    return checks
