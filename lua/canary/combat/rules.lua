--- Who may do combat with whom, and where.

local context = ...
local raw = context.raw

return function(server, combat)
    local enum, tfs, world = server.parts.enums.get, server.tfs, combat.world
    local map = server.parts.map
    local STATE, BLOCKPROJECTILE = map.STATE, enum("CONST_PROP_BLOCKPROJECTILE") or 2
    local PROTECTION, NOPVP, PVP = enum("ZONE_PROTECTION"), enum("ZONE_NOPVP"), enum("ZONE_PVP")
    local WALL, SAFE_WALL = enum("ITEM_MAGICWALL"), enum("ITEM_MAGICWALL_SAFE")
    local BLACK, NO_SKULL = enum("SKULL_BLACK"), enum("SKULL_NONE")

    -- Answers of the rules by name. Canary and TFS name some differently.
    local VALUE = {}
    for short, name in raw.pairs({
        OK = "NOERROR",
        PLAYER = "YOUMAYNOTATTACKTHISPLAYER",
        CREATURE = "YOUMAYNOTATTACKTHISCREATURE",
        PROTECTED_ZONE = "ACTIONNOTPERMITTEDINPROTECTIONZONE",
        PROTECTED_PERSON = "YOUMAYNOTATTACKAPERSONINPROTECTIONZONE",
        NOPVP = "ACTIONNOTPERMITTEDINANOPVPZONE",
        SECURE = "TURNSECUREMODETOATTACKUNMARKEDPLAYERS",
        ROOM = "NOTENOUGHROOM",
        THROW = "CANNOTTHROW",
        DOWN = "FIRSTGODOWNSTAIRS",
        UP = "FIRSTGOUPSTAIRS",
    }) do
        VALUE[short] = enum("RETURNVALUE_" .. name) or 0
    end
    combat.VALUE = VALUE
    local OK = VALUE.OK

    local function is_player(creature)
        return creature ~= nil and creature.class_name == "Player"
    end

    --- The player behind a creature: itself, or the master of a summon.
    function combat.player_behind(creature)
        if not creature then
            return nil
        elseif creature.class_name == "Player" then
            return creature
        end
        local master = creature.master
        return master and master.class_name == "Player" and master or nil
    end

    --- Whether hurting a creature is hurting a player.
    function combat.is_player_combat(target)
        return combat.player_behind(target) ~= nil
    end

    function combat.in_pvp_zone(attacker, target)
        return world.zone(attacker) == PVP and world.zone(target) == PVP
    end

    --- Whether players are too young, or of no calling, for a fight.
    function combat.is_protected(attacker, target)
        local level = server.parts.config.number("PROTECTION_LEVEL")
        if target.level < level or attacker.level < level then
            return true
        elseif tfs and not (world.may_fight(attacker) and world.may_fight(target)) then
            return true
        elseif not tfs and (world.has_no_vocation(attacker) or world.has_no_vocation(target))
            and not (world.may_fight(attacker) and world.may_fight(target)) then
            return true
        end
        return attacker.skull == BLACK and world.skull_of(attacker, target) == NO_SKULL
    end
    local is_protected = combat.is_protected

    -- Tiles ------------------------------------------------------------------------------------------------------

    local function has_magic_wall(tile)
        for _, item in raw.ipairs(tile.items or {}) do
            if item.id == WALL or item.id == SAFE_WALL then
                return true
            end
        end
        return false
    end

    local function floors(caster, tile)
        local z = caster.tile and caster.tile.z or tile.z
        if z < tile.z then
            return VALUE.DOWN
        elseif z > tile.z then
            return VALUE.UP
        end
    end

    local function ask_area(caster, tile, aggressive)
        return world.on_area_combat(caster, tile, aggressive)
    end

    --- Whether a combat may reach a tile: 0, or the reason why not (RETURNVALUE_*).
    ---@param caster table|nil
    ---@param tile table
    ---@param aggressive boolean
    ---@return number
    function combat.can_reach(caster, tile, aggressive)
        if tfs then
            if map.has_property(tile, BLOCKPROJECTILE) or map.has_flag(tile, STATE.FLOORCHANGE)
                or map.has_flag(tile, STATE.TELEPORT) then
                return VALUE.ROOM
            end
            if caster then
                local wrong = floors(caster, tile)
                if wrong then
                    return wrong
                elseif world.has_flag(caster, "IgnoreProtectionZone") then
                    return OK
                end
            end
            if aggressive and map.has_flag(tile, STATE.PROTECTIONZONE) then
                return VALUE.PROTECTED_ZONE
            end
            return ask_area(caster, tile, aggressive)
        end
        if not aggressive then
            return OK
        elseif map.has_property(tile, BLOCKPROJECTILE) and not has_magic_wall(tile) then
            return VALUE.THROW
        elseif map.has_flag(tile, STATE.PROTECTIONZONE) then
            return VALUE.PROTECTED_ZONE
        elseif map.has_flag(tile, STATE.TELEPORT) then
            return VALUE.THROW
        end
        if caster then
            local wrong = floors(caster, tile)
            if wrong then
                return wrong
            elseif world.has_flag(caster, "IgnoreProtectionZone") then
                return OK
            end
        end
        return ask_area(caster, tile, aggressive)
    end

    -- Creatures --------------------------------------------------------------------------------------------------

    local function tile_flag(creature, flag)
        return creature.tile ~= nil and map.has_flag(creature.tile, flag)
    end

    -- A player or a player's summon against a player.
    local function against_player(attacker, target)
        if world.has_flag(target, "CannotBeAttacked") then
            return VALUE.PLAYER
        end
        if is_player(attacker) then
            if world.has_flag(attacker, "CannotAttackPlayer") or is_protected(attacker, target) then
                return VALUE.PLAYER
            elseif tile_flag(target, STATE.NOPVPZONE) then
                return VALUE.NOPVP
            elseif tile_flag(attacker, STATE.NOPVPZONE) and not tile_flag(target, STATE.PROTECTIONZONE) then
                return VALUE.NOPVP
            end
        end
        local master = attacker.master
        if is_player(master) then
            if world.has_flag(master, "CannotAttackPlayer") then
                return VALUE.PLAYER
            elseif tile_flag(target, STATE.NOPVPZONE) then
                return VALUE.NOPVP
            elseif is_protected(master, target) then
                return VALUE.PLAYER
            end
        end
        if not tfs and attacker.class_name == "Monster" and (not master or master.class_name == "Monster")
            and world.faction(attacker) ~= 0 and not world.is_enemy(attacker, target) then
            return VALUE.PLAYER
        end
        return OK
    end

    local function against_monster(attacker, target)
        local owner = target.master
        if not tfs and attacker.class_name == "Monster" and world.faction(attacker) > 1
            and not world.is_enemy(attacker, target) then
            return VALUE.CREATURE
        end
        if is_player(attacker) then
            if world.has_flag(attacker, "CannotAttackMonster") then
                return VALUE.CREATURE
            elseif is_player(owner) and world.zone(target) == NOPVP then
                return VALUE.NOPVP
            end
        elseif attacker.class_name == "Monster" and not is_player(owner) and not is_player(attacker.master)
            and (tfs or world.faction(attacker) == 0) then
            return VALUE.CREATURE
        end
        return OK
    end

    --- Whether one creature may do combat with another: 0, or the reason why not (RETURNVALUE_*).
    ---@param attacker table|nil
    ---@param target table
    ---@param aggressive boolean|nil true unless given (Canary)
    ---@return number
    function combat.can_fight(attacker, target, aggressive)
        if not tfs then
            if aggressive == false then
                return OK
            end
            local tile = target.tile
            if tile and map.has_property(tile, BLOCKPROJECTILE) then
                return VALUE.ROOM
            elseif is_player(target) and tile and map.has_flag(tile, STATE.PROTECTIONZONE) then
                return world.burns_in_protection(target) and OK or VALUE.PROTECTED_ZONE
            end
        end
        if attacker then
            local value = OK
            if is_player(target) then
                value = against_player(attacker, target)
            elseif target.class_name == "Monster" then
                value = against_monster(attacker, target)
            elseif not tfs then
                value = VALUE.CREATURE
            end
            if value ~= OK then
                return value
            end
            if world.is_no_pvp() and combat.player_behind(attacker) and not combat.in_pvp_zone(attacker, target) then
                if is_player(target) then
                    return VALUE.PLAYER
                elseif is_player(target.master) then
                    return VALUE.CREATURE
                end
            end
        end
        return world.on_target_combat(attacker, target)
    end

    --- Whether a player may choose a creature to attack: 0, or the reason why not.
    ---@param player table
    ---@param target table
    function combat.can_target(player, target)
        if player == target then
            return VALUE.PLAYER
        end
        if not world.has_flag(player, "IgnoreProtectionZone") then
            if world.zone(player) == PROTECTION or world.zone(target) == PROTECTION then
                return VALUE.PROTECTED_ZONE
            elseif combat.is_player_combat(target) then
                if world.zone(player) == NOPVP then
                    return VALUE.NOPVP
                elseif world.zone(target) == NOPVP then
                    return VALUE.PROTECTED_PERSON
                end
            end
        end
        if world.has_flag(player, "CannotUseCombat") or not world.is_attackable(target) then
            return is_player(target) and VALUE.PLAYER or VALUE.CREATURE
        end
        if is_player(target) then
            if is_protected(player, target) then
                return VALUE.PLAYER
            elseif world.secure_mode(player) and not combat.in_pvp_zone(player, target)
                and world.skull_of(player, target) == NO_SKULL then
                return VALUE.SECURE
            end
        end
        return combat.can_fight(player, target, true)
    end
end
