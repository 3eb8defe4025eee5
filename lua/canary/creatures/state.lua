--- What a creature is like: outfit, speed, light, whom it sees, who its master is.

local context = ...
local raw = context.raw
local abs, floor, max, min, remove = raw.math.abs, raw.math.floor, raw.math.max, raw.math.min, raw.table.remove

local OUTFIT = {
    "lookType", "lookTypeEx", "lookHead", "lookBody", "lookLegs", "lookFeet", "lookAddons", "lookMount",
    "lookMountHead", "lookMountBody", "lookMountLegs", "lookMountFeet",
}
local CANARY_OUTFIT = { "lookFamiliarsType", "lookWing", "lookAura", "lookEffect", "lookShader" }
-- Fields that hold more than a byte.
local WIDE = {
    lookType = true, lookTypeEx = true, lookMount = true, lookFamiliarsType = true,
    lookWing = true, lookAura = true, lookEffect = true, lookShader = true,
}

---@param server table
---@param creatures table
---@param bind table
return function(server, creatures, bind)
    local tfs, arguments = server.tfs, server.arguments

    -- Outfits --------------------------------------------------------------------------------------------------

    -- All fields at once: a table that grows by one after the other is made several times.
    local function lookless()
        if tfs then
            return {
                lookType = 0, lookTypeEx = 0, lookHead = 0, lookBody = 0, lookLegs = 0, lookFeet = 0, lookAddons = 0,
                lookMount = 0, lookMountHead = 0, lookMountBody = 0, lookMountLegs = 0, lookMountFeet = 0,
            }
        end
        return {
            lookType = 0, lookTypeEx = 0, lookHead = 0, lookBody = 0, lookLegs = 0, lookFeet = 0, lookAddons = 0,
            lookMount = 0, lookMountHead = 0, lookMountBody = 0, lookMountLegs = 0, lookMountFeet = 0,
            lookFamiliarsType = 0, lookWing = 0, lookAura = 0, lookEffect = 0, lookShader = 0,
        }
    end

    --- An outfit of some of its fields, the others 0.
    ---@param fields table
    function creatures.outfit(fields)
        local outfit = lookless()
        for _, key in raw.ipairs(OUTFIT) do
            outfit[key] = fields[key] or 0
        end
        if not tfs then
            for _, key in raw.ipairs(CANARY_OUTFIT) do
                outfit[key] = fields[key] or 0
            end
        end
        return outfit
    end

    --- Another table with the same outfit in it: what scripts are given.
    function creatures.copy_outfit(outfit)
        local copy = {}
        for key, value in raw.pairs(outfit) do
            copy[key] = value
        end
        return copy
    end

    -- Some keys of Canary's outfits end with a blank.
    local BLANKS = { lookWing = "lookWing ", lookEffect = "lookEffect ", lookShader = "lookShader " }

    --- An outfit as scripts are given it.
    function creatures.shown_outfit(outfit)
        local copy = {}
        for key, value in raw.pairs(outfit) do
            copy[BLANKS[key] or key] = value
        end
        return copy
    end

    --- The outfit of a table that a script passed.
    ---@param value any
    ---@return table
    function creatures.take_outfit(value)
        if raw.type(value) == "string" then
            -- As any other field of a text, none of these is there.
            value = {}
        elseif raw.type(value) ~= "table" and raw.type(value) ~= "userdata" then
            raw.error("attempt to index a " .. raw.type(value) .. " value", 0)
        end
        local outfit = lookless()
        for index, key in raw.ipairs(OUTFIT) do
            local cast = WIDE[key] and bind.u16 or bind.u8
            outfit[key] = cast(value[key], -index)
        end
        if not tfs then
            for _, key in raw.ipairs(CANARY_OUTFIT) do
                outfit[key] = arguments.u16(value[key])
            end
            -- So does Canary.
            outfit.lookWing = outfit.lookShader
        end
        return outfit
    end

    --- Dresses a creature; events may forbid it.
    ---@param creature table
    ---@param outfit table
    function creatures.change_outfit(creature, outfit)
        local events = server.parts.events
        if not events.ask_meta("Creature", "onChangeOutfit", true, creature, creatures.shown_outfit(outfit)) then
            return false
        elseif
            not tfs and not events.check_callback("creatureOnChangeOutfit", creature, creatures.shown_outfit(outfit))
        then
            return false
        end
        creature.outfit = creatures.copy_outfit(outfit)
        if not creatures.is_invisible(creature) then
            creatures.tell_seers(creature, "outfit", { id = creature.id, outfit = creature.outfit })
        end
        return true
    end

    --- Tells all players who see a creature; the fields are theirs from then on.
    function creatures.tell_seers(creature, kind, fields)
        local tile = creature.tile
        if not tile then
            return
        end
        local seers = server.parts.map.spectators(tile.x, tile.y, tile.z, true, "players")
        local send = server.parts.clients.send
        for at = 1, #seers do
            send(seers[at], kind, fields)
        end
    end

    -- Speed ----------------------------------------------------------------------------------------------------

    --- How fast a creature is.
    function creatures.speed(creature)
        local speed = creature.base_speed + creature.var_speed
        if tfs then
            return speed
        end
        return max(0, min(65535, speed))
    end

    --- Changes how much faster or slower than its own speed it is.
    ---@param creature table
    ---@param change number
    function creatures.change_speed(creature, change)
        local was = creatures.speed(creature)
        if tfs or was < 65535 then
            -- From the speed as it is cut to what is possible, so that undoing a change may leave another speed.
            creature.var_speed = was - creature.base_speed + change
        end
        local speed = creatures.speed(creature)
        if speed <= 0 then
            creatures.stop_walk(creature)
        elseif was <= 0 and #creature.walk > 0 then
            creatures.start_walk(creature)
        end
        creatures.tell_seers(creature, "speed", { id = creature.id, speed = speed })
    end

    --- Sets its speed (Canary).
    function creatures.set_speed(creature, speed)
        creature.base_speed = max(0, min(65535, speed))
        creature.var_speed = 0
        creatures.tell_seers(creature, "speed", { id = creature.id, speed = creatures.speed(creature) })
    end

    -- Sight ----------------------------------------------------------------------------------------------------

    --- Whether it is invisible.
    function creatures.is_invisible(creature)
        local has = server.parts.conditions.has
        return has and has(creature, server.env.CONDITION_INVISIBLE) or false
    end

    --- Whether one sees what is invisible.
    function creatures.sees_invisible(creature)
        if creature.class_name == "Player" then
            return server.parts.players.has_flag(creature, "cansenseinvisibility")
                or (creature.group and creature.group.access) or false
        elseif creature.class_name == "Monster" then
            return server.parts.monsters.is_immune(creature, server.env.CONDITION_INVISIBLE)
        end
        return false
    end

    --- Whether one sees those in ghost mode.
    function creatures.sees_ghosts(creature)
        return creature.class_name == "Player" and creature.group ~= nil and creature.group.access
    end

    --- Whether one creature can see another, wherever they are. Only players always see themselves, and other players
    --- who are invisible.
    function creatures.can_see_creature(creature, other)
        local is_player = creature.class_name == "Player"
        if is_player and creature == other then
            return true
        elseif other.ghost and (tfs or is_player) and not creatures.sees_ghosts(creature) then
            return false
        end
        return (is_player and other.class_name == "Player") or not creatures.is_invisible(other)
            or creatures.sees_invisible(creature)
    end

    --- Whether every player sees a creature, once it is in sight.
    function creatures.seen_by_all(creature)
        return not creature.ghost and (creature.class_name == "Player" or not creatures.is_invisible(creature))
    end

    -- Players see what their clients show: a column and a row more to the right and below. Monsters and npcs of TFS see
    -- less far than others.
    local function reach(creature)
        local kind = creature.class_name
        if kind == "Player" then
            return 8, 9, 6, 7
        elseif tfs and kind == "Monster" then
            return 9, 9, 9, 9
        elseif tfs and kind == "Npc" then
            return 3, 3, 3, 3
        end
        local map = server.parts.map
        return map.VIEW_X, map.VIEW_X, map.VIEW_Y, map.VIEW_Y
    end

    --- Whether a creature sees as far as a place.
    ---@param creature table
    ---@param x number
    ---@param y number
    ---@param z number
    function creatures.can_see(creature, x, y, z)
        local cx, cy, cz = creatures.position(creature)
        local kind = creature.class_name
        if cz <= 7 then
            if z > 7 then
                return false
            end
        elseif (tfs and kind ~= "Player" and z < 8) or abs(z - cz) > 2 then
            return false
        end
        if tfs and kind == "Npc" and z ~= cz then
            return false
        end
        local left, right, up, down = reach(creature)
        local shift = cz - z
        return x >= cx - left + shift and x <= cx + right + shift and y >= cy - up + shift and y <= cy + down + shift
    end

    -- Masters --------------------------------------------------------------------------------------------------

    --- Makes a creature the summon of another, or of none.
    ---@param creature table
    ---@param master table|nil
    ---@param again boolean|nil as a script does it (Canary)
    ---@return boolean
    function creatures.set_master(creature, master, again)
        local old = creature.master
        if not tfs then
            creature.summoned = true
        end
        if not master and not old then
            return false
        end
        if again then
            creature.follow = nil
            creature.drop_loot, creature.skill_loss = false, false
        end
        if master then
            master.summons[#master.summons + 1] = creature
        end
        creature.master = master
        if old then
            for at = 1, #old.summons do
                if old.summons[at] == creature then
                    remove(old.summons, at)
                    break
                end
            end
        end
        return true
    end

    --- Turns a creature.
    ---@param direction number 0 north to 3 west
    ---@return boolean whether it looked elsewhere
    function creatures.turn(creature, direction)
        if creature.direction == direction then
            return false
        end
        if not creature.direction_locked then
            creature.direction = direction
        end
        creatures.tell_seers(creature, "turn", { id = creature.id, direction = creature.direction })
        return true
    end

    --- Its health in percent, as clients show it.
    function creatures.health_percent(creature)
        return raw.math.ceil(floor(creature.health) * 100 / max(1, creature.max_health))
    end
end
