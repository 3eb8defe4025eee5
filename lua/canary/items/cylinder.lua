--- What holds items, whichever kind it is: a tile, a container, a player. The map answers for tiles.

local LINK_OWNER, LINK_NEAR = 0, 3

return function(server, items)
    local enum = server.parts.enums.get
    local NOERROR, NOTPOSSIBLE = enum("RETURNVALUE_NOERROR"), enum("RETURNVALUE_NOTPOSSIBLE")

    local function map()
        return server.parts.map
    end

    --- Whether so many of an item may come to a place of a holder: a RETURNVALUE.
    ---@param holder table tile, container or player
    ---@param index number
    ---@param item table
    ---@param count number
    ---@param flags number
    ---@param actor table|nil the creature that does it
    function items.query_add(holder, index, item, count, flags, actor)
        local class = holder.class_name
        if class == "Container" then
            return items.container_query_add(holder, index, item, count, flags, actor)
        elseif class == "Player" then
            return items.player_query_add(holder, index, item, count, flags)
        elseif class == "Tile" then
            return map().query_add(holder, item, count, flags, actor)
        end
        return NOTPOSSIBLE
    end

    --- How many of an item a holder takes: a RETURNVALUE and the number.
    function items.query_max_count(holder, index, item, count, flags)
        local class = holder.class_name
        if class == "Container" then
            return items.container_query_max(holder, index, item, count, flags)
        elseif class == "Player" then
            return items.player_query_max(holder, index, item, count, flags)
        end
        return NOERROR, count > 1 and count or 1
    end

    --- Whether so many of an item may be taken from a holder.
    function items.query_remove(holder, item, count, flags, actor)
        local class = holder.class_name
        if class == "Container" then
            return items.container_query_remove(holder, item, count, flags, actor)
        elseif class == "Player" then
            return items.player_query_remove(holder, item, count, flags)
        elseif class == "Tile" then
            return map().query_remove(holder, item, count, flags, actor)
        end
        return NOTPOSSIBLE
    end

    --- Where an item comes to that is put into a holder: holder, place, the item it meets there, flags from there on.
    function items.query_destination(holder, index, item, flags)
        local class = holder.class_name
        if class == "Container" then
            local where, place, there = items.container_query_destination(holder, index, item, flags)
            return where, place, there, flags
        elseif class == "Player" then
            local where, place, there = items.player_query_destination(holder, index, item, flags)
            return where, place, there, flags
        end
        local where, there, changed = map().query_destination(holder, item, flags)
        return where, index, there, changed or flags
    end

    --- Puts an item into a holder.
    function items.add_thing(holder, index, item)
        local class = holder.class_name
        if class == "Container" then
            items.container_add(holder, index, item)
        elseif class == "Player" then
            items.player_add(holder, index, item)
        else
            item.virtual = nil
            map().add_thing(holder, item)
        end
    end

    --- Makes an item another one, where it is.
    function items.update_thing(holder, item, id, count)
        local class = holder.class_name
        if class == "Container" then
            items.container_update(holder, item, id, count)
        elseif class == "Player" then
            items.player_update(holder, item, id, count)
        else
            map().update_thing(holder, item, id, count)
        end
    end

    --- Puts an item into the place of another one.
    function items.replace_thing(holder, index, item)
        local class = holder.class_name
        if class == "Container" then
            items.container_replace(holder, index, item)
        elseif class == "Player" then
            items.player_replace(holder, index, item)
        else
            item.virtual = nil
            map().replace_thing(holder, index, item)
        end
    end

    --- Takes so many of an item from a holder.
    function items.remove_thing(holder, item, count)
        local class = holder.class_name
        if class == "Container" then
            items.container_remove(holder, item, count)
        elseif class == "Player" then
            items.player_remove(holder, item, count)
        else
            map().remove_thing(holder, item, count)
        end
    end

    --- The place of an item in a holder; -1 for none.
    function items.thing_index(holder, item)
        local class = holder.class_name
        if class == "Container" then
            return items.container_index(holder, item)
        elseif class == "Player" then
            return items.player_index(holder, item)
        end
        return map().thing_index(holder, item)
    end

    --- Tells a holder that an item came into it.
    ---@param holder table
    ---@param item table
    ---@param from table|nil where it was
    ---@param index number|nil
    ---@param link number|nil 0: in this holder itself
    function items.post_add(holder, item, from, index, link)
        local class = holder.class_name
        if class == "Container" then
            items.container_notify(holder, true, item, from, index)
        elseif class == "Player" then
            items.player_notify(holder, true, item, from, index, link or LINK_OWNER)
        elseif class == "Tile" then
            local notify = map().post_add
            if notify then
                notify(holder, item, from, link == LINK_NEAR)
            end
        end
    end

    --- Tells a holder that an item left it.
    ---@param to table|nil where it went
    function items.post_remove(holder, item, to, index, link)
        local class = holder.class_name
        if class == "Container" then
            items.container_notify(holder, false, item, to, index)
        elseif class == "Player" then
            items.player_notify(holder, false, item, to, index, link or LINK_OWNER)
        elseif class == "Tile" then
            local notify = map().post_remove
            if notify then
                notify(holder, item, to, link == LINK_NEAR)
            end
        end
    end
end
