"""What is said instead of a recording: one plain sentence, no script; and the headers of every answer."""

from __future__ import annotations

from html import escape

from starlette.responses import Response

METHODS = ("GET", "HEAD")
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
EXPIRED = (410, "This link has expired. Ask whoever gave it to you for a new one.")
REMOVED = (410, "This recording was removed by retention.")
UNKNOWN = (404, "There is no such link. Use it whole, as it was given to you.")
READ_ONLY = (405, "Recordings can be played, and nothing else.")
BEHIND_THE_END = (416, "The recording has no such part.")
NOT_NOW = (503, "The recording cannot be reached just now. Try again later.")
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Recording</title></head>'
    "<body><p>{sentence}</p></body></html>\n"
)


def page(said: tuple[int, str], **headers: str) -> Response:
    """A status with its sentence."""
    status, sentence = said
    guarded = HEADERS | {"Content-Security-Policy": "default-src 'none'"} | headers
    if status == READ_ONLY[0]:
        guarded["Allow"] = ", ".join(METHODS)
    return Response(_PAGE.format(sentence=escape(sentence)), status, guarded, "text/html; charset=utf-8")
