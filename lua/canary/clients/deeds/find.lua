--- What lies where a client points: on a tile, in an open container, or in a slot of the player.

local context = ...
local bit = context.raw.bit
local band = bit.band

-- X of what a player carries; bit of y of what is in an open container.
local CARRIED, IN_CONTAINER = 65535, 0x40

return function(server, clients)
    local tfs = server.tfs

    -- With no items there is the ground; else the thing at that place, and in TFS the topmost that can be moved.
    local function to_use(tile, index)
        local map = server.parts.map
        local top = map.top_down_item(tile) or map.top_top_item(tile)
        if not top then
            return tile.ground
        end
        local thing = map.thing_at(tile, index)
        if thing and thing.type and not thing.direction then
            return thing
        elseif not tfs then
            return nil
        end
        return map.top_down_item(tile) or map.top_top_item(tile)
    end

    local function to_move(player, tile)
        local map = server.parts.map
        local item = map.top_down_item(tile)
        if item and map.is_movable(item) then
            return item
        end
        return map.top_visible_creature(tile, player)
    end

    local function on_tile(player, place, index, purpose)
        local map = server.parts.map
        local tile = map.tile(place.x, place.y, place.z)
        if not tile then
            return nil
        elseif purpose == "look" then
            return map.top_visible_thing(tile, player)
        elseif purpose == "move" then
            return to_move(player, tile)
        elseif purpose == "top" then
            return map.top_down_item(tile)
        elseif purpose == "target" then
            return map.top_visible_creature(tile, player) or to_use(tile, index)
        end
        local thing = to_use(tile, index)
        if not thing and not tfs then
            thing = map.top_down_item(tile)
        end
        return thing
    end

    --- What a client points to.
    ---@param player table
    ---@param place table { x, y, z } as the client sends it
    ---@param index number its place in the stack
    ---@param id number the item's id as the client knows it
    ---@param purpose string use, target, look, move or top
    ---@return table|nil thing
    function clients.find(player, place, index, id, purpose)
        if place.x ~= CARRIED then
            return on_tile(player, place, index, purpose)
        end
        local players = server.parts.players
        if band(place.y, IN_CONTAINER) ~= 0 then
            local container, first = players.open_container(player, band(place.y, 0x0F))
            return container and container.items[first + place.z + 1] or nil
        elseif place.y == 0 and place.z == 0 then
            local known = tfs and server.parts.item_types.by_client(id) or id
            return known ~= 0 and server.parts.items.find(player, known, true, -1) or nil
        end
        return player.inventory[place.y]
    end

    --- Where things go that a client moves: a tile, an open container or the player.
    function clients.find_place(player, place)
        if place.x ~= CARRIED then
            return server.parts.map.tile(place.x, place.y, place.z)
        elseif band(place.y, IN_CONTAINER) ~= 0 then
            return (server.parts.players.open_container(player, band(place.y, 0x0F)))
        end
        return player
    end

    --- The id by which a client knows an item.
    function clients.client_id(item)
        local kind = item.type
        if tfs then
            return kind.client_id or 0
        end
        return kind.id
    end

    --- Whether two places are no further apart than a step, on one floor unless `floors` allows more.
    function clients.near(a, b, reach)
        reach = reach or 1
        local dx, dy = a.x - b.x, a.y - b.y
        return a.z == b.z and dx >= -reach and dx <= reach and dy >= -reach and dy <= reach
    end
end
