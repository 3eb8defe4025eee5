--- What is in containers: counting it and changing it.

local context = ...
local raw = context.raw
local insert, max, remove = raw.table.insert, raw.math.max, raw.table.remove

local LINK_TOPPARENT, LINK_PARENT, LINK_NEAR = 1, 2, 3
local REWARD_CONTAINER, REWARD_CHEST = 19202, 19250

return function(server, items)
    local tfs, config = server.tfs, server.parts.config
    local index_of = items.container_index

    -- Counting ---------------------------------------------------------------------------------------------------

    --- Calls a function for each item in a container and in the containers in it, a container before its contents.
    --- As on the server, a list that the function changes is walked on with.
    ---@param container table
    ---@param fn function returns true to end
    ---@param depth number|nil
    local function each(container, fn, depth)
        local list = container.items
        local at = 1
        while at <= #list do
            local item = list[at]
            if fn(item) then
                return true
            end
            if item.items and (tfs or depth ~= 0) and each(item, fn, depth and depth - 1) then
                return true
            end
            at = at + 1
        end
    end

    --- Calls a function for all that is in a container, however deep (Canary: to the depth of the configuration).
    function items.each(container, fn)
        return each(container, fn, not tfs and config.number("MAX_CONTAINER_DEPTH") - 1 or nil)
    end

    --- How many items are in a container, with those in its containers.
    function items.holding_count(container)
        local count = 0
        local list = container.items
        for at = 1, #list do
            count = count + 1
            if list[at].items then
                count = count + items.holding_count(list[at])
            end
        end
        return count
    end

    --- How many containers are in a container.
    function items.container_count(container)
        local count = 0
        local list = container.items
        for at = 1, #list do
            if list[at].items then
                count = count + 1 + items.container_count(list[at])
            end
        end
        return count
    end

    -- Changing ---------------------------------------------------------------------------------------------------

    --- Puts an item in front of what is in a container.
    function items.container_add(container, index, item)
        if index >= container.capacity then
            return
        end
        insert(container.items, 1, item)
        item.parent, item.virtual = container, nil
    end

    --- Puts an item behind what is in a container, without asking or telling anyone: as loading does.
    function items.container_append(container, item)
        container.items[#container.items + 1] = item
        item.parent, item.virtual = container, nil
    end

    --- Makes an item in a container another one, in its place.
    function items.container_update(container, item, id, count)
        local index = index_of(container, item)
        if index ~= -1 then
            items.set_id(item, id)
            items.set_sub_type(item, count)
        end
    end

    --- Puts an item into the place of another one.
    function items.container_replace(container, index, item)
        local old = container.items[index + 1]
        if old then
            container.items[index + 1] = item
            item.parent, item.virtual = container, nil
            old.parent = nil
        end
    end

    --- Takes so many of an item out of a container.
    function items.container_remove(container, item, count)
        local index = index_of(container, item)
        if index == -1 then
            return
        end
        if item.type.stackable and count ~= item.count then
            item.count = max(0, item.count - count) % 256
            return
        end
        remove(container.items, index + 1)
        item.parent = nil
    end

    --- Tells what holds a container that something came into it or left it.
    ---@param came boolean
    function items.container_notify(container, came, item, other, index)
        local notify = came and items.post_add or items.post_remove
        local top = items.top_parent(container)
        if top.class_name == "Player" then
            notify(top, item, other, index, LINK_TOPPARENT)
        elseif top == container then
            local beyond = items.parent_of(top)
            if beyond then
                notify(beyond, item, other, index, LINK_NEAR)
            end
        else
            notify(top, item, other, index, LINK_PARENT)
        end
    end

    --- Whether a container is a reward chest or a bag in one.
    function items.is_reward_container(container)
        return container.id == REWARD_CHEST or container.id == REWARD_CONTAINER
    end
end
