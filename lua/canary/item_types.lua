--- Kinds of items: what `items.xml` and the client's files say, read when it is first asked for.
---
--- A kind is a record: `id`, `name`, `article`, `plural`, `description`, `weight` (in 1/100 oz), `type` and `group`
--- (the server's numbers), `attack`, `defense`, `armor`, …, `abilities`, and flags: `stackable`, `pickupable`,
--- `movable`, `useable`, `block_solid`, `is_container`, … A number that is not told is what the server has for it.

local context = ...
local raw = context.raw
local byte, find, lower, sub = raw.string.byte, raw.string.find, raw.string.lower, raw.string.sub
local setmetatable = raw.setmetatable

local DEFAULTS = {
    class_name = "ItemType",
    id = 0,
    client_id = 0,
    name = "",
    article = "",
    plural = "",
    description = "",
    rune_spell_name = "",
    vocation_string = "",
    type = 0,
    group = 0,
    weight = 0,
    attack = 0,
    defense = 0,
    extra_defense = 0,
    armor = 0,
    attack_speed = 0,
    mantra = 0,
    charges = 0,
    worth = 0,
    max_items = 8,
    slot_position = 48,
    shoot_range = 1,
    stack_size = 100,
    hit_chance = 0,
    max_hit_chance = -1,
    decay_to = -1,
    decay_time = 0,
    decay_time_max = 0,
    weapon_type = 0,
    ammo_type = 0,
    shoot_type = 0,
    magic_effect = 0,
    fluid_source = 0,
    corpse_type = 0,
    rotate_to = 0,
    destroy_to = 0,
    transform_equip_to = 0,
    transform_deequip_to = 0,
    transform_to_free = 0,
    transform_on_use = 0,
    male_sleeper = 0,
    female_sleeper = 0,
    max_text_length = 0,
    write_once_id = 0,
    level_door = 0,
    wield_info = 0,
    min_level = 0,
    min_magic_level = 0,
    rune_level = 0,
    rune_magic_level = 0,
    ground_speed = 0,
    light_level = 0,
    light_color = 0,
    classification = 0,
    ware_id = 0,
    wrapable_to = 0,
    imbuement_slots = 0,
    floor_change = 0,
    always_on_top_order = 0,
    elemental_bond = 255,
    replaceable = true,
    walk_stack = true,
    show_count = true,
}

-- What the numbers of groups mean.
local GROUPS = {
    canary = { [1] = "is_ground", [2] = "is_container", [3] = "is_splash", [4] = "is_fluid_container" },
    tfs = { [1] = "is_ground", [2] = "is_container", [11] = "is_splash", [12] = "is_fluid_container" },
}

-- Types of items that have a flag of their own.
local TYPES = {
    DOOR = "is_door",
    MAGICFIELD = "is_magic_field",
    TELEPORT = "is_teleport",
    KEY = "is_key",
    DEPOT = "is_depot",
    MAILBOX = "is_mailbox",
    TRASHHOLDER = "is_trash_holder",
    BED = "is_bed",
    RUNE = "is_rune",
    PODIUM = "is_podium",
    REWARDCHEST = "is_reward_chest",
}
local CANARY_TYPES = { [38] = "carpet", [25] = "is_quiver", [42] = "is_ladder", [43] = "is_dummy" }

return function(server)
    local item_types = {}
    local tfs, host, enum = server.tfs, server.host, server.parts.enums.get
    local groups = GROUPS[server.dialect]
    local kind_metatable = { __index = setmetatable({ combat_type = tfs and 0 or 255 }, { __index = DEFAULTS }) }
    local flags_of_type = {}
    for name, flag in raw.pairs(TYPES) do
        local number = enum("ITEM_TYPE_" .. name)
        if number then
            flags_of_type[number] = flag
        end
    end
    if not tfs then
        for number, flag in raw.pairs(CANARY_TYPES) do
            flags_of_type[number] = flag
        end
    end

    -- By id: the record, or false for one that is not there.
    local known = {}
    local none = setmetatable({}, kind_metatable)

    local function take(fields)
        local flag = groups[fields.group]
        if flag then
            fields[flag] = true
        end
        flag = flags_of_type[fields.type]
        if flag then
            fields[flag] = true
        end
        if tfs then
            -- Being a container, the ground, … is a matter of the group, which a field changes.
            fields.pickupable = fields.pickupable or fields.allow_pickupable
        else
            fields.wrappable = (fields.wrapable_to or 0) > 0
            fields.is_podium = fields.podium
        end
        return setmetatable(fields, kind_metatable)
    end

    --- The kind of an id; nil when the server has none.
    ---@param id number
    ---@return table|nil kind
    function item_types.get(id)
        local kind = known[id]
        if kind == nil then
            local fields = id >= 0 and id <= 65535 and host("items.get", id) or nil
            kind = fields and take(fields) or false
            known[id] = kind
        end
        return kind or nil
    end
    local get = item_types.get

    -- Most kinds that scripts name while they load are asked for their charges at most: such a one is read when it is
    -- asked for more. What is written into it before stands.
    local charged
    local function has_charges(id)
        if not charged then
            charged = {}
            for _, each in raw.ipairs(host("items.saying", "charges")) do
                charged[each] = true
            end
        end
        return charged[id]
    end

    local UNREAD = {}
    function UNREAD.__index(kind, key)
        if key == "class_name" or (key == "charges" and not has_charges(kind.id)) then
            return DEFAULTS[key]
        end
        for name, value in raw.pairs(take(host("items.get", kind.id) or {})) do
            if raw.rawget(kind, name) == nil then
                kind[name] = value
            end
        end
        setmetatable(kind, kind_metatable)
        return kind[key]
    end

    --- The kind of an id that is that of an item for certain.
    ---@param id number
    ---@return table kind
    function item_types.named(id)
        local kind = known[id]
        if kind == nil then
            kind = setmetatable({ id = id }, UNREAD)
            known[id] = kind
        end
        return kind
    end

    --- The kind of an id; an empty one with id 0 when the server has none.
    ---@param id number
    ---@return table kind
    function item_types.of(id)
        return get(id) or none
    end

    --- The empty kind, whose id is 0.
    item_types.none = none

    -- Names ------------------------------------------------------------------------------------------------------

    local by_name
    -- Canary: all ids of a name that several items have, as its table has them: the last that was added comes first.
    local namesakes = {}

    -- An item after the other, `name\nid\n`: tens of thousands, so in a loop that is worth machine code.
    local function each_name(text, visit)
        local at, length = 1, #text
        while at <= length do
            local ends = find(text, "\n", at, true)
            local name, id = sub(text, at, ends - 1), 0
            at = ends + 1
            local digit = byte(text, at)
            while digit ~= 10 do
                id, at = id * 10 + digit - 48, at + 1
                digit = byte(text, at)
            end
            visit(name, id)
            at = at + 1
        end
    end

    local function read_names()
        by_name = {}
        each_name(host("items.names"), function(name, id)
            local before = by_name[name]
            -- TFS keeps the first item of a name; Canary's table finds the last that was added.
            if not before or not tfs then
                by_name[name] = id
            end
            if before and not tfs then
                local list = namesakes[name] or { before }
                raw.table.insert(list, 1, id)
                namesakes[name] = list
            end
        end)
    end

    --- The id of the item with a name, whatever its letters' size; 0 for none.
    ---@param name string
    ---@return number id
    function item_types.id_of(name)
        if not by_name then
            read_names()
        end
        return by_name[lower(name)] or 0
    end

    --- The ids of all items with a name; the first is the one that is found by it.
    ---@param name string
    ---@return number[]
    function item_types.ids_named(name)
        local id = item_types.id_of(name)
        return namesakes[lower(name)] or id ~= 0 and { id } or {}
    end

    --- The kind with a name; nil for none.
    ---@param name string
    ---@return table|nil kind
    function item_types.by_name(name)
        local id = item_types.id_of(name)
        return id ~= 0 and get(id) or nil
    end

    --- The id that a script means, as the servers read it: a number, or a name. 0 for no item of a name.
    ---@param value any
    ---@return number id
    ---@return boolean|nil unknown_name
    function item_types.id_from(value)
        if raw.type(value) == "number" then
            return server.arguments.u16(value)
        end
        local id = item_types.id_of(server.arguments.string(value))
        return id, id == 0
    end

    --- The server's id of an item of the client (items.otb); 0 for none.
    ---@param client_id number
    function item_types.by_client(client_id)
        return host("items.by_client", client_id)
    end

    --- Forgets what was read, so that files that changed count.
    function item_types.reload()
        known, by_name, namesakes, charged = {}, nil, {}, nil
    end

    -- What a kind is ---------------------------------------------------------------------------------------------

    --- Whether items of a kind have a count, a fluid or charges.
    ---@param kind table
    function item_types.has_sub_type(kind)
        return kind.is_fluid_container or kind.is_splash or kind.stackable or kind.charges ~= 0 or false
    end

    --- How many items a count is of: stacks of what is stackable, one of what else has a subtype, else single ones.
    ---@param kind table
    ---@param count number a whole number of 32 bits, with or without a sign
    ---@return number many nothing is made of 0 and of less
    ---@return number sub_type what they have in all, or each if they are no stacks; with a sign
    function item_types.pieces(kind, count)
        local signed = (count + 2147483648) % 4294967296 - 2147483648
        if not item_types.has_sub_type(kind) then
            return raw.math.max(1, signed), 1
        end
        return kind.stackable and raw.math.ceil(count / kind.stack_size) or 1, signed
    end

    --- The name of many.
    ---@param kind table
    function item_types.plural_of(kind)
        if kind.plural ~= "" then
            return kind.plural
        elseif not kind.show_count then
            return kind.name
        elseif tfs and (kind.name == "" or raw.string.sub(kind.name, -1) == "s") then
            return kind.name
        end
        return kind.name .. "s"
    end

    context.use("canary/item_types/class")(server, item_types)
    context.use("canary/item_types/lists")(server, item_types)
    return item_types
end
