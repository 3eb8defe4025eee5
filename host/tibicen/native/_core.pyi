"""The compiled extension: cffi's two objects. Everything in core.h is an attribute of `lib`."""

from typing import Any

ffi: Any
lib: Any
