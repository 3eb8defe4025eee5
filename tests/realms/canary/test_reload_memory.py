"""What reloads leave behind, and when it is collected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.realms.canary.servers import with_server

from tibicen.realms.canary.server import Server

PATH, LIB = "data/scripts/many.lua", "data/scripts/lib/words.lua"
COUNT = 300
# What a lib's loop was compiled for goes on into those who called it, and keeps them.
WORDS = (
    "function words(text) local list = {} for word in text:gmatch('%d+') do list[#list + 1] = word end return list end"
)
MANY = f"""
    HELD = HELD or setmetatable({{}}, {{ __mode = "k" }})
    local function numbers(text)
        local list = {{}}
        for _, word in ipairs(words(text)) do
            list[#list + 1] = tonumber(word)
        end
        return list
    end
    local function make(aid)
        local action, list = Action(), numbers(aid .. ";" .. aid + {COUNT})
        HELD[list] = true
        action.onUse = function() return list end
        action:aid(unpack(list))
        action:register()
    end
    for aid = 1001, 1000 + {COUNT} do
        make(aid)
    end
"""
HELD = b"local count = 0 for _ in pairs(HELD) do count = count + 1 end return count"


def collected(server: Server) -> None:
    for _ in range(3):
        server.run(b"collectgarbage()")


def test_machine_code_keeps_no_more_than_some_versions(tmp_path: Path) -> None:
    code = f"{MANY} LARGE = string.rep('x', 1000000)"

    def body(server: Server) -> None:
        server.control("load_all")
        for _ in range(60):
            server.control("reload_file", PATH)
        collected(server)
        assert int(server.run(HELD)) <= 30 * COUNT

    with_server(tmp_path, body, {LIB: WORDS, PATH: code})


def test_garbage_of_a_heavy_file_is_collected_in_the_turns_that_follow(tmp_path: Path) -> None:
    code = f"GARBAGE = setmetatable({{}}, {{ __mode = 'k' }}) {MANY} for n = 1, 40000 do GARBAGE[{{ n }}] = true end"

    def body(server: Server) -> None:
        def reload() -> int:
            while True:
                answer: Any = server.control("reload_slice", PATH, 1000)
                if answer["done"]:
                    return int(server.run(b"local n = 0 for _ in pairs(GARBAGE) do n = n + 1 end return n"))

        server.control("load_all")
        reload()
        assert reload() == 40000, "none was collected while it was loaded"
        for _ in range(2000):
            server.control("step", 1)
        assert int(server.run(b"local n = 0 for _ in pairs(GARBAGE) do n = n + 1 end return n")) < 40000

    with_server(tmp_path, body, {LIB: WORDS, PATH: code})
