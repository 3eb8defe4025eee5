--- Whom monsters attack: who is in sight and no friend, and how one of them is chosen.

local context = ...
local raw = context.raw
local abs, insert, max, remove = raw.math.abs, raw.table.insert, raw.math.max, raw.table.remove

---@param server table
---@param monsters table
return function(server, monsters)
    local tfs, env = server.tfs, server.env

    local function place(list, creature)
        for at = 1, #list do
            if list[at] == creature then
                return at
            end
        end
    end
    local function take_out(list, creature)
        local at = place(list, creature)
        if at then
            remove(list, at)
        end
        return at ~= nil
    end

    local function owner(creature)
        return creature.class_name == "Player" and creature or creature.master
    end

    --- Whether a monster takes another creature for an enemy.
    function monsters.is_opponent(monster, creature)
        if not creature then
            return false
        end
        local master = monster.master
        if master and master.class_name == "Player" then
            return creature ~= master
        end
        if creature.class_name == "Player" and server.parts.players.has_flag(creature, "ignoredbymonsters") then
            return false
        end
        if not tfs and monster.type.faction ~= 0 then
            local enemies = monster.type.enemy_factions or {}
            local faction = creature.class_name == "Player" and (creature.faction or 1)
                or creature.type and creature.type.faction or 0
            return enemies[faction] == true or faction == (env.FACTION_PLAYER or 1)
        end
        local who = owner(creature)
        return who ~= nil and who.class_name == "Player"
    end

    --- Whether a monster takes another creature for a friend.
    function monsters.is_friend(monster, creature)
        if not creature then
            return false
        end
        local master = monster.master
        if master and master.class_name == "Player" then
            local who = owner(creature)
            if who and who.class_name == "Player" then
                return who == master or server.parts.players.is_partner(master, who)
            end
            if tfs then
                return false
            end
        end
        return creature.class_name == "Monster" and not creature.master
    end

    --- Adds an enemy.
    function monsters.add_target(monster, creature, first)
        if not creature or place(monster.targets, creature) then
            return
        end
        insert(monster.targets, first and 1 or #monster.targets + 1, creature)
    end
    function monsters.remove_target(monster, creature)
        return take_out(monster.targets, creature)
    end
    function monsters.add_friend(monster, creature)
        if creature and not place(monster.friends, creature) then
            monster.friends[#monster.friends + 1] = creature
        end
    end
    function monsters.remove_friend(monster, creature)
        return take_out(monster.friends, creature)
    end
    function monsters.has_target(monster, creature)
        return place(monster.targets, creature) ~= nil
    end

    local function is_in_range(monster, creature)
        local x, y, z = server.parts.creatures.position(creature)
        local _, _, mz = server.parts.creatures.position(monster)
        return z == mz and server.parts.creatures.can_see(monster, x, y, z)
    end

    local function found(monster, creature)
        if monsters.is_friend(monster, creature) then
            monsters.add_friend(monster, creature)
        end
        if monsters.is_opponent(monster, creature) then
            monsters.add_target(monster, creature)
        end
        monsters.update_idle(monster)
    end

    local function left(monster, creature)
        local had = monsters.remove_target(monster, creature)
        monsters.remove_friend(monster, creature)
        if had and monster.target == creature then
            server.parts.creatures.attack(monster, nil)
        end
        if monster.follow == creature and not monster.master then
            server.parts.creatures.set_follow(monster, nil)
        end
        monsters.update_idle(monster)
    end

    --- A monster sees a creature that has come into the game.
    function monsters.sees(monster, creature)
        if monster.type.onAppear and monsters.call(monster, "onAppear", server.userdata.push(creature)) then
            return
        end
        if monster == creature then
            local x, y, z = server.parts.creatures.position(monster)
            for _, other in raw.ipairs(server.parts.map.spectators(x, y, z, true)) do
                if other ~= monster and is_in_range(monster, other) then
                    found(monster, other)
                end
            end
            monsters.update_idle(monster)
        elseif is_in_range(monster, creature) then
            found(monster, creature)
        end
    end

    --- A creature that a monster saw is gone.
    function monsters.loses(monster, creature)
        if monster.type.onDisappear and monsters.call(monster, "onDisappear", server.userdata.push(creature)) then
            return
        end
        if monster ~= creature then
            left(monster, creature)
        end
    end

    --- A creature has moved in a monster's sight, or the monster itself.
    function monsters.sees_move(monster, creature, old, new)
        local map, creatures = server.parts.map, server.parts.creatures
        if monster.type.onMove and monsters.call(monster, "onMove", server.userdata.push(creature),
            map.push_position(new.x, new.y, new.z), map.push_position(old.x, old.y, old.z)) then
            return
        end
        if monster == creature then
            monsters.look_around(monster)
            return
        end
        local sees = new.z == monster.tile.z and creatures.can_see(monster, new.x, new.y, new.z)
        local saw = old.z == monster.tile.z and creatures.can_see(monster, old.x, old.y, old.z)
        if sees and not saw then
            found(monster, creature)
        elseif saw and not sees then
            left(monster, creature)
        end
        if sees and not monster.master and not monster.target and monsters.is_opponent(monster, creature)
            and not monster.follow then
            monsters.select(monster, creature)
        end
    end

    --- A monster looks who is around.
    function monsters.look_around(monster)
        for _, list in raw.ipairs({ monster.targets, monster.friends }) do
            for at = #list, 1, -1 do
                local creature = list[at]
                if creature.removed or not creature.tile or not is_in_range(monster, creature) then
                    remove(list, at)
                end
            end
        end
        local x, y, z = server.parts.creatures.position(monster)
        for _, creature in raw.ipairs(server.parts.map.spectators(x, y, z, true)) do
            if creature ~= monster and is_in_range(monster, creature) then
                if monsters.is_friend(monster, creature) then
                    monsters.add_friend(monster, creature)
                end
                if monsters.is_opponent(monster, creature) then
                    monsters.add_target(monster, creature)
                end
            end
        end
        monsters.update_idle(monster)
    end

    -- Whether a monster's faction lets it attack a creature (Canary).
    local function is_enemy(monster, creature)
        local faction = monster.type.faction or 0
        if tfs or monster.master or faction == 0 then
            return true
        end
        local enemies = monster.type.enemy_factions or {}
        local its = creature.class_name == "Player" and (creature.faction or 1)
            or creature.type and creature.type.faction or 0
        return enemies[its] == true
    end

    --- Whether a creature could be a monster's target, wherever on its floor it is.
    function monsters.is_target(monster, creature)
        if creature.removed or not creature.tile or not monster.tile or creature.tile.z ~= monster.tile.z then
            return false
        end
        local map = server.parts.map
        if map.has_flag(creature.tile, env.TILESTATE_PROTECTIONZONE) then
            return false
        elseif creature.class_name == "Player" and server.parts.players.has_flag(creature, "cannotbeattacked") then
            return false
        elseif creature.class_name == "Npc" then
            return false
        elseif creature.class_name == "Monster" and creature.type.attackable == false then
            return false
        end
        return server.parts.creatures.can_see_creature(monster, creature) and is_enemy(monster, creature)
    end

    --- Whether a creature can be attacked by a monster from where it is.
    function monsters.can_target(monster, creature)
        return creature.health > 0 and monsters.is_target(monster, creature) and is_in_range(monster, creature)
    end

    --- Chooses a creature as the one to attack.
    ---@return boolean
    function monsters.select(monster, creature)
        local creatures = server.parts.creatures
        if not creature or not monsters.can_target(monster, creature) then
            return false
        elseif not monsters.has_target(monster, creature) then
            return false
        end
        local attacks = (monster.type.hostile or monster.master ~= nil) and creatures.attack(monster, creature)
        if attacks then
            server.parts.scheduler.after(0, function()
                if not monster.removed and monster.target == creature then
                    creatures.attacking(monster, 0)
                end
            end)
        end
        return creatures.set_follow(monster, creature)
    end

    local function distance(monster, creature)
        return max(abs(monster.tile.x - creature.tile.x), abs(monster.tile.y - creature.tile.y))
    end

    -- How a target is looked for, by the numbers of TARGETSEARCH_*.
    local ORDER = {}
    ORDER.NEAREST = function(monster, creature)
        return distance(monster, creature)
    end
    ORDER.HP = function(_, creature)
        return creature.health
    end
    ORDER.DAMAGE = function(monster, creature)
        for _, entry in raw.ipairs(monster.damage) do
            if entry.id == creature.id then
                return -entry.total
            end
        end
        return 0
    end

    local function strategy(monster)
        local kind = monster.type
        local roll, sum = server.parts.random.uniform(1, 100), 0
        local chances = { { "NEAREST", kind.nearest }, { "HP", kind.weakest }, { "DAMAGE", kind.most_damage } }
        for _, each in raw.ipairs(chances) do
            sum = sum + each[2]
            if roll <= sum then
                return ORDER[each[1]]
            end
        end
    end

    --- Looks for a creature to attack.
    ---@param monster table
    ---@param kind number|nil TARGETSEARCH_*
    ---@return boolean
    function monsters.search(monster, kind)
        local candidates = {}
        local x, y = monster.tile.x, monster.tile.y
        for _, creature in raw.ipairs(monster.targets) do
            if creature ~= monster.target and monsters.can_target(monster, creature) then
                local near = abs(creature.tile.x - x) <= 8 and abs(creature.tile.y - y) <= 8
                if kind ~= env.TARGETSEARCH_RANDOM or near then
                    candidates[#candidates + 1] = creature
                end
            end
        end
        if #candidates == 0 then
            return monster.target == nil and #monster.targets > 0 and monsters.select(monster, monster.targets[1])
        end
        local order
        if kind == env.TARGETSEARCH_NEAREST then
            order = ORDER.NEAREST
        elseif not tfs and (kind == env.TARGETSEARCH_HP or kind == env.TARGETSEARCH_DAMAGE) then
            order = kind == env.TARGETSEARCH_HP and ORDER.HP or ORDER.DAMAGE
        elseif not tfs and (kind == nil or kind == env.TARGETSEARCH_DEFAULT) then
            order = strategy(monster)
        end
        if not order then
            if kind == env.TARGETSEARCH_RANDOM or not tfs then
                return monsters.select(monster, candidates[server.parts.random.uniform(1, #candidates)])
            end
            order = ORDER.NEAREST
        end
        local best, least
        for _, creature in raw.ipairs(candidates) do
            local value = order(monster, creature)
            if not least or value < least then
                best, least = creature, value
            end
        end
        return monsters.select(monster, best)
    end

    --- A monster with nobody to attack does not think: nothing happens to it until someone comes.
    function monsters.update_idle(monster)
        local idle = false
        if not monster.master and #monster.targets == 0 then
            idle = true
            for _, condition in raw.ipairs(monster.conditions) do
                if not tfs or condition.aggressive then
                    idle = false
                    break
                end
            end
        end
        monsters.set_idle(monster, idle)
    end

    --- Makes a monster idle, or has it think.
    function monsters.set_idle(monster, idle)
        if monster.removed or monster.health <= 0 then
            return
        end
        local creatures = server.parts.creatures
        monster.idle = idle
        if not idle then
            creatures.check(monster)
            return
        end
        monster.target, monster.follow = nil, nil
        monster.damage = {}
        creatures.stop_walk(monster)
        monster.targets, monster.friends = {}, {}
        creatures.uncheck(monster)
    end
end
