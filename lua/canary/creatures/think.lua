--- Thinking: once a second each creature that is not idle looks around, runs its conditions and its events.

local context = ...
local raw = context.raw
local min, remove = raw.math.min, raw.table.remove

local INTERVAL, BUCKETS = 1000, 10

---@param server table
---@param creatures table
return function(server, creatures)
    local tfs = server.tfs
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

    -- Whether a creature sees another on its own floor, as it must to attack or follow it.
    local function is_in_sight(creature, other)
        local x, y, z = creatures.position(other)
        local _, _, cz = creatures.position(creature)
        return not other.removed and z == cz and creatures.can_see(creature, x, y, z)
    end
    creatures.is_in_sight = is_in_sight

    local function forget_target(creature)
        local is_player = creature.class_name == "Player"
        creature.target = nil
        if tfs then
            for _, summon in raw.ipairs(creature.summons) do
                creatures.attack(summon, nil)
            end
            if is_player and creature.follow then
                creatures.set_follow(creature, nil)
            end
        end
        if is_player then
            server.parts.players.tell(creature, "cancel_target", {})
        end
    end

    --- Sets whom a creature attacks, and so do its summons.
    ---@param creature table
    ---@param target table|nil
    ---@return boolean
    function creatures.attack(creature, target)
        if target then
            if tfs and creature.target == target then
                return is_in_sight(creature, target)
            elseif not is_in_sight(creature, target) then
                forget_target(creature)
                return false
            end
        end
        creature.target = target
        if creature.class_name == "Player" then
            server.parts.players.attacks(creature, target)
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
        local combat = server.parts.combat
        combat.on_attacked(creature)
        combat.on_attacked(target)
        local x, y, z = creatures.position(creature)
        if not creature.tile or not server.parts.map.is_sight_clear(x, y, z, target.tile.x, target.tile.y,
            target.tile.z, true) then
            return
        elseif creature.class_name == "Monster" then
            server.parts.monsters.attack(creature, target, interval)
        elseif creature.class_name == "Player" then
            server.parts.players.do_attack(creature, target)
        end
    end
end
