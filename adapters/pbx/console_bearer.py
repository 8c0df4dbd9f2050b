"""v18's bearer token, which a console session is given from 18.0.5 on (v18 reference §1.2)."""

from __future__ import annotations

from trunkline.adapters.http import json_of
from trunkline.adapters.pbx.bearer import Bearer
from trunkline.adapters.pbx.console_session import ConsoleSession
from trunkline.errors import BadAnswer

TOKEN = "/api/Token"  # noqa: S105 — an address


class ConsoleBearer(Bearer):
    """Requests with the token of a console session; the cookie goes with them."""

    quick_test = "/xapi/v1/Defs/Pbx.GetSystemParameters()"

    def __init__(self, session: ConsoleSession) -> None:
        super().__init__(session.http)
        self.session = session

    async def renew(self, refused: dict[str, str]) -> None:  # noqa: ARG002 — each session has its own
        """A new token; the session is opened anew if it is lost.

        Raises:
            NotThere: A build before 18.0.5.
            BadAnswer: No token came.
        """
        answer = json_of(await self.session.get(TOKEN), self.http.where)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not token:
            raise BadAnswer(f"{TOKEN} gave no token", where=self.http.where, mend="report this 3CX version")
        self._token = str(token)
