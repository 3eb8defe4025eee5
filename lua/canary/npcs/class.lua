--- Npc: what both servers have.

local context = ...
local raw = context.raw

---@param server table
---@param npcs table
---@param bind table
return function(server, npcs, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs

    local function find(value)
        local kind = raw.type(value)
        local found
        if kind == "number" then
            found = server.parts.creatures.by_id(bind.u32(value, 2))
        elseif kind == "string" then
            found = npcs.by_name(value)
        elseif kind == "userdata" then
            found = userdata.get(value, "Npc")
        end
        return found and found.class_name == "Npc" and found or nil
    end

    --- The npc of a name that is in the game.
    function npcs.by_name(name)
        local key = raw.string.lower(name)
        server.parts.monsters.wake_named(key)
        for _, npc in raw.ipairs(server.parts.creatures.list("Npc")) do
            if raw.string.lower(npc.name) == key then
                return npc
            end
        end
    end

    userdata.class("Npc", "Creature", function(_, ...)
        if tfs and raw.select("#", ...) == 0 then
            return userdata.push(npcs.current())
        end
        return userdata.push(find((...)))
    end, tfs and 7 or 6)
    userdata.metamethod("Npc", "__eq")

    userdata.methods("Npc", {
        isNpc = function(self)
            return userdata.get(self, "Npc") ~= nil
        end,
        setMasterPos = bind.of("Npc", function(npc, position, radius)
            npc.spawn_x, npc.spawn_y, npc.spawn_z = server.parts.map.take_position(position)
            if tfs then
                npc.walk_radius = radius == nil and 1 or arguments.i32(radius)
            end
            return true
        end),
    })
    if tfs then
        local LAST_BUBBLE = server.parts.enums.get("SPEECHBUBBLE_LAST") or 7
        userdata.methods("Npc", {
            getSpeechBubble = bind.field("Npc", "speech_bubble"),
            setSpeechBubble = bind.of("Npc", function(npc, bubble)
                if not bind.is_number(bubble) then
                    return nil
                end
                local kind = bind.u8(bubble, 2)
                if kind > LAST_BUBBLE then
                    return nil
                end
                npc.speech_bubble = kind
                server.parts.creatures.tell_seers(npc, "bubble", { id = npc.id, bubble = npc.speech_bubble })
                return true
            end),
            getSpectators = bind.of("Npc", function(npc)
                local players = {}
                for player in raw.pairs(npc.watchers) do
                    players[#players + 1] = player
                end
                raw.table.sort(players, function(a, b)
                    return a.id < b.id
                end)
                return bind.list(players)
            end),
        })
    end
end
