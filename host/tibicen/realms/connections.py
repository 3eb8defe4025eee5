"""What the owner says in host.yaml of a plugin's connections: ports of a server, the login of a client.

A plugin's own manifest says nothing of them: dropping one in opens no port and logs in nowhere.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Port = Annotated[int, Meta(ge=0, le=65535)]


class WithPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has a field `password`, which is shown nowhere."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, "(hidden)" if name == "password" else getattr(self, name)) for name in self.__struct_fields__]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


class AccountConfig(WithPassword, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who may log in to a server."""

    name: Annotated[str, Meta(min_length=1)]
    password: str
    characters: Annotated[
        dict[str, dict[str, Any]],
        Meta(min_length=1, description="Names; what differs from a new character, by columns of the table players"),
    ]
    premium_until: Annotated[int, Meta(ge=0, description="Seconds since 1970; 0: never")] = 0


class WireLimitsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one connection and one address may do. Bytes, seconds and numbers."""

    frame: Annotated[int, Meta(ge=256, le=65535)] | None = None
    packets: Annotated[int, Meta(ge=1)] = 25
    login_seconds: Annotated[float, Meta(gt=0)] = 10.0
    silence_seconds: Annotated[float, Meta(gt=0)] = 60.0
    unsent: Annotated[int, Meta(ge=65536)] = 4 << 20
    per_address: Annotated[int, Meta(ge=1)] = 64
    connections: Annotated[int, Meta(ge=1)] = 2000


class WireConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ports by which real clients come into the world of a plugin of the realm canary."""

    host: str = "127.0.0.1"
    game_port: Port = 7172
    login_port: Annotated[int, Meta(ge=0, le=65535, description="7171 is the status port unless told otherwise")] = 7173
    http_port: Annotated[Port | None, Meta(description="For clients from 12.81 on; none unless given")] = None
    address: Annotated[str, Meta(description="What clients are told to connect to; `host` unless given")] = ""
    name: Annotated[str, Meta(description="The world's name in lists of characters")] = "Tibicen"
    motd: str = ""
    key: Annotated[str, Meta(description="key.pem, seen from the plugin's folder; Open Tibia's unless given")] = ""
    limits: WireLimitsConfig = WireLimitsConfig()
    accounts: Annotated[
        list[AccountConfig], Meta(description="Who may log in; the accounts of the server's database unless given")
    ] = []
    anyone: Annotated[
        bool, Meta(description="Any name and password log in, with one character of that name: for tests at home")
    ] = False


class LoginConfig(WithPassword, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a client logs in by itself, and as whom."""

    server: Annotated[str, Meta(description="host:port of a game port")]
    account: str
    password: str
    character: str
    version: Annotated[int, Meta(description="Of the protocol, times a hundred: 1098")] = 1098
    timeout_ms: Annotated[int, Meta(ge=100, description="How long a login may take")] = 5000
    retries: Annotated[
        int, Meta(ge=0, description="Attempts after the first, each after a longer wait; none for a wrong login")
    ] = 10
    backoff_ms: Annotated[int, Meta(ge=1, description="The wait before the first retry; it doubles")] = 100
    longest_backoff_ms: Annotated[int, Meta(ge=1, description="What it doubles up to")] = 30_000
    settled_ms: Annotated[int, Meta(ge=0, description="A session that lasted so long starts the count anew")] = 30_000


class Connections(msgspec.Struct, frozen=True):
    """Both, of one plugin."""

    wire: WireConfig | None = None
    login: LoginConfig | None = None
