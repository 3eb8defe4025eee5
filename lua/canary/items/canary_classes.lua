--- What only Canary has: more methods of Item, imbuements, and classes of items for the forge.

local context = ...
local raw = context.raw
local format = raw.string.format

local SHADER = "shader"
local WEAPON_NONE = 0
-- What tiers do, by where it is worn.
local EFFECTS = {
    [1] = { "Momentum", "MOMENTUM" },
    [8] = { "Ruse", "RUSE" },
    [64] = { "Transcendence", "TRANSCENDENCE" },
    [128] = { "Amplification", "AMPLIFICATION" },
}

return function(server, items)
    if server.tfs then
        return
    end
    local userdata, arguments, config = server.userdata, server.arguments, server.parts.config
    local item_of = items.of_script
    local methods = {}

    -- Tiers ------------------------------------------------------------------------------------------------------

    --- The tier of an item.
    function items.tier(item)
        local tier = items.number(item, "tier") % 256
        if tier > config.number("FORGE_MAX_ITEM_TIER") then
            server:log("error", "getTier - Item " .. items.name(item) .. " have a wrong tier " .. tier)
            return 0
        end
        return tier
    end

    local function chance(name, tier)
        local function part(letter)
            return config.get(name .. "_CHANCE_FORMULA_" .. letter) or 0
        end
        return part("A") * tier * tier + part("B") * tier + part("C")
    end

    --- How likely an effect of an item's tier is, in percent; 0 without one.
    ---@param item table
    ---@param name string ONSLAUGHT, RUSE, …
    function items.tier_chance(item, name)
        local tier = items.tier(item)
        return tier == 0 and 0 or chance(name, tier)
    end

    --- The tier as one sees it, with what it does.
    function items.tier_text(item)
        local tier = items.tier(item)
        if tier == 0 then
            return "0"
        elseif item.type.weapon_type ~= WEAPON_NONE then
            return format("%d (%.2f%% Onslaught)", tier, chance("ONSLAUGHT", tier))
        end
        for _, slot in raw.ipairs({ 1, 8, 64, 128 }) do
            if raw.bit.band(item.type.slot_position, slot) ~= 0 then
                return format("%d (%.2f%% %s)", tier, chance(EFFECTS[slot][2], tier), EFFECTS[slot][1])
            end
        end
        return tier .. ""
    end

    -- A method that reports when there is no item; what it then gives, if anything.
    local function reported(name, fn, ...)
        local count, missing = raw.select("#", ...), (...)
        methods[name] = function(object, ...)
            local item = item_of(object)
            if item then
                return fn(item, ...)
            end
            server:report("Item not found")
            if count > 0 then
                return missing
            end
        end
    end

    -- A method that pushes nothing when there is no item: what was passed last is left as the answer.
    local function passing(name, fn)
        methods[name] = function(...)
            local item = item_of((...))
            if item then
                return fn(item, raw.select(2, ...))
            end
            server:report("Item not found")
            return arguments.last(...)
        end
    end

    reported("getTier", items.tier, false)
    reported("setTier", function(item, tier)
        tier = arguments.u8(tier)
        local most = config.number("FORGE_MAX_ITEM_TIER")
        if tier > most then
            server:log("error", "setTier - It is not possible to set a tier higher than " .. most)
        elseif item.type.classification ~= 0 then
            items.set_attribute(item, "tier", tier)
        end
        return true
    end, false)
    reported("getClassification", function(item)
        return item.type.classification
    end, false)
    reported("canReceiveAutoCarpet", function(item)
        local kind = item.type
        return kind.block_solid == true and kind.always_on_top_order ~= 0 and not kind.has_height
    end, false)
    reported("isContainer", function(item)
        return item.type.is_container == true
    end, false)
    reported("isInsideDepot", function(item, with_inbox)
        with_inbox = arguments.boolean(with_inbox, false)
        local holder = item.items and item or item.parent
        while holder and holder.class_name == "Container" do
            local kind = holder.container_kind
            if kind == "locker" or kind == "depot_chest" or (with_inbox and kind == "inbox") then
                return true
            end
            holder = holder.parent
        end
        return false
    end, false)
    reported("setDuration", function(item, ...)
        local count = raw.select("#", ...)
        local least, most, into, shown = ...
        least = arguments.u32(least)
        local chosen = 0
        if count > 1 then
            chosen = server.parts.random.uniform(least, arguments.u32(most))
        end
        -- All items of the kind last so from now on.
        local kind = item.type
        kind.decay_time = chosen == 0 and least or chosen
        kind.show_duration = count < 4 or arguments.boolean(shown)
        kind.decay_to = count > 2 and arguments.u16(into) or 0
        items.start_decay(item)
        return true
    end, false)

    -- Owners -----------------------------------------------------------------------------------------------------

    -- What a script names an owner by: a creature, its id, or nil for neither.
    local function owner_from(value)
        if raw.type(value) == "userdata" then
            local creature = userdata.get(value, "Creature")
            if not creature then
                server:report("Player not found")
                return nil, true
            end
            return creature
        end
        local id = arguments.u32(value)
        return id ~= 0 and id or nil
    end

    reported("setOwner", function(item, value)
        local owner, failed = owner_from(value)
        if failed then
            return
        elseif not owner then
            return false
        end
        local id = raw.type(owner) == "table" and (owner.guid or owner.id) or owner
        items.set_attribute(item, "owner", id)
        return true
    end)
    reported("isOwner", function(item, value)
        local owner, failed = owner_from(value)
        if failed then
            return
        end
        return owner ~= nil and items.is_owner(item, owner)
    end)
    reported("getOwnerId", function(item)
        local owner = items.owner(item)
        return owner ~= 0 and owner or nil
    end)
    reported("getOwnerName", function(item)
        local owner = items.owner(item)
        if owner == 0 then
            return nil
        end
        local creature = server.parts.creatures.by_id(owner)
        local by_guid = server.parts.players.name_by_guid
        return creature and creature.name or by_guid and by_guid(owner) or "someone else"
    end)
    passing("hasOwner", function(item)
        return items.owner(item) ~= 0
    end)
    passing("actor", function(item, ...)
        if raw.select("#", ...) == 0 then
            return item.has_actor == true
        end
        item.has_actor = arguments.boolean((...))
        return true
    end)

    -- Shaders ----------------------------------------------------------------------------------------------------

    passing("hasShader", function(item)
        return items.custom(item, SHADER) ~= nil
    end)
    reported("getShader", function(item)
        return items.custom(item, SHADER) or ""
    end, false)
    reported("setShader", function(item, name)
        name = arguments.string(name)
        if name == "" then
            items.remove_custom(item, SHADER)
        else
            items.set_custom(item, SHADER, name)
        end
        return true
    end, false)

    -- Others -----------------------------------------------------------------------------------------------------

    function methods.getContainer(object)
        local item = item_of(object)
        if not item then
            return nil
        end
        -- The server gives it no metatable: it is there, and nothing can be done with it.
        return item.items and raw.newproxy() or false
    end

    function methods.canBeMoved(object)
        local item = item_of(object)
        if not item then
            return nil
        end
        return item.type.movable == true and not items.has_attribute(item, "uniqueid")
            and items.number(item, "actionid") % 65536 ~= 100
    end

    function methods.serializeAttributes(object)
        local item = item_of(object)
        return item and items.serialize(item) or nil
    end

    function methods.moveToSlot(object, player_object, ...)
        local item = item_of(object)
        if not item or items.is_removed(item) then
            return nil
        end
        local player = userdata.get(player_object, "Player")
        if not player then
            return nil
        end
        return items.move_item(item.parent, player, item, { index = arguments.given(arguments.u8, 0, 1, ...) }) == 0
    end

    function methods.getDescription(object, distance)
        local item = item_of(object)
        if not item then
            return nil
        end
        return items.describe(item, arguments.i32(distance))
    end

    -- The optional rules of expert PvP are not part of this world.
    function methods.setExpertPvpFieldContext()
        return false
    end

    reported("getImbuementSlot", items.imbuement_slots, false)
    -- For each imbuement the server pushes the object and a table, and gives back what is uppermost.
    reported("getImbuement", function(item, ...)
        local last = nil
        for slot = 0, items.imbuement_slots(item) - 1 do
            local imbuement, seconds = items.imbuement_in(item, slot)
            if imbuement then
                last = { id = imbuement.id, name = imbuement.name, duration = seconds }
            end
        end
        if last then
            return last
        end
        return arguments.last(userdata.push(item), ...)
    end, false)

    userdata.methods("Item", methods)
end
