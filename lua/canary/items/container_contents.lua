--- Changing what is in containers.

local context = ...
local raw = context.raw
local insert, max, remove = raw.table.insert, raw.math.max, raw.table.remove

local LINK_TOPPARENT, LINK_PARENT, LINK_NEAR = 1, 2, 3
local REWARD_CONTAINER, REWARD_CHEST = 19202, 19250

return function(server, items)
    local index_of = items.container_index

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
