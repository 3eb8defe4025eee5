--- TFS's spells.xml.

local context = ...
local raw = context.raw
local ipairs, lower, match, pairs, tonumber = raw.ipairs, raw.string.lower, raw.string.match, raw.pairs, raw.tonumber

return function(server, spells)
    if not server.tfs then
        return
    end
    local parts = server.parts
    local RESERVED = {}
    for _, name in ipairs({
        "melee", "physical", "poison", "fire", "energy", "drown", "lifedrain", "manadrain", "healing", "speed",
        "outfit", "invisible", "drunk", "firefield", "poisonfield", "energyfield", "firecondition", "poisoncondition",
        "energycondition", "drowncondition", "freezecondition", "cursecondition", "dazzlecondition",
    }) do
        RESERVED[name] = true
    end
    local GROUPS = { none = 0, attack = 1, healing = 2, support = 3, special = 4 }
    for at = 0, 4 do
        GROUPS[raw.tostring(at)] = at
    end
    -- Fields by the names of attributes: of two, the first that is there.
    local NUMBERS = {
        id = { "spellid" },
        group_cooldown = { "groupcooldown" },
        second_cooldown = { "secondarygroupcooldown" },
        level = { "level", "lvl" },
        magic_level = { "magiclevel", "maglv" },
        mana = { "mana" },
        mana_percent = { "manapercent" },
        soul = { "soul" },
        range = { "range" },
        cooldown = { "cooldown", "exhaustion" },
    }
    local TRUTHS = {
        premium = { "premium", "prem" },
        enabled = { "enabled" },
        need_target = { "needtarget" },
        need_weapon = { "needweapon" },
        self_target = { "selftarget" },
        learnable = { "needlearn" },
        pz_lock = { "pzlock" },
        aggressive = { "aggressive" },
        has_params = { "params" },
        has_player_name = { "playernameparam" },
        walls = { "blockwalls" },
    }

    local function given(attributes, names)
        return attributes[names[1]] or attributes[names[2]]
    end

    local function number(value)
        local digits = match(value, "^%s*([+-]?%d+)")
        return digits and tonumber(digits) or 0
    end

    local function truth(value)
        return match(value, "^[1tTyY]") ~= nil
    end

    local function complain(kind, problem)
        server:log(kind == "Error" and "error" or "warning", "[" .. kind .. " - " .. problem)
    end

    local function read_group(spell, key, value, what)
        local group = value and GROUPS[lower(value)]
        if group then
            spell[key] = group
        elseif value then
            complain("Warning", "Spell::configureSpell] Unknown " .. what .. ": " .. value)
        end
    end

    local function read_blocking(spell, attributes)
        if attributes.blocking then
            spell.blocking_solid = truth(attributes.blocking)
            spell.blocking_creature = spell.blocking_solid
        end
        local kind = attributes.blocktype
        if not kind then
            return
        end
        local word = lower(kind)
        if word ~= "all" and word ~= "solid" and word ~= "creature" then
            return complain("Warning", "Spell::configureSpell] Blocktype \"" .. kind .. "\" does not exist.")
        end
        spell.blocking_solid = spell.blocking_solid or word ~= "creature"
        spell.blocking_creature = spell.blocking_creature or word ~= "solid"
    end

    local function read_vocations(spell, node)
        for _, child in ipairs(node.children) do
            local name = child.attributes.name
            local id = name and parts.vocations.id_of(name)
            if id and id ~= -1 and id ~= 65535 then
                local shown = child.attributes.showInDescription
                spell.vocations[id] = shown == nil or truth(shown)
            elseif name then
                complain("Warning", "Spell::configureSpell] Wrong vocation name: " .. name)
            end
        end
    end

    -- Takes over what the attributes say; false when there is a fault.
    local function configure(spell, node)
        local attributes = node.attributes
        local name = attributes.name
        if not name then
            complain("Error", "Spell::configureSpell] Spell without name")
            return false
        elseif RESERVED[lower(name)] then
            complain("Error", "Spell::configureSpell] Spell is using a reserved name: " .. lower(name))
            return false
        end
        spell.name = name
        read_group(spell, "group", attributes.group, "group")
        read_group(spell, "second_group", attributes.secondarygroup, "secondarygroup")
        for key, names in pairs(NUMBERS) do
            local value = given(attributes, names)
            spell[key] = value and number(value) or spell[key]
        end
        for key, names in pairs(TRUTHS) do
            local value = given(attributes, names)
            if value then
                spell[key] = truth(value)
            end
        end
        read_blocking(spell, attributes)
        if spell.group == spells.NO_GROUP then
            spell.group = spell.aggressive and GROUPS.attack or GROUPS.healing
        end
        read_vocations(spell, node)
        if not attributes.words then
            complain("Error", "TalkAction::configureEvent] Missing words for talk action or spell")
            return false
        end
        spell.words, spell.separator = match(attributes.words, "^[^;]*"), attributes.separator or spell.separator
        if attributes.direction then
            spell.need_direction = truth(attributes.direction)
        elseif attributes.casterTargetOrDirection then
            spell.target_or_direction = truth(attributes.casterTargetOrDirection)
        end
        return true
    end

    --- Enters a spell that spells.xml names. Runes can't be named there: TFS takes none.
    ---@param node table
    ---@param file table record of the script, or of the file itself
    ---@param script string|nil path of the script
    function spells.register_spell_xml(node, file, script)
        local kind = lower(node.tag)
        if kind ~= "instant" and kind ~= "rune" then
            return
        end
        local spell = spells.make(spells.INSTANT)
        spell.interface = file.interface
        if kind == "rune" or not configure(spell, node) then
            return complain("Warning", "BaseEvents::loadFromXml] Failed to configure event")
        end
        local fn = script and parts.scripts.take_global("onCastSpell")
        if script and not fn then
            return complain("Warning", "Event::loadScript] Event onCastSpell not found. " .. script)
        elseif fn then
            spell.callback, spell.loaded, spell.event = fn, true, "onCastSpell"
            spell.script, spell.label = script .. ":onCastSpell", "Spell onCastSpell"
        end
        spells.register_instant(spell, "registerEvent")
    end
end
