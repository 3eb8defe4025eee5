--- What players are told of damage and healing, each from where it stands in it.

local context = ...
local raw = context.raw
local gsub, upper = raw.string.gsub, raw.string.upper

return function(server, combat)
    local parts, tfs, world = server.parts, server.tfs, combat.world
    local enum = parts.enums.get
    local DEALT, RECEIVED, OTHERS = enum("MESSAGE_DAMAGE_DEALT"), enum("MESSAGE_DAMAGE_RECEIVED"),
        enum("MESSAGE_DAMAGE_OTHERS")
    local HEALED, HEALED_OTHERS = enum("MESSAGE_HEALED"), enum("MESSAGE_HEALED_OTHERS")
    local FEMALE = enum("PLAYERSEX_FEMALE")

    local function capital(text)
        return (gsub(text, "^%l", upper))
    end

    --- "a dragon", or a player's name.
    local function called(creature)
        local own = creature.name_description or (creature.type and creature.type.name_description)
        if own and own ~= "" then
            return own
        elseif creature.class_name == "Monster" then
            return "a " .. raw.string.lower(creature.name)
        end
        return creature.name
    end
    combat.called = called

    local function himself(creature)
        if creature.class_name ~= "Player" then
            return "itself"
        end
        return creature.sex == FEMALE and "herself" or "himself"
    end

    local function his(creature)
        if creature.class_name ~= "Player" then
            return "its"
        end
        return creature.sex == FEMALE and "her" or "his"
    end

    -- Tells the attacker, the target and all others their own text; those of the others is made once.
    local function tell(watchers, attacker, target, texts, kinds, damage)
        local tile = target.tile
        local theirs
        for at = 1, #watchers do
            local player = watchers[at]
            if not kinds.same_floor or (player.tile and tile and player.tile.z == tile.z) then
                local kind, text
                if player == attacker and attacker ~= target then
                    kind, text = kinds.own, texts.own()
                elseif player == target then
                    kind, text = kinds.target, texts.target()
                else
                    theirs = theirs or texts.others()
                    kind, text = kinds.others, theirs
                end
                world.text(player, kind, text, tile, damage.value, damage.color, damage.second, damage.second_color)
            end
        end
    end

    local HEALING = { own = HEALED, target = HEALED, others = HEALED_OTHERS }
    local HURTING = { own = DEALT, target = RECEIVED, others = OTHERS, same_floor = true }
    local DRAINING = { own = DEALT, target = RECEIVED, others = OTHERS }

    --- Tells of healing.
    function combat.tell_healing(attacker, target, amount)
        local points = amount .. (amount ~= 1 and " hitpoints" or " hitpoint")
        local color = enum("TEXTCOLOR_PASTELRED")
        tell(world.watchers(target.tile, false), attacker, target, {
            own = function()
                return "You heal " .. called(target) .. " for " .. points .. "."
            end,
            target = function()
                if not attacker then
                    return "You were healed for " .. points .. "."
                elseif attacker == target then
                    return (tfs and "You healed yourself for " or "You heal yourself for ") .. points .. "."
                end
                return "You were healed by " .. called(attacker) .. " for " .. points .. "."
            end,
            others = function()
                if not attacker then
                    return capital(called(target) .. " was healed for " .. points .. ".")
                elseif attacker == target then
                    return capital(called(attacker) .. " healed " .. himself(target) .. " for " .. points .. ".")
                end
                return capital(called(attacker) .. " healed " .. called(target) .. " for " .. points .. ".")
            end,
        }, HEALING, { value = amount, color = color })
    end

    --- Tells of mana that was given back.
    function combat.tell_mana(attacker, target, amount)
        local color = enum("TEXTCOLOR_MAYABLUE")
        if tfs then
            world.text(target, HEALED, "You gained " .. amount .. " mana.", target.tile, amount, color)
            return
        end
        local points = " for " .. amount .. " mana"
        tell(world.watchers(target.tile, false), attacker, target, {
            own = function()
                return "You restored " .. called(target) .. points
            end,
            target = function()
                if not attacker then
                    return "You were restored" .. points
                elseif attacker == target then
                    return "You restore yourself" .. points
                end
                return "You were restored by " .. called(attacker) .. points
            end,
            others = function()
                if not attacker then
                    return capital(called(target)) .. " was restored" .. points
                end
                local whom = attacker == target and himself(target) or called(target)
                return capital(called(attacker)) .. " restored " .. whom .. points
            end,
        }, HEALING, { value = amount, color = color })
    end

    --- Tells of mana that a shield of mana lost instead of health.
    function combat.tell_shield(watchers, attacker, target, amount, damage)
        local attack = tfs and "attack" or (damage.critical and "critical " or " ") .. " attack"
        tell(watchers, attacker, target, {
            own = function()
                local text = called(target) .. " loses " .. amount .. " mana due to your " .. attack .. "."
                if not tfs and damage.ex_string and damage.ex_string ~= "" then
                    text = text .. " (" .. damage.ex_string .. ")"
                end
                return capital(text)
            end,
            target = function()
                local text = "You lose " .. amount .. " mana"
                if not attacker then
                    return text .. "."
                elseif attacker == target then
                    return text .. " due to your own " .. attack .. "."
                end
                return text .. " due to an " .. attack .. " by " .. called(attacker) .. "."
            end,
            others = function()
                local text = called(target) .. " loses " .. amount .. " mana"
                if attacker == target then
                    text = text .. " due to " .. his(target) .. " own attack"
                elseif attacker then
                    text = text .. " due to an " .. attack .. " by " .. called(attacker)
                end
                return capital(text .. ".")
            end,
        }, HURTING, { value = amount, color = enum("TEXTCOLOR_BLUE") })
    end

    --- Tells of mana that an attack took.
    function combat.tell_mana_loss(attacker, target, amount)
        tell(world.watchers(target.tile, false), attacker, target, {
            own = function()
                return capital(called(target) .. " loses " .. amount .. " mana due to your attack.")
            end,
            target = function()
                -- Canary forgets the word here and there.
                local text = "You lose " .. amount .. (tfs and " mana" or "")
                if not attacker then
                    return text .. "."
                elseif attacker == target then
                    return text .. " due to your own attack."
                end
                return text .. (tfs and "" or " mana") .. " due to an attack by " .. called(attacker) .. "."
            end,
            others = function()
                local text = called(target) .. " loses " .. amount .. " mana"
                if attacker == target then
                    text = text .. " due to " .. his(target) .. " own attack"
                elseif attacker then
                    text = text .. " due to an attack by " .. called(attacker)
                end
                return capital(text .. ".")
            end,
        }, DRAINING, { value = amount, color = enum("TEXTCOLOR_BLUE") })
    end

    --- Tells of health lost.
    function combat.tell_damage(watchers, attacker, target, amount, damage, shown)
        local points = amount .. (amount ~= 1 and " hitpoints" or " hitpoint")
        local critical = not tfs and damage.critical
        local an = critical and "a critical attack" or "an attack"
        local own = critical and "critical attack" or "attack"
        local more = not tfs and damage.extension and " " .. (damage.ex_string or "") or ""
        tell(watchers, attacker, target, {
            own = function()
                -- Two blanks stand where a word would.
                local how = tfs and "attack." or (critical and "critical attack." or " attack.")
                local text = called(target) .. " loses " .. points .. " due to your " .. how
                text = text .. (critical and combat.charm_remark(attacker, target) or "") .. more
                if not tfs and damage.fatal then
                    text = text .. " (Onslaught)"
                end
                return capital(text)
            end,
            target = function()
                if not attacker then
                    return "You lose " .. points .. "." .. more
                elseif attacker == target then
                    return "You lose " .. points .. " due to your own " .. own .. "." .. more
                end
                return "You lose " .. points .. " due to " .. an .. " by " .. called(attacker) .. "." .. more
            end,
            others = function()
                local text = called(target) .. " loses " .. points
                if attacker == target then
                    text = text .. " due to " .. his(target) .. " own " .. own
                elseif attacker then
                    text = text .. " due to " .. an .. " by " .. called(attacker)
                end
                return capital(text .. ".") .. more
            end,
        }, HURTING, shown)
    end
end
