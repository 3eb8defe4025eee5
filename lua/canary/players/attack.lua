--- How players fight: whom they attack, and the turns of their weapons.

---@param server table
---@param players table
return function(server, players)
    --- A player has set its mind on another creature.
    function players.attacks(player, target)
        if target.class_name == "Player" then
            player.attacked[target.guid] = true
        end
        if player.chase_mode then
            server.parts.creatures.set_follow(player, target)
        end
    end

    --- What a player does to whom it attacks: its weapon strikes when it is ready.
    function players.do_attack(player, target, _)
        local speed = server.parts.vocations.attack_speed(player.vocation)
        if server.now - (player.last_attack or -speed) < speed then
            return
        end
        local combat = server.parts.combat
        if combat.player_attack and combat.player_attack(player, target) then
            player.last_attack = server.now
        end
    end
end
