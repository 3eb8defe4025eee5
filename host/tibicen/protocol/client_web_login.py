"""The login of newer clients: JSON over HTTP, answered with a session key and the characters."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any, Final

from tibicen.errors import WireError
from tibicen.protocol.client_login import Login, LoginRefusedError

SECONDS: Final = 10.0
LARGEST_ANSWER: Final = 1 << 20


def ask_web_login(url: str, credentials: Login) -> Login:
    """The same with the session key, and the first character where none was named. Waits for the answer.

    Args:
        url: `http://…` or `https://…`, as clients have it.

    Raises:
        LoginRefusedError: the account was not let in, or has no character.
        WireError: nobody answers, or with something else.
    """
    asked = {"type": "login", "email": credentials.account, "password": credentials.password, "stayloggedin": True}
    headers = {"Content-Type": "application/json", "User-Agent": "Mozilla/5.0"}
    try:
        request = urllib.request.Request(url, json.dumps(asked).encode(), headers)
        # As the game's connection: straight, whatever proxy the environment names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=SECONDS) as answer:
            said = json.loads(answer.read(LARGEST_ANSWER))
        return _with_answer(credentials, said)
    except urllib.error.URLError as error:
        raise WireError(f"the web login {url} can't be reached: {error.reason}") from None
    except OSError as error:
        raise WireError(f"the web login {url} can't be reached: {error}") from None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise WireError(f"the web login {url} gave no list of characters: {type(error).__name__}: {error}") from None


def _with_answer(credentials: Login, said: Any) -> Login:
    if said.get("errorCode"):
        raise LoginRefusedError(str(said.get("errorMessage", said["errorCode"])))
    names = [str(each["name"]) for each in said["playdata"]["characters"]]
    if not credentials.character and not names:
        raise LoginRefusedError(f"account {credentials.account!r} has no character")
    key = str(said["session"]["sessionkey"])
    return replace(credentials, session_key=key, character=credentials.character or names[0])
