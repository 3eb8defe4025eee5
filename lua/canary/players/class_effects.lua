--- Player: what Canary's clients alone show: cooldowns, sounds, screenshots, windows; harmony and virtue of monks.

local context = ...
local raw = context.raw
local floor, min = raw.math.floor, raw.math.min

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments = server.userdata, server.arguments
    local of, strict, none = players.binders.of, players.binders.strict, players.binders.none

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
    local function sound(value)
        return { sound = arguments.number(value) }
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
        clearSpellCooldowns = of(function(player)
            local conditions = server.parts.conditions
            for _, name in raw.ipairs({ "CONDITION_SPELLCOOLDOWN", "CONDITION_SPELLGROUPCOOLDOWN" }) do
                local kind = server.env[name]
                if kind and conditions.remove_type then
                    conditions.remove_type(player, kind, true)
                end
            end
            return true
        end),
        sendSingleSoundEffect = told_or_nothing("sound", sound),
        sendDoubleSoundEffect = told_or_nothing("sound", function(first, second)
            return { sound = arguments.number(first), second = arguments.number(second) }
        end),
        sendAmbientSoundEffect = told_or_nothing("sound", sound),
        sendMusicSoundEffect = told_or_nothing("sound", sound),
        takeScreenshot = told("screenshot", function(kind)
            return { type = arguments.u8(kind) }
        end),
        sendIconBakragore = of(function(player, icon)
            player.bakragore = arguments.u8(icon)
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
            local item = userdata.get(value, "Item")
            players.tell(player, "imbuement_window", { action = arguments.u8(action), id = item and item.id or nil })
            return true
        end),
        closeImbuementWindow = strict(function(player)
            players.tell(player, "imbuement_closed", {})
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
        setSerene = strict(function(player, on)
            player.serene = arguments.boolean(on, false)
            return true
        end),
        getVirtue = strict(function(player)
            return player.virtue or 0
        end),
        setVirtue = strict(function(player, virtue)
            player.virtue = arguments.u8(virtue)
            return true
        end),
        fillHarmony = strict(function(player)
            player.harmony = MOST_HARMONY
            return true
        end),
        getHarmony = strict(function(player)
            return min(MOST_HARMONY, player.harmony or 0)
        end),
        calculateFlatDamageHealing = strict(function(player)
            return players.flat_damage(player.level)
        end),
    })

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
