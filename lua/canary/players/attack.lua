--- How players fight: whom they attack, and the turns of their weapons.

local context = ...
local max = context.raw.math.max

-- No task of the servers is due earlier.
local SOONEST = 50

---@param server table
---@param players table
return function(server, players)
    local parts = server.parts

    --- A player has set its mind on another creature, or on none: it is in a fight, and strikes at once if it can.
    ---@param player table
    ---@param target table|nil
    function players.attacks(player, target)
        local creatures = parts.creatures
        if target then
            parts.combat.on_attack(player, target)
            parts.combat.on_attacked(target)
        end
        if target and player.chase_mode then
            if player.follow ~= target then
                creatures.set_follow(player, target)
            end
        elseif player.follow then
            creatures.set_follow(player, nil)
        end
        if target then
            parts.scheduler.after(0, function()
                players.strike(player)
            end)
        end
    end

    --- A player strikes at whom it attacks, when its weapon is ready.
    function players.strike(player)
        if player.target and not player.removed and player.health > 0 then
            parts.creatures.attacking(player, 0)
        end
    end

    --- What a player does to whom it attacks: its weapon strikes when it is ready, and again after its time.
    function players.do_attack(player, target)
        local conditions, combat = parts.conditions, parts.combat
        if conditions.has(player, conditions.types.PACIFIED) then
            return
        end
        local speed = combat.attack_speed(player)
        if server.now - (player.last_attack or -speed - 1) < speed then
            return
        end
        local struck, delay = combat.player_attack(player, target)
        parts.scheduler.cancel(player.next_strike)
        player.next_strike = parts.scheduler.after(max(SOONEST, delay or speed), function()
            players.strike(player)
        end)
        if struck then
            player.last_attack = server.now
        end
    end

    --- Remembers that one player attacked another.
    function players.add_attacked(player, other)
        if other ~= player and not players.has_flag(player, "notgaininfight") then
            player.attacked[other.guid] = true
        end
    end

    --- Whether a player has attacked another since its fight began.
    function players.has_attacked(player, other)
        return not players.has_flag(player, "notgaininfight") and player.attacked[other.guid] == true
    end
end
