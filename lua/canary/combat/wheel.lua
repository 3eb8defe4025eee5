--- The wheel of destiny in damage and healing (Canary).

local context = ...
local ipairs = context.raw.ipairs

local HEALING_LINK, FOCUS_PERCENT, FOCUS_MS = 10, 35, 12000
-- By stage, in percent: what is added against targets of more than 60, and of 30 percent of their health and less, and
-- against all; healing of others below 30 and below 60 percent.
local TWIN_BURST, EXECUTIONER, GRENADE = { 20, 40, 60 }, { 100, 125, 150 }, { 30, 60, 100 }
local GROVE_LOW, GROVE = { 12, 18, 24 }, { 6, 9, 12 }
-- By stage, in hundredths of a percent.
local DRAIN_MANA, DRAIN_LIFE = { 200, 300, 400 }, { 300, 400, 500 }
local LINKED = { ["Nature's Embrace"] = true, ["Heal Friend"] = true }

return function(server, combat)
    if server.tfs then
        return
    end
    local parts, world, whole, round = server.parts, combat.world, combat.whole, combat.round
    local enum = parts.enums.get
    local HEALING, FOCUS = enum("COMBAT_HEALING"), enum("SPELLGROUP_FOCUS")
    local ORIGIN_NONE = enum("ORIGIN_NONE")

    local function player_of(creature)
        return creature and creature.class_name == "Player" and creature.wheel and creature or nil
    end

    local function percent_of_health(creature)
        return round(creature.health * 100 / world.max_health(creature))
    end

    -- Uses up what a focus spell has left.
    local function focus_bonus(player)
        local timers = player.wheel.timers
        if player.wheel.instants["Focus Mastery"] and (timers.focus or 0) >= parts.scheduler.milliseconds() then
            timers.focus = nil
            return FOCUS_PERCENT
        end
        return 0
    end

    --- What a player's wheel adds to the damage of a spell.
    ---@param caster table|nil
    ---@param damage table with instant_name or rune_name
    function combat.wheel_of_spell(caster, damage)
        local player, players = player_of(caster), parts.players
        local instant, rune = damage.instant_name or "", damage.rune_name or ""
        local spell = player and (instant ~= "" and parts.spells.instant_by_name(instant)
            or rune ~= "" and parts.spells.rune_by_name(rune))
        if not spell then
            return
        end
        local name = spell.name
        local function boost(key)
            return players.spell_boost(player, name, key)
        end
        damage.damage_multiplier = focus_bonus(player) + boost("damage")
        damage.healing_multiplier = boost("heal")
        damage.healing_link = LINKED[name] and players.has_wheel(player, "Healing Link") and HEALING_LINK or nil
        damage.critical_damage = (damage.critical_damage or 0) + boost("critical_damage") * 100
        damage.critical_chance = (damage.critical_chance or 0) + boost("critical_chance")
        damage.mana_leech = (damage.mana_leech or 0) + boost("mana_leech")
        damage.life_leech = (damage.life_leech or 0) + boost("life_leech")
        if spell.second_group == FOCUS and player.wheel.instants["Focus Mastery"] then
            player.wheel.timers.focus = parts.scheduler.milliseconds() + FOCUS_MS
        end
    end

    local function times(damage, percent)
        for _, part in ipairs({ damage.primary, damage.secondary }) do
            part.value = whole(part.value + part.value * percent / 100)
        end
    end

    -- What single spells do more to a target in such a state.
    local function of_target(player, target, damage)
        local name, players = damage.instant_name, parts.players
        if name == "Ice Burst" or name == "Terra Burst" then
            return percent_of_health(target) > 60 and TWIN_BURST[players.wheel_stage(player, "Twin Burst")]
        elseif name == "Executioner's Throw" then
            return percent_of_health(target) <= 30 and EXECUTIONER[players.wheel_stage(player, name)]
        elseif name == "Divine Grenade" then
            return GRENADE[players.wheel_stage(player, name)]
        end
    end

    --- Makes a damage what the wheel of its attacker has it.
    ---@param damage table its values negative
    function combat.wheel_damage(attacker, target, damage)
        if damage.primary.value == 0 and damage.secondary.value == 0 then
            return
        end
        if (damage.damage_multiplier or 0) > 0 then
            times(damage, damage.damage_multiplier)
        end
        local player = player_of(attacker)
        if player then
            local more = parts.players.wheel_stat(player, "damage")
            damage.primary.value = damage.primary.value - more
            if damage.secondary.value ~= 0 then
                damage.secondary.value = damage.secondary.value - more
            end
            local percent = target ~= player and of_target(player, target, damage)
            if percent then
                times(damage, percent)
            end
        end
    end

    --- The same for healing; its healer may get some of it.
    function combat.wheel_healing(attacker, target, damage)
        local primary = damage.primary
        primary.value = whole(primary.value + primary.value * (damage.healing_multiplier or 0) / 100)
        local player, players = player_of(attacker), parts.players
        if not player then
            return
        end
        local more = players.wheel_stat(player, "healing")
        primary.value = primary.value + more
        if damage.secondary and damage.secondary.value ~= 0 then
            damage.secondary.value = damage.secondary.value + more
        end
        if damage.healing_link then
            local own = combat.damage_of(HEALING, whole(primary.value * damage.healing_link / 100), ORIGIN_NONE)
            combat.change_health(player, player, own)
        end
        local stage = target ~= player and players.wheel_stage(player, "Blessing of the Grove") or 0
        if stage > 0 then
            local percent = percent_of_health(target)
            local bonus = percent <= 30 and GROVE_LOW[stage] or percent <= 60 and GROVE[stage] or 0
            primary.value = whole(primary.value + primary.value * bonus / 100)
        end
    end

    --- What is taken more of a monster that spells have weakened (Drain Body), in hundredths of a percent.
    ---@param kind string life or mana
    function combat.drain_body_leech(target, kind)
        local stage = target.class_name == "Monster" and target.drain_body or 0
        if kind == "mana" and stage > 0 and world.buff(target, 2) > 100 then
            return DRAIN_MANA[stage] or DRAIN_MANA[3]
        elseif kind == "life" and stage > 0 and world.buff(target, 1) < 100 then
            return DRAIN_LIFE[stage] or DRAIN_LIFE[3]
        end
        return 0
    end
end
