--- Mana shields, drunkenness (TFS) and the serenity of monks (Canary).

return function(server, conditions)
    local tfs, base = server.tfs, conditions.base

    if tfs then
        conditions.kind("drunk", {
            made = function(condition, param)
                condition.drunkenness = param ~= 0 and param % 256 or 25
            end,
            start = function(condition, creature)
                base.start(condition)
                creature.drunkenness = condition.drunkenness
                return true
            end,
            finish = function(_, creature)
                creature.drunkenness = 0
            end,
            merge = function(condition, creature, added)
                if added.drunkenness > condition.drunkenness then
                    conditions.set_ticks(condition, added.ticks)
                    creature.drunkenness = added.drunkenness
                end
            end,
            set_param = function(condition, name, value)
                local known = base.set_param(condition, name, value)
                if name == "DRUNKENNESS" then
                    condition.drunkenness = value % 256
                    return true
                end
                return known
            end,
            icons = function(_, list)
                list[#list + 1] = "Drunk"
            end,
        })

        conditions.kind("mana_shield", {
            made = function(condition)
                condition.shield, condition.max_shield = 0, 0
            end,
            start = function(condition, creature)
                base.start(condition)
                if creature.class_name ~= "Player" then
                    return false
                end
                condition.max_shield = condition.shield
                return true
            end,
            finish = function(_, creature)
            end,
            merge = function(condition, creature, added)
                if creature.class_name == "Player" then
                    conditions.set_ticks(condition, added.ticks)
                    condition.shield, condition.max_shield = added.shield, added.shield
                end
            end,
            set_param = function(condition, name, value)
                local known = base.set_param(condition, name, value)
                if name == "MANASHIELD_BREAKABLE" then
                    condition.shield = value % 65536
                    return true
                end
                return known
            end,
            icons = function(_, list)
                list[#list + 1] = "NewManaShield"
            end,
        })

        --- Takes damage off a breakable mana shield; what is more than it holds comes back.
        ---@param condition table
        ---@param amount number
        ---@return number rest
        function conditions.shield_damage(condition, player, amount)
            if amount > condition.shield then
                return amount - condition.shield
            end
            condition.shield = condition.shield - amount
            return 0
        end
        return
    end

    local function set_shield(creature, value)
        creature.mana_shield, creature.max_mana_shield = value, value
    end

    conditions.kind("mana_shield", {
        made = function(condition)
            condition.shield = 0
        end,
        start = function(condition, creature)
            base.start(condition)
            set_shield(creature, condition.shield)
            return true
        end,
        finish = function(_, creature)
            set_shield(creature, 0)
        end,
        merge = function(condition, creature, added)
            set_shield(creature, 0)
            conditions.set_ticks(condition, added.ticks)
            condition.shield = added.shield
            set_shield(creature, condition.shield)
        end,
        set_param = function(condition, name, value)
            local known = base.set_param(condition, name, value)
            if name == "MANASHIELD" then
                condition.shield = value % 4294967296
                return true
            end
            return known
        end,
        icons = function(condition, list)
            list[#list + 1] = condition.shield ~= 0 and "NewManaShield" or "ManaShield"
        end,
    })

    local function tell_serenity(creature, on)
        if creature.class_name == "Player" then
            server.parts.clients.send(creature, "serenity", { on = on })
        end
    end

    conditions.kind("serene", {
        start = function(condition, creature)
            tell_serenity(creature, true)
            return base.start(condition)
        end,
        finish = function(_, creature)
            tell_serenity(creature, false)
        end,
        merge = conditions.renew,
    })
end
