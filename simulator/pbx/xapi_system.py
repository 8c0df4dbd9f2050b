"""Version, licence and state of a v20 PBX (v20 reference §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trunkline.simulator.pbx.numbers import utc_text
from trunkline.simulator.pbx.wire import Answer, Ask, as_json, as_text

if TYPE_CHECKING:
    from trunkline.simulator.pbx.model import SimulatedPbx

EDMX = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="Pbx" xmlns="http://docs.oasis-open.org/odata/ns/edm"><EntityType Name="CallLogData">
{properties}
</EntityType></Schema></edmx:DataServices></edmx:Edmx>
"""
PROPERTIES = ("CallId", "SegmentId", "StartTime", "Answered", "Reason")
U6_PROPERTIES = ("CdrId", "CallHistoryId", "MainCallHistoryId", "Direction", "CallType", "Status")


def definitions(_: SimulatedPbx, __: Ask) -> Answer:
    """`Defs?$select=Id`: the quick test, whose point is the version header."""
    return as_json({"@odata.context": "$metadata#Defs(Id)", "Id": 0})


def metadata(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`$metadata`: readable without a token; tells the shape of a row."""
    names = list(PROPERTIES)
    if pbx.shape in ("xapi-u6", "xapi-u10"):
        names += U6_PROPERTIES
    if pbx.shape == "xapi-u10":
        names.append("Recordings")
    properties = "\n".join(f'<Property Name="{name}" Type="Edm.String"/>' for name in names)
    return as_text(EDMX.format(properties=properties), content_type="application/xml")


def openid_configuration(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`/.well-known/openid-configuration`, from about 20.0.10 on and for everybody (§2.1)."""
    return as_json(
        {
            "issuer": f"https://{pbx.fqdn}",
            "token_endpoint": f"https://{pbx.fqdn}/connect/token",
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "private_key_jwt"],
            "scopes_supported": ["openid", "profile", "email", "offline_access", "mcp"],
        }
    )


def system_parameters(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`Defs/Pbx.GetSystemParameters`."""
    return as_json(
        {
            "Version": pbx.version,
            "FQDN": pbx.fqdn,
            "IsHosted": pbx.hosting != "self-managed",
            "IsHosted3CX": pbx.hosting == "hosted",
            "IsMulticompanyMode": False,
            **({} if pbx.surface == "xapi18" else {"IsTranscriptionEnabled": pbx.licence.transcription}),
            "HttpsPort": 443 if pbx.hosting == "hosted" else 5001,
            "License": {
                "ProductCode": pbx.licence.product_code,
                "IsEnterprise": pbx.licence.is_enterprise,
                "IsProfessional": pbx.licence.is_professional,
                "IsMaintainceExpired": not pbx.licence.active or pbx.licence.maintenance_expires_at <= pbx.now(),
                "MaxSimCalls": pbx.licence.max_sim_calls,
            },
        }
    )


def system_status(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`SystemStatus`; a login that reads history may still get 403 here (§2.4)."""
    if not pbx.rights.system_status:
        return Answer(403)
    people = len(pbx.directory.extensions)
    return as_json(
        {
            "Id": 0,
            "FQDN": pbx.fqdn,
            "Version": pbx.version,
            "Activated": True,
            "MaxSimCalls": pbx.licence.max_sim_calls,
            "ExtensionsRegistered": people,
            "ExtensionsTotal": people,
            "TrunksRegistered": 1,
            "TrunksTotal": 1,
            "CallsActive": 0,
            "LicenseActive": pbx.licence.active,
            "ExpirationDate": utc_text(pbx.licence.expires_at),
            "MaintenanceExpiresAt": utc_text(pbx.licence.maintenance_expires_at),
            "LicenseKey": "SIMULATED",
            "ProductCode": pbx.licence.product_code,
            "RecordingStopped": pbx.keeping.stopped,
            "RecordingQuotaReached": pbx.keeping.quota_reached,
            "IsRecordingArchiveEnabled": pbx.keeping.archive_enabled,
            "OS": "Linux",
            "AutoUpdateEnabled": True,
        }
    )


def licence_status(pbx: SimulatedPbx, _: Ask) -> Answer:
    """`LicenseStatus`; needs an administrator."""
    if not pbx.rights.system_status:
        return Answer(403)
    return as_json(
        {
            "LicenseKey": "SIMULATED",
            "ProductCode": pbx.licence.product_code,
            "Version": pbx.version,
            "MaxSimCalls": pbx.licence.max_sim_calls,
            "LicenseActive": pbx.licence.active,
            "ExpirationDate": utc_text(pbx.licence.expires_at),
            "MaintenanceExpiresAt": utc_text(pbx.licence.maintenance_expires_at),
        }
    )
