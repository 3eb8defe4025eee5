--- What a test puts into the world: tiles from a drawing, items, players, monsters and npcs; and how one dies.

local context = ...
local raw = context.raw
local format, ipairs, pairs, type = raw.string.format, raw.ipairs, raw.pairs, raw.type

local BACKPACK = { canary = 2854, tfs = 1988 }

---@param server table
---@param kit table
return function(server, kit)
    local env, userdata = server.env, server.userdata
    local creature_of, player_of, place_of = kit.creature_of, kit.player_of, kit.place_of

    local function position(place)
        return env.Position(place.x, place.y, place.z)
    end

    local function tile_at(place)
        local map = server.parts.map
        return map.tile(place.x, place.y, place.z) or map.make_tile(place.x, place.y, place.z)
    end

    local function put(what, place)
        if type(what) == "number" then
            what = { id = what }
        end
        local items = server.parts.items
        local item = items.create(what.id, what.count or 1)
        if not item then
            raw.error("there is no item " .. what.id, 0)
        end
        if what.aid then
            items.set_attribute(item, "actionid", what.aid)
        end
        if what.text then
            items.set_attribute(item, "text", what.text)
        end
        items.add_to_tile(tile_at(place), item)
        if what.uid then
            items.set_unique(item, what.uid)
        end
        return userdata.push(item)
    end

    -- Without the client's files nothing says what can be stood on; what is drawn first can.
    local function know_ground(what)
        local kind = server.parts.item_types.get(type(what) == "table" and what.id or what)
        if kind and not (kind.pickupable or kind.movable or kind.is_container) then
            kind.is_ground = true
        end
    end

    local function each_of(legend)
        return type(legend) == "table" and not legend.id and legend or { legend }
    end

    --- Makes tiles from a drawing: a character is what the legend says for it, its ground first; a blank is nothing.
    ---@param drawing string
    ---@param legend table character to an item or a list of them: an id, or { id, count, aid, uid, text }
    ---@param at any where its first character is
    function kit.world(drawing, legend, at)
        local first = place_of(at or { 1000, 1000, 7 })
        local y = first.y
        -- What is drawn may be indented, as in a test.
        local indent = raw.string.match(drawing, "^\n( *)") or ""
        drawing = raw.string.gsub(drawing, "^\n", "")
        drawing = raw.string.gsub(drawing, "\n *$", "")
        for line in raw.string.gmatch(drawing .. "\n", "([^\n]*)\n") do
            if raw.string.sub(line, 1, #indent) == indent then
                line = raw.string.sub(line, #indent + 1)
            end
            for index = 1, #line do
                local char = raw.string.sub(line, index, index)
                if char ~= " " then
                    local place = { x = first.x + index - 1, y = y, z = first.z }
                    tile_at(place)
                    local things = legend[char]
                    if not things then
                        raw.error(format("the legend has nothing for %q", char), 2)
                    end
                    for order, what in ipairs(each_of(things)) do
                        if order == 1 then
                            know_ground(what)
                        end
                        put(what, place)
                    end
                end
            end
            y = y + 1
        end
        return position(first)
    end

    --- Puts an item down: an id, or { id, count, aid, uid, text }.
    function kit.item(what, at)
        return put(what, place_of(at))
    end

    --- A player comes into the game, with a backpack.
    ---@param name string
    ---@param fields table|nil columns of a character, as level or mana; `at`, `items`, and `backpack` false for none
    function kit.player(name, fields)
        local columns = {}
        for key, value in pairs(fields or {}) do
            columns[key] = value
        end
        local at = place_of(columns.at or { 1000, 1000, 7 })
        columns.posx, columns.posy, columns.posz = at.x, at.y, at.z
        columns.at = nil
        local items, with_backpack = columns.items, columns.backpack ~= false
        columns.items, columns.backpack = nil, nil
        server.controls.client_enter(name, columns)
        local player = userdata.push(player_of(name))
        if with_backpack and not player:getSlotItem(env.CONST_SLOT_BACKPACK) then
            player:addItem(BACKPACK[server.dialect], 1)
        end
        for _, what in ipairs(items or {}) do
            kit.give(player, what)
        end
        return player
    end

    --- Gives a player an item.
    function kit.give(who, what)
        local player = userdata.push(player_of(who))
        if type(what) == "number" then
            what = { id = what }
        end
        local item = player:addItem(what.id, what.count or 1)
        if type(item) == "userdata" and what.aid then
            item:setActionId(what.aid)
        end
        return item
    end

    function kit.monster(name, at)
        local made = env.Game.createMonster(name, position(place_of(at)), false, true)
        if not made and server.parts.monsters.load_xml then
            -- Monsters of TFS that no script makes: they are read when a test asks for one.
            server.parts.monsters.load_xml()
            made = env.Game.createMonster(name, position(place_of(at)), false, true)
        end
        return made or raw.error("there is no monster " .. name, 2)
    end

    function kit.npc(name, at)
        local made = env.Game.createNpc(name, position(place_of(at)), false, true)
        return made or raw.error("there is no npc " .. name, 2)
    end

    --- A creature dies, by another's hand or by nobody's.
    function kit.kill(who, by)
        local creature = creature_of(who)
        local killer = by and creature_of(by) or nil
        local strike = env.doTargetCombatHealth or env.doTargetCombat
        strike(
            killer and killer.id or 0,
            userdata.push(creature),
            env.COMBAT_PHYSICALDAMAGE,
            -1000000,
            -1000000,
            env.CONST_ME_NONE or 0
        )
        if not creature.removed then
            -- Armour, shields and immunities are no matter.
            userdata.push(creature):addHealth(-2 * creature.health)
        end
        kit.advance(0)
    end
end
