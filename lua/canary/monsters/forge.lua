--- Monsters in Canary's forge: which may become influenced or fiendish, and what that makes of them.

local context = ...
local ceil, floor = context.raw.math.ceil, context.raw.math.floor

local FIENDISH_STACK, MOST_BY_CHANCE = 15, 5
local KEY, MODIFICATIONS, INFLUENCED_ICON, FIENDISH_ICON = "forge", 0, 4, 5
local SOUL_PIT_KEY, SOUL_PIT_ICON, SOUL_PIT_BOSS_ICON, SOUL_PIT_BOSS = "soulpit", 6, 7, 40

---@param server table
---@param monsters table
---@param bind table
return function(server, monsters, bind)
    --- What the experience of a monster is multiplied by.
    ---@param monster table
    ---@return number
    function monsters.experience_factor(monster)
        local stack = monster.forge_stack or 0
        return stack <= FIENDISH_STACK and floor((stack + 10) / 10) or 28
    end

    if server.tfs then
        return
    end
    local env, parts = server.env, server.parts
    local FORGE = {
        NORMAL = env.FORGE_NORMAL_MONSTER or 0,
        INFLUENCED = env.FORGE_INFLUENCED_MONSTER or 1,
        FIENDISH = env.FORGE_FIENDISH_MONSTER or 2,
    }
    monsters.FORGE = FORGE

    --- Whether a monster can become one of the forge's.
    ---@param monster table
    ---@return boolean
    function monsters.is_forgeable(monster)
        local kind = monster.type
        return (monster.forge_stack or 0) == 0 and not monster.master and not kind.reward_boss
            and kind.loot ~= nil and #kind.loot > 0 and kind.forge_creature == true and (kind.race_id or 0) > 0
    end

    --- Makes a monster that much stronger: it is unhurt, and has more health each time.
    ---@param monster table
    ---@param stack number
    function monsters.take_stack(monster, stack)
        monster.forge_stack = stack
        local factor = bind.float(1 + bind.float((15 * stack + 35) / 100))
        local health = ceil(bind.float(bind.float(monster.max_health) * factor))
        monster.health, monster.max_health = health, health
    end

    --- Sets how strong a monster of the forge is, which its icon shows.
    ---@param monster table
    ---@param stack number
    function monsters.set_forge_stack(monster, stack)
        local fiendish = stack >= FIENDISH_STACK
        monsters.take_stack(monster, stack)
        parts.creatures.set_icon(monster, KEY, MODIFICATIONS,
            fiendish and FIENDISH_ICON or INFLUENCED_ICON, fiendish and 0 or stack)
    end

    --- Makes a monster one of the soul pit.
    ---@param monster table
    ---@param stack number
    ---@param summoned boolean|nil
    function monsters.into_soul_pit(monster, stack, summoned)
        local boss = stack == SOUL_PIT_BOSS
        monsters.take_stack(monster, stack)
        parts.creatures.set_icon(monster, SOUL_PIT_KEY, MODIFICATIONS,
            boss and SOUL_PIT_BOSS_ICON or SOUL_PIT_ICON, boss and 0 or stack)
        monster.soul_pit, monster.drop_loot = true, false
        monster.skill_loss = boss and not summoned
    end

    --- Makes a monster what its class in the forge says.
    ---@param monster table
    ---@param stack number|nil how strong an influenced one is; by chance when it is 0 or not given
    function monsters.forge(monster, stack)
        if not monsters.is_forgeable(monster) then
            return
        elseif monster.forge_class == FORGE.FIENDISH then
            monsters.set_forge_stack(monster, FIENDISH_STACK)
        elseif monster.forge_class == FORGE.INFLUENCED then
            local by_chance = not stack or stack == 0
            monsters.set_forge_stack(monster, by_chance and parts.random.normal(1, MOST_BY_CHANCE) or stack)
        end
        parts.events.attach(monster, "ForgeSystemMonster")
    end

    --- Makes a monster one of many again, unhurt.
    ---@param monster table
    function monsters.unforge(monster)
        monster.fiendish_until, monster.forge_stack, monster.forge_class = 0, 0, FORGE.NORMAL
        monsters.take_health(monster)
        parts.creatures.remove_icon(monster, KEY)
    end
end
