--- Counting, finding and taking items of a kind in what a player has.

return function(server, items)
    local tfs = server.tfs

    --- How many of a kind a player has, with what is in his containers.
    ---@param player table
    ---@param id number
    ---@param sub_type number|nil only of this count, charges or fluid
    function items.player_count(player, id, sub_type)
        local want, count = sub_type or -1, 0
        local function add(item)
            if item.id == id then
                count = count + items.count_by_type(item, want)
            end
        end
        for slot = 1, items.LAST_SLOT do
            local item = player.inventory[slot]
            if item then
                add(item)
                if item.items then
                    items.each(item, add)
                end
            end
        end
        return count % 4294967296
    end

    --- How many of a kind are in a container itself.
    function items.container_item_count(container, id, sub_type)
        local want, count = sub_type or -1, 0
        local list = container.items
        for at = 1, #list do
            if list[at].id == id then
                count = count + items.count_by_type(list[at], want)
            end
        end
        return count
    end

    -- Takes so many of the items found. Of what does not stack, each found goes.
    local function take(found, amount, stackable)
        for at = 1, #found do
            local item = found[at]
            if stackable and item.count > amount then
                items.remove(item, amount)
                return
            end
            amount = amount - item.count
            items.remove(item)
        end
    end

    --- Takes so many of a kind from a player; nothing when he has less.
    ---@param player table
    ---@param id number
    ---@param amount number
    ---@param sub_type number|nil
    ---@param ignore_equipped boolean|nil spares what is worn
    ---@return boolean taken
    function items.player_take(player, id, amount, sub_type, ignore_equipped)
        if amount == 0 then
            return true
        end
        local want, count, found = sub_type or -1, 0, {}
        local function enough(item)
            if item.id == id then
                local many = items.count_by_type(item, want)
                if many > 0 then
                    found[#found + 1] = item
                    count = count + many
                end
            end
            return count >= amount
        end
        for slot = 1, items.LAST_SLOT do
            local item = player.inventory[slot]
            local done = false
            if item then
                if not ignore_equipped and item.id == id then
                    done = enough(item)
                elseif item.items then
                    done = items.each(item, enough)
                end
            end
            if done then
                take(found, amount, server.parts.item_types.of(id).stackable)
                return true
            end
        end
        return false
    end

    -- The things of a holder in its order, as the servers go through them.
    local function things(holder)
        local class = holder.class_name
        local list = {}
        if class == "Container" then
            return holder.items
        elseif class == "Player" then
            for slot = 1, items.LAST_SLOT do
                list[#list + 1] = holder.inventory[slot]
            end
            return list
        end
        for at = 0, server.parts.map.thing_count(holder) - 1 do
            local thing = server.parts.map.thing_at(holder, at)
            if thing and thing.type then
                list[#list + 1] = thing
            end
        end
        return list
    end
    items.things_of = things

    --- The first item of a kind in a holder: what it holds itself before what is in its containers.
    ---@param holder table
    ---@param id number
    ---@param deep boolean|nil looks into containers
    ---@param sub_type number|nil
    ---@return table|nil item
    function items.find(holder, id, deep, sub_type)
        local want, queue = sub_type or -1, {}
        local list = things(holder)
        local at = 0
        while list do
            for index = 1, #list do
                local item = list[index]
                if item.id == id and (want == -1 or want == items.sub_type(item)) then
                    return item
                elseif item.items and (deep or at > 0) then
                    queue[#queue + 1] = item
                end
            end
            at = at + 1
            list = queue[at] and queue[at].items
        end
    end

    --- All items that a player has, a container before what is in it.
    function items.player_items(player)
        local list = {}
        local function add(item)
            list[#list + 1] = item
        end
        for slot = 1, items.LAST_SLOT do
            local item = player.inventory[slot]
            if item then
                add(item)
                if item.items then
                    items.each(item, add)
                end
            end
        end
        return list
    end

    --- How many places are free in all containers that a player wears (Canary: in his backpack alone when asked so).
    function items.free_slots(container)
        local free = container.capacity - #container.items
        for at = 1, #container.items do
            if container.items[at].items then
                free = free + items.free_slots(container.items[at])
            end
        end
        return free > 0 and free or (tfs and free or 0)
    end
end
