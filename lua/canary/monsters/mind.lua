--- What monsters do each second: talk, change their target, defend themselves, call others, attack; and how they step.

local context = ...
local raw = context.raw
local abs, floor, max, remove = raw.math.abs, raw.math.floor, raw.math.max, raw.table.remove

local STEPS = { [0] = { 0, -1 }, { 1, 0 }, { 0, 1 }, { -1, 0 }, { -1, 1 }, { 1, 1 }, { -1, -1 }, { 1, -1 } }
local SECOND = 1000

---@param server table
---@param monsters table
return function(server, monsters)
    local tfs, env = server.tfs, server.env

    local function chance(percent)
        return percent >= server.parts.random.uniform(1, 100)
    end

    local function distance(a, b)
        return max(abs(a.tile.x - b.tile.x), abs(a.tile.y - b.tile.y))
    end

    --- Whether it runs away from whom it fights.
    function monsters.is_fleeing(monster)
        return not monster.master and monster.health <= monster.run_health
            and (monster.challenge_until or 0) <= server.now and (monster.held_until or 0) <= server.now
    end

    local function yell(monster, interval)
        local kind = monster.type
        if kind.yell_interval == 0 or not kind.voices or #kind.voices == 0 then
            return
        end
        monster.yell_ticks = monster.yell_ticks + interval
        if monster.yell_ticks < kind.yell_interval then
            return
        end
        monster.yell_ticks = 0
        if kind.yell_chance >= server.parts.random.uniform(1, 100) then
            local voice = kind.voices[server.parts.random.uniform(1, #kind.voices)]
            local talk = voice.yell and env.TALKTYPE_MONSTER_YELL or env.TALKTYPE_MONSTER_SAY
            server.parts.creatures.say(monster, talk, voice.text, false)
        end
    end

    local function change_target(monster, interval)
        local kind = monster.type
        if monster.master or kind.change_target_interval == 0 then
            return
        end
        if monster.target_pause > 0 then
            monster.target_pause = monster.target_pause - interval
            return
        end
        monster.target_ticks = monster.target_ticks + interval
        if monster.target_ticks < kind.change_target_interval then
            return
        end
        monster.target_ticks = 0
        monster.target_pause = kind.change_target_interval
        if chance(kind.change_target_chance) then
            if kind.target_distance <= 1 then
                monsters.search(monster, env.TARGETSEARCH_RANDOM)
            else
                monsters.search(monster, env.TARGETSEARCH_NEAREST)
            end
        end
    end

    -- Whether a spell's turn has come, and whether it reaches.
    local function can_use(monster, block, ticks, interval, target)
        if block.melee and monsters.is_fleeing(monster) then
            return false, true
        elseif block.interval > ticks then
            return false, true, true
        elseif ticks % block.interval >= interval then
            return false, true
        end
        if block.range ~= 0 and distance(monster, target) > block.range then
            return false, false
        end
        return true, true
    end

    -- Brings a summon to its master.
    local function call(monster, made, block)
        local creatures, map = server.parts.creatures, server.parts.map
        local x, y, z = creatures.position(monster)
        if not server.tfs then
            if monsters.place(made, x, y, z, false, block.force) then
                if monster.soul_pit then
                    monsters.into_soul_pit(made, (monster.forge_stack or 0) % 256, true)
                end
                creatures.set_master(made, monster, true)
                map.send_effect(x, y, z, server.env.CONST_ME_MAGIC_BLUE)
                x, y, z = creatures.position(made)
                map.send_effect(x, y, z, server.env.CONST_ME_TELEPORT)
            end
            return
        end
        made.drop_loot, made.skill_loss = false, false
        creatures.set_master(made, monster)
        if not monsters.place(made, x, y, z, false, block.force) then
            creatures.set_master(made, nil)
        elseif (block.master_effect or 0) ~= 0 then
            map.send_effect(x, y, z, block.master_effect)
        end
    end

    local function summon(monster, interval)
        local kind = monster.type
        local reset = true
        for _, block in raw.ipairs(kind.summons or {}) do
            if #monster.summons >= kind.max_summons then
                break
            end
            if block.interval > monster.defense_ticks then
                reset = false
            elseif monster.defense_ticks % block.interval < interval then
                local count = 0
                for _, other in raw.ipairs(monster.summons) do
                    count = count + (other.type_name == block.name and 1 or 0)
                end
                local most = block.max and block.max >= 0 and block.max or kind.max_summons
                if count < most and chance(block.chance) then
                    local made = monsters.create(block.name)
                    if made then
                        call(monster, made, block)
                    end
                end
            end
        end
        return reset
    end

    local function defend(monster, interval)
        local reset = true
        monster.defense_ticks = monster.defense_ticks + interval
        for _, list in raw.ipairs({ monster.type.defenses or {}, monster.own_defenses or {} }) do
            for _, block in raw.ipairs(list) do
                if block.interval > monster.defense_ticks then
                    reset = false
                elseif monster.defense_ticks % block.interval < interval and chance(block.chance) then
                    monsters.cast(monster, block, monster)
                    if monster.removed then
                        return
                    end
                end
            end
        end
        if not monster.master and monster.type.max_summons > 0 and monster.has_path ~= false then
            reset = summon(monster, interval) and reset
        end
        if reset then
            monster.defense_ticks = 0
        end
    end

    local function look_at(monster, target)
        local map = server.parts.map
        local direction = map.direction_to(monster.tile.x, monster.tile.y, target.tile.x, target.tile.y)
        if direction > 3 then
            local dx, dy = target.tile.x - monster.tile.x, target.tile.y - monster.tile.y
            direction = abs(dx) > abs(dy) and (dx > 0 and 1 or 3) or (dy > 0 and 2 or 0)
        end
        server.parts.creatures.turn(monster, direction)
    end

    --- A monster's attacks, those whose turn it is.
    function monsters.attack(monster, target, interval)
        if monster.idle or (monster.master and target == monster) then
            return
        end
        if target.health <= 0 then
            return
        end
        local turned, reset = false, interval ~= 0
        monster.attack_ticks = monster.attack_ticks + interval
        for _, list in raw.ipairs({ monster.type.attacks or {}, monster.own_attacks or {} }) do
            for _, block in raw.ipairs(list) do
                if monster.target ~= target or target.removed or not target.tile then
                    return
                end
                local extra = interval == 0 and block.melee and monster.extra_melee
                local use, reaches, waits = can_use(monster, block, monster.attack_ticks, interval, target)
                if extra then
                    use, reaches = distance(monster, target) <= 1, true
                end
                if waits then
                    reset = false
                end
                if use and chance(block.chance) then
                    if not turned then
                        look_at(monster, target)
                        turned = true
                    end
                    monsters.cast(monster, block, target)
                    if block.melee then
                        monster.extra_melee = false
                    end
                end
                if not reaches and block.melee then
                    monster.extra_melee = true
                end
                if monster.removed then
                    return
                end
            end
        end
        if not turned and target.tile and distance(monster, target) > 0 then
            look_at(monster, target)
        end
        if reset then
            monster.attack_ticks = 0
        end
    end

    local function as_summon(monster)
        local creatures, master = server.parts.creatures, monster.master
        if not monster.target then
            if master.target then
                monsters.add_target(monster, master.target)
                monsters.select(monster, master.target)
            elseif master ~= monster.follow then
                creatures.set_follow(monster, master)
            end
        elseif monster.target == monster then
            creatures.set_follow(monster, nil)
        elseif monster.follow ~= monster.target then
            creatures.set_follow(monster, monster.target)
        end
    end

    --- One think of a monster.
    function monsters.think(monster, interval)
        if monster.type.onThink and monsters.call(monster, "onThink", interval) then
            return
        end
        if monster.removed then
            return
        end
        monsters.update_idle(monster)
        if monster.idle then
            return
        end
        server.parts.creatures.start_walk(monster)
        if monster.master then
            as_summon(monster)
        elseif #monster.targets > 0 then
            if not monster.follow or monster.has_path == false then
                monsters.search(monster)
            end
        end
        change_target(monster, interval)
        yell(monster, interval)
        defend(monster, interval)
    end

    --- Someone says something near a monster.
    function monsters.heard(monster, creature, kind, text)
        if monster.type.onSay then
            monsters.call(monster, "onSay", server.userdata.push(creature), kind, text)
        end
    end

    -- Steps ----------------------------------------------------------------------------------------------------------

    local function can_step(monster, direction)
        local map, step = server.parts.map, STEPS[direction]
        local x, y = monster.tile.x + step[1], monster.tile.y + step[2]
        local tile = map.tile(x, y, monster.tile.z)
        return tile ~= nil and map.query_add(tile, monster, 1, env.FLAG_PATHFINDING or 4) == 0
    end

    local function random_step(monster)
        local order = { 0, 1, 2, 3 }
        for at = #order, 2, -1 do
            local other = server.parts.random.uniform(1, at)
            order[at], order[other] = order[other], order[at]
        end
        for _, direction in raw.ipairs(order) do
            if can_step(monster, direction) then
                return direction
            end
        end
    end

    -- A step that keeps as near to the target, or leads away from it.
    local function dance_step(monster, away)
        local target, here = monster.target, distance(monster, monster.target)
        local choices = {}
        for direction = 0, 3 do
            local step = STEPS[direction]
            local dx = abs(monster.tile.x + step[1] - target.tile.x)
            local dy = abs(monster.tile.y + step[2] - target.tile.y)
            local after = max(dx, dy)
            local fits = away and after > here or not away and after == here
            if fits and after > 0 and can_step(monster, direction) then
                choices[#choices + 1] = direction
            end
        end
        return choices[1] and choices[server.parts.random.uniform(1, #choices)]
    end

    local function since_last_step(monster)
        return monster.last_step == 0 and SECOND or server.now - monster.last_step
    end

    --- The next step of a monster; nil for none.
    ---@return number|nil direction
    function monsters.next_step(monster)
        if monster.idle or monster.health <= 0 then
            return nil
        end
        local follow = monster.follow
        if not follow or monster.has_path == false then
            if since_last_step(monster) >= SECOND then
                return random_step(monster)
            end
            return nil
        end
        local direction = remove(monster.walk, 1)
        if direction then
            return direction
        end
        if monster.target and monster.target == follow and monster.target.tile then
            if monsters.is_fleeing(monster) then
                return dance_step(monster, true)
            elseif monster.type.static_attack < server.parts.random.uniform(1, 100) then
                return dance_step(monster, false)
            end
        end
    end

    --- Keeps away from whom it fights, where that is its way: a step in place of a path.
    ---@return boolean whether it has taken care of its way
    function monsters.follow_step(monster)
        local follow = monster.follow
        if monster.master or monster.target ~= follow then
            return false
        end
        local wanted = monsters.is_fleeing(monster) and 10 or monster.target_distance
        local now = distance(monster, follow)
        if wanted <= 1 or now > wanted then
            return false
        end
        if now < wanted then
            local direction = dance_step(monster, true)
            if direction then
                server.parts.creatures.auto_walk(monster, { direction })
            end
        end
        monster.has_path = true
        return true
    end

    --- Has a monster keep another distance for a time (Canary).
    function monsters.change_distance(monster, value, ms)
        if monster.target_distance == value and monster.distance_event then
            return false
        end
        monster.target_distance = value
        server.parts.scheduler.cancel(monster.distance_event)
        monster.distance_event = server.parts.scheduler.after(ms, function()
            monster.target_distance, monster.distance_event = monster.type.target_distance, nil
        end)
        return true
    end

    --- A creature challenges a monster to fight it.
    ---@param monster table
    ---@param creature table
    ---@param option boolean|number whatever the monster is like (TFS); for so many milliseconds (Canary)
    ---@return boolean
    function monsters.challenge(monster, creature, option)
        if monster.master or (tfs and not monster.type.challengeable and not option) then
            return false
        elseif not monsters.select(monster, creature) then
            return false
        end
        local length = tfs and 8000 or option
        monster.challenge_until = server.now + length
        if tfs then
            monster.target_pause = length
        elseif creature.wheel then
            server.parts.players.heal_by_battle(creature)
        end
        monster.target_ticks = 0
        return true
    end

    --- Percent of health, as whole numbers.
    function monsters.health_percent(monster)
        return floor(monster.health * 100 / max(1, monster.max_health))
    end
end
