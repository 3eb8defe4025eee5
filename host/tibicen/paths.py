"""Where the files that ship beside the Python code are, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent.parent


def _shipped(folder: str) -> Path:
    inside_wheel = _PACKAGE / folder
    return inside_wheel if inside_wheel.is_dir() else _CHECKOUT / folder


def lua_root() -> Path:
    """The `lua/` folder: the Lua side of every realm."""
    return _shipped("lua")


def manifests_root() -> Path:
    """The `manifests/` folder: schemas, API tables, profiles."""
    return _shipped("manifests")


def checkout_root() -> Path | None:
    """The root of the source checkout, or None when Tibicen runs from a wheel."""
    return _CHECKOUT if (_CHECKOUT / "pyproject.toml").is_file() else None
