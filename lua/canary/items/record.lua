--- One item by itself: count, charges and fluid, weight, names, what it is equal to.

local context = ...
local raw = context.raw
local floor, max = raw.math.floor, raw.math.max

return function(server, items)
    local tfs = server.tfs
    local item_types = server.parts.item_types
    local number, has_attribute = items.number, items.has_attribute
    local set_attribute, remove_attribute = items.set_attribute, items.remove_attribute
    local FALSE, PENDING, STOPPING = 0, 2, 3
    local REWARD_CORPSE = 2147483647

    --- What counts the item: its fluid, its count or its charges.
    ---@param item table
    function items.sub_type(item)
        local kind = item.type
        if kind.is_fluid_container or kind.is_splash then
            return number(item, "fluidtype") % 65536
        elseif kind.stackable then
            return item.count
        elseif kind.charges ~= 0 then
            return number(item, "charges") % 65536
        end
        return item.count
    end

    --- Sets the fluid, the count or the charges, whichever the item has.
    ---@param item table
    ---@param value number
    function items.set_sub_type(item, value)
        local kind = item.type
        value = value % 65536
        if kind.is_fluid_container or kind.is_splash then
            set_attribute(item, "fluidtype", value)
        elseif kind.stackable then
            item.count = value % 256
        elseif kind.charges ~= 0 then
            set_attribute(item, "charges", value)
        else
            item.count = value % 256
        end
    end

    --- How many of an item make a stack.
    function items.stack_size(item)
        if tfs then
            return 100
        end
        return item.type.stackable and item.type.stack_size or 1
    end

    --- What one that looks at the item's count sees, when it counts only some sub type (-1: any).
    function items.count_by_type(item, sub_type)
        if sub_type == -1 or sub_type == items.sub_type(item) then
            return item.count
        end
        return 0
    end

    --- Sets how long it lasts: milliseconds.
    function items.set_duration(item, ms)
        set_attribute(item, "duration", tfs and ms or max(0, ms))
    end

    --- How long it lasts yet: milliseconds.
    function items.duration(item)
        local state = number(item, "decaystate")
        if not tfs and (state == 1 or state == STOPPING) then
            return max(0, number(item, "duration_timestamp") - server.now)
        elseif item.decay_start then
            -- TFS takes off a second at a time.
            return max(0, number(item, "duration") - floor((server.now - item.decay_start) / 1000) * 1000)
        end
        return number(item, "duration")
    end

    --- Whether it is decaying: 0 no, 1 yes, 2 it waits to, 3 it is being stopped (Canary).
    function items.set_decaying(item, state)
        set_attribute(item, "decaystate", state)
        if state == FALSE and not tfs then
            remove_attribute(item, "duration_timestamp")
        end
    end

    -- The default duration of a kind: TFS has it between two numbers.
    function items.default_duration(kind)
        if tfs and kind.decay_time_max > 0 then
            return server.parts.random.normal(kind.decay_time, kind.decay_time_max) * 1000
        end
        return kind.decay_time * 1000
    end

    --- Makes an item one of another kind, as transforming does: durations are taken over or begun anew.
    ---@param item table
    ---@param id number
    function items.set_id(item, id)
        local before = item.type
        local kind = item_types.of(id)
        item.id, item.type = id, kind
        local duration = items.default_duration(kind)
        if duration == 0 and not kind.stop_time and kind.decay_to < 0 then
            if tfs then
                remove_attribute(item, "decaystate")
                item.decay_start = nil
            elseif has_attribute(item, "decaystate") then
                items.set_decaying(item, STOPPING)
            end
            remove_attribute(item, "duration")
        end
        if tfs or number(item, "corpseowner") ~= REWARD_CORPSE then
            remove_attribute(item, "corpseowner")
        end
        if duration > 0 and (not before.stop_time or not has_attribute(item, "duration")) then
            item.decay_start = nil
            items.set_decaying(item, tfs and FALSE or PENDING)
            items.set_duration(item, duration)
        end
    end

    --- One of it, with the charges of its kind.
    function items.set_default_sub_type(item)
        local kind = item.type
        item.count = 1
        if kind.charges ~= 0 then
            if kind.stackable then
                item.count = kind.charges % 256
            else
                set_attribute(item, "charges", kind.charges)
            end
        end
    end

    local function base_weight(item)
        local own = item.attributes and item.attributes.weight
        return (own or item.type.weight) % 4294967296
    end
    items.base_weight = base_weight

    --- What it weighs with all that is in it, in 1/100 oz.
    function items.weight(item)
        local weight = base_weight(item)
        if item.items then
            for at = 1, #item.items do
                weight = weight + items.weight(item.items[at])
            end
            return weight % 4294967296
        elseif item.type.stackable then
            return weight * max(1, item.count) % 4294967296
        end
        return weight
    end

    -- Attributes are kept with 64 bits, and told with those of what they mean.
    local function signed(bits)
        local modulus = 2 ^ bits
        return function(value)
            value = value % modulus
            return value < modulus / 2 and value or value - modulus
        end
    end
    local i8, i32 = signed(8), signed(32)
    local function u8(value)
        return value % 256
    end

    -- An attribute of the item's own, or the field of its kind.
    local function own_or(attribute, field, cut)
        return function(item)
            local attributes = item.attributes
            local own = attributes and attributes[attribute]
            if own ~= nil then
                return cut and cut(own) or own
            end
            return item.type[field]
        end
    end
    items.name = own_or("name", "name")
    items.article = own_or("article", "article")
    items.attack = own_or("attack", "attack", i32)
    items.defense = own_or("defense", "defense", i32)
    items.extra_defense = own_or("extradefense", "extra_defense", i32)
    items.armor = own_or("armor", "armor", i32)
    items.hit_chance = own_or("hitchance", "hit_chance", i8)
    items.shoot_range = own_or("shootrange", "shoot_range", u8)
    items.attack_speed = own_or("attack_speed", "attack_speed")
    items.mantra = own_or("mantra", "mantra", i32)
    items.imbuement_slots = own_or("imbuement_slot", "imbuement_slots", u8)
    items.decay_to = own_or("decayto", "decay_to")

    --- Its name in the plural.
    function items.plural(item)
        local own = item.attributes and item.attributes.pluralname
        return own or item_types.plural_of(item.type)
    end

    --- What a stack of coins is worth.
    function items.worth(item)
        if tfs then
            return item.type.worth * item.count
        elseif item.id == 3031 then
            return item.count
        elseif item.id == 3035 then
            return item.count * 100
        elseif item.id == 3043 then
            return item.count * 10000
        end
        return 0
    end

    --- Whether it was bought in the store.
    function items.is_store_item(item)
        if tfs then
            return number(item, "storeitem") == 1 or item.type.store_item == true
        end
        return number(item, "store") > 0
    end

    --- Whom it belongs to (Canary): the id of a creature or the number of a player; 0 for nobody. What is in a
    --- container counts for it.
    function items.owner(item)
        if tfs then
            return 0
        end
        local owner = number(item, "owner")
        if owner == 0 and item.items then
            for at = 1, #item.items do
                owner = number(item.items[at], "owner")
                if owner ~= 0 then
                    return owner
                end
            end
        end
        return owner
    end

    --- Whether a creature, by its id or a player's number, owns an item.
    ---@param item table
    ---@param owner number|table
    function items.is_owner(item, owner)
        local own = items.owner(item)
        if raw.type(owner) == "table" then
            return own == owner.id or (owner.guid ~= nil and own == owner.guid)
        elseif own == owner then
            return true
        end
        local creature = server.parts.creatures.by_id(owner)
        if creature and creature.class_name == "Player" then
            return creature.guid == own
        end
        local by_guid = server.parts.players.by_guid
        local player = by_guid and by_guid(owner)
        return player ~= nil and player.id == own
    end

    -- Canary compares what both have; TFS asks for the same attributes.
    local function same_attributes(a, b)
        if not tfs then
            if a and b then
                for name, value in raw.pairs(a) do
                    local other = b[name]
                    if name ~= "store" and other ~= nil and other ~= value then
                        return false
                    end
                end
            end
            return true
        end
        for name, value in raw.pairs(a or {}) do
            if not b or b[name] ~= value then
                return false
            end
        end
        for name in raw.pairs(b or {}) do
            if not a or a[name] == nil then
                return false
            end
        end
        return true
    end

    --- Whether two items may lie in one stack.
    function items.equal(item, other)
        if not other or item.id ~= other.id then
            return false
        elseif not tfs and items.is_store_item(item) ~= items.is_store_item(other) then
            return false
        elseif not tfs and items.owner(item) ~= items.owner(other) then
            return false
        elseif not same_attributes(item.attributes, other.attributes) then
            return false
        end
        return not tfs or same_attributes(item.custom, other.custom)
    end

    --- The property of an item that scripts ask by CONST_PROP_*.
    function items.has_property(item, property)
        return server.parts.map.item_has(item, property)
    end
end
