--- Being in a fight: who is locked in it, whose skull turns white, who hurt whom how much.

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum, conditions = parts.enums.get, parts.conditions
    local PVP = enum("ZONE_PVP")
    local SKULL = { NONE = enum("SKULL_NONE"), YELLOW = enum("SKULL_YELLOW"), WHITE = enum("SKULL_WHITE"),
        RED = enum("SKULL_RED"), BLACK = enum("SKULL_BLACK") }
    local BLOCK = combat.BLOCK
    -- Hits without blood after which no skill is gained.
    local BLOOD_HITS = 30

    --- Locks a player in a fight for a time.
    ---@param player table
    ---@param pz_lock boolean|nil also out of protection zones
    function combat.add_fight_ticks(player, pz_lock)
        if world.has_flag(player, "NotGainInFight") then
            return
        end
        if pz_lock then
            player.pz_locked = true
            if not tfs then
                world.send_icons(player)
            end
        end
        local ticks = parts.config.number("PZ_LOCKED")
        conditions.add(player, conditions.make(-1, conditions.types.INFIGHT, ticks))
    end
    local add_fight_ticks = combat.add_fight_ticks

    --- Keeps a player from fighting for a moment: it came by stairs or a teleport.
    function combat.pacify(player)
        local ticks = parts.config.number("STAIRHOP_DELAY")
        if ticks > 0 then
            conditions.add(player, conditions.make(-1, conditions.types.PACIFIED, ticks))
        end
    end

    --- Called when a player's fight is over.
    function combat.fight_over(player)
        player.damage = {}
        player.pz_locked = false
        player.attacked = {}
        if player.skull ~= SKULL.RED and player.skull ~= SKULL.BLACK and player.skull ~= SKULL.NONE then
            combat.set_skull(player, SKULL.NONE)
        end
    end

    --- Gives a player a skull.
    function combat.set_skull(player, skull)
        player.skull = skull
        parts.creatures.tell_seers(player, "skull", { id = player.id, skull = skull })
    end

    local function has_attacked(player, other)
        return parts.players.has_attacked(player, other)
    end
    local function remember(player, other)
        parts.players.add_attacked(player, other)
    end

    local function is_comrade(player, other)
        if player == other then
            return true
        elseif player.party ~= nil and player.party == other.party then
            return true
        end
        return player.guild ~= nil and player.guild == other.guild
    end

    local function in_war(player, other)
        return parts.players.in_war ~= nil and parts.players.in_war(player, other)
    end

    -- A player attacked one who is no comrade.
    local function offend(player, target)
        if not player.pz_locked and world.is_pvp_enforced() then
            player.pz_locked = true
            world.send_icons(player)
        end
        if tfs then
            add_fight_ticks(target)
        end
        if player.skull == SKULL.NONE and world.skull_of(player, target) == SKULL.YELLOW then
            remember(player, target)
        elseif not has_attacked(target, player) then
            if not player.pz_locked then
                player.pz_locked = true
                world.send_icons(player)
            end
            if not combat.in_pvp_zone(player, target) and not in_war(player, target) then
                remember(player, target)
                if target.skull == SKULL.NONE and player.skull == SKULL.NONE then
                    combat.set_skull(player, SKULL.WHITE)
                end
            end
        end
    end

    --- Called when a creature attacks another.
    function combat.on_attack(attacker, target)
        if attacker.class_name ~= "Player" or world.zone(target) == PVP then
            return
        elseif target == attacker then
            return add_fight_ticks(attacker)
        elseif world.has_flag(attacker, "NotGainInFight") then
            return
        end
        if target.class_name == "Player" and not is_comrade(attacker, target) then
            offend(attacker, target)
        end
        add_fight_ticks(attacker)
    end

    --- Called with how an attack was kept off: it decides whether a skill is gained.
    function combat.on_attack_blocked(attacker, block_type)
        if attacker.class_name ~= "Player" then
            return
        end
        attacker.last_block = block_type
        if block_type == BLOCK.NONE then
            attacker.gains_skill, attacker.blood_hits, attacker.shield_hits = true, BLOOD_HITS, BLOOD_HITS
        elseif block_type == BLOCK.DEFENSE or block_type == BLOCK.ARMOR then
            local left = attacker.blood_hits or 0
            attacker.gains_skill = left > 0
            if left > 0 then
                attacker.blood_hits = left - 1
            end
        else
            attacker.gains_skill = false
        end
    end

    --- Called when a creature is attacked.
    function combat.on_attacked(creature)
        if creature.class_name == "Player" then
            add_fight_ticks(creature)
        end
    end

    --- Called when a creature kept a hit off with its shield.
    function combat.on_block(creature)
        if creature.class_name ~= "Player" or (creature.shield_hits or 0) <= 0 then
            return
        end
        creature.shield_hits = creature.shield_hits - 1
        if combat.shield(creature) then
            parts.players.add_skill_tries(creature, enum("SKILL_SHIELD"), 1)
        end
    end

    --- Takes mana that an attack costs.
    function combat.drain_mana(creature, attacker, amount)
        combat.on_attacked(creature)
        world.change_mana(creature, -amount)
        if attacker then
            parts.creatures.add_damage(creature, attacker, amount)
        end
    end

    --- Takes health that an attack costs.
    function combat.drain_health(creature, attacker, amount)
        parts.creatures.drain_health(creature, attacker, amount)
        if attacker and attacker.class_name == "Player" and attacker.party and not combat.is_player_combat(creature)
            and parts.parties.update_ticks then
            parts.parties.update_ticks(attacker.party, attacker, amount)
        end
    end

end
