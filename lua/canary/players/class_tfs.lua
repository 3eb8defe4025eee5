--- Player: what TFS alone has.

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments = server.userdata, server.arguments
    local function of(fn)
        return bind.of("Player", fn)
    end
    local function field(key)
        return bind.field("Player", key)
    end
    local function u16_field(key, cast)
        return bind.setter("Player", key, cast or arguments.u16)
    end

    userdata.methods("Player", {
        getPremiumEndsAt = field("premium_ends_at"),
        setPremiumEndsAt = of(function(player, value)
            player.premium_ends_at = arguments.i64(value)
            return true
        end),
        resetIdleTime = of(function(player)
            player.idle_time = 0
            return true
        end),
        leaveChannel = of(function(player, channel)
            server.parts.events.chat.leave(player, bind.u16(channel, 2))
            return true
        end),
        sendSupplyUsed = bind.strict("Player", "Player not found", function(player, value)
            local item = userdata.get(value, "Item")
            if not item then
                server:report("Item not found")
                return false
            end
            players.tell(player, "supply_used", { id = item.id })
            return true
        end, false),
        setManaShieldBar = of(function(player, capacity, value)
            player.mana_shield_max, player.mana_shield = bind.u16(capacity, 2), bind.u16(value, 3)
            return true
        end),
        sendEditPodium = of(function(player, value)
            local item = userdata.get(value, "Item")
            if not item then
                return nil
            end
            players.tell(player, "edit_podium", { id = item.id })
            return true
        end),
        getRuneSpells = of(function(player)
            local spells = server.parts.spells
            return spells.runes_of and spells.runes_of(player) or {}
        end),
        isNearDepotBox = of(function(player)
            return server.parts.map.is_near_depot ~= nil and server.parts.map.is_near_depot(player) or false
        end),
        sendCreatureSquare = of(function(player, value, color)
            local creature = bind.creature(value)
            if not creature then
                server:report("Creature not found")
                return false
            end
            players.tell(player, "creature_square", { id = creature.id, color = arguments.enum8(color) })
            return true
        end),
        getClientExpDisplay = of(function(player)
            return player.client_exp or 100
        end),
        setClientExpDisplay = u16_field("client_exp"),
        getClientStaminaBonusDisplay = of(function(player)
            return player.client_stamina or 100
        end),
        setClientStaminaBonusDisplay = u16_field("client_stamina"),
        getClientLowLevelBonusDisplay = of(function(player)
            return player.client_low_level or 0
        end),
        setClientLowLevelBonusDisplay = u16_field("client_low_level"),
        sendResourceBalance = of(function(player, kind, amount)
            players.tell(player, "resource", { type = arguments.enum8(kind), amount = bind.u64(amount, 3) })
            return true
        end),
        sendEnterMarket = of(function(player)
            players.tell(player, "market", {})
            return true
        end),
    })
end
