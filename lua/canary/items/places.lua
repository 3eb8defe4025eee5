--- Where an item is: what holds it, the outermost holder, tile and position.

-- Containers that nobody sees lying in what holds them.
local HIDDEN = { depot_chest = true, inbox = true, store_inbox = false }

return function(server, items)
    local parent_of

    --- What holds a thing: of a creature the tile it stands on.
    ---@param holder table item, tile or creature
    function parent_of(holder)
        local class = holder.class_name
        if HIDDEN[holder.container_kind] then
            -- A depot passes over the locker that it is reached by.
            local locker = holder.parent
            return locker and parent_of(locker) or nil
        end
        if class == "Tile" then
            return nil
        elseif class == "Player" or class == "Monster" or class == "Npc" then
            return holder.tile
        end
        return holder.parent
    end
    items.parent_of = parent_of

    --- Whether an item is nowhere any more.
    function items.is_removed(item)
        local holder = item
        while true do
            local class = holder.class_name
            if class == "Tile" then
                return false
            elseif class == "Player" then
                return holder.removed == true
            end
            if not holder.parent then
                return not holder.virtual
            end
            holder = holder.parent
        end
    end

    --- The outermost of what holds an item, but for the tile when there is something between: a player, the container
    --- that lies on a tile. A container that nothing holds is its own; another item has none.
    function items.top_parent(item)
        local outer, inner = item.parent, item.items and item or nil
        if not outer then
            return inner
        end
        local beyond = parent_of(outer)
        while beyond do
            outer, inner = beyond, outer
            beyond = parent_of(outer)
        end
        return inner or outer
    end
    local top_parent = items.top_parent

    --- The tile that an item is on, by whatever holds it; nil for none.
    function items.tile(item)
        local top = top_parent(item)
        if not top then
            return nil
        end
        local beyond = parent_of(top)
        if beyond then
            top = beyond
        end
        return top.class_name == "Tile" and top or nil
    end

    --- The player whose inventory an item is in, however deep; nil for none.
    function items.holding_player(item)
        local holder = item.parent
        while holder do
            if holder.class_name == "Player" then
                return holder
            end
            holder = parent_of(holder)
        end
    end

    --- x, y and z of an item; what the servers say for nowhere when it is on no tile.
    function items.position(item)
        local tile = items.tile(item)
        if tile then
            return tile.x, tile.y, tile.z
        end
        return 65535, 65535, 255
    end

    --- The container that holds all that an item is in, but for tiles and players.
    function items.top_container(item)
        local outermost, holder = item.items and item or nil, item.parent
        while holder and holder.items and holder.class_name ~= "Tile" do
            outermost, holder = holder, holder.parent
        end
        return outermost
    end

    --- What is known or seen of an item has changed where it lies.
    function items.tell_change(item)
        local tile = item.parent
        if tile and tile.class_name == "Tile" then
            server.parts.map.item_changed(tile, item)
        end
    end
end
