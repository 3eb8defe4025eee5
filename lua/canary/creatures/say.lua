--- Talk: who hears it, as clients and as scripts.

local context = ...
local raw = context.raw

---@param server table
---@param creatures table
return function(server, creatures)
    local env, tfs = server.env, server.tfs
    -- Further than what clients show by a tile, on each side.
    local VIEW_X, VIEW_Y = 8, 6

    -- What clients are told of it.
    local function said(creature, kind, text, x, y, z)
        return {
            name = creature and creature.name or "",
            level = creature and creature.class_name == "Player" and creature.level or 0,
            type = kind,
            text = text,
            x = x, y = y, z = z,
        }
    end

    --- Says something to all around, or to some only.
    ---@param creature table
    ---@param kind number TALKTYPE_SAY, …
    ---@param text string
    ---@param ghost boolean|nil only for those who see the creature
    ---@param hearers table[]|nil
    ---@param x number|nil where it is heard from, in place of the creature
    ---@param y number|nil
    ---@param z number|nil
    ---@param echo boolean|nil said by an event of hearing, which is not heard again (TFS)
    ---@return boolean
    function creatures.say(creature, kind, text, ghost, hearers, x, y, z, echo)
        if text == "" then
            return false
        end
        if not x then
            x, y, z = creatures.position(creature)
        end
        if not hearers or #hearers == 0 then
            local far = kind == env.TALKTYPE_YELL or kind == env.TALKTYPE_MONSTER_YELL
            local rx, ry = VIEW_X, VIEW_Y
            if far then
                rx, ry = (VIEW_X + 1) * 2, (VIEW_Y + 1) * 2
            end
            hearers = server.parts.map.spectators(x, y, z, far, nil, rx, rx, ry, ry)
        end
        local fields, send = said(creature, kind, text, x, y, z), server.parts.clients.send
        for at = 1, #hearers do
            local hearer = hearers[at]
            if hearer.class_name == "Player" and (not ghost or creatures.can_see_creature(hearer, creature)) then
                send(hearer, "say", fields)
            end
        end
        if tfs and echo then
            return true
        end
        for _, hearer in raw.ipairs(hearers) do
            creatures.heard(hearer, creature, kind, text)
        end
        return true
    end

    --- Shows a player's client what a creature says.
    function creatures.send_say(player, creature, kind, text, x, y, z)
        server.parts.clients.send(player, "say", said(creature, kind, text, x, y, z))
    end

    --- A creature hears another: npcs and monsters have callbacks for it.
    function creatures.heard(hearer, creature, kind, text)
        if hearer.class_name == "Npc" then
            server.parts.npcs.heard(hearer, creature, kind, text)
        elseif hearer.class_name == "Monster" then
            server.parts.monsters.heard(hearer, creature, kind, text)
        end
        if tfs and hearer ~= creature then
            server.parts.events.meta("Creature", "onHear", hearer, creature, text, kind)
        end
    end
end
