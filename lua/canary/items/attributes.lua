--- Attributes of items, by the servers' numbers (ITEM_ATTRIBUTE_*) and by the names that scripts give them.

local context = ...
local raw = context.raw
local find, lower, sub = raw.string.find, raw.string.lower, raw.string.sub
local type = raw.type

local TEXTS = {
    description = true,
    text = true,
    writer = true,
    name = true,
    article = true,
    pluralname = true,
    special = true,
    lootmessage_suffix = true,
    store_inbox_category = true,
}
-- Neither numbers nor texts.
local NEITHER = { none = true, custom = true, augments = true }

-- What scripts call them, where that is not the servers' own name.
local SPOKEN = { aid = "actionid", uid = "uniqueid" }
local SPOKEN_CANARY = {
    timestamp = "duration_timestamp",
    lootmessagesuffix = "lootmessage_suffix",
}
local SPOKEN_TFS = { attackspeed = "attack_speed" }
-- Names that are the servers' and yet no script can say.
local UNSPOKEN_CANARY = {
    special = true,
    imbuement_slot = true,
    opencontainer = true,
    quicklootcontainer = true,
    obtaincontainer = true,
    store_inbox_category = true,
}

return function(server, items)
    local tfs = server.tfs
    local by_number, names = {}, {}
    local number_of = tfs and server.arguments.enum32 or server.arguments.i64

    for name, number in raw.pairs(server.parts.enums.all) do
        if sub(name, 1, 15) == "ITEM_ATTRIBUTE_" then
            local own = lower(sub(name, 16))
            if tfs and (own == "duration_min" or own == "duration_max") then
                own = own == "duration_min" and "duration" or "duration_max"
            end
            by_number[number] = own
        end
    end
    for _, own in raw.pairs(by_number) do
        if not find(own, "_", 1, true) and not NEITHER[own] and not (not tfs and UNSPOKEN_CANARY[own]) then
            names[own] = own
        end
    end
    names.actionid, names.uniqueid = nil, nil
    names.opencontainer, names.duration_max = nil, nil
    for spoken, own in raw.pairs(SPOKEN) do
        names[spoken] = own
    end
    for spoken, own in raw.pairs(tfs and SPOKEN_TFS or SPOKEN_CANARY) do
        names[spoken] = own
    end
    if tfs then
        by_number[131072] = "duration"
    end

    --- The attribute that a script means by a number or a name.
    ---@param key any
    ---@return string name `none` for none
    function items.attribute_named(key)
        if type(key) == "number" then
            return by_number[number_of(key)] or "none"
        elseif type(key) ~= "string" then
            return "none"
        end
        local name = names[key]
        if name then
            return name
        end
        if not tfs then
            server:log("error", "[stringToItemAttribute] attribute type " .. key .. " is not registered")
        end
        return "none"
    end

    --- What is kept under an attribute: `number`, `text` or nil.
    function items.attribute_kind(name)
        if TEXTS[name] then
            return "text"
        elseif NEITHER[name] then
            -- TFS takes none for a number that nobody has.
            return tfs and name == "none" and "number" or nil
        end
        return "number"
    end

    --- A number attribute; 0 when the item has none.
    ---@param item table
    ---@param name string
    function items.number(item, name)
        local attributes = item.attributes
        return attributes and attributes[name] or 0
    end

    --- A text attribute; "" when the item has none.
    ---@param item table
    ---@param name string
    function items.text(item, name)
        local attributes = item.attributes
        return attributes and attributes[name] or ""
    end

    --- Whether an item has an attribute of its own.
    function items.has_attribute(item, name)
        local attributes = item.attributes
        return attributes ~= nil and attributes[name] ~= nil
    end

    --- Sets an attribute. An empty text changes nothing.
    ---@param item table
    ---@param name string
    ---@param value number|string
    function items.set_attribute(item, name, value)
        if value == "" or name == "none" then
            return
        elseif tfs and name == "attack_speed" and value < 100 then
            value = 100
        end
        local attributes = item.attributes
        if not attributes then
            attributes = {}
            item.attributes = attributes
        end
        attributes[name] = value
    end

    --- Takes an attribute away. Idempotent.
    function items.remove_attribute(item, name)
        local attributes = item.attributes
        if attributes then
            attributes[name] = nil
        end
    end

    --- A custom attribute, whatever the size of its name's letters.
    function items.custom(item, key)
        return item.custom and item.custom[lower(key)]
    end

    --- Sets a custom attribute: a number, text or boolean.
    function items.set_custom(item, key, value)
        local custom = item.custom
        if not custom then
            custom = {}
            item.custom = custom
        end
        custom[lower(key)] = value
    end

    --- Takes a custom attribute away; whether it was there.
    function items.remove_custom(item, key)
        local custom = item.custom
        key = lower(key)
        if not custom or custom[key] == nil then
            return false
        end
        custom[key] = nil
        if raw.next(custom) == nil then
            item.custom = nil
        end
        return true
    end
end
