--- Walking: step by step along a way, as fast as the creature and the ground allow.

local context = ...
local raw = context.raw
local ceil, floor, log, max, min, remove =
    raw.math.ceil, raw.math.floor, raw.math.log, raw.math.max, raw.math.min, raw.table.remove

-- How long a step takes falls with the logarithm of the speed.
local SPEED_A, SPEED_B, SPEED_C = 857.36, 261.29, -4795.01
-- Directions from here on go along a diagonal.
local DIAGONAL = 4
local BEAT = 50

---@param server table
---@param creatures table
return function(server, creatures)
    local tfs = server.tfs

    local function step_speed(creature)
        local speed = creatures.speed(creature)
        if creature.class_name == "Player" then
            return max(10, min(tfs and 1500 or 65535, speed))
        end
        return speed
    end

    local function ground_speed(tile)
        local ground = tile and tile.ground
        local item_type = ground and server.parts.item_types.get(ground.id)
        local speed = item_type and item_type.ground_speed or 0
        return speed ~= 0 and speed or 150
    end

    --- Milliseconds that a step takes.
    ---@param creature table
    ---@param direction number|nil
    function creatures.step_duration(creature, direction)
        if creature.removed then
            return 0
        end
        local speed = step_speed(creature)
        local calculated = 1
        if speed > -SPEED_B then
            calculated = max(1, floor(SPEED_A * log((tfs and floor(speed / 2) or speed) + SPEED_B) + SPEED_C + 0.5))
        end
        local duration = ceil(floor(1000 * ground_speed(creature.tile) / calculated) / BEAT) * BEAT
        if direction and direction >= DIAGONAL then
            duration = duration * 3
        elseif creature.target_nearby and not creature.master and not server.parts.monsters.is_fleeing(creature) then
            duration = duration * 2
        end
        return duration
    end

    --- Milliseconds until a creature may step again; none or less when it may.
    function creatures.walk_delay(creature, direction)
        if creature.last_step == 0 then
            return 0
        end
        local duration = creatures.step_duration(creature, direction)
        if not direction then
            duration = duration * creature.last_step_cost
        end
        return duration - (server.now - creature.last_step)
    end

    --- The map has moved a creature by a step: it takes its time.
    function creatures.stepped(creature, direction, changed_floor)
        creature.last_step = max(server.now, 1)
        creature.last_step_cost = (direction and direction >= DIAGONAL and 3 or 1) * (changed_floor and 2 or 1)
    end

    local function next_step(creature)
        if creature.class_name == "Monster" then
            return server.parts.monsters.next_step(creature)
        elseif creature.class_name == "Npc" then
            local direction = server.parts.npcs.next_step(creature)
            if direction then
                return direction
            end
        end
        return remove(creature.walk, 1)
    end

    local function refused(creature, problem)
        if creature.class_name == "Player" then
            server.parts.players.cancel(creature, problem)
            server.parts.clients.send(creature, "cancel_walk", { direction = creature.direction })
        end
        creature.force_path = true
    end

    local step
    local function schedule(creature, first)
        if creature.walk_event or creature.removed or step_speed(creature) <= 0 then
            return
        end
        local wait = creatures.walk_delay(creature)
        local at_once = false
        if wait <= 0 then
            local duration = creatures.step_duration(creature)
            at_once = first and duration > 0
            wait = at_once and 1 or duration * creature.last_step_cost
        end
        if wait <= 0 then
            return
        end
        if at_once then
            -- The first step is taken at once; the next waits.
            creature.walk_event = true
            step(creature)
            return
        end
        creature.walk_event = server.parts.scheduler.after(wait, function()
            step(creature)
        end)
    end

    function step(creature)
        creature.walk_event = nil
        if creature.removed or not creature.tile or creature.health <= 0 then
            return
        end
        local going = true
        if creatures.walk_delay(creature) <= 0 then
            local direction = next_step(creature)
            if direction then
                local problem = server.parts.map.walk(creature, direction, server.env.FLAG_IGNOREFIELDDAMAGE or 16)
                if problem ~= 0 then
                    refused(creature, problem)
                end
            else
                going = false
                if #creature.walk == 0 then
                    creatures.walk_ended(creature)
                end
            end
        end
        if creature.cancel_walk then
            creature.walk, creature.cancel_walk, creature.walk_task = {}, false, nil
            if creature.class_name == "Player" then
                server.parts.clients.send(creature, "cancel_walk", { direction = creature.direction })
            end
        end
        if going and not creature.removed then
            schedule(creature)
        end
    end

    --- Begins or goes on walking.
    ---@param creature table
    ---@param first boolean|nil the first step at once
    function creatures.start_walk(creature, first)
        creature.cancel_walk = false
        schedule(creature, first)
    end

    --- Walks along a list of directions.
    function creatures.auto_walk(creature, directions)
        creature.walk = {}
        for at = 1, #directions do
            creature.walk[at] = directions[at]
        end
        creatures.start_walk(creature, #directions <= 1)
    end

    --- Takes no further step until it is told to walk again; where it was going to is kept.
    function creatures.halt(creature)
        if creature.walk_event and creature.walk_event ~= true then
            server.parts.scheduler.cancel(creature.walk_event)
        end
        creature.walk_event = nil
    end

    --- Stops walking.
    function creatures.stop_walk(creature)
        creatures.halt(creature)
        creature.walk = {}
    end

    --- A player wants no further steps than the one that it is about to take.
    function creatures.cancel_walk(player)
        player.cancel_walk = true
    end

    --- A way has come to its end.
    function creatures.walk_ended(creature)
        local task = creature.walk_task
        creature.walk_task = nil
        if task then
            task()
        end
    end

    --- Moves a creature to a place at once.
    ---@param creature table
    ---@param x number
    ---@param y number
    ---@param z number
    ---@param push boolean|nil
    ---@return number RETURNVALUE_*
    function creatures.teleport(creature, x, y, z, push)
        return server.parts.map.teleport(creature, x, y, z, push or false)
    end

    -- A player is told that it can't follow, and stands still.
    local function no_way(player)
        creatures.attack(player, nil)
        server.parts.players.cancel(player, server.env.RETURNVALUE_THEREISNOWAY)
        server.parts.players.tell(player, "cancel_target", {})
        creatures.stop_walk(player)
    end

    --- Sets whom a creature follows.
    ---@param creature table
    ---@param other table|nil
    ---@return boolean
    function creatures.set_follow(creature, other)
        if not other then
            creature.follow = nil
            return true
        end
        local conditions = server.parts.conditions
        if creature.follow == other then
            return not server.tfs or creatures.is_in_sight(creature, other)
        elseif (not server.tfs and conditions.has(creature, conditions.types.FEARED))
            or not creatures.is_in_sight(creature, other) then
            creature.follow = nil
            if creature.class_name == "Player" then
                no_way(creature)
            end
            return false
        end
        creature.walk = {}
        creature.follow, creature.has_path = other, true
        creatures.go_to_follow(creature)
        return true
    end

    --- Finds the way to whom a creature follows, and takes it.
    function creatures.go_to_follow(creature)
        local other = creature.follow
        if not other or not other.tile or not creature.tile then
            return
        end
        if creature.class_name == "Monster" and server.parts.monsters.follow_step(creature) then
            return
        end
        local distance = creature.target_distance or 1
        local way = server.parts.map.find_path(creature, other.tile.x, other.tile.y, other.tile.z, {
            min_target_dist = distance > 1 and 1 or 0,
            max_target_dist = distance,
            full_path_search = creature.class_name ~= "Monster" or distance <= 1,
            clear_sight = true,
            max_search_dist = 12,
        })
        creature.has_path = way ~= nil and way ~= false
        if way then
            creatures.auto_walk(creature, way)
        end
    end
end
