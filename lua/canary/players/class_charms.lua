--- Player: charms (Canary).

local context = ...
local raw = context.raw

---@param server table
---@param players table
return function(server, players)
    local userdata, arguments = server.userdata, server.arguments
    local binders = players.binders
    local of, left = binders.of, binders.left

    local function adder(name)
        return function(player, amount)
            players[name](player, arguments.i16(amount))
            return true
        end
    end

    userdata.methods("Player", {
        resetCharmsBestiary = of(function(player)
            player.charm_points, player.charm_expansion = 0, false
            players.forget_charms(player)
            return true
        end),
        resetOldCharms = left(function(player)
            players.refund_old_charms(player)
            return true
        end),
        unlockAllCharmRunes = of(function(player)
            for id in raw.pairs(server.parts.monsters.charms()) do
                players.unlock_charm(player, id)
            end
            return true
        end),
        addCharmPoints = of(adder("add_charm_points")),
        addMinorCharmEchoes = left(adder("add_charm_echoes")),
        getCharmTier = left(function(player, id)
            return players.charm_tier(player, arguments.u8(id))
        end),
        getCharmChance = left(function(player, id)
            local charm = server.parts.monsters.charm(arguments.u8(id))
            return charm and players.charm_chance(player, charm) or 0
        end),
        getCharmMonsterType = of(function(player, id)
            local race = players.charm_race(player, arguments.u8(id))
            return race ~= 0 and userdata.push(server.parts.monsters.type_by_race(race)) or nil
        end),
        charmExpansion = binders.switch("charm_expansion"),
    })
end
