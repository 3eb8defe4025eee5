--- Tiles that do something to what comes onto them: teleports, trash holders, mailboxes, magic fields; and the scripts
--- that wait for a step.

local context = ...
local raw = context.raw

local NOWHERE = { x = 0, y = 0, z = 0 }

return function(server, map)
    local enum, tfs, STATE = server.parts.enums.get, server.tfs, map.STATE
    local has_flag, is_creature = map.has_flag, map.is_creature
    map.TRASH_TYPE, map.BED_TYPE = enum("ITEM_TYPE_TRASHHOLDER"), enum("ITEM_TYPE_BED")

    -- Magic fields ----------------------------------------------------------------------------------------------

    --- Element of the damage that a field does (COMBAT_*).
    function map.field_element(field)
        return field.type.combat_type or 0
    end

    -- By kind of field the condition that it brings; false for none.
    local brought = raw.setmetatable({}, { __mode = "k" })

    -- Ticks, counts, starts and damages come in their order; each damage is of what was told before it.
    local function fill(condition, told)
        local conditions = server.parts.conditions
        local ticks, start, count, first = 0, 0, 1, -1
        for _, line in raw.ipairs(told) do
            local key, value = raw.string.lower(line.key), line.value
            if key == "ticks" then
                ticks = value
            elseif key == "count" then
                count = raw.math.max(1, value)
            elseif key == "start" then
                start = raw.math.max(0, value)
            elseif key == "initdamage" then
                first = value
            elseif key == "damage" then
                if start == 0 then
                    conditions.add_damage(condition, count, ticks, -value)
                else
                    for _, hit in raw.ipairs(conditions.falling(value, start)) do
                        conditions.add_damage(condition, 1, ticks, -hit)
                    end
                end
                start = 0
            end
        end
        if tfs then
            if first > 0 or first < -1 then
                condition.initial_damage = -first
            elseif first == -1 and start ~= 0 then
                condition.initial_damage = start
            end
        end
    end

    --- What a kind of field does to those who step in; nil for walls and the like. Not to be changed.
    ---@param kind table kind of item
    ---@return table|nil condition
    function map.field_condition(kind)
        local condition = brought[kind]
        if condition == nil then
            local conditions = server.parts.conditions
            condition = kind.field_condition and kind.field_condition ~= 0
                and conditions.make(enum("CONDITIONID_COMBAT") or 0, kind.field_condition, 0) or false
            if condition then
                fill(condition, kind.field_damage or {})
                condition.field = true
                condition.force_update = conditions.total_damage(condition) > 0
            end
            brought[kind] = condition
        end
        return condition or nil
    end

    --- Damage that a field does altogether; 0 for walls and the like.
    function map.field_damage(field)
        local condition = map.field_condition(field.type)
        return condition and server.parts.conditions.total_damage(condition) or 0
    end

    --- Whether a creature already suffers from what an element does.
    function map.suffers_from(creature, element)
        local kind = server.parts.conditions.of_damage[element]
        return kind ~= nil and server.parts.conditions.has(creature, kind)
    end

    local WALL_SAFE, GROWTH_SAFE = enum("ITEM_MAGICWALL_SAFE"), enum("ITEM_WILDGROWTH_SAFE")
    local WALL_NOPVP, GROWTH_NOPVP = enum("ITEM_MAGICWALL_NOPVP"), enum("ITEM_WILDGROWTH_NOPVP")
    local HARMLESS = {}
    for _, name in raw.ipairs({ "FIREFIELD", "FIREFIELD_MEDIUM", "POISONFIELD", "ENERGYFIELD" }) do
        local id = enum("ITEM_" .. (raw.string.gsub(name, "FIELD", "FIELD_NOPVP")))
        if id then
            HARMLESS[id] = true
        end
    end

    local function vanish(field, creature)
        if not creature.ghost then
            server.parts.items.remove(field, 1)
        end
    end

    local function without_pvp(tile)
        return map.world_type() == "no-pvp" or (tile ~= nil and has_flag(tile, STATE.NOPVPZONE))
    end

    -- Whether a field that a creature does not suffer from was no use to whoever made it.
    local function is_of_its_maker(tile, field, creature, owner)
        local harmful = true
        if without_pvp(tile) then
            local maker = server.parts.creatures.by_id(owner)
            if maker and (maker.class_name == "Player" or (maker.master and maker.master.class_name == "Player")) then
                harmful = false
            end
        end
        local recent = server.now - (field.created or 0) <= 5000
        return not harmful or recent or server.parts.creatures.was_attacked_by(creature, owner)
    end

    --- What a magic field does to a creature in it.
    ---@param field table
    ---@param creature table
    function map.step_in_field(field, creature)
        local tile = map.tile_of(field)
        local id = field.id
        if tfs then
            if id == WALL_SAFE or id == GROWTH_SAFE or field.type.block_solid then
                return vanish(field, creature)
            elseif id == WALL_NOPVP or id == GROWTH_NOPVP then
                if without_pvp(tile) then
                    server.parts.items.remove(field, 1)
                end
                return
            elseif HARMLESS[id] and not field.loaded_from_map and creature.class_name == "Player" then
                if not creature.ghost then
                    local x, y, z = map.position_of(creature)
                    map.send_effect(x, y, z, enum("CONST_ME_POFF") or 3)
                end
                return
            end
        elseif id == GROWTH_SAFE
            or (id == WALL_SAFE and not field.type.block_solid and map.world_type() == "no-pvp") then
            return vanish(field, creature)
        end
        local conditions = server.parts.conditions
        local condition = map.field_condition(field.type)
        if condition then
            condition = conditions.clone(condition)
            local owner = field.attributes and field.attributes.owner
            if owner and owner ~= 0 and is_of_its_maker(tile, field, creature, owner) then
                condition.owner = owner
            end
            conditions.add(creature, condition)
        end
    end

    -- Teleports -------------------------------------------------------------------------------------------------

    local function destination(item)
        local place = item.destination
        if place and (tfs or place.x ~= 0 or place.y ~= 0 or place.z ~= 0) then
            return place
        end
    end

    local function same_place(a, b)
        return a.x == b.x and a.y == b.y and a.z == b.z
    end

    -- Whether one would go around in circles.
    local function is_endless(item, tile)
        local next_teleport = map.teleport_item(tile)
        local seen = { map.tile_of(item) }
        for _ = 1, 100 do
            local place = next_teleport and destination(next_teleport)
            if not place then
                return false
            end
            for at = 1, #seen do
                if same_place(seen[at], place) then
                    return true
                end
            end
            seen[#seen + 1] = place
            local there = map.tile(place.x, place.y, place.z)
            next_teleport = there and map.teleport_item(there)
        end
        return true
    end

    local function teleport(item, thing)
        local place = destination(item)
        local there = place and map.tile(place.x, place.y, place.z)
        if not there then
            return
        end
        if is_endless(item, there) then
            if tfs then
                server:log("warning", "Warning: possible infinite loop teleport. " .. place.x .. ", " .. place.y)
            else
                local x, y, z = map.position_of(item)
                local where = raw.string.format("( %d, %d, %d )", x, y, z)
                server:log("warning", "[Teleport:addThing] - Infinity loop teleport at position: " .. where)
            end
            return
        end
        local effect = item.type.magic_effect or 0
        local x, y, z = map.position_of(thing)
        if is_creature(thing) then
            server.parts.creatures.turn(thing, x > place.x and 3 or 1)
            map.move_creature(thing, there)
            if effect ~= 0 then
                map.send_effect(x, y, z, effect)
                map.send_effect(place.x, place.y, place.z, effect)
            end
        else
            if effect ~= 0 then
                map.send_effect(place.x, place.y, place.z, effect)
                map.send_effect(x, y, z, effect)
            end
            server.parts.items.move(thing, there, thing.count or 1, tfs and map.FLAG.NOLIMIT or 0)
        end
    end

    local function throw_away(holder, item)
        if is_creature(item) or item == holder or not map.is_movable(item) then
            return
        end
        local tile = map.tile_of(holder)
        if item.type.hangable and map.is_ground(holder) and tile and has_flag(tile, STATE.SUPPORTS_HANGABLE) then
            return
        end
        server.parts.items.remove(item)
        local effect = holder.type.magic_effect or 0
        if effect ~= 0 and tile then
            map.send_effect(tile.x, tile.y, tile.z, effect)
        end
    end

    local function receive(tile, thing)
        if has_flag(tile, STATE.TELEPORT) then
            local item = map.teleport_item(tile)
            if item then
                teleport(item, thing)
            end
        elseif has_flag(tile, STATE.TRASHHOLDER) then
            local holder = map.trash_holder(tile)
            if holder then
                throw_away(holder, thing)
            end
        elseif has_flag(tile, STATE.MAILBOX) then
            local box = map.mailbox(tile)
            local post = server.parts.items.post
            if box and post and not is_creature(thing) then
                post(thing)
            end
        end
    end

    -- What others are told --------------------------------------------------------------------------------------

    local function near_players(tile, thing, old_parent, fn)
        if not fn then
            return
        end
        for _, player in raw.ipairs(map.players_seeing(tile.x, tile.y, tile.z)) do
            fn(player, thing, old_parent)
        end
    end

    --- What follows when a thing has come onto a tile: teleports and the like, and scripts (onStepIn, onAddItem).
    ---@param tile table
    ---@param thing table
    ---@param old_parent table|nil where it was
    ---@param only_near boolean|nil it lies in something on the tile, not on the tile itself
    function map.post_add(tile, thing, old_parent, only_near)
        near_players(tile, thing, old_parent, server.parts.players.near_added)
        if only_near then
            return
        end
        receive(tile, thing)
        if is_creature(thing) then
            server.parts.events.step_in(thing, tile, thing.last_position or NOWHERE)
        else
            server.parts.events.item_added(thing, tile)
        end
    end

    --- What follows when a thing has left a tile: scripts (onStepOut, onRemoveItem).
    ---@param tile table
    ---@param thing table
    ---@param new_parent table|nil where it is now
    ---@param only_near boolean|nil
    function map.post_remove(tile, thing, new_parent, only_near)
        near_players(tile, thing, new_parent, server.parts.players.near_removed)
        if only_near then
            return
        end
        if is_creature(thing) then
            server.parts.events.step_out(thing, tile, thing.last_position or NOWHERE)
        else
            server.parts.events.item_removed(thing, tile)
        end
    end

    -- The same, as the part of creatures calls them.
    function map.notify_added(tile, thing, old_parent)
        map.post_add(tile, thing, old_parent)
    end
    function map.notify_removed(tile, thing, new_parent)
        map.post_remove(tile, thing, new_parent)
    end
end
