"""The HTTP port: clients from 12.81 on log in by JSON, and are given a session key for the game port.

Shapes of requests, answers and errors are TFS's (src/http), which answers any path, and errors with 200. Nothing of a
request is logged: it holds a password.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any, Final

from tibicen.protocol.http_request import OneRequest, Request
from tibicen.realms.canary.wire.accounts import Account, TokenNeeded
from tibicen.realms.canary.wire.entrance import TOKEN_NEEDED, Refused
from tibicen.realms.canary.wire.peer import log
from tibicen.realms.canary.wire.world import WireWorld

LONGEST_REQUEST: Final = 16 * 1024
"""Bytes, head and body; logins have some 300."""

INTERNAL: Final = "Internal error. Please try again later or contact customer support if the problem persists."
WRONG: Final = "Tibia account email address or Tibia password is not correct."
BAD_REQUEST, WRONG_PASSWORD, NO_TOKEN = 2, 3, 6

Json = dict[str, Any]


class HttpPeer(OneRequest):
    """One request of a client: `login`, or `cacheinfo`, which asks how many play."""

    def __init__(self, world: WireWorld) -> None:
        super().__init__(world.options.limits.login_seconds, LONGEST_REQUEST)
        self._world = world
        self._work: asyncio.Task[None] | None = None

    def admit(self) -> bool:
        refusal = self._world.admit(self.address)
        if refusal:
            log.warning("http port: connection of %s closed: %s", self.address, refusal)
        return not refusal

    def lost(self) -> None:
        if self._work is not None:
            self._work.cancel()
        self._world.leave(self.address)

    def refused(self, what: str) -> None:
        log.info("http port: no request from %s: %s", self.address, what)

    def asked(self, request: Request) -> None:
        self._work = asyncio.get_running_loop().create_task(self._tell(request.body), name="http login")

    async def _tell(self, body: bytes) -> None:
        try:
            told = await self._answer(body)
        except Exception:
            # Without its text, which may have the request in it.
            log.error("http port: a request of %s could not be answered", self.address)
            told = error(BAD_REQUEST, INTERNAL)
        self.answer(b"200 OK", json.dumps(told, separators=(",", ":")).encode())

    async def _answer(self, body: bytes) -> Json:
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            asked = None
        if not isinstance(asked, dict):
            return error(BAD_REQUEST, "Invalid request body.")
        kind = asked.get("type")
        if not isinstance(kind, str):
            return error(BAD_REQUEST, "Invalid request type.")
        if kind == "cacheinfo":
            return {"playersonline": self._world.players}
        if kind == "login":
            return await self._log_in(asked)
        return error(BAD_REQUEST, INTERNAL)

    async def _log_in(self, asked: Json) -> Json:
        email, password, token = asked.get("email"), asked.get("password"), asked.get("token")
        if not isinstance(email, str) or not isinstance(password, str):
            return error(WRONG_PASSWORD, WRONG)
        given = token if isinstance(token, str) else ""
        try:
            account = await self._world.entrance.open(self.address, _bytes(email), _bytes(password), _bytes(given))
        except Refused as refused:
            text = WRONG if refused.guessed else refused.text
            log.info("http port: login of %s refused: %s", self.address, text)
            return error(WRONG_PASSWORD, text)
        except TokenNeeded:
            log.info("http port: login of %s refused: %s", self.address, TOKEN_NEEDED)
            return error(NO_TOKEN, TOKEN_NEEDED)
        log.info("http port: %s was told its characters", self.address)
        return login_answer(self._world, account, self.address)


def error(code: int, text: str) -> Json:
    """An error as clients show it."""
    return {"errorCode": code, "errorMessage": text}


def login_answer(world: WireWorld, account: Account, address: str) -> Json:
    """A new session for who asks from an address, and where which characters play."""
    vocations = world.vocations()
    characters = [
        _character(name, {**row, **account.shown.get(name, {})}, vocations) for name, row in account.characters.items()
    ]
    options = world.options
    place: Json = {}
    for kind in ("protected", "unprotected"):
        place |= {f"externaladdress{kind}": options.address, f"externalport{kind}": world.game_port}
    return {
        "session": {
            "sessionkey": world.entrance.give(account, address),
            "lastlogintime": max((each["lastlogin"] for each in characters), default=0),
            "ispremium": account.premium_until >= time.time(),
            "premiumuntil": account.premium_until,
            "status": "active",
            "returnernotification": False,
            "showrewardnews": True,
            "isreturner": True,
            "recoverysetupcomplete": True,
            "fpstracking": False,
            "optiontracking": False,
        },
        "playdata": {
            "worlds": [
                {
                    "id": 0,
                    "name": options.name,
                    **place,
                    "previewstate": 0,
                    "location": "",
                    "anticheatprotection": False,
                    "pvptype": 0,
                }
            ],
            "characters": characters,
        },
    }


def _character(name: str, row: Mapping[str, Any], vocations: Mapping[int, str]) -> Json:
    def number(column: str, default: int = 0) -> int:
        return int(row.get(column) or default)

    return {
        "worldid": 0,
        "name": name,
        "level": number("level", 1),
        "vocation": vocations.get(number("vocation"), "None"),
        "lastlogin": number("lastlogin"),
        "ismale": bool(row.get("sex", 1)),
        "ishidden": False,
        "ismaincharacter": False,
        "tutorial": False,
        "outfitid": number("looktype", 128),
        "headcolor": number("lookhead"),
        "torsocolor": number("lookbody"),
        "legscolor": number("looklegs"),
        "detailcolor": number("lookfeet"),
        "addonsflags": number("lookaddons"),
        "dailyrewardstate": 0,
    }


def _bytes(text: str) -> bytes:
    # JSON may hold halves of characters, which no account has.
    return text.encode("utf-8", "replace")
