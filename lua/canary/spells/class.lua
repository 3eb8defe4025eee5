--- The class Spell of scripts.

local context = ...
local raw = context.raw
local lower, match, select, type = raw.string.lower, raw.string.match, raw.select, raw.type

return function(server, spells)
    local userdata, arguments, tfs, parts = server.userdata, server.arguments, server.tfs, server.parts
    local get, text = userdata.get, arguments.string
    local u8, u16, u32, i32, boolean = arguments.u8, arguments.u16, arguments.u32, arguments.i32, arguments.boolean
    local INSTANT, RUNE = spells.INSTANT, spells.RUNE

    local function found_or_new(value)
        if type(value) == "number" then
            local id = tfs and i32(value) or u16(value)
            return spells.rune(id) or id
        elseif type(value) ~= "string" then
            return nil
        end
        local kind = lower(value)
        return spells.instant_by_name(value) or spells.instant(value) or spells.rune_by_name(value)
            or (kind == "instant" and INSTANT) or (kind == "rune" and RUNE) or nil
    end

    userdata.class("Spell", nil, function(_, ...)
        if select("#", ...) == 0 then
            server:log("error", tfs and "[Error - Spell::luaSpellCreate] There is no parameter set!"
                or "[SpellFunctions::luaSpellCreate] - There is no parameter set!")
            return nil
        end
        local found = found_or_new((...))
        if type(found) == "table" then
            return userdata.push(found)
        elseif found == INSTANT or found == RUNE then
            return userdata.push(spells.make(found))
        end
        return nil
    end)
    userdata.metamethod("Spell", "__eq")

    -- A method; with a kind, of spells of that kind alone.
    local function method(fn, kind)
        return function(self, ...)
            local spell = get(self, "Spell")
            if not spell or (kind and spell.kind ~= kind) then
                return nil
            end
            return fn(spell, ...)
        end
    end

    -- Reads a field when nothing is passed, else sets it.
    local function field(key, cast, kind)
        return method(function(spell, ...)
            if select("#", ...) == 0 then
                return spell[key]
            end
            spell[key] = cast((...))
            return true
        end, kind)
    end

    local function pair(first, second, cast, keep)
        return method(function(spell, ...)
            local count = select("#", ...)
            if count == 0 then
                return spell[first], spell[second]
            end
            local one, two = ...
            spell[first] = cast(one)
            if count > 1 or not keep then
                spell[second] = cast(two)
            end
            return true
        end)
    end

    local function truth(value)
        return boolean(value)
    end

    -- Groups ---------------------------------------------------------------------------------------------------------

    local GROUPS = {}
    for at, name in raw.ipairs({ "attack", "healing", "support", "special" }) do
        GROUPS[name], GROUPS[raw.tostring(at)] = at, at
    end
    if not tfs then
        -- Scripts have no names for these.
        local more = { "crippling", "focus", "ultimatestrikes", "burstsofnature", "greatbeams", "virtue" }
        for at, name in raw.ipairs(more) do
            GROUPS[name], GROUPS[raw.tostring(at + 5)] = at + 5, at + 5
        end
    end

    local function is_text(value)
        return type(value) == "string" or type(value) == "number"
    end

    local function unknown(what)
        local who = tfs and "[Warning - Spell::group]" or "[SpellFunctions::luaSpellGroup] -"
        server:log("warning", who .. " Unknown " .. what)
        return false
    end

    local function set_group(spell, value)
        local group = arguments.enum8(value)
        if group == 0 and is_text(value) then
            group = GROUPS[lower(text(value))] or 0
        end
        if group == 0 then
            return unknown("group: " .. text(value))
        end
        spell.group = group
        return true
    end

    local function set_groups(spell, first, second)
        local one = arguments.enum8(first)
        -- Canary reads the first twice.
        local two = one
        if tfs then
            two = arguments.enum8(second)
        end
        if one ~= 0 and two ~= 0 then
            spell.group, spell.second_group = one, two
            return true
        elseif not is_text(first) or not is_text(second) then
            return unknown("primaryGroup: " .. text(first) .. " or secondaryGroup: " .. text(second))
        end
        one, two = GROUPS[lower(text(first))], GROUPS[lower(text(second))]
        if not one then
            return unknown("primaryGroup: " .. text(first))
        end
        spell.group = one
        if not two then
            return unknown("secondaryGroup: " .. text(second))
        end
        spell.second_group = two
        return true
    end

    -- Vocations ------------------------------------------------------------------------------------------------------

    local function is_yes(value)
        if not tfs then
            return value == "true"
        end
        local first = lower(value)
        return first ~= "" and match(first, "^[ty1]") ~= nil
    end

    local function add_vocation(spell, value)
        local given = text(value)
        local name, shown = match(given, "^(.-);([^;]*)")
        local id = parts.vocations.id_of(name or given)
        if id and id ~= -1 and id ~= 65535 then
            spell.vocations[id] = shown ~= nil and is_yes(shown)
        elseif not tfs then
            server:log("error", "Vocation overflow for spell: " .. spell.name)
        end
    end

    local function names_of(spell)
        local list = {}
        for at, id in raw.ipairs(spells.vocation_ids(spell)) do
            list[tfs and at or raw.tostring(at)] = spells.vocation_name(id)
        end
        return tfs and list or raw.setmetatable(list, userdata.metatables.Spell)
    end

    -- What an item's description says of a rune.
    local function tell_item(spell)
        if spell.magic_level == 0 and spell.level == 0 then
            return
        end
        local kind = parts.item_types.of(spell.rune_id)
        if tfs or kind.name == "" then
            kind.name = spell.name
        end
        kind.rune_magic_level, kind.rune_level, kind.charges = spell.magic_level, spell.level, spell.charges
    end

    userdata.methods("Spell", {
        onCastSpell = method(function(spell, ...)
            local base = parts.events.base
            return base.set_callback(spell, arguments.last(...), "onCastSpell")
        end),
        register = function(self)
            local spell = get(self, "Spell")
            if not spell then
                if tfs then
                    return nil
                end
                server:report("Spell not found")
                return false
            elseif spell.kind == RUNE then
                tell_item(spell)
            end
            if not spell.loaded then
                return false
            end
            return spell.kind == RUNE and spells.register_rune(spell) or spell.kind == INSTANT
                and spells.register_instant(spell)
        end,
        name = field("name", text),
        id = field("id", tfs and u8 or u16),
        group = method(function(spell, ...)
            local count = select("#", ...)
            if count == 0 then
                return spell.group, spell.second_group
            elseif count == 1 then
                return set_group(spell, (...))
            end
            return set_groups(spell, ...)
        end),
        cooldown = field("cooldown", u32),
        groupCooldown = pair("group_cooldown", "second_cooldown", u32, true),
        level = field("level", u32),
        magicLevel = field("magic_level", u32),
        mana = field("mana", u32),
        manaPercent = field("mana_percent", u32),
        soul = field("soul", u32),
        range = field("range", i32),
        isPremium = field("premium", truth),
        isEnabled = field("enabled", truth),
        needTarget = field("need_target", truth),
        needWeapon = field("need_weapon", truth),
        needLearn = field("learnable", truth),
        isSelfTarget = field("self_target", truth),
        isBlocking = pair("blocking_solid", "blocking_creature", truth),
        isAggressive = field("aggressive", truth),
        vocation = method(function(spell, ...)
            local count = select("#", ...)
            if count == 0 then
                return names_of(spell)
            end
            for at = 1, count do
                add_vocation(spell, (select(at, ...)))
            end
            return true
        end),
        words = method(function(spell, ...)
            local count = select("#", ...)
            if count == 0 then
                return spell.words, spell.separator
            end
            local words, separator = ...
            spell.words, spell.separator = text(words), count == 2 and text(separator) or ""
            return true
        end, INSTANT),
        needDirection = field("need_direction", truth, INSTANT),
        hasParams = field("has_params", truth, INSTANT),
        hasPlayerNameParam = field("has_player_name", truth, INSTANT),
        needCasterTargetOrDirection = field("target_or_direction", truth, INSTANT),
        isBlockingWalls = field("walls", truth, INSTANT),
        runeId = field("rune_id", u16, RUNE),
        charges = field("charges", u32, RUNE),
        allowFarUse = field("far", truth, RUNE),
        blockWalls = field("walls", truth, RUNE),
        checkFloor = field("floor", truth, RUNE),
    })

    if tfs then
        local function level(value)
            return i32(value) % 4294967296
        end
        userdata.methods("Spell", {
            isPzLock = field("pz_lock", truth),
            runeLevel = field("level", level, RUNE),
            runeMagicLevel = field("magic_level", level, RUNE),
        })
    else
        userdata.methods("Spell", {
            allowOnSelf = field("on_self", truth),
            setPzLocked = field("pz_lock", truth),
            castSound = field("cast_sound", u16),
            impactSound = field("impact_sound", u16),
            monkSpellType = field("monk_type", u8),
        })
    end
end
