--- Thinking: once a second each creature that is not idle looks around, runs its conditions and its events.

local context = ...
local raw = context.raw
local min, remove = raw.math.min, raw.table.remove

local INTERVAL, BUCKETS = 1000, 10

---@param server table
---@param creatures table
return function(server, creatures)
    -- Creatures think in turns, a tenth of them each tenth of a second.
    local buckets, current, count, running = {}, 0, 0, false
    for at = 1, BUCKETS do
        buckets[at] = {}
    end

    --- One think of a creature.
    function creatures.think(creature, interval)
        local follow, target, master = creature.follow, creature.target, creature.master
        if follow and master ~= follow and not creatures.can_see_creature(creature, follow) then
            creatures.lost(creature, follow)
        end
        if target and master ~= target and not creatures.can_see_creature(creature, target) then
            creatures.lost(creature, target)
        end
        creature.block_ticks = creature.block_ticks + interval
        if creature.block_ticks >= 1000 then
            creature.block_count = min(creature.block_count + 1, 2)
            creature.block_ticks = 0
        end
        if creature.follow and creature.class_name ~= "Npc" then
            creature.path_ticks = (creature.path_ticks or 0) + interval
            if creature.force_path or creature.path_ticks >= 2000 then
                creature.path_ticks, creature.force_path = 0, false
                creatures.go_to_follow(creature)
            end
        end
        server.parts.events.creature(creature, "onThink", interval)
        if creature.removed then
            return
        end
        local kind = creature.class_name
        if kind == "Monster" then
            server.parts.monsters.think(creature, interval)
        elseif kind == "Npc" then
            server.parts.npcs.think(creature, interval)
        else
            server.parts.players.think(creature, interval)
        end
    end

    local function check(creature)
        if creature.removed or not creature.tile then
            return
        end
        if creature.health > 0 then
            creatures.think(creature, INTERVAL)
        end
        if not creature.removed and creature.health > 0 then
            creatures.attacking(creature, INTERVAL)
        end
        if not creature.removed then
            server.parts.conditions.execute(creature, INTERVAL)
        end
    end

    local function tick()
        local bucket = buckets[current + 1]
        current = (current + 1) % BUCKETS
        -- Those who come while this runs think the next time.
        local now = {}
        for at = 1, #bucket do
            now[at] = bucket[at]
        end
        for at = 1, #now do
            local creature = now[at]
            if creature.checked then
                check(creature)
            end
        end
        running = count > 0
        return running
    end

    --- Has a creature think from now on.
    function creatures.check(creature)
        if creature.checked then
            return
        end
        -- A player thinks half a second later first; the others whenever it is.
        local turn = creature.class_name == "Player" and (current + BUCKETS / 2 - 1) % BUCKETS + 1
        local bucket = buckets[turn or server.parts.random.uniform(1, BUCKETS)]
        bucket[#bucket + 1] = creature
        creature.checked, count = bucket, count + 1
        if not running then
            running = true
            server.parts.scheduler.every(INTERVAL / BUCKETS, tick)
        end
    end

    --- Has a creature think no more.
    function creatures.uncheck(creature)
        local bucket = creature.checked
        if not bucket then
            return
        end
        creature.checked = nil
        for at = 1, #bucket do
            if bucket[at] == creature then
                remove(bucket, at)
                count = count - 1
                break
            end
        end
    end

    --- Sets whom a creature attacks.
    ---@param creature table
    ---@param target table|nil
    ---@return boolean
    function creatures.attack(creature, target)
        if target then
            local x, y, z = creatures.position(target)
            local _, _, cz = creatures.position(creature)
            if target.removed or z ~= cz or not creatures.can_see(creature, x, y, z) then
                creature.target = nil
                return false
            end
            creature.target = target
            if creature.class_name == "Player" then
                server.parts.players.attacks(creature, target)
            end
        else
            creature.target = nil
        end
        for _, summon in raw.ipairs(creature.summons) do
            creatures.attack(summon, target)
        end
        return true
    end

    --- What a creature does to whom it attacks, each second.
    function creatures.attacking(creature, interval)
        local target = creature.target
        if not target then
            return
        end
        if target.removed or not target.tile then
            creature.target = nil
            return
        end
        if creature.class_name == "Monster" then
            server.parts.monsters.attack(creature, target, interval)
        elseif creature.class_name == "Player" then
            server.parts.players.do_attack(creature, target, interval)
        end
    end

    --- A creature sees another no more.
    function creatures.lost(creature, other)
        if creature.target == other then
            creatures.attack(creature, nil)
        end
        if creature.follow == other then
            creatures.set_follow(creature, nil)
        end
    end

    --- A creature has come into the game: those who see it are told.
    function creatures.appeared(creature)
        local tile = creature.tile
        for _, seer in raw.ipairs(server.parts.map.spectators(tile.x, tile.y, tile.z, true)) do
            if seer.class_name == "Monster" then
                server.parts.monsters.sees(seer, creature)
            elseif seer.class_name == "Npc" then
                server.parts.npcs.sees(seer, creature)
            elseif seer == creature then
                server.parts.players.entered(creature)
            end
        end
    end

    --- A creature is gone: those who saw it are told.
    function creatures.disappeared(seer, creature, is_logout)
        if seer ~= creature then
            creatures.lost(seer, creature)
        end
        if seer.class_name == "Monster" then
            server.parts.monsters.loses(seer, creature)
        elseif seer.class_name == "Npc" then
            server.parts.npcs.loses(seer, creature)
        elseif seer == creature then
            server.parts.players.left(creature, is_logout)
        end
    end

    --- A creature has been moved by the map: called for each who sees it, the creature itself among them.
    function creatures.moved(seer, creature, new_tile, old_tile, teleported)
        if seer.class_name == "Monster" then
            server.parts.monsters.sees_move(seer, creature, old_tile, new_tile, teleported)
        elseif seer.class_name == "Npc" then
            server.parts.npcs.sees_move(seer, creature, old_tile, new_tile)
        end
        if seer.follow == creature or (seer == creature and seer.follow) then
            seer.force_path = true
        end
        if seer.target == creature or (seer == creature and seer.target) then
            local other = seer == creature and seer.target or creature
            local x, y, z = creatures.position(other)
            local _, _, sz = creatures.position(seer)
            if z ~= sz or not creatures.can_see(seer, x, y, z) then
                creatures.lost(seer, other)
            end
        end
        if seer == creature then
            if teleported then
                -- No step of its own: it takes no longer, and the next step is not on its way any more.
                creatures.stepped(creature, 0, false)
                creatures.halt(creature)
            else
                local floors = new_tile.z ~= old_tile.z
                local diagonal = not floors and new_tile.x ~= old_tile.x and new_tile.y ~= old_tile.y
                creatures.stepped(creature, diagonal and 4 or 0, floors)
            end
            if creature.class_name == "Player" then
                server.parts.monsters.wake_spawns(new_tile.x, new_tile.y)
                if teleported or new_tile.z ~= old_tile.z then
                    server.parts.combat.pacify(creature)
                end
            end
            creatures.zone_changed(creature, old_tile, new_tile)
        end
    end

    --- Peace begins where a protection zone does.
    function creatures.zone_changed(creature, old_tile, new_tile)
        local map = server.parts.map
        local now = map.zone_type(new_tile)
        if map.zone_type(old_tile) == now then
            return
        elseif now == (server.env.ZONE_PROTECTION or 0) then
            if creature.target then
                creatures.attack(creature, nil)
            end
        elseif not server.tfs and creature.class_name == "Player" then
            server.parts.combat.pacify(creature)
        end
    end
end
