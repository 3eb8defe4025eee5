--- Items (class Item).

local context = ...
local raw = context.raw

return function(engine, game)
    local thing, things = game.thing, game.things
    local item = {}
    game.item = item

    --- Makes an item; its number becomes 0 where the catalogue lacks it.
    ---@param id integer
    ---@return table
    function item.new(id)
        local record = thing.new("Item", "item")
        record.count = engine.edubart and 1 or 0
        record.tooltip = ""
        record.tier, record.charges, record.duration = 0, 0, 0
        thing.set_id(record, id)
        return record
    end

    local KEPT = {
        "client_id",
        "count",
        "tooltip",
        "tier",
        "charges",
        "duration",
        "position",
        "stack_pos",
        "color",
        "server_id",
        "written",
        "description",
        "destination",
        "action_id",
        "unique_id",
        "door_id",
    }

    --- Another item like it. In mehah the two share what scripts set on the first.
    ---@return table
    function item.clone(record)
        local copy = item.new(0)
        for _, key in raw.ipairs(KEPT) do
            copy[key] = record[key]
        end
        for slot, inside in raw.pairs(record.contents or {}) do
            copy.contents = copy.contents or {}
            copy.contents[slot] = inside
        end
        copy.fields = not engine.edubart and record.fields or nil
        return copy
    end

    --- How many there are: 1 of what does not stack.
    ---@return integer
    function item.count(record)
        return thing.is(record, "stackable") and record.count or 1
    end

    --- What a fluid holds; for anything else what the version puts in its place.
    ---@return integer
    function item.sub_type(record)
        if thing.is(record, "splash") or thing.is(record, "fluid_container") then
            return record.count
        end
        return game.state.client_version > 862 and 0 or 1
    end

    --- The count of what stacks, the fluid of what holds one: as the server was told, whatever the kind.
    ---@return integer
    function item.count_or_sub_type(record)
        return record.count
    end

    --- Makes an item from plain data: its number, or {id, count, tier, charges, duration}.
    ---@return table|nil
    function item.from(data)
        if raw.type(data) ~= "table" then
            return data and item.new(data) or nil
        end
        local record = item.new(data.id or 0)
        record.count = data.count or record.count
        record.tier = data.tier or 0
        record.charges = data.charges or 0
        record.duration = data.duration or 0
        return record
    end

    local methods = {
        clone = item.clone,
        setCount = function(record, count)
            record.count = count % 65536
        end,
        setTooltip = function(record, text)
            record.tooltip = text
        end,
        setTier = function(record, tier)
            record.tier = tier
        end,
        getId = function(record)
            return record.client_id
        end,
        getCount = item.count,
        getSubType = item.sub_type,
        getCountOrSubType = item.count_or_sub_type,
        getTooltip = function(record)
            return record.tooltip
        end,
        getDurationTime = function(record)
            return record.duration
        end,
        getTier = function(record)
            return record.tier
        end,
        getCharges = function(record)
            return record.charges
        end,
        getMarketData = function(record)
            return things.market_data(thing.kind(record) or things.null)
        end,
        getNpcSaleData = function(record)
            return things.sale_data(thing.kind(record) or things.null)
        end,
        getMeanPrice = function(record)
            return things.mean_price(thing.kind(record) or things.null)
        end,
        getClothSlot = function(record)
            return thing.figure(record, "cloth_slot")
        end,
    }
    local asked = {
        "isStackable",
        "isMarketable",
        "isFluidContainer",
        "hasWearOut",
        "hasClockExpire",
        "hasExpire",
        "hasExpireStop",
        "isDualWield",
    }
    for _, method in raw.ipairs(asked) do
        local attribute = things.ASKS[method]
        methods[method] = function(record)
            return thing.is(record, attribute)
        end
    end
    engine:class("Item", methods, {
        create = item.new,
    })
end
