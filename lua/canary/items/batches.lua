--- What Canary does with many items at once: updates of containers that wait for each other, filling what is shown page
--- by page.

local context = ...
local raw = context.raw
local min, ceil = raw.math.min, raw.math.ceil

local WHEREEVER = -1
local NOERROR = 0

return function(server, items)
    if server.tfs then
        return
    end
    local userdata, arguments, enum = server.userdata, server.arguments, server.parts.enums.get
    local NOTPOSSIBLE, FULL = enum("RETURNVALUE_NOTPOSSIBLE"), enum("RETURNVALUE_CONTAINERISFULL")
    local DEPOTFULL = enum("RETURNVALUE_DEPOTISFULL")

    server:table("Game", {
        createItemClassification = function(id)
            return userdata.push(items.classification(arguments.u8(id), true))
        end,
    })

    -- Updates ----------------------------------------------------------------------------------------------------

    userdata.class("BatchUpdate", nil, function(_, who)
        if not server.parts.vocations.bind.player(who) then
            server:report("Player not found")
            return nil
        end
        return userdata.push({ class_name = "BatchUpdate", containers = {} })
    end)
    userdata.methods("BatchUpdate", {
        add = function(object, held)
            local batch = userdata.get(object, "BatchUpdate")
            if not batch then
                server:report("BatchUpdate not found")
                return false
            end
            local container = userdata.get(held, "Container")
            if not container then
                server:report("Container not found")
                return false
            elseif batch.containers[container] then
                return false
            end
            batch.containers[container] = true
            return true
        end,
        delete = function(object)
            userdata.drop(userdata.get(object, "BatchUpdate"))
        end,
    })

    -- Filling ----------------------------------------------------------------------------------------------------

    local function room_in(container)
        local most = items.max_capacity(container)
        if container.container_kind == "inbox" then
            most = server.parts.config.number("MAX_INBOX_ITEMS")
            most = most == 0 and raw.math.huge or most
        end
        return raw.math.max(0, most - items.holding_count(container))
    end

    -- Where stacks of the kind have room, in order.
    local function open_stacks(container, probe)
        local list, room = {}, 0
        for _, item in raw.ipairs(container.items) do
            if item.id == probe.id and item.count < item.type.stack_size and items.equal(item, probe) then
                list[#list + 1] = item
                room = room + item.type.stack_size - item.count
            end
        end
        return list, room
    end

    local function undo(container, grown, added)
        for at = #added, 1, -1 do
            items.remove_thing(container, added[at], added[at].count)
        end
        for at = #grown, 1, -1 do
            items.update_thing(container, grown[at][1], grown[at][1].id, grown[at][2])
        end
    end

    -- Makes an item of a stack or of a tier.
    local function make(kind, count, tier)
        local item = items.create(kind.id, count)
        if item and tier > 0 then
            items.set_attribute(item, "tier", tier)
        end
        return item
    end

    --- Fills a container that is shown page by page: all or nothing.
    ---@param container table
    ---@param kind table type of the items
    ---@param total number
    ---@param tier number
    ---@param flags number
    ---@return number result
    ---@return number added
    function items.fill(container, kind, total, tier, flags)
        if total == 0 then
            return NOERROR, 0
        elseif kind.id == 0 then
            return NOTPOSSIBLE, 0
        end
        local size = kind.stackable and kind.stack_size > 0 and kind.stack_size or 1
        local stacks, room = {}, 0
        if kind.stackable then
            stacks, room = open_stacks(container, make(kind, 1, tier))
        end
        if ceil(raw.math.max(0, total - room) / size) > room_in(container) then
            return container.container_kind == "inbox" and DEPOTFULL or FULL, 0
        end
        local left, grown, added = total, {}, {}
        for _, stack in raw.ipairs(stacks) do
            local more = min(left, size - stack.count)
            if more > 0 then
                grown[#grown + 1] = { stack, stack.count }
                items.update_thing(container, stack, stack.id, stack.count + more)
                left = left - more
            end
        end
        while left > 0 do
            local count = min(left, size)
            local item = make(kind, count, tier)
            local ret = items.query_add(container, WHEREEVER, item, count, flags)
            if ret ~= NOERROR then
                undo(container, grown, added)
                return ret, 0
            end
            items.add_thing(container, WHEREEVER, item)
            added[#added + 1] = item
            left = left - count
        end
        return NOERROR, total
    end
end
