--- Attributes of items as the servers write them to their databases and maps, and back.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")
local bytes = context.use("canary/network/bytes")
local write, read, concat, sub, type = bytes.write, bytes.read, raw.table.concat, raw.string.sub, raw.type

local COUNT, RUNE_CHARGES, DURATION, DECAYING = 15, 12, 16, 17
local STORE, CUSTOM_OLD, CUSTOM, REFLECT, BOOST = 1, 37, 41, 42, 43
local DESTINATION, DOOR, DEPOT = 8, 14, 10

-- Attributes in the order in which they are written: number, name and how: so many bytes, "text".
local COMMON_BEFORE = {
    { 22, "charges", 2 },
    { 4, "actionid", 2 },
    { 6, "text", "text" },
    { 18, "date", 8 },
    { 19, "writer", "text" },
    { 7, "description", "text" },
}
local AFTER = {
    canary = {
        { 24, "name", "text" },
        { 25, "article", "text" },
        { 26, "pluralname", "text" },
        { 27, "weight", 4 },
        { 28, "attack", 4 },
        { 29, "defense", 4 },
        { 30, "extradefense", 4 },
        { 45, "mantra", 4 },
        { 35, "imbuement_slot", 4 },
        { 36, "opencontainer", 1 },
        { 31, "armor", 4 },
        { 32, "hitchance", 1 },
        { 33, "shootrange", 1 },
        { 34, "special", "text" },
        { 38, "quicklootcontainer", 4 },
        { 40, "tier", 1 },
        { 39, "amount", 2 },
        { 42, "store_inbox_category", "text" },
        { 43, "owner", 4 },
    },
    tfs = {
        { 24, "name", "text" },
        { 25, "article", "text" },
        { 26, "pluralname", "text" },
        { 27, "weight", 4 },
        { 28, "attack", 4 },
        { 38, "attack_speed", 4 },
        { 29, "defense", 4 },
        { 30, "extradefense", 4 },
        { 31, "armor", 4 },
        { 32, "hitchance", 1 },
        { 33, "shootrange", 1 },
        { 35, "decayto", 4 },
        { 36, "wrapid", 2 },
        { 37, "storeitem", 1 },
        { 39, "opencontainer", 1 },
    },
}
local SIGNED = { attack = true, defense = true, extradefense = true, armor = true, hitchance = true, decayto = true,
    mantra = true }

return function(server, items)
    local tfs = server.tfs
    local custom_number = tfs and 34 or CUSTOM
    local known = {}

    local function text(value)
        return write(#value, 2) .. value
    end

    local function add(out, item, list)
        for at = 1, #list do
            local entry = list[at]
            local name, how = entry[2], entry[3]
            if tfs and name == "date" then
                how = 4
            end
            local value = item.attributes and item.attributes[name]
            local skip = value == nil or (at <= #COMMON_BEFORE and list == COMMON_BEFORE and value == 0)
                or (name == "actionid" and not item.type.movable)
            if not skip then
                out[#out + 1] = write(entry[1], 1) .. (how == "text" and text(value) or write(value, how))
            end
        end
    end

    local function custom_value(value)
        if type(value) == "string" then
            return write(1, 1) .. text(value)
        elseif type(value) == "boolean" then
            return write(4, 1) .. write(value and 1 or 0, 1)
        elseif value == raw.math.floor(value) then
            return write(2, 1) .. write(value, 8)
        end
        return write(3, 1) .. bytes.write_double(value)
    end

    local function add_custom(out, item)
        if item.custom then
            local keys = sorted_keys(item.custom)
            out[#out + 1] = write(custom_number, 1) .. write(#keys, 8)
            for _, key in raw.ipairs(keys) do
                out[#out + 1] = text(key) .. custom_value(item.custom[key])
            end
        end
    end

    local function add_combat(out, item)
        if item.reflects then
            local keys = sorted_keys(item.reflects)
            out[#out + 1] = write(REFLECT, 1) .. write(#keys, 2)
            for _, combat in raw.ipairs(keys) do
                local reflect = item.reflects[combat]
                out[#out + 1] = write(combat, 2) .. write(reflect.percent, 2) .. write(reflect.chance, 2)
            end
        end
        if item.boosts then
            local keys = sorted_keys(item.boosts)
            out[#out + 1] = write(BOOST, 1) .. write(#keys, 2)
            for _, combat in raw.ipairs(keys) do
                out[#out + 1] = write(combat, 2) .. write(item.boosts[combat], 2)
            end
        end
    end

    --- The attributes of an item as the server writes them.
    ---@param item table
    ---@return string
    function items.serialize(item)
        local out = {}
        local kind = item.type
        local store = items.number(item, "store")
        if not tfs and store ~= 0 then
            out[1] = write(STORE, 1) .. write(store, 8)
        end
        if kind.stackable or kind.is_fluid_container or kind.is_splash then
            out[#out + 1] = write(COUNT, 1) .. write(items.sub_type(item), 1)
        end
        add(out, item, COMMON_BEFORE)
        if items.has_attribute(item, "duration") then
            out[#out + 1] = write(DURATION, 1) .. write(items.duration(item), 4)
        end
        local state = items.number(item, "decaystate")
        if state == 1 or state == 2 then
            out[#out + 1] = write(DECAYING, 1) .. write(state, 1)
        end
        add(out, item, AFTER[server.dialect])
        add_custom(out, item)
        add_combat(out, item)
        if not tfs and items.has_attribute(item, "obtaincontainer") then
            out[#out + 1] = write(44, 1) .. write(items.number(item, "obtaincontainer"), 4)
        end
        return concat(out)
    end

    for _, list in raw.ipairs({ COMMON_BEFORE, AFTER[server.dialect] }) do
        for _, entry in raw.ipairs(list) do
            known[entry[1]] = entry
        end
    end

    local function read_text(data, at)
        local length = read(data, at, 2)
        return sub(data, at + 2, at + 1 + length), at + 2 + length
    end

    local function read_custom(item, data, at)
        local many = read(data, at, 8)
        at = at + 8
        for _ = 1, many do
            local key
            key, at = read_text(data, at)
            local kind = read(data, at, 1)
            at = at + 1
            local value
            if kind == 1 then
                value, at = read_text(data, at)
            elseif kind == 2 then
                value, at = bytes.read_signed(data, at, 8), at + 8
            elseif kind == 3 then
                value, at = bytes.read_double(data, at), at + 8
            elseif kind == 4 then
                value, at = read(data, at, 1) ~= 0, at + 1
            else
                return nil
            end
            items.set_custom(item, key, value)
        end
        return at
    end

    local function read_combat(item, data, at, field, size)
        local many = read(data, at, 2)
        at = at + 2
        item[field] = item[field] or {}
        for _ = 1, many do
            local combat = read(data, at, 2)
            if size == 6 then
                item[field][combat] = { percent = read(data, at + 2, 2), chance = read(data, at + 4, 2) }
            else
                item[field][combat] = read(data, at + 2, 2)
            end
            at = at + size
        end
        return at
    end

    -- Attributes that are not kept as they come.
    local special = {
        [COUNT] = function(item, data, at)
            items.set_sub_type(item, read(data, at, 1))
            return at + 1
        end,
        [5] = function(item, data, at)
            items.set_unique(item, read(data, at, 2))
            return at + 2
        end,
        [DURATION] = function(item, data, at)
            local value = bytes.read_signed(data, at, 4)
            items.set_duration(item, value > 0 and value or 0)
            return at + 4
        end,
        [DECAYING] = function(item, data, at)
            if read(data, at, 1) ~= 0 then
                -- It decays on when it is put into the world.
                items.set_decaying(item, 2)
            end
            return at + 1
        end,
        [DESTINATION] = function(item, data, at)
            item.destination = { x = read(data, at, 2), y = read(data, at + 2, 2), z = read(data, at + 4, 1) }
            return at + 5
        end,
        [DOOR] = function(item, data, at)
            items.set_attribute(item, "doorid", read(data, at, 1))
            return at + 1
        end,
        [DEPOT] = function(item, data, at)
            item.depot_id = read(data, at, 2)
            return at + 2
        end,
        [20] = function(item, data, at)
            item.sleeper = read(data, at, 4)
            return at + 4
        end,
        [21] = function(item, data, at)
            item.sleep_start = read(data, at, 4)
            return at + 4
        end,
        [custom_number] = read_custom,
    }
    special[RUNE_CHARGES] = special[COUNT]
    if tfs then
        special[REFLECT] = function(item, data, at)
            return read_combat(item, data, at, "reflects", 6)
        end
        special[BOOST] = function(item, data, at)
            return read_combat(item, data, at, "boosts", 4)
        end
    else
        special[CUSTOM_OLD] = read_custom
        special[STORE] = function(item, data, at)
            items.set_attribute(item, "store", read(data, at, 8))
            return at + 8
        end
        special[44] = function(item, data, at)
            items.set_attribute(item, "obtaincontainer", read(data, at, 4))
            return at + 4
        end
    end

    --- Gives an item the attributes that were written; false when they can't be read to their end.
    ---@param item table
    ---@param data string
    ---@return boolean whole
    function items.unserialize(item, data)
        local at = 1
        while at <= #data do
            local number = read(data, at, 1)
            at = at + 1
            local entry, own = known[number], special[number]
            if number == 0 then
                return true
            elseif own then
                at = own(item, data, at)
                if not at then
                    return false
                end
            elseif entry and entry[3] == "text" then
                local value
                value, at = read_text(data, at)
                items.set_attribute(item, entry[2], value)
            elseif entry then
                local size = tfs and entry[2] == "date" and 4 or entry[3]
                local value = (SIGNED[entry[2]] and bytes.read_signed or read)(data, at, size)
                items.set_attribute(item, entry[2], value)
                at = at + size
            else
                return false
            end
        end
        return at == #data + 1
    end
end
