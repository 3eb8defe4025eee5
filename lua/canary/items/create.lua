--- Making items: of a kind, as a copy, as part of a stack.

local context = ...
local raw = context.raw

-- Canary: worn forms of rings and the like, which are made as what they are unworn (items_definitions.hpp).
local UNWORN = {
    [3094] = 3091,
    [3096] = 3093,
    [3099] = 3097,
    [3100] = 3098,
    [3086] = 3049,
    [3090] = 3053,
    [3549] = 6529,
    [6300] = 6299,
    [16264] = 16114,
    [25757] = 35901,
}

-- Places of a page, in Canary: as many as what is shown page by page has.
local PAGE = 32

-- Classes of what scripts see, by the flag of the kind.
local CLASSES = { is_teleport = "Teleport" }
local CLASSES_TFS = { is_teleport = "Teleport", is_podium = "Podium" }

return function(server, items)
    local tfs = server.tfs
    local item_types = server.parts.item_types
    local set_attribute = items.set_attribute
    local DEPRECATED = 14

    local function class_of(kind)
        for flag, name in raw.pairs(tfs and CLASSES_TFS or CLASSES) do
            if kind[flag] then
                return name
            end
        end
        return "Item"
    end

    local function fill(item, kind, count)
        if kind.is_fluid_container or kind.is_splash then
            set_attribute(item, "fluidtype", tfs and count or raw.math.min(count, 21))
        elseif kind.stackable then
            if count ~= 0 then
                item.count = count % 256
            elseif kind.charges ~= 0 then
                item.count = kind.charges % 256
            end
        elseif kind.charges ~= 0 then
            set_attribute(item, "charges", count ~= 0 and count or kind.charges)
        end
        local duration = items.default_duration(kind)
        if duration ~= 0 then
            items.set_duration(item, duration)
        end
        return item
    end

    --- A container of some size, whatever its kind says; without a size, its kind's.
    ---@param id number
    ---@param size number|nil
    ---@return table container
    function items.new_container(id, size)
        local kind = item_types.of(id)
        local container = {
            class_name = "Container",
            id = id,
            type = kind,
            count = 1,
            items = {},
            capacity = size or kind.max_items,
            unlocked = true,
        }
        if not tfs then
            container.most = server.parts.config.number("MAX_CONTAINER_ITEM")
            if not size and (id == 23721 or id == 23396 or kind.is_reward_chest) then
                container.capacity = PAGE
            end
        end
        return fill(container, kind, 0)
    end

    --- An item of a kind; nil when there is no such kind. With no count a stack is of one.
    ---@param id number
    ---@param count number|nil how many, which fluid or how many charges
    ---@return table|nil item
    function items.create(id, count)
        local kind = item_types.get(id)
        count = (count or 0) % 65536
        if not kind or kind.id == 0 or (tfs and kind.group == DEPRECATED) then
            if not tfs then
                server:log(
                    "warning",
                    "[Item::CreateItem] Item with id '" .. id .. "' is not registered and cannot be created."
                )
            end
            return nil
        end
        if kind.stackable and count == 0 then
            count = 1
        end
        if kind.is_depot then
            local locker = items.new_container(id, not tfs and 4 or nil)
            locker.container_kind = "locker"
            return locker
        elseif kind.is_container or kind.is_reward_chest then
            local container = items.new_container(id)
            if kind.is_reward_chest then
                container.container_kind, container.unlocked = "reward_chest", false
            end
            return container
        elseif not tfs and UNWORN[id] then
            id = UNWORN[id]
            kind = item_types.of(id)
        end
        local class = class_of(kind)
        local item = { class_name = class, id = id, type = kind, count = 1 }
        if class ~= "Item" or kind.is_magic_field or kind.is_door or kind.is_trash_holder or kind.is_mailbox
            or kind.is_bed then
            -- The servers make these without a count.
            count = 0
        end
        if class == "Teleport" then
            item.destination = { x = 0, y = 0, z = 0 }
        end
        return fill(item, kind, count)
    end

    --- As `items.create`, for a script to hold: nothing holds it, and it is not gone for that.
    ---@param id number
    ---@param count number|nil
    function items.create_loose(id, count)
        local item = items.create(id, count)
        if item then
            item.virtual = not tfs or nil
        end
        return item
    end

    --- A container of an item that is none by itself, when the servers allow it: nothing that can be carried.
    ---@param id number
    ---@param size number
    ---@return table|nil container
    function items.create_as_container(id, size)
        local kind = item_types.of(id)
        if kind.id == 0 or (tfs and kind.group == DEPRECATED) or kind.stackable or kind.useable or kind.movable
            or kind.pickupable or kind.is_depot or kind.is_splash or kind.is_door then
            return nil
        end
        local container = items.new_container(id, size)
        -- Canary lets nothing be put into it afterwards.
        container.most = 0
        return container
    end

    local function copied(values)
        if not values then
            return nil
        end
        local copy = {}
        for key, value in raw.pairs(values) do
            copy[key] = value
        end
        return copy
    end

    --- A copy that nothing holds, with copies of all that is in it.
    ---@param item table
    ---@return table|nil copy
    function items.clone(item)
        local copy = items.create(item.id, item.count)
        if not copy then
            return nil
        end
        if item.attributes then
            copy.attributes = copied(item.attributes)
        end
        copy.custom = copied(item.custom)
        copy.reflects, copy.boosts = copied(item.reflects), copied(item.boosts)
        if item.items and copy.items then
            for at = 1, #item.items do
                local inner = items.clone(item.items[at])
                if inner then
                    copy.items[#copy.items + 1] = inner
                    inner.parent = copy
                end
            end
        end
        if tfs and items.number(copy, "duration") > 0 then
            items.decay_begun(copy)
        end
        return copy
    end
end
