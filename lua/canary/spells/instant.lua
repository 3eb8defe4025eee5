--- Spells that players say.

local context = ...
local raw = context.raw
local find, match, sub = raw.string.find, raw.string.match, raw.string.sub

-- Storage of Canary by which a player chooses how it sees the words of spells.
-- How Canary has the words of spells said; scripts have no name for it.
local TALKTYPE_SPELL_USE = 9
local EMOTE_STORAGE = 30008

return function(server, spells)
    local parts, tfs, push = server.parts, server.tfs, server.userdata.push
    local enum, combat, conditions = parts.enums.get, parts.combat, parts.conditions
    local world, VARIANT, refuse = combat.world, combat.VARIANT, spells.refuse

    --- Calls what a spell does.
    ---@param spell table
    ---@param creature table|nil
    ---@param variant table
    ---@param ... any what the function gets besides
    ---@return boolean whether it said so
    function spells.run(spell, creature, variant, ...)
        if not spell.callback then
            return false
        end
        local ok, value = parts.report.call(spell, spell.callback, push(creature), combat.push_variant(variant), ...)
        return ok and value ~= nil and value ~= false
    end

    local function step_ahead(creature)
        local x, y, z = world.position(creature)
        local nx, ny = parts.map.next_place(x, y, creature.direction)
        return { x = nx, y = ny, z = z }
    end

    local function is_gone(target)
        return not target or target.removed or target.health <= 0
    end

    local function is_access(player)
        return player.group ~= nil and player.group.access == true
    end

    local function of_name(player, name)
        local target, code = parts.players.by_wildcard(name)
        return target, code, target and (is_access(player) or not is_access(target)) or false
    end

    -- Whom a spell is for: a creature, or nil for what lies ahead; false: it fails.
    local function find_target(spell, player, param)
        local code, reason = "YOUCANONLYUSEITONCREATURES", nil
        local target
        if spell.has_params then
            local may_name
            target, code, may_name = of_name(player, param)
            if not may_name then
                target = nil
            end
            reason = target
        else
            target = player.target
        end
        if not is_gone(target) then
            return target, reason and reason.name
        elseif spell.target_or_direction then
            return nil, reason and reason.name
        elseif spell.has_params then
            spells.cool_down(spell, player)
        end
        return refuse(player, code or 0)
    end

    local makers = {}

    function makers.target(spell, player, param)
        local target, name = find_target(spell, player, param)
        if target == false then
            return nil
        elseif not target then
            local place = step_ahead(player)
            return spells.check_place(spell, player, place) and { type = VARIANT.POSITION, pos = place } or nil, name
        elseif not spells.reaches(spell, player, target) then
            refuse(player, "CREATUREISNOTREACHABLE")
            return nil
        end
        return { type = VARIANT.NUMBER, number = target.id }, name, target
    end

    function makers.text(spell, player, param)
        local name, target
        if spell.has_player_name then
            local code, may_name
            target, code, may_name = of_name(player, param)
            if not target then
                spells.cool_down(spell, player)
                refuse(player, code)
                return nil
            elseif may_name then
                name = target.name
            end
        end
        return { type = VARIANT.STRING, string = name or param }, name, target
    end

    function makers.place(spell, player)
        local x, y, z = world.position(player)
        local variant = { type = VARIANT.POSITION, pos = { x = x, y = y, z = z } }
        if spell.need_direction then
            variant.pos = step_ahead(player)
            if not tfs and player.target then
                variant.type = VARIANT.TARGETPOSITION
            end
        end
        return spells.check_place(spell, player, variant.pos) and variant or nil
    end

    --- A player casts an instant spell.
    ---@param spell table
    ---@param player table
    ---@param param string
    ---@return boolean, string|nil the parameter as it turned out to be
    function spells.cast_instant(spell, player, param)
        if not spells.check(spell, player) or spells.is_powerless(spell, player) then
            return false
        end
        local variant, name, target
        if spell.self_target then
            variant = { type = VARIANT.NUMBER, number = player.id }
        elseif spell.need_target or spell.target_or_direction then
            variant, name, target = makers.target(spell, player, param)
        elseif spell.has_params then
            variant, name, target = makers.text(spell, player, param)
        else
            variant = makers.place(spell, player)
        end
        if not variant then
            return false
        elseif not tfs and not spell.on_self and spell.has_params and target == player then
            return refuse(player, "NOTPOSSIBLE", true)
        end
        spells.lock(spell, player)
        variant.instant_name = spell.name
        local done = spells.run(spell, player, variant)
        if done then
            spells.finish(spell, player)
        end
        return done, name or param
    end

    -- What was said behind a spell's words: "name" or one word; nil: it is no such spell.
    local function parameter(spell, text)
        local rest = sub(text, #spell.words + 1)
        if sub(rest, 1, 1) ~= " " then
            return ""
        end
        local first = find(rest, '"', 2, true)
        if not first then
            local word = match(rest, "^%s*(.-)%s*$")
            return not find(word, " ", 1, true) and word or nil
        end
        local last = find(rest, '"', first + 1, true)
        if last and last ~= #match(rest, "^(.-) *$") then
            return nil
        end
        return sub(rest, first + 1, (last or #rest + 1) - 1)
    end

    --- A player says something, which may be a spell.
    ---@param player table
    ---@param text string
    ---@return string|nil "cast", "failed", or nil for no spell
    ---@return string|nil the words that all around hear
    function spells.say(player, text)
        if not tfs and conditions.has(player, conditions.types.FEARED) then
            world.text(player, enum("MESSAGE_FAILURE"), "You are feared.")
            return "failed"
        end
        text = match(text, "^%s*(.-)%s*$")
        local spell = spells.instant(text)
        local param = spell and (spell.has_params and parameter(spell, text) or not spell.has_params and "")
        if not param then
            return nil
        end
        local done, named = spells.cast_instant(spell, player, param)
        if not done then
            return "failed"
        elseif spell.has_params and named ~= "" then
            return "cast", spell.words .. ' "' .. named .. '"'
        end
        return "cast", spell.words
    end
    spells.cast = spells.say

    --- All around see the words of a spell (Canary): its own way of each.
    ---@param player table
    ---@param _ number
    ---@param words string
    function spells.show_words(player, _, words)
        if words == "" then
            return
        end
        local creatures, emotes = parts.creatures, parts.config.boolean("EMOTE_SPELLS")
        local x, y, z = world.position(player)
        for _, hearer in raw.ipairs(parts.map.spectators(x, y, z, false, "players")) do
            local storage = hearer.storage
            local as_emote = emotes and storage ~= nil and storage[EMOTE_STORAGE] == 1
            local kind = as_emote and enum("TALKTYPE_MONSTER_SAY") or TALKTYPE_SPELL_USE
            creatures.send_say(hearer, player, kind, words, x, y, z)
        end
    end

    --- A creature casts a spell by itself, for nothing: monsters do.
    ---@param spell table
    ---@param creature table
    ---@param target table|nil
    ---@return boolean
    function spells.cast_by(spell, creature, target)
        local variant
        if spell.kind == spells.RUNE then
            variant = { type = VARIANT.NUMBER, number = (target or creature).id, rune_name = spell.name }
            return spells.run(spell, creature, variant, false)
        elseif spell.need_target and target then
            variant = { type = VARIANT.NUMBER, number = target.id }
        elseif spell.target_or_direction then
            local attacked = creature.target
            if is_gone(attacked) or not spells.reaches(spell, creature, attacked) then
                return false
            end
            variant = { type = VARIANT.NUMBER, number = attacked.id, instant_name = spell.name }
        else
            local x, y, z = world.position(creature)
            local place = spell.need_direction and step_ahead(creature) or { x = x, y = y, z = z }
            variant = { type = VARIANT.POSITION, pos = place, instant_name = spell.name }
        end
        return spells.run(spell, creature, variant)
    end
end
