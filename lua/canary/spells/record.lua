--- The record of a spell, and how spells are found: by words, names and runes.

local context = ...
local raw = context.raw
local floor, lower, pairs, sub = raw.math.floor, raw.string.lower, raw.pairs, raw.string.sub

return function(server, spells)
    local registry, tfs, enum = server.registry, server.tfs, server.parts.enums.get
    local INSTANT, RUNE = enum("SPELL_INSTANT") or 1, enum("SPELL_RUNE") or 2
    local NO_GROUP = enum("SPELLGROUP_NONE") or 0
    spells.INSTANT, spells.RUNE, spells.NO_GROUP = INSTANT, RUNE, NO_GROUP
    local instants, runes = registry.places("instant spell"), registry.places("rune spell")
    spells.instants, spells.runes = instants, runes

    --- Makes a spell, of the file that is being loaded.
    ---@param kind number spells.INSTANT or spells.RUNE
    ---@return table
    function spells.make(kind)
        local spell = registry.own({
            class_name = "Spell",
            interface = "Scripts Interface",
            kind = kind,
            name = "",
            words = "",
            separator = tfs and '"' or "",
            id = 0,
            group = NO_GROUP,
            second_group = NO_GROUP,
            cooldown = 1000,
            group_cooldown = 1000,
            second_cooldown = 0,
            level = 0,
            magic_level = 0,
            mana = 0,
            mana_percent = 0,
            soul = 0,
            range = -1,
            premium = false,
            enabled = true,
            need_target = false,
            need_weapon = false,
            learnable = false,
            self_target = false,
            blocking_solid = false,
            blocking_creature = false,
            aggressive = true,
            pz_lock = false,
            on_self = true,
            cast_sound = not tfs and enum("SOUND_EFFECT_TYPE_SPELL_OR_RUNE") or 0,
            impact_sound = 0,
            monk_type = 0,
            need_direction = false,
            has_params = false,
            has_player_name = false,
            target_or_direction = false,
            walls = true,
            floor = true,
            far = false,
            rune_id = 0,
            charges = 0,
            vocations = {},
        })
        spell.script = (spell.file and spell.file.script or "(Unknown scriptfile)") .. ":callback"
        if kind == RUNE then
            spell.own_error_handler = true
            spell.can_execute, spell.execute_use = spells.can_use_rune, spells.use_rune
        end
        return spell
    end

    --- Enters an instant spell.
    ---@return boolean whether its words were free
    function spells.register_instant(spell, who)
        local words = spell.words
        if not tfs and words == "" then
            server:log("error", "[Spells::registerInstantLuaEvent] - Missing register word for spell with name "
                .. spell.name)
            return false
        end
        local free = instants:first(words) == nil
        registry.add(instants, words, spell)
        if free then
            return true
        elseif tfs then
            server:log("warning", "[Warning - Spells::" .. (who or "registerInstantLuaEvent")
                .. "] Duplicate registered instant spell with words: " .. words)
        else
            server:log("warning", "[Spells::registerInstantLuaEvent] - Duplicate registered instant spell with words: "
                .. words .. ", on spell with name: " .. spell.name)
        end
        return false
    end

    local function script_name()
        local owner = server.parts.scripts.owner()
        return raw.string.match(owner and owner.path or "", "[^/]*$")
    end

    --- Enters a rune's spell.
    ---@return boolean whether the rune had none
    function spells.register_rune(spell)
        local id = spell.rune_id
        local free = runes:first(id) == nil
        registry.add(runes, id, spell)
        if free then
            return true
        end
        if tfs then
            server:log("warning", "[Warning - Spells::registerRuneLuaEvent] Duplicate registered rune with id: " .. id)
        else
            server:log("warning", "[registerRuneLuaEvent] duplicate registered rune with id: " .. id
                .. ", for script: " .. script_name())
        end
        return false
    end

    local function small_name(spell)
        return lower(spell.name)
    end
    local instant_by_small_name, rune_by_small_name = instants:index(small_name), runes:index(small_name)
    local longest = 0
    local instant_by_small_words = instants:index(function(_, words)
        longest = raw.math.max(longest, #words)
        return lower(words)
    end)

    --- An instant spell by its name; nil for none.
    ---@param name string
    function spells.instant_by_name(name)
        return instant_by_small_name(lower(name))
    end

    --- The spell of a rune by its name; nil for none.
    ---@param name string
    function spells.rune_by_name(name)
        return rune_by_small_name(lower(name))
    end

    --- A spell by its name: a rune's comes first.
    ---@param name string
    function spells.by_name(name)
        return spells.rune_by_name(name) or spells.instant_by_name(name)
    end

    --- The spell of a rune; nil for none.
    ---@param id number of the item
    function spells.rune(id)
        local found = runes:first(id)
        if found or not tfs then
            return found
        end
        -- TFS takes the number of a spell, too.
        local key
        for at in pairs(runes.at) do
            if runes:first(at).id == id and (not key or at < key) then
                key = at
            end
        end
        return key and runes:first(key)
    end

    --- The instant spell that words begin with: of several the longest.
    ---@param text string
    ---@return table|nil
    function spells.instant(text)
        local said = lower(text)
        local spell, size = instant_by_small_words(said), #said
        if not spell then
            size = raw.math.min(size - 1, longest)
            while size >= 0 and not spell do
                spell = instant_by_small_words(sub(said, 1, size))
                size = size - 1
            end
            size = size + 1
        end
        if not spell or #text == size then
            return spell or nil
        elseif not spell.has_params or #text - size < 2 or sub(text, size + 1, size + 1) ~= " " then
            return nil
        end
        return spell
    end

    --- What mana a spell costs a player.
    function spells.mana_of(spell, player)
        local less = player.wheel and server.parts.players.spell_boost(player, spell.name, "mana") or 0
        if spell.mana ~= 0 or spell.mana_percent == 0 then
            return raw.math.max(0, spell.mana - less)
        end
        return raw.math.max(0, floor(server.parts.creatures.max_mana(player) * spell.mana_percent / 100) - less)
    end
end
