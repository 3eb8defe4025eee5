--- What tests of scripts use: a world of a few lines, players with hands, and what they were told. For tests in Lua it
--- is the table `server`, beside `describe`, `it` and `expect`; for those in Python the controls `kit_…`. The control
--- `mount` brings it in.

local context = ...
local raw = context.raw
local make_testing = context.use("testing/describe")
local format, ipairs, pairs, type = raw.string.format, raw.ipairs, raw.pairs, raw.type

local DIRECTIONS = {
    north = 0, east = 1, south = 2, west = 3, southwest = 4, southeast = 5, northwest = 6, northeast = 7,
}
local HOUR = 3600000
local BACKPACK = { canary = 2854, tfs = 1988 }

-- Directions by how far a place is to the south, and to the east.
local BESIDE = {
    [-1] = { [-1] = 6, [0] = 0, [1] = 7 },
    [0] = { [-1] = 3, [1] = 1 },
    [1] = { [-1] = 4, [0] = 2, [1] = 5 },
}

return function(server)
    local env, userdata = server.env, server.userdata
    local kit = {}

    -- Who and where --------------------------------------------------------------------------------------------------

    -- A creature by what scripts hold, its name or its id.
    local function creature_of(who)
        local creatures = server.parts.creatures
        local record = userdata.record(who)
        if not record and type(who) == "string" then
            record = creatures.by_name(who)
        elseif not record and type(who) == "number" then
            record = creatures.by_id(who)
        end
        if not record or record.removed then
            raw.error("there is no " .. raw.tostring(who) .. " in the world", 3)
        end
        return record
    end

    local function player_of(who)
        local record = creature_of(who)
        if record.class_name ~= "Player" then
            raw.error(raw.tostring(who) .. " is no player", 3)
        end
        return record
    end

    -- { x, y, z } of a position, a list of three, or where a creature or item is.
    local function place_of(where)
        local record = userdata.record(where)
        if record then
            local x, y, z = server.parts.map.position_of(record)
            return { x = x, y = y, z = z }
        elseif type(where) == "table" then
            return { x = where.x or where[1], y = where.y or where[2], z = where.z or where[3] or 7 }
        end
        raw.error("no place: " .. raw.tostring(where), 3)
    end

    local function position(place)
        return env.Position(place.x, place.y, place.z)
    end

    kit.creature_of, kit.player_of, kit.place_of = creature_of, player_of, place_of

    -- The world ------------------------------------------------------------------------------------------------------

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

    -- Hands ----------------------------------------------------------------------------------------------------------

    local function deeds()
        return server.parts.clients.deeds
    end

    function kit.say(who, text, kind)
        deeds().say(player_of(who), kind or env.TALKTYPE_SAY, text, "", 0)
        kit.advance(0)
    end

    --- Says something to npcs that the player talks with.
    function kit.tell_npc(who, text)
        kit.say(who, text, env.TALKTYPE_PRIVATE_PN)
    end

    -- The place of an item for a client: on a tile, or that of a slot, or any that is carried.
    local function pointed(player, what)
        local record = userdata.record(what)
        local clients, map = server.parts.clients, server.parts.map
        if type(what) == "number" then
            local item = server.parts.items.find(player, what, true, -1)
            if not item then
                raw.error(player.name .. " carries no item " .. what, 3)
            end
            return { x = 65535, y = 0, z = 0 }, item, 0
        elseif record and record.type then
            for slot, worn in pairs(player.inventory) do
                if worn == record then
                    return { x = 65535, y = slot, z = 0 }, record, 0
                end
            end
            if server.parts.items.find(player, record.id, true, -1) == record then
                -- Deeper down, as by a hotkey: no container is open.
                return { x = 65535, y = 0, z = 0 }, record, 0
            end
            local tile = map.tile_of(record)
            return { x = tile.x, y = tile.y, z = tile.z }, record, map.thing_index(tile, record)
        end
        local place = place_of(what)
        local tile = map.tile(place.x, place.y, place.z)
        if not tile then
            raw.error(format("there is no tile at (%d, %d, %d)", place.x, place.y, place.z), 3)
        end
        local item = map.top_down_item(tile) or map.top_top_item(tile) or tile.ground
        return place, item, item and map.thing_index(tile, item) or 0, clients
    end

    --- A player uses an item: one that scripts hold, the topmost at a place, or one of that id that it carries. With a
    --- target, the item is used on it: a creature, or a place.
    function kit.use(who, what, target)
        local player = player_of(who)
        local place, item, index = pointed(player, what)
        if not item then
            raw.error("there is nothing to use", 2)
        end
        local id = server.parts.clients.client_id(item)
        local aimed = userdata.record(target)
        if target == nil then
            deeds().use(player, place, id, index, 0)
        elseif aimed and aimed.class_name and not aimed.type or aimed and aimed.direction then
            deeds().use_with_creature(player, place, id, index, aimed.id)
        else
            local to, thing, to_index = pointed(player, target)
            local to_id = thing and server.parts.clients.client_id(thing) or 0
            deeds().use_with(player, place, id, index, to, to_id, to_index)
        end
        kit.advance(0)
    end

    --- A player looks at a place, or at a thing.
    function kit.look(who, where)
        local place = place_of(where)
        deeds().look(player_of(who), place, 0, 0)
    end

    --- A player moves what lies at a place.
    function kit.move(who, from, to, count)
        local player = player_of(who)
        local place, item, index = pointed(player, from)
        deeds().move(player, place, server.parts.clients.client_id(item), index, place_of(to), count or 1)
        kit.advance(0)
    end

    -- The direction from a tile to a place beside it; nil for the tile itself.
    local function beside(tile, place)
        local column = BESIDE[place.y - tile.y]
        return column and column[place.x - tile.x] or nil
    end

    --- A creature makes a step (`north`, …), or is on its way to a place until it is there.
    function kit.step(who, where)
        local creature = creature_of(who)
        local direction = DIRECTIONS[where]
        if direction then
            server.parts.creatures.auto_walk(creature, { direction })
            kit.advance(1000)
            return
        end
        local place = place_of(where)
        local near = { min_distance = 0, max_distance = 0 }
        local way = server.parts.map.find_path(creature, place.x, place.y, place.z, near)
        if way and #way == 0 then
            -- The servers look for no way to what is beside a creature.
            way = { beside(creature.tile, place) }
        end
        if not way then
            raw.error(format("there is no way to (%d, %d, %d)", place.x, place.y, place.z), 2)
        end
        server.parts.creatures.auto_walk(creature, way)
        kit.advance(1000 * #way + 1000)
    end

    --- Answers the window that a script showed last.
    function kit.answer(who, window, button, choice)
        deeds().answer_modal(player_of(who), window, button, choice or 0)
    end

    function kit.logout(who)
        deeds().logout(player_of(who))
    end

    --- Loads a script: by its path in the checkout, or beside the test.
    function kit.load(script)
        server.host("kit.load", script)
    end

    -- Time and what is seen ------------------------------------------------------------------------------------------

    function kit.advance(ms)
        server.controls.advance(ms)
    end

    function kit.hours(count)
        kit.advance(count * HOUR)
    end

    --- What a player was told, in order: messages of any kind, or the texts of one.
    ---@param who any
    ---@param kind string|nil "text", "say", "effect", …
    function kit.messages(who, kind)
        local list = {}
        for _, message in ipairs((server.parts.clients.told(player_of(who)))) do
            if not kind or message.kind == kind then
                list[#list + 1] = message
            end
        end
        return list
    end

    --- The texts that a player was told: messages of the server, and what others said.
    function kit.told(who)
        local texts = {}
        for _, message in ipairs(kit.messages(who)) do
            if message.kind == "text" or message.kind == "say" then
                texts[#texts + 1] = message.text
            end
        end
        return texts
    end

    --- Forgets what a player was told so far.
    function kit.forget(who)
        server.parts.clients.forget(player_of(who))
    end

    --- The effects that a player saw: { effect, x, y, z } each.
    function kit.effects(who)
        return kit.messages(who, "effect")
    end

    --- Ids of what lies on a tile, the ground first.
    function kit.items(at)
        local place = place_of(at)
        local tile = server.parts.map.tile(place.x, place.y, place.z)
        local ids = {}
        if tile then
            ids[1] = tile.ground and tile.ground.id or nil
            for _, item in ipairs(tile.items or {}) do
                ids[#ids + 1] = item.id
            end
        end
        return ids
    end

    context.use("canary/testkit/controls")(server, kit)
    for name, value in pairs(make_testing(server.controls, function(value)
        local record = userdata.record(value)
        return record and format("<%s %s>", record.class_name, raw.tostring(record.name or record.id or "")) or nil
    end)) do
        env[name] = value
    end
    env.server = kit
    return kit
end
