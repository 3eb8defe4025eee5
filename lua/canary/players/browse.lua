--- What lies on a field, as a window of its own: browse field.

-- Places of a page, and the windows in which fields of different places are shown.
local CAPACITY, LAST_WINDOW = 30, 15
local KIND = "browse_field"

---@param server table
---@param players table
return function(server, players)
    local tfs, env = server.tfs, server.env

    -- Whether the window shows an item: one that can be taken or opened, and none that a script knows by its number.
    local function is_shown(item)
        local items, kind = server.parts.items, item.type
        if items.number(item, "uniqueid") ~= 0 then
            return false
        elseif item.items or server.parts.map.is_movable(item) then
            return true
        end
        return not tfs and kind.wrapable == true and not items.has_property(item, env.CONST_PROP_BLOCKPATH)
    end

    -- What lies on top comes last.
    local function things_of(tile)
        local list, there = {}, tile.items or {}
        for at = #there, 1, -1 do
            if is_shown(there[at]) then
                list[#list + 1] = there[at]
            end
        end
        return list
    end

    --- Whether a container is the window of a field.
    function players.is_field(container)
        return container.container_kind == KIND
    end

    --- Looks anew what lies on the field of a window.
    function players.look_at_field(field)
        field.items = things_of(field.parent)
    end

    --- What lies on a tile, as a container that nothing can be put into; the items stay where they are.
    ---@param player table
    ---@param tile table
    ---@return table|nil container nil when a script does not allow it
    function players.field_of(player, tile)
        if not server.parts.events.player_browse_field(player, tile) then
            return nil
        end
        local field = server.parts.items.new_container(env.ITEM_BAG, CAPACITY)
        field.container_kind, field.unlocked, field.parent, field.name = KIND, false, tile, "Browse Field"
        players.look_at_field(field)
        return field
    end

    --- Opens the window of a field that is next to a player, or closes it.
    ---@param player table
    ---@param tile table
    function players.browse(player, tile)
        local field = players.field_of(player, tile)
        if not field then
            return
        end
        local id = LAST_WINDOW - (tile.x % 3 * 3 + tile.y % 3)
        if players.open_container(player, id) then
            players.close_container(player, id)
        else
            players.use_container(player, field, id)
        end
    end
end
