--- Player: the wheel of destiny (Canary).

local context = ...
local raw = context.raw

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments = server.userdata, server.arguments
    local of, none = players.binders.of, players.binders.none

    -- What the wheel adds to a spell, asked by its name.
    local function of_spell(fn)
        return none(function(player, value)
            local name = arguments.string(value)
            if name == "" then
                server:report("Spell name is empty")
                return
            elseif not server.parts.spells.instant_by_name(name) then
                server:report("Spell not found")
                return
            end
            return fn(player, name)
        end)
    end

    -- Without a name all is forgotten; with one it is asked for; with more it is changed.
    local function named(ask, change)
        return of(function(player, ...)
            local name, value = ...
            local count = raw.select("#", ...)
            if count == 0 then
                players.reset_wheel_spells(player)
                return bind.passed(player)
            elseif count == 1 then
                return ask(player, arguments.string(name))
            end
            change(player, arguments.string(name), value)
            return true
        end)
    end

    userdata.methods("Player", {
        instantSkillWOD = of(function(player, name, ...)
            if raw.select("#", ...) == 0 then
                return players.has_wheel(player, arguments.string(name))
            end
            players.set_wheel(player, arguments.string(name), arguments.boolean((...)))
            return true
        end),
        upgradeSpellsWOD = named(players.spell_grade, function(player, name, add)
            players[arguments.boolean(add) and "upgrade_spell" or "downgrade_spell"](player, name)
        end),
        revelationStageWOD = named(players.wheel_stage, function(player, name, value)
            players.set_wheel(player, name, arguments.u8(value) ~= 0)
        end),
        onThinkWheelOfDestiny = of(function(player, force)
            players.think_of_wheel(player, arguments.boolean(force, false))
            return true
        end),
        avatarTimer = of(function(player, ...)
            if raw.select("#", ...) == 0 then
                return player.wheel and player.wheel.timers.avatar or 0
            end
            players.wheel_of(player).timers.avatar = arguments.i64((...))
            return true
        end),
        wheelUnlockScroll = none(function(player, name)
            local key = arguments.string(name)
            if key == "" then
                server:report("Scroll name is empty")
                return
            end
            return players.read_scroll(player, key)
        end),
        getWheelSpellAdditionalArea = of_spell(function(player, name)
            return players.spell_extra(player, name, "area") or false
        end),
        getWheelSpellAdditionalTarget = of_spell(function(player, name)
            return players.spell_extra(player, name, "targets") or 0
        end),
        getWheelSpellAdditionalDuration = of_spell(function(player, name)
            return players.spell_extra(player, name, "seconds") or 0
        end),
    })
end
