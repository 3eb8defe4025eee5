--- The class Container.

local context = ...
local raw = context.raw
local min = raw.math.min

local DATA_CONTAINER = 2
local WHEREEVER, STACK = -1, 100
local REWARD_CONTAINER, REWARD_OWNER = 19202, 2147483647

return function(server, items)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local item_types = server.parts.item_types
    local methods = {}

    userdata.class("Container", "Item", function(_, uid)
        local item = items.by_uid(arguments.u32(uid))
        return userdata.push(item and item.items and item or nil)
    end, DATA_CONTAINER)
    userdata.metamethod("Container", "__eq")

    local function container_of(object)
        return userdata.get(object, "Container")
    end

    local function pushed(list)
        local out = {}
        for at = 1, #list do
            out[at] = userdata.push(list[at])
        end
        return out
    end

    function methods.getSize(object)
        local container = container_of(object)
        if not container then
            return nil
        end
        return #container.items
    end

    function methods.getCapacity(object)
        local container = container_of(object)
        if not container then
            return nil
        end
        return container.capacity
    end

    function methods.getEmptySlots(object, recursive)
        local container = container_of(object)
        if not container then
            return nil
        end
        local slots = container.capacity - #container.items
        if arguments.boolean(recursive, false) then
            items.each(container, function(item)
                if item.items then
                    slots = slots + item.capacity - #item.items
                end
            end)
        end
        return slots % 4294967296
    end

    function methods.getItemHoldingCount(object)
        local container = container_of(object)
        if not container then
            return nil
        end
        return items.holding_count(container)
    end

    function methods.getItem(object, index)
        local container = container_of(object)
        if not container then
            return nil
        end
        return userdata.push(container.items[arguments.u32(index) + 1])
    end

    function methods.hasItem(object, item)
        local wanted = items.of_script(item)
        local container = container_of(object)
        if not container then
            return nil
        end
        return items.each(container, function(inner)
            return inner == wanted
        end) == true
    end

    function methods.getItems(object, recursive)
        local container = container_of(object)
        if not container then
            return nil
        elseif not arguments.boolean(recursive, false) then
            return pushed(container.items)
        end
        local list = {}
        items.each(container, function(item)
            list[#list + 1] = item
        end)
        if tfs then
            -- This server goes through the containers level by level.
            list = items.by_level(container)
        end
        return pushed(list)
    end

    --- All that is in a container: what it holds itself, then what is in the containers there, and so on.
    function items.by_level(container)
        local list, queue, at = {}, { container }, 1
        while queue[at] do
            for _, item in raw.ipairs(queue[at].items) do
                list[#list + 1] = item
                if item.items then
                    queue[#queue + 1] = item
                end
            end
            at = at + 1
        end
        return list
    end

    function methods.getItemCountById(object, id, ...)
        local container = container_of(object)
        if not container then
            return nil
        end
        local kind_id, unknown = item_types.id_from(id)
        if unknown then
            return nil
        end
        return items.container_item_count(container, kind_id, arguments.given(arguments.i32, -1, 1, ...))
    end

    function methods.getCorpseOwner(object)
        local container = container_of(object)
        if not container then
            return nil
        end
        return items.number(container, "corpseowner") % 4294967296
    end

    local function add_canary(container, id, ...)
        if not container then
            server:report("Container is nullptr")
            return nil
        end
        local kind_id, unknown = item_types.id_from(id)
        if unknown then
            server:report("Item id is wrong")
            return nil
        end
        local count = arguments.given(arguments.u32, 1, 1, ...)
        local kind = item_types.of(kind_id)
        if kind.stackable then
            count = min(count % 65536, kind.stack_size)
        end
        local item = items.create_loose(kind_id, count)
        if not item then
            server:report("Item is nullptr")
            return nil
        end
        item.virtual = nil
        local index = arguments.given(arguments.i32, WHEREEVER, 2, ...)
        local ret = items.add(container, item, index, arguments.given(arguments.u32, 0, 3, ...))
        if ret == 0 then
            return userdata.push(item)
        end
        local text = server.parts.game.return_message and server.parts.game.return_message(ret) or ret
        server:report("Cannot add item to container, error code: '" .. text .. "'")
        return false
    end

    local function add_tfs(container, id, ...)
        if not container then
            return nil
        end
        local kind_id, unknown = item_types.id_from(id)
        if unknown then
            return nil
        end
        local kind = item_types.of(kind_id)
        local count = arguments.given(arguments.u32, 1, 1, ...)
        local many, sub_type = item_types.pieces(kind, count)
        if many == 0 then
            return nil
        end
        local index = arguments.given(arguments.i32, WHEREEVER, 2, ...)
        local flags = arguments.given(arguments.u32, 0, 3, ...)
        local list = many > 1 and {} or nil
        for at = 1, many do
            local stack = min(sub_type, STACK)
            local item = items.create(kind_id, stack)
            if not item then
                server:report("Item not found")
                return list
            end
            if kind.stackable then
                sub_type = sub_type - stack
            end
            if items.add(container, item, index, flags) ~= 0 then
                return list
            elseif not list then
                return userdata.push(item)
            end
            list[at] = userdata.push(item)
        end
        return list
    end

    function methods.addItem(object, id, ...)
        return (tfs and add_tfs or add_canary)(container_of(object), id, ...)
    end

    function methods.addItemEx(object, value, ...)
        local item = items.of_script(value)
        local container = container_of(object)
        if not item or not container then
            return nil
        elseif item.parent or (not tfs and not item.virtual) then
            server:report("Item already has a parent")
            return nil
        end
        local index = arguments.given(arguments.i32, WHEREEVER, 1, ...)
        return (items.add(container, item, index, arguments.given(arguments.u32, 0, 2, ...)))
    end

    if not tfs then
        function methods.getMaxCapacity(object)
            local container = container_of(object)
            if not container then
                return nil
            end
            return items.max_capacity(container)
        end

        function methods.getContentDescription(object, coloured)
            local container = container_of(object)
            if not container then
                return nil
            end
            return items.content_description(container, arguments.boolean(coloured, false))
        end

        function methods.registerReward(object)
            local container = container_of(object)
            if not container then
                return nil
            end
            local date = server.parts.scheduler.milliseconds()
            local reward = items.create(REWARD_CONTAINER)
            if reward then
                items.set_attribute(reward, "date", date)
                raw.table.insert(container.items, 1, reward)
                reward.parent = container
            end
            items.set_attribute(container, "date", date)
            items.set_attribute(container, "corpseowner", REWARD_OWNER)
            return true
        end

        function methods.removeAllItems(object, _, recursive)
            local container = container_of(object)
            if not container then
                return nil
            end
            local list, removed = {}, 0
            if arguments.boolean(recursive, false) then
                -- Only what the container holds itself can be taken out of it; the rest is counted as the server does.
                items.each(container, function(item)
                    list[#list + 1] = item
                end)
            else
                for at = #container.items, 1, -1 do
                    list[#list + 1] = container.items[at]
                end
            end
            for at = 1, #list do
                items.container_remove(container, list[at], list[at].count)
                removed = removed + 1
            end
            return removed
        end

        function methods.removeItemById(object, id, ...)
            local container = container_of(object)
            if not container then
                return nil
            end
            local kind_id, unknown = item_types.id_from(id)
            if unknown then
                return nil
            end
            local wanted = arguments.given(arguments.u32, 1, 1, ...)
            local only = arguments.given(arguments.i32, -1, 2, ...)
            if items.container_item_count(container, kind_id, only) < wanted then
                return false
            end
            local taken = 0
            for _, item in raw.ipairs(items.by_level({ items = { raw.unpack(container.items) } })) do
                if taken < wanted and item.parent == container and item.id == kind_id
                    and (only < 0 or items.sub_type(item) == only) then
                    local part = min(item.count, wanted - taken)
                    if items.remove(item, part) == 0 then
                        taken = taken + part
                    end
                end
            end
            return taken == wanted
        end
    end

    userdata.methods("Container", methods)
end
