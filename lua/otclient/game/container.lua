--- Open containers (class Container), page by page where the version has pages.

local context = ...
local raw = context.raw
local insert, remove = raw.table.insert, raw.table.remove

return function(engine, game)
    local container = {}
    game.container = container
    --- Open containers by number.
    game.containers = {}

    --- Makes a container as the server describes it.
    ---@param data table id, name, capacity, item (record), has_parent, unlocked, has_pages, size, first_index
    function container.new(data)
        local record = engine.object.new("Container")
        record.id, record.name, record.capacity = data.id, data.name, data.capacity
        record.item = data.item
        record.has_parent, record.unlocked = data.has_parent, data.unlocked
        record.has_pages, record.size, record.first_index = data.has_pages, data.size, data.first_index
        record.items = {}
        record.closed = false
        return record
    end

    local function slot_position(record, slot)
        return { x = 65535, y = raw.bit.bor(record.id, 64), z = slot % 256 }
    end

    local function place_items(record)
        for index, item in raw.ipairs(record.items) do
            game.thing.set_position(item, slot_position(record, index - 1))
        end
    end

    function container.fill(record, items)
        for _, item in raw.ipairs(items) do
            insert(record.items, item)
        end
        place_items(record)
    end

    function container.opened(record, previous)
        engine:emit(record, "onOpen", engine.object.of(previous))
    end

    function container.shut(record)
        record.closed = true
        engine:emit(record, "onClose")
    end

    local function resized(record, by)
        record.size = record.size + by
        engine:emit(record, "onSizeChange", record.size)
    end

    --- The server put an item into it.
    ---@param slot integer of the whole container, not of the page
    function container.add(record, item, slot)
        slot = slot - record.first_index
        if record.has_pages and slot > record.capacity then
            return resized(record, 1)
        end
        if #record.items == record.capacity then
            container.remove(record, record.first_index + record.capacity - 1, nil)
            record.size = record.size + 1
        end
        insert(record.items, raw.math.min(raw.math.max(slot, 0), #record.items) + 1, item)
        record.size = record.size + 1
        place_items(record)
        engine:emit(record, "onSizeChange", record.size)
        engine:emit(record, "onAddItem", slot, engine.object.of(item))
    end

    --- The server put another item in place of one.
    function container.update(record, slot, item)
        slot = slot - record.first_index
        local old = record.items[slot + 1]
        if not old then
            engine:log("error", "slot not found")
            return
        end
        record.items[slot + 1] = item
        game.thing.set_position(item, slot_position(record, slot))
        engine:emit(record, "onUpdateItem", slot, engine.object.of(item), engine.object.of(old))
    end

    --- The server took an item out of it.
    ---@param last_item table|nil what moves up from the next page
    function container.remove(record, slot, last_item)
        slot = slot - record.first_index
        if record.has_pages and slot >= #record.items then
            return resized(record, -1)
        end
        local item = record.items[slot + 1]
        if not item then
            engine:log("error", "slot not found")
            return
        end
        remove(record.items, slot + 1)
        if last_item then
            container.add(record, last_item, record.first_index + record.capacity - 1)
            record.size = record.size - 1
        end
        record.size = record.size - 1
        place_items(record)
        engine:emit(record, "onSizeChange", record.size)
        engine:emit(record, "onRemoveItem", slot, engine.object.of(item))
    end

    --- The first item of a kind.
    ---@param sub_type integer -1 for any
    ---@param tier integer|nil
    function container.find(record, id, sub_type, tier)
        for _, item in raw.ipairs(record.items) do
            local same = sub_type == -1 or game.item.sub_type(item) == sub_type
            if item.client_id == id and same and (not tier or item.tier == tier) then
                return item
            end
        end
    end

    --- Numbers of open containers, in order.
    function container.ids()
        local ids = {}
        for id in raw.pairs(game.containers) do
            ids[#ids + 1] = id
        end
        raw.table.sort(ids)
        return ids
    end

    local function getter(field)
        return function(record)
            return record[field]
        end
    end

    engine:class("Container", {
        getItem = function(record, slot)
            return slot >= 0 and record.items[slot + 1] or nil
        end,
        getItems = getter("items"),
        getItemsCount = function(record)
            return #record.items
        end,
        getSlotPosition = slot_position,
        getName = getter("name"),
        getId = getter("id"),
        getCapacity = getter("capacity"),
        getContainerItem = getter("item"),
        hasParent = getter("has_parent"),
        isClosed = getter("closed"),
        isUnlocked = getter("unlocked"),
        hasPages = getter("has_pages"),
        getSize = getter("size"),
        getFirstIndex = getter("first_index"),
    })
end
