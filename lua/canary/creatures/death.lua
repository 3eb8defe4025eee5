--- Death: who killed, who gains what, what is left.

local context = ...
local raw = context.raw

---@param server table
---@param creatures table
return function(server, creatures)
    local tfs, env = server.tfs, server.env
    local FULL_SPLASH = tfs and 2016 or 2886

    -- onKill of one who killed, and of its master.
    local function killed(creature, target, last_hit)
        if creature.class_name == "Player" then
            return server.parts.players.killed(creature, target, last_hit)
        end
        return creatures.fire_kill(creature, target, last_hit)
    end

    --- Calls the onKill events of a creature and of its master.
    function creatures.fire_kill(creature, target, last_hit)
        if creature.master then
            killed(creature.master, target, last_hit)
        end
        server.parts.events.creature(creature, "onKill", target, last_hit == true)
        return false
    end

    -- Whoever gets experience, in the order in which they began to do damage.
    local function shares(creature)
        local shared, order, killers = {}, {}, {}
        local most, most_damage = nil, 0
        local now = server.parts.scheduler.milliseconds()
        local in_fight = server.parts.config.number("PZ_LOCKED")
        for _, entry in raw.ipairs(creature.damage) do
            local attacker = creatures.by_id(entry.id)
            if attacker then
                if entry.total > most_damage and now - entry.ticks <= in_fight then
                    most, most_damage = attacker, entry.total
                end
                if attacker ~= creature then
                    local gain = creatures.gained_experience(creature, attacker)
                    local player = tfs and attacker or attacker.master or attacker
                    if player.class_name == "Player" then
                        killers[#killers + 1] = player
                        local party = player.party
                        if party and party.shared_active and party.shared_enabled then
                            attacker = party.leader
                            most = not tfs and attacker or most
                        end
                    end
                    if not shared[attacker] then
                        shared[attacker] = 0
                        order[#order + 1] = attacker
                    end
                    shared[attacker] = shared[attacker] + gain
                end
            end
        end
        return order, shared, most, killers
    end

    --- What lies where a creature has died.
    local function splash_of(creature)
        local race = creature.race
        local fluid = race == env.RACE_VENOM and env.FLUID_SLIME
            or race == env.RACE_BLOOD and env.FLUID_BLOOD
            or race == env.RACE_INK and env.FLUID_INK
            or nil
        if fluid then
            return server.parts.items.create(FULL_SPLASH, fluid)
        end
    end

    local function put_down(tile, item)
        server.parts.items.add_to_tile(tile, item)
        server.parts.items.start_decay(item)
    end

    local function drop_corpse(creature, last_hit, most, last_unjustified, most_unjustified)
        local x, y, z = creatures.position(creature)
        if not creature.drop_loot and creature.class_name == "Monster" then
            if creature.master then
                server.parts.events.death(creature, nil, last_hit, most, last_unjustified, most_unjustified)
            end
            server.parts.map.send_effect(x, y, z, env.CONST_ME_POFF)
            return
        end
        local tile = creature.tile
        local splash = splash_of(creature)
        if tile and splash then
            put_down(tile, splash)
        end
        local corpse = creatures.corpse(creature, last_hit, most)
        if tile and corpse then
            put_down(tile, corpse)
            if not tfs then
                creatures.drop_loot(creature, corpse, last_hit)
                creatures.tell_loot(creature, corpse, most)
            end
        end
        server.parts.events.death(creature, corpse, last_hit, most, last_unjustified, most_unjustified)
        if tfs and corpse then
            creatures.drop_loot(creature, corpse, last_hit)
        end
    end

    --- A creature dies.
    ---@param creature table
    function creatures.die(creature)
        local last_hit = creatures.by_id(creature.last_hit)
        local is_player = creature.class_name == "Player"
        local last_unjustified, most_unjustified = false, false
        local last_master
        if last_hit and (tfs or is_player) then
            last_unjustified = killed(last_hit, creature, true)
            last_master = last_hit.master
        end
        local order, shared, most, killers = shares(creature)
        for _, attacker in raw.ipairs(order) do
            creatures.gain_experience(attacker, shared[attacker], creature)
        end
        if not tfs then
            most = most and most.master or most
            for _, killer in raw.ipairs(killers) do
                server.parts.players.has_killed(killer, creature)
            end
        end
        if most and (most ~= last_hit or (not tfs and creature.class_name == "Monster")) and most ~= last_master then
            local master = most.master
            if last_hit ~= master or (not master and not last_hit) then
                if not last_master or master ~= last_master then
                    most_unjustified = killed(most, creature, false)
                end
            end
        end
        drop_corpse(creature, last_hit, most, last_unjustified, most_unjustified)
        if is_player then
            server.parts.players.death(creature, last_hit)
        elseif creature.class_name == "Monster" then
            server.parts.monsters.death(creature, last_hit)
        end
        if creature.master then
            creatures.set_master(creature, nil)
        end
        if tfs or not is_player then
            creatures.remove(creature, false)
        end
    end

    --- The corpse that a creature leaves; nil for none.
    function creatures.corpse(creature, last_hit, most)
        if creature.class_name == "Player" then
            return server.parts.players.corpse(creature, last_hit, most)
        elseif creature.class_name == "Monster" then
            return server.parts.monsters.corpse(creature, last_hit, most)
        end
    end

    --- Fills a corpse.
    function creatures.drop_loot(creature, corpse, last_hit)
        if creature.class_name == "Player" then
            return server.parts.players.drop_loot(creature, corpse, last_hit)
        elseif creature.class_name == "Monster" then
            return server.parts.monsters.drop_loot(creature, corpse)
        end
    end

    --- Tells whoever did most damage what a corpse holds (Canary).
    function creatures.tell_loot(creature, corpse, most)
        local items = server.parts.items
        if creature.class_name == "Monster" and most and most.class_name == "Player" and corpse.items
            and not creature.type.reward_boss then
            local text = "Loot of " .. creature.name_description .. ": " .. items.content_description(corpse) .. "."
            server.parts.players.loot_message(most, text)
        end
    end

    --- A creature gains experience; a summon gives half to its master.
    function creatures.gain_experience(creature, amount, target)
        if creature.class_name == "Player" then
            return server.parts.players.on_gain_experience(creature, amount, target)
        end
        if amount == 0 or not creature.master then
            return
        end
        if tfs or not (creature.type and creature.type.familiar) then
            amount = raw.math.floor(amount / 2)
        end
        creatures.gain_experience(creature.master, amount, target)
    end
end
