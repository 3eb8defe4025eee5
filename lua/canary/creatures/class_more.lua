--- Creature: conditions, ways and moves.

local context = ...
local raw = context.raw

---@param server table
---@param creatures table
---@param bind table
return function(server, creatures, bind)
    local userdata, arguments, tfs, env = server.userdata, server.arguments, server.tfs, server.env
    local function of(fn)
        return bind.of("Creature", fn)
    end

    local condition_kind = tfs and arguments.enum32 or arguments.enum8

    -- Numbers of conditions have a sign: what stands where there is none given is -1, or 0 for those of combat.
    local function condition_id(value)
        local id = arguments.enum8(value, env.CONDITIONID_COMBAT)
        return id >= 128 and id - 256 or id
    end

    local function teleport(self, position, push)
        local map = server.parts.map
        push = arguments.boolean(push, false)
        local x, y, z = map.take_position(position)
        local creature = userdata.get(self, "Creature")
        if not creature then
            if tfs then
                return nil
            end
            server:report("Creature not found")
            return false
        end
        local ox, oy = creatures.position(creature)
        if creatures.teleport(creature, x, y, z, push) ~= 0 then
            return false
        end
        -- The one server turns those who are pushed, the other those who are not.
        if push == tfs then
            if ox == x then
                creatures.turn(creature, oy < y and 2 or 0)
            else
                creatures.turn(creature, ox > x and 3 or 1)
            end
        end
        return true
    end

    local function path(creature, ...)
        local map, given = server.parts.map, arguments.given
        local x, y, z = map.take_position((...))
        local found = map.find_path(creature, x, y, z, {
            min_target_dist = given(arguments.i32, 0, 2, ...),
            max_target_dist = given(arguments.i32, 1, 3, ...),
            full_path_search = arguments.flag(true, 4, ...),
            clear_sight = arguments.flag(true, 5, ...),
            max_search_dist = given(arguments.i32, 0, 6, ...),
        })
        return map.told_path(found) or false
    end

    local function move(creature, where, flags)
        local map = server.parts.map
        if raw.type(where) == "number" then
            local direction = arguments.enum8(where)
            if direction > 7 then
                return nil
            end
            return map.walk(creature, direction, env.FLAG_NOLIMIT or 1)
        end
        local tile = userdata.get(where, "Tile")
        if not tile then
            return nil
        end
        return map.move_to(creature, tile, bind.u32(flags, 3))
    end

    local function remove_condition(creature, kind, id, sub_id, force)
        local conditions = server.parts.conditions
        local given = tfs and userdata.get(kind, "Condition")
        if given then
            kind, id, sub_id, force = given.type, given.id, given.sub_id, id
        else
            kind, id, sub_id = condition_kind(kind), condition_id(id), bind.u32(sub_id, 4, 0)
        end
        local condition = conditions.get(creature, kind, id, sub_id)
        if not condition then
            return nil
        end
        force = arguments.boolean(force, false)
        if not tfs and sub_id == 0 then
            conditions.remove(creature, kind, id, 0, force)
        else
            conditions.remove_one(creature, condition, tfs and force)
        end
        return true
    end

    userdata.methods("Creature", {
        getCondition = of(function(creature, kind, id, sub_id)
            local found = server.parts.conditions.get(creature, condition_kind(kind), condition_id(id),
                bind.u32(sub_id, 4, 0))
            return userdata.push(found)
        end),
        addCondition = of(function(creature, value, force)
            local conditions = server.parts.conditions
            local condition = userdata.get(value, "Condition")
            if not condition then
                return nil
            end
            return conditions.add(creature, conditions.clone(condition), tfs and arguments.boolean(force, false))
        end),
        removeCondition = of(remove_condition),
        hasCondition = of(function(creature, kind, sub_id)
            return server.parts.conditions.has(creature, condition_kind(kind), bind.u32(sub_id, 3, 0))
        end),
        teleportTo = teleport,
        getPathTo = of(path),
        move = of(move),
    })
end
