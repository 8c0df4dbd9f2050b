"""Signing in to v20 as an API client: one token at a time, shared by all processes (v20 reference §2)."""

from __future__ import annotations

from trunkline.adapters.http import Http, json_of
from trunkline.adapters.pbx.bearer import Bearer
from trunkline.adapters.pbx.credentials import LOST_SIGN_INS, Credentials, Memory, is_fresh
from trunkline.adapters.pbx.odata import error_text
from trunkline.adapters.pbx.tokens import bearer, expires_at
from trunkline.errors import BadAnswer, NotThere, SignInFailed

_REFUSALS = ("invalid_client", "unauthorized_client", "invalid_grant")


class ApiClient(Bearer):
    """Requests with the API client's bearer token."""

    def __init__(self, http: Http, credentials: Credentials) -> None:
        super().__init__(http)
        self._credentials = credentials

    async def renew(self, refused: dict[str, str]) -> None:
        """Another token than the one in the headers `refused`: what another holder of the lock minted, else a new one.

        Raises:
            BadCredentials: Refused, now or before.
            NotThere: No token address: this is no v20.
            SignInsPaused: Too many PBXs refused their credentials of late.
        """
        async with self._credentials.locked() as memory:
            if is_fresh(memory) and bearer(memory.token) != refused:
                self._token = memory.token
                return
            if is_fresh(memory):
                self.tokens_lost += 1  # once may be a restart of the PBX; twice is another system's doing
            async with self._credentials.signing_in(self.http.is_there):
                minted = await self._mint()
                self._credentials.save(minted)
            self._token = minted.token

    async def _mint(self) -> Memory:
        form = {
            "client_id": self._credentials.login,
            "client_secret": self._credentials.secret,
            "grant_type": "client_credentials",
        }
        response = await self.http.send("POST", "/connect/token", data=form, losses=LOST_SIGN_INS)
        if response.status_code == 404:
            raise NotThere(
                "no /connect/token: this is not 3CX v20",
                where=self.http.where,
                mend="sign in to v18 with username and password, or correct the address",
            )
        if response.status_code == 401 or error_text(response).startswith(_REFUSALS):  # 400 was seen too (v20 §2.1)
            raise self._credentials.remember_refusal()
        if response.status_code != 200:
            raise SignInFailed(
                f"sign-in answered {response.status_code} {error_text(response)}",
                where=self.http.where,
                mend="a lapsed licence or a database fault shows like this: look at the PBX's own status page",
            )
        try:
            answer = json_of(response, self.http.where)
        except BadAnswer as error:
            raise SignInFailed(error.message, where=error.where, mend=error.mend) from error
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise SignInFailed("sign-in gave no token", where=self.http.where, mend="report this 3CX version")
        return Memory(token=str(answer["access_token"]), expires_at=expires_at(answer), login=self._credentials.login)
