"""A user's hands: mouse and keyboard of a headless client, as an X server with a US keyboard would tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tibicen.errors import TibicenError

if TYPE_CHECKING:
    from tibicen.realms.otclient.client import Client

PAUSE_MS = 60
"""What passes after each command: hands take their time, and the client's frames must see them."""

STROKE_MS = 12
"""How long a key or button is down when it is struck."""

LEFT, MIDDLE, RIGHT, WHEEL_UP, WHEEL_DOWN = 1, 2, 3, 4, 5
"""Buttons, as X numbers them."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the keyboard: the engine's code for it (0: none) and what it writes."""

    code: int
    text: str = ""
    shifted: str = ""

    @property
    def letter(self) -> bool:
        """Whether Caps Lock means something to it."""
        return self.text.isalpha()


# Names of keys that write nothing, as X calls them.
_NAMED = {
    "Escape": 1,
    "Tab": 2,
    "BackSpace": 3,
    "Return": 5,
    "KP_Enter": 5,
    "Insert": 6,
    "Delete": 7,
    "KP_Delete": 7,
    "Pause": 8,
    "Print": 9,
    "Home": 10,
    "End": 11,
    "Page_Up": 12,
    "Prior": 12,
    "Page_Down": 13,
    "Next": 13,
    "Up": 14,
    "Down": 15,
    "Left": 16,
    "Right": 17,
    "Num_Lock": 18,
    "Scroll_Lock": 19,
    "Caps_Lock": 20,
    "Control_L": 21,
    "Control_R": 21,
    "Shift_L": 22,
    "Shift_R": 22,
    "Alt_L": 23,
    "Alt_R": 23,
    "Meta_L": 25,
    "Meta_R": 25,
    "Menu": 26,
    "KP_Insert": 141,
    "KP_End": 142,
    "KP_Down": 143,
    "KP_Page_Down": 144,
    "KP_Next": 144,
    "KP_Left": 145,
    "KP_Begin": 146,
    "KP_Right": 147,
    "KP_Home": 148,
    "KP_Up": 149,
    "KP_Page_Up": 150,
    "KP_Prior": 150,
    "Super_L": 0,
    "Super_R": 0,
}

# Keys that write, in the order of the keyboard: the sign alone, the sign with Shift.
_SIGNS = (
    ("`1234567890-=", "~!@#$%^&*()_+"),
    ("qwertyuiop[]\\", "QWERTYUIOP{}|"),
    ("asdfghjkl;'", 'ASDFGHJKL:"'),
    ("zxcvbnm,./ ", "ZXCVBNM<>? "),
)

# What X calls signs.
_SIGN_NAMES = {
    "space": " ",
    "exclam": "!",
    "quotedbl": '"',
    "numbersign": "#",
    "dollar": "$",
    "percent": "%",
    "ampersand": "&",
    "apostrophe": "'",
    "parenleft": "(",
    "parenright": ")",
    "asterisk": "*",
    "plus": "+",
    "comma": ",",
    "minus": "-",
    "period": ".",
    "slash": "/",
    "colon": ":",
    "semicolon": ";",
    "less": "<",
    "equal": "=",
    "greater": ">",
    "question": "?",
    "at": "@",
    "bracketleft": "[",
    "backslash": "\\",
    "bracketright": "]",
    "asciicircum": "^",
    "underscore": "_",
    "grave": "`",
    "braceleft": "{",
    "bar": "|",
    "braceright": "}",
    "asciitilde": "~",
}

# Signs of the keypad, for which the engine has no codes of their own.
_KEYPAD = {"KP_Add": "+", "KP_Subtract": "-", "KP_Multiply": "*", "KP_Divide": "/", "KP_Decimal": "."}

# What people call keys that X calls otherwise.
_ALIASES = {
    "ctrl": "Control_L",
    "control": "Control_L",
    "shift": "Shift_L",
    "alt": "Alt_L",
    "enter": "Return",
    "esc": "Escape",
    "pageup": "Page_Up",
    "pagedown": "Page_Down",
    "printscreen": "Print",
    "capslock": "Caps_Lock",
    "numlock": "Num_Lock",
    "scrolllock": "Scroll_Lock",
}


def _code_of_sign(sign: str) -> int:
    return ord(sign.upper())


def _keys() -> dict[str, tuple[Key, bool]]:
    keys = {name: (Key(code), False) for name, code in _NAMED.items()}
    for number in range(1, 13):
        # 133 is left out: so are the engine's codes.
        keys[f"F{number}"] = (Key(127 + number + (1 if number > 5 else 0)), False)
    for plain, shifted in _SIGNS:
        for sign, with_shift in zip(plain, shifted, strict=True):
            key = Key(_code_of_sign(sign), sign, with_shift)
            keys[sign] = (key, False)
            keys.setdefault(with_shift, (key, True))
    for name, sign in _SIGN_NAMES.items():
        keys[name] = keys[sign]
    for name, sign in _KEYPAD.items():
        keys[name] = (Key(0, sign, sign), False)
    for digit in "0123456789":
        keys[f"KP_{digit}"] = (Key(ord(digit), digit, digit), False)
    for name, (key, shift) in list(keys.items()):
        if len(name) > 1:
            keys.setdefault(name.lower(), (key, shift))
    for alias, name in _ALIASES.items():
        keys[alias] = keys[name]
    return keys


KEYS = _keys()
"""Name of a key to the key, and whether Shift belongs to it: `exclam` is Shift with 1."""


class Input:
    """What a user does to a client. Each call takes its time on the client's clock."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def _send(self, *events: dict[str, object]) -> None:
        self._client.control("input", list(events))

    def sleep(self, ms: int) -> None:
        """Does nothing for a while."""
        self._client.advance(ms)

    def move(self, x: int, y: int) -> None:
        """Moves the mouse to a place of the window, in one go."""
        self._send({"kind": "move", "x": x, "y": y})
        self.sleep(PAUSE_MS)

    def _button(self, button: int, *, down: bool) -> None:
        self._send({"kind": "button", "button": button, "down": down})

    def press(self, button: int = LEFT) -> None:
        """Presses a button of the mouse and holds it."""
        self._button(button, down=True)
        self.sleep(PAUSE_MS)

    def release(self, button: int = LEFT) -> None:
        """Lets go of a button."""
        self._button(button, down=False)
        self.sleep(PAUSE_MS)

    def click(self, button: int = LEFT) -> None:
        """Clicks where the mouse is; of buttons 4 and 5 that turns the wheel up and down."""
        self._button(button, down=True)
        self.sleep(STROKE_MS)
        self.release(button)

    def wheel(self, direction: str) -> None:
        """Turns the wheel by one notch: `up` or `down`."""
        self.click({"up": WHEEL_UP, "down": WHEEL_DOWN}[direction])

    def _stroke(self, key: Key, *, down: bool) -> None:
        self._send(
            {
                "kind": "key",
                "code": key.code,
                "down": down,
                "text": key.text.encode("latin-1"),
                "shifted": key.shifted.encode("latin-1"),
                "letter": key.letter,
            }
        )

    def key_down(self, name: str) -> None:
        """Presses a key and holds it: it repeats as time passes."""
        for key in _chord(name):
            self._stroke(key, down=True)
        self.sleep(PAUSE_MS)

    def key_up(self, name: str) -> None:
        """Lets go of a key."""
        for key in reversed(_chord(name)):
            self._stroke(key, down=False)
        self.sleep(PAUSE_MS)

    def key(self, name: str) -> None:
        """Strikes a key, or several at once: `F5`, `exclam`, `Ctrl+G`."""
        self._strike(_chord(name))
        self.sleep(PAUSE_MS)

    def _strike(self, keys: list[Key]) -> None:
        for key in keys:
            self._stroke(key, down=True)
        self.sleep(STROKE_MS)
        for key in reversed(keys):
            self._stroke(key, down=False)
        self.sleep(STROKE_MS)

    def type(self, text: str) -> None:
        """Types a text, key by key."""
        for sign in text:
            name = {"\n": "Return", "\t": "Tab"}.get(sign, sign)
            # A sign that no key writes comes without one, as from an input method.
            self._strike(_chord(name) if name in KEYS else [Key(0, sign, sign)])
        self.sleep(PAUSE_MS)


def _chord(name: str) -> list[Key]:
    parts = [name] if name == "+" else [part or "+" for part in name.replace("++", "+plus").split("+")]
    keys: list[Key] = []
    for part in parts:
        # `Ctrl+G` is no `Ctrl+Shift+G`.
        plain = part.lower() if len(parts) > 1 and len(part) == 1 else part
        found = KEYS.get(plain) or KEYS.get(plain.lower())
        if found is None:
            raise TibicenError(f"the keyboard has no key {part!r}")
        key, shift = found
        if shift:
            keys.append(KEYS["Shift_L"][0])
        keys.append(key)
    return keys


def run_commands(client: Client, commands: str) -> None:
    """Does what a text says, command by command: `move 150 150;click 1;key F5;type abc;sleep 300`.

    The commands are `move X Y`, `down B`, `up B`, `click B`, `wheel up|down`, `key NAME`, `keydown NAME`,
    `keyup NAME`, `type TEXT` and `sleep MS`.
    """
    user = Input(client)
    for command in filter(None, (part.strip() for part in commands.split(";"))):
        verb, _, rest = command.partition(" ")
        try:
            _run(user, verb, rest)
        except (ValueError, KeyError) as error:
            raise TibicenError(f"no such input: {command!r}") from error


def _run(user: Input, verb: str, rest: str) -> None:
    match verb:
        case "move":
            x, y = rest.split()
            user.move(int(x), int(y))
        case "down":
            user.press(int(rest))
        case "up":
            user.release(int(rest))
        case "click":
            user.click(int(rest))
        case "wheel":
            user.wheel(rest)
        case "key":
            user.key(rest)
        case "keydown":
            user.key_down(rest)
        case "keyup":
            user.key_up(rest)
        case "type":
            user.type(rest)
        case "sleep":
            user.sleep(int(rest))
            user.sleep(PAUSE_MS)
        case _:
            raise ValueError(verb)
