# permissions: hooks.answer:status.info
"""The message of the day, by the hour. Shows: a plugin in a single file, shaping the same answer as a Lua plugin."""

from datetime import datetime

from tibicen.api import hookimpl


@hookimpl
def status_info(info: dict) -> dict:
    hour = datetime.now().hour
    part = "morning" if 5 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    info["motd"] = f"Good {part}, adventurer!"
    return info
