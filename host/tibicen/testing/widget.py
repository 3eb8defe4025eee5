"""A widget of a client under test, as a test in Python holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tibicen.testing.client_kit import ClientKit


class Rect(NamedTuple):
    """A place in the window, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def center(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


class Widget:
    """Found by `ClientKit.widget`. Each property asks the widget anew."""

    def __init__(self, kit: ClientKit, handle: int, selector: str) -> None:
        self._kit = kit
        self.handle = handle
        self.selector = selector

    def __repr__(self) -> str:
        return f"<widget {self.selector}>"

    def _ask(self, name: str) -> Any:
        return self._kit.describe(self.handle).get(name)

    @property
    def id(self) -> str:
        return str(self._ask("id"))

    @property
    def class_name(self) -> str:
        return str(self._ask("class"))

    @property
    def style(self) -> str:
        """Name of the style that it was made with."""
        return str(self._ask("style"))

    @property
    def text(self) -> str:
        return str(self._ask("text"))

    @property
    def rect(self) -> Rect:
        rect = self._ask("rect")
        return Rect(*(int(rect[name]) for name in Rect._fields))

    @property
    def visible(self) -> bool:
        """Whether it is seen: with all that it lies in."""
        return bool(self._ask("visible"))

    @property
    def enabled(self) -> bool:
        return bool(self._ask("enabled"))

    @property
    def checked(self) -> bool:
        return bool(self._ask("checked"))

    @property
    def focused(self) -> bool:
        return bool(self._ask("focused"))

    @property
    def on(self) -> bool:
        """Whether its state `on` is set."""
        return bool(self._ask("on"))

    @property
    def destroyed(self) -> bool:
        return bool(self._ask("destroyed"))

    def widget(self, selector: str) -> Widget:
        """A widget inside of this one; see `ClientKit.widget`."""
        return self._kit.widget(selector, below=self)

    def click(self, button: int = 1) -> None:
        """Clicks its middle with the mouse: 1 left, 2 middle, 3 right."""
        self._kit.click(self, button)

    def type(self, text: str) -> None:
        """Clicks it, then types."""
        self._kit.click(self)
        self._kit.type(text)

    def tree(self) -> str:
        """It and what it holds, a line each; see `ClientKit.tree`."""
        return self._kit.tree(self)
