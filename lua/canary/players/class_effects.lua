--- Player: what Canary's clients alone show: cooldowns, sounds, screenshots, windows; harmony and virtue of monks.

local context = ...
local raw = context.raw
local floor, max, min = raw.math.floor, raw.math.max, raw.math.min

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments = server.userdata, server.arguments
    local binders = players.binders
    local of, strict, none, left = binders.of, binders.strict, binders.none, binders.left

    -- Tells a client; `read` makes the message of what a script passed.
    local function told(kind, read)
        return of(function(player, ...)
            players.tell(player, kind, read and read(...) or {})
            return true
        end)
    end
    local function told_or_nothing(kind, read)
        return none(function(player, ...)
            players.tell(player, kind, read and read(...) or {})
            return true
        end)
    end
    -- A sound that one player hears where he stands: as his own, or nobody's.
    local function heard(player, sound, second, own)
        local tile = player.tile
        players.tell(player, "sound", {
            sound = sound, second = second ~= 0 and second or nil, source = 0,
            x = tile and tile.x or 0, y = tile and tile.y or 0, z = tile and tile.z or 0,
            actor = arguments.boolean(own, true) and player.id or nil,
        })
        return true
    end
    -- What sounds all around is one of these, and music the other.
    local AMBIENT, MUSIC = 0, 1
    local function anthem(kind)
        return told_or_nothing("anthem", function(value)
            return { kind = kind, anthem = arguments.enum16(value) }
        end)
    end

    local function cooldown(key)
        return of(function(player, id, ms)
            players.tell(player, "cooldown", { [key] = arguments.u8(id, 1), ms = arguments.u32(ms, 0) })
            return true
        end)
    end

    local MOST_HARMONY = 5

    userdata.methods("Player", {
        sendSpellCooldown = cooldown("spell"),
        sendSpellGroupCooldown = cooldown("group"),
        -- They stay until their next turn, with no time left.
        clearSpellCooldowns = of(function(player, spenders, builders, ticks)
            local cut = arguments.i32(ticks)
            if not arguments.boolean(spenders) and not arguments.boolean(builders) then
                players.clear_cooldowns(player, cut)
            end
            return true
        end),
        sendSingleSoundEffect = none(function(player, sound, own)
            return heard(player, arguments.enum16(sound), nil, own)
        end),
        sendDoubleSoundEffect = none(function(player, sound, second, own)
            return heard(player, arguments.enum16(sound), arguments.enum16(second), own)
        end),
        sendAmbientSoundEffect = anthem(AMBIENT),
        sendMusicSoundEffect = anthem(MUSIC),
        takeScreenshot = told("screenshot", function(kind)
            return { type = arguments.enum8(kind) }
        end),
        sendIconBakragore = of(function(player, icon)
            player.bakragore = arguments.enum8(icon)
            return true
        end),
        removeIconBakragore = of(function(player)
            player.bakragore = nil
            return true
        end),
        openForge = told_or_nothing("forge", nil),
        closeForge = told_or_nothing("forge_closed", nil),
        sendBosstiaryCooldownTimer = told_or_nothing("boss_timer", nil),
        openImbuementWindow = strict(function(player, action, value)
            players.open_imbuing(player, arguments.enum8(action, 0), userdata.get(value, "Item"))
            return true
        end),
        closeImbuementWindow = strict(function(player, ...)
            players.tell(player, "imbuement_closed", {})
            return bind.passed(player, ...)
        end),
        updateConcoction = of(function(player, id, seconds)
            player.concoctions = player.concoctions or {}
            player.concoctions[arguments.u16(id)] = arguments.u16(seconds)
            return true
        end),
        updateFood = of(function(player, id, seconds)
            player.foods = player.foods or {}
            player.foods[arguments.u16(id)] = arguments.u32(seconds)
            return true
        end),
        getMapShader = none(function(player)
            return player.map_shader or ""
        end),
        setMapShader = none(function(player, name)
            player.map_shader = arguments.string(name)
            players.tell(player, "map_shader", { name = player.map_shader })
            return true
        end),
        setSerene = left(function(player, on)
            player.serene = arguments.boolean(on, false)
            return true
        end),
        getVirtue = left(function(player)
            return player.virtue or 0
        end),
        setVirtue = left(function(player, virtue)
            player.virtue = arguments.enum8(virtue, 0)
            return true
        end),
        fillHarmony = left(function(player)
            player.harmony = MOST_HARMONY
            return true
        end),
        getHarmony = left(function(player)
            return min(MOST_HARMONY, player.harmony or 0)
        end),
        calculateFlatDamageHealing = left(function(player)
            return players.flat_damage(player.level)
        end),
    })

    --- Takes milliseconds off the cooldowns of spells, all of them when there are none given.
    ---@param player table
    ---@param ms number
    function players.clear_cooldowns(player, ms)
        local types = server.parts.conditions.types
        for _, condition in raw.ipairs(player.conditions) do
            local of_group = condition.type == types.SPELLGROUPCOOLDOWN
            if of_group or condition.type == types.SPELLCOOLDOWN then
                local rest = ms > 0 and max(0, condition.ticks - ms) or 0
                server.parts.conditions.set_ticks(condition, rest)
                players.tell(player, "cooldown", { [of_group and "group" or "spell"] = condition.sub_id, ms = rest })
            end
        end
    end

    --- What a level adds to damage and healing by itself: less a level the higher it is.
    ---@param level number
    function players.flat_damage(level)
        if level < 1 then
            return 0
        end
        local from, step, sum, add = 0, 500, 0, 5
        while level > from do
            local span = min(level - from, step)
            sum = sum + span / add
            from, step, add = from + span, step + 100, add + 1
        end
        return floor(sum)
    end
end
