--- Health and mana as the engine changes them; combat, with its rules and messages, comes through here.

local context = ...
local raw = context.raw
local ceil, floor, max, min = raw.math.ceil, raw.math.floor, raw.math.max, raw.math.min

---@param server table
---@param creatures table
return function(server, creatures)
    local tfs = server.tfs

    --- The most health it can have, with what conditions add.
    function creatures.max_health(creature)
        if creature.class_name == "Player" then
            return server.parts.players.max_health(creature)
        end
        return creature.max_health
    end

    --- Adds to health; what falls to 0 dies once what runs now has come to its end.
    ---@param creature table
    ---@param change number
    ---@param silent boolean|nil tell no client
    function creatures.change_health(creature, change, silent)
        if not tfs and creature.lifeless then
            return
        end
        local before = creature.health
        if change > 0 then
            creature.health = before + min(change, creatures.max_health(creature) - before)
        else
            creature.health = max(0, before + change)
        end
        if not silent and creature.health ~= before then
            creatures.tell_seers(creature, "health", { id = creature.id, percent = creatures.health_percent(creature) })
        end
        if creature.health <= 0 then
            server.parts.scheduler.after(0, function()
                if not creature.removed and (not tfs or creature.health <= 0) then
                    creatures.die(creature)
                end
            end)
        end
    end

    --- Takes health that an attacker's hit costs.
    ---@param creature table
    ---@param attacker table|nil
    ---@param damage number
    function creatures.drain_health(creature, attacker, damage)
        creatures.change_health(creature, -damage, true)
        if attacker then
            creatures.add_damage(creature, attacker, damage)
        elseif tfs then
            creature.last_hit = 0
        end
    end

    --- Gives health back.
    function creatures.gain_health(creature, _, amount)
        creatures.change_health(creature, amount)
    end

    --- Remembers who did how much damage.
    ---@param creature table
    ---@param attacker table
    ---@param points number
    function creatures.add_damage(creature, attacker, points)
        if points <= 0 then
            return
        end
        local found
        for _, entry in raw.ipairs(creature.damage) do
            if entry.id == attacker.id then
                found = entry
                break
            end
        end
        if not found then
            found = { id = attacker.id, total = 0 }
            creature.damage[#creature.damage + 1] = found
        end
        found.total = found.total + points
        found.ticks = server.parts.scheduler.milliseconds()
        creature.last_hit = attacker.id
    end

    --- Adds to mana.
    function creatures.change_mana(creature, change)
        if not creature.mana then
            return
        end
        if change > 0 then
            creature.mana = creature.mana + min(change, creatures.max_mana(creature) - creature.mana)
        else
            creature.mana = max(0, creature.mana + change)
        end
    end

    --- The most mana it can have.
    function creatures.max_mana(creature)
        return creature.class_name == "Player" and server.parts.players.max_mana(creature) or creature.max_mana or 0
    end

    --- Heals or hurts as a script does it: with the rules of combat, but without an attacker.
    ---@param creature table
    ---@param change number
    ---@param kind number COMBAT_* of what hurts (Canary)
    ---@return boolean
    function creatures.add_health(creature, change, kind)
        local env = server.env
        local damage_kind = change >= 0 and env.COMBAT_HEALING
            or (tfs and env.COMBAT_UNDEFINEDDAMAGE or kind) or 0
        return server.parts.combat.change_health(nil, creature, {
            primary = { type = damage_kind, value = change },
            secondary = { type = env.COMBAT_NONE or 0, value = 0 },
            origin = env.ORIGIN_NONE or 0,
        })
    end

    --- Whether damage of a kind of condition does nothing to it.
    function creatures.is_immune(creature, kind)
        if creature.class_name == "Monster" then
            return server.parts.monsters.is_immune(creature, kind)
        elseif creature.class_name == "Player" then
            return server.parts.players.is_immune(creature, kind)
        end
        return true
    end

    --- Shares of the damage done: of one attacker in all.
    function creatures.damage_ratio(creature, attacker)
        local all, own = 0, 0
        for _, entry in raw.ipairs(creature.damage) do
            all = all + entry.total
            if entry.id == attacker.id then
                own = own + entry.total
            end
        end
        return all == 0 and 0 or own / all
    end

    --- The experience that an attacker has earned with a creature's death.
    function creatures.gained_experience(creature, attacker)
        if creature.class_name == "Player" then
            return server.parts.players.gained_experience(creature, attacker)
        end
        local lost = creature.skill_loss and creature.type and creature.type.experience or 0
        if lost ~= 0 and creature.class_name == "Monster" then
            lost = lost * server.parts.monsters.experience_factor(creature)
        end
        return floor(creatures.damage_ratio(creature, attacker) * lost)
    end

    --- A rise by percent, rounded up: what is shown of health.
    function creatures.percent(value, of_all)
        return ceil(value * 100 / max(1, of_all))
    end
end
