--- What a player of a test does, as by its client: it talks, uses, looks, moves and walks.

local context = ...
local raw = context.raw
local format, pairs, type = raw.string.format, raw.pairs, raw.type

local DIRECTIONS = {
    north = 0, east = 1, south = 2, west = 3, southwest = 4, southeast = 5, northwest = 6, northeast = 7,
}

-- Directions by how far a place is to the south, and to the east.
local BESIDE = {
    [-1] = { [-1] = 6, [0] = 0, [1] = 7 },
    [0] = { [-1] = 3, [1] = 1 },
    [1] = { [-1] = 4, [0] = 2, [1] = 5 },
}

---@param server table
---@param kit table
return function(server, kit)
    local env, userdata = server.env, server.userdata
    local creature_of, player_of, place_of = kit.creature_of, kit.player_of, kit.place_of

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
end
