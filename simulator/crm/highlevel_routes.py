"""The addresses of the simulated HighLevel, and what each does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from trunkline.simulator.crm import highlevel_rules as rules
from trunkline.simulator.crm.highlevel_rules import CONTACTS_VERSION, CONVERSATIONS_VERSION, Refusal

if TYPE_CHECKING:
    from trunkline.simulator.crm.highlevel import HighLevel

Handler = Callable[["HighLevel", Request], Awaitable[Any]]


def router(crm: HighLevel) -> Router:
    """Every address the simulation knows."""

    def at(method: str, path: str, version: str, handler: Handler, status: int = 200) -> Route:
        async def answer(request: Request) -> Response:
            try:
                crm.admit(request, version)
                body = await handler(crm, request)
            except Refusal as refusal:
                return JSONResponse(refusal.body, refusal.status)
            return Response(status_code=201) if body is None else JSONResponse(body, status)

        return Route(path, answer, methods=[method])

    async def file(request: Request) -> Response:
        content = crm.uploads.get(str(request.url))
        return Response(status_code=404) if content is None else Response(content, media_type="audio/wav")

    talk, people = CONVERSATIONS_VERSION, CONTACTS_VERSION
    return Router(
        [
            at("GET", "/contacts/search/duplicate", people, _search_duplicate),
            at("POST", "/contacts/upsert", people, _upsert),
            at("GET", "/contacts/{contact}/notes", people, _notes),
            at("POST", "/contacts/{contact}/notes", people, _add_note, 201),
            at("GET", "/contacts/{contact}/tasks", people, _tasks),
            at("POST", "/contacts/{contact}/tasks", people, _add_task, 201),
            at("PUT", "/contacts/{contact}/tasks/{task}", people, _change_task),
            at("PUT", "/contacts/{contact}/tasks/{task}/completed", people, _complete_task),
            at("PUT", "/contacts/{contact}/notes/{note}", people, _change_note),
            at("GET", "/conversations/messages/export", talk, _export),
            at("GET", "/locations/{location}", people, _location),
            at("GET", "/conversations/search", talk, _search_conversations),
            at("POST", "/conversations/", talk, _add_conversation, 201),
            at("POST", "/conversations/messages/inbound", talk, _inbound),
            at("POST", "/conversations/messages/outbound", talk, _outbound),
            at("POST", "/conversations/messages/upload", talk, _upload),
            at("PUT", "/conversations/messages/{message}/attachments", talk, _attach),
            at("GET", "/conversations/messages/{message}", talk, _message),
            at("GET", "/conversations/{conversation}/messages", talk, _messages),
            Route("/uploads/{upload}/{name}", file),
            *(crm.installed.routes() if crm.installed else ()),
        ],
        redirect_slashes=False,
    )


async def _json(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        raise Refusal(400, "the body is no JSON") from None


def _contact(crm: HighLevel, request: Request) -> str:
    contact = request.path_params["contact"]
    if contact not in crm.contacts:
        raise Refusal(400, "Contact not found")
    return str(contact)


async def _search_duplicate(crm: HighLevel, request: Request) -> Any:
    crm.at_home(request.query_params.get("locationId"))
    return {"contact": crm.contact_of(request.query_params.get("number"))}


async def _upsert(crm: HighLevel, request: Request) -> Any:
    body = rules.only(await _json(request), rules.CONTACT, {"locationId"})
    crm.at_home(body["locationId"])
    known = crm.contact_of(body.get("phone"))
    fields: dict[str, Any] = {key: body[key] for key in rules.CONTACT & {"name", "source", "country"} & body.keys()}
    contact = known or crm.add_contact(body.get("phone"))
    contact.update(fields)
    return {"new": known is None, "contact": contact}


async def _notes(crm: HighLevel, request: Request) -> Any:
    contact = _contact(crm, request)
    return {"notes": [note for note in crm.notes if note["contactId"] == contact]}


async def _add_note(crm: HighLevel, request: Request) -> Any:
    contact = _contact(crm, request)
    body = rules.only(await _json(request), rules.NOTE, {"body"})
    crm.notes.append({**body, "id": crm.new_id("note"), "contactId": contact})
    return {"note": crm.notes[-1]}


async def _tasks(crm: HighLevel, request: Request) -> Any:
    contact = _contact(crm, request)
    return {"tasks": [task for task in crm.tasks if task["contactId"] == contact]}


async def _add_task(crm: HighLevel, request: Request) -> Any:
    contact = _contact(crm, request)
    body = rules.only(await _json(request), rules.TASK, {"title", "dueDate", "completed"})
    if rules.instant(body["dueDate"]) is None:
        raise Refusal(422, "dueDate should be a date-time with a zone")
    crm.tasks.append({**body, "id": crm.new_id("task"), "contactId": contact})
    return {"task": crm.tasks[-1]}


async def _change_task(crm: HighLevel, request: Request) -> Any:
    contact = _contact(crm, request)
    body = rules.only(await _json(request), rules.TASK, set())
    for task in crm.tasks:
        if task["id"] == request.path_params["task"] and task["contactId"] == contact:
            task.update(body)
            return {"task": task}
    raise Refusal(400, "Task not found")


async def _complete_task(crm: HighLevel, request: Request) -> Any:
    rules.only(await _json(request), {"completed"}, {"completed"})
    return await _change_task(crm, request)


async def _change_note(crm: HighLevel, request: Request) -> Any:
    contact = _contact(crm, request)
    body = rules.only(await _json(request), rules.NOTE, {"body"})
    for note in crm.notes:
        if note["id"] == request.path_params["note"] and note["contactId"] == contact:
            note.update(body)
            return {"note": note}
    raise Refusal(404, "Note not found")


async def _export(crm: HighLevel, request: Request) -> Any:
    """Calls of a span, newest first; the cursor is how many were given."""
    crm.at_home(request.query_params.get("locationId"))
    since, until = (rules.instant(request.query_params.get(key)) for key in ("startDate", "endDate"))
    limit, start = int(request.query_params.get("limit", 100)), int(request.query_params.get("cursor", 0))
    if not 10 <= limit <= rules.MAX_EXPORT:
        raise Refusal(422, f"limit must be from 10 to {rules.MAX_EXPORT}")
    moments = [(rules.instant(one["dateAdded"]), one) for one in crm.messages]
    chosen = [one for at, one in moments if at and (not since or at >= since) and (not until or at < until)]
    page = chosen[::-1][start : start + limit]
    following = {"nextCursor": str(start + limit)} if start + limit < len(chosen) else {}
    return {"messages": page, "total": len(chosen), **following}


async def _location(crm: HighLevel, request: Request) -> Any:
    crm.at_home(request.path_params["location"])
    return {"location": {"id": crm.location_id, "name": "Simulated sub-account", "timezone": crm.timezone}}


async def _search_conversations(crm: HighLevel, request: Request) -> Any:
    crm.at_home(request.query_params.get("locationId"))
    contact = request.query_params.get("contactId")
    found = [one for one in crm.conversations.values() if contact in (None, one["contactId"])]
    return {"conversations": found, "total": len(found)}


async def _add_conversation(crm: HighLevel, request: Request) -> Any:
    body = rules.only(await _json(request), rules.CONVERSATION, rules.CONVERSATION)
    crm.at_home(body["locationId"])
    if body["contactId"] not in crm.contacts:
        raise Refusal(400, "Contact not found")
    if crm.conversation_of(body["contactId"]):
        raise Refusal(400, "Conversation already exists")
    conversation = {"id": crm.new_id("conversation"), **body}
    crm.conversations[conversation["id"]] = conversation
    return {"success": True, "conversation": conversation}


async def _inbound(crm: HighLevel, request: Request) -> Any:
    return await _log_call(crm, request, "inbound", rules.INBOUND, {"type", "conversationId", "contactId"})


async def _outbound(crm: HighLevel, request: Request) -> Any:
    return await _log_call(crm, request, "outbound", rules.OUTBOUND, {"type", "conversationId"})


async def _log_call(crm: HighLevel, request: Request, direction: str, allowed: set[str], required: set[str]) -> Any:
    body = rules.only(await _json(request), allowed, required)
    rules.call_log(body)
    message = crm.log_call(body, direction)
    if message is None:
        return None
    return {
        "success": True,
        "conversationId": message["conversationId"],
        "messageId": message["id"],
        "message": "Message created",
    }


async def _messages(crm: HighLevel, request: Request) -> Any:
    from trunkline.simulator.crm.highlevel import messages_page

    limit = min(int(request.query_params.get("limit", 20)), 100)
    last = request.query_params.get("lastMessageId")
    return {"messages": messages_page(crm, request.path_params["conversation"], last, limit)}


async def _message(crm: HighLevel, request: Request) -> Any:
    return crm.message(request.path_params["message"])


async def _attach(crm: HighLevel, request: Request) -> Any:
    body = rules.only(await _json(request), rules.ATTACHMENTS, rules.ATTACHMENTS)
    message = crm.message(request.path_params["message"])
    message["attachments"] = rules.urls(body["attachments"])
    return {"success": True}


async def _upload(crm: HighLevel, request: Request) -> Any:
    parts = await rules.multipart(request)
    for key in ("conversationId", "contactId", "locationId"):
        if key not in parts:
            raise Refusal(422, f"{key} should not be empty")
    crm.at_home(parts["locationId"][1].decode())
    name, content = parts.get("fileAttachment", (None, b""))
    if name is None:
        raise Refusal(400, "fileAttachment is missing")
    if name.rpartition(".")[2].lower() not in rules.UPLOAD_TYPES:
        raise Refusal(415, "File type is not supported")
    if len(content) > rules.MAX_UPLOAD_BYTES:
        raise Refusal(413, "File is larger than 5 MB")
    url = str(request.base_url) + f"uploads/{crm.new_id('upload')}/{name}"
    crm.uploads[url] = content
    return {"uploadedFiles": {name: url}}
