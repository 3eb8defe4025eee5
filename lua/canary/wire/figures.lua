--- Figures of the own player: stats, skills, icons, what it carries. They are compared with what was told a few times a
--- second, and told when they differ.

local context = ...
local raw = context.raw
local char, floor, max, min = raw.string.char, raw.math.floor, raw.math.max, raw.math.min

-- Milliseconds of the world between looks.
local EVERY = 100
local SKILLS = 6
local SPECIAL = 6
-- What the forge adds: three chances of two numbers.
local NO_FORGE = raw.string.rep("\0", 12)
-- Four classes of items, of ten tiers each, and what an upgrade costs; eleven chances. TFS tells all clients the same.
local CLASS = "\10"
for tier = 0, 9 do
    CLASS = CLASS .. char(tier) .. "\16\39\0\0\0\0\0\0"
end
local ITEM_CLASSES = "\134\4\1" .. CLASS .. "\2" .. CLASS .. "\3" .. CLASS .. "\4" .. CLASS
    .. raw.string.rep("\0", 11)
-- Bits of what a client shows beside the player's health.
local ICONS = {
    Poison = 1, Burn = 2, Energy = 4, Drunk = 8, ManaShield = 16, NewManaShield = 16, Paralyze = 32, Haste = 64,
    InFight = 128, Drowning = 256, Freezing = 512, Dazzled = 1024, Cursed = 2048, PartyBuff = 4096, Bleeding = 32768,
}

return function(server, wire)
    local u16, u32, u64 = wire.u16, wire.u32, wire.u64


    local function byte(value)
        return char(max(0, min(255, floor(value or 0))))
    end
    local function word(value)
        return u16(max(0, min(65535, floor(value or 0))))
    end
    -- Parts of a level that are done: TFS keeps hundredths of a percent, Canary percents with decimals.
    local function percent(value)
        return byte(server.tfs and value / 100 or value)
    end
    local function hundredths(value)
        return word(server.tfs and value or value * 100)
    end

    local function stats(view)
        local player, players = view.player, server.parts.players
        local new = view.version >= 1281
        local health, most = max(0, floor(player.health)), players.max_health(player)
        local mana, most_mana = max(0, floor(player.mana)), players.max_mana(player)
        local number = new and u32 or word
        local out = "\160" .. number(health) .. number(most) .. u32(max(0, players.free_capacity(player)))
        if not new then
            out = out .. u32(max(0, players.capacity(player)))
        end
        out = out .. u64(player.experience) .. word(player.level) .. byte(player.level_percent)
        -- What experience counts, in percent: base, (voucher,) low level, store, stamina.
        out = out .. word(player.base_xp) .. (new and "" or "\0\0") .. "\0\0" .. "\0\0" .. word(player.stamina_xp)
        out = out .. number(mana) .. number(most_mana)
        if not new then
            out = out .. byte(players.effective_magic_level(player))
            out = out .. byte(player.magic_level) .. percent(player.magic_percent)
        end
        out = out .. byte(player.soul) .. word(player.stamina) .. word(wire.speed(player.base_speed)) .. "\0\0"
        out = out .. word(player.offline_time / 60000) .. "\0\0\0"
        if new then
            out = out .. u32(max(0, floor(player.mana_shield or 0)))
            out = out .. u32(max(0, floor(player.max_mana_shield or player.mana_shield_max or 0)))
        end
        return out
    end

    -- Chances and amounts of critical hits, of life and of mana that is taken; what of it is the own has no meaning.
    local function specials(player)
        local out = ""
        for skill = 0, SPECIAL - 1 do
            out = out .. word(server.tfs and min(10000, player.special_skills[skill] or 0) or 0) .. "\0\0"
        end
        return out
    end

    -- Level, that without what adds to it, (the same with loyalty,) percent.
    local function skill_bytes(level, base, part, new)
        level, base = word(level), word(base)
        return new and level .. base .. base .. hundredths(part) or level .. base .. percent(part)
    end

    local function skills(view)
        local player, players = view.player, server.parts.players
        local new = view.version >= 1281
        local out = "\161"
        if new then
            local effective = players.effective_magic_level(player)
            out = out .. skill_bytes(effective, player.magic_level, player.magic_percent, true)
        end
        for skill = 0, SKILLS do
            local own = player.skills[skill]
            out = out .. skill_bytes(players.skill_level(player, skill), own.level, own.percent, new)
        end
        if view.version >= 1094 then
            out = out .. specials(player)
        end
        if new then
            -- No magic levels of elements, nothing of the forge.
            local capacity = u32(max(0, players.capacity(player)))
            out = out .. "\0" .. NO_FORGE .. capacity .. capacity
        end
        return out
    end

    local function icons(view)
        local bits = 0
        for name in raw.pairs(server.parts.conditions.icons_of(view.player)) do
            bits = bits + (ICONS[name] or 0)
        end
        return "\162" .. (view.version >= 1281 and u32(bits % 4294967296) or u16(bits % 65536))
    end

    local function basic(view)
        local player = view.player
        local premium = server.parts.players.is_premium(player)
        local vocation = player.vocation
        local out = "\159" .. (premium and "\1" or "\0") .. u32(max(0, player.premium_ends_at) % 4294967296)
        out = out .. byte(vocation and (vocation.client_id or vocation.id))
        if view.version >= 1100 then
            -- Whether the window of preys may be opened.
            local preys = not server.tfs and vocation and vocation.id ~= 0
            out = out .. (preys and "\1" or "\0")
        end
        -- No list of known spells: which are known is asked of scripts.
        out = out .. u16(0)
        return view.version >= 1281 and out .. "\0" or out
    end

    local function world_light(view)
        local level, color = server.parts.map.world_light()
        return "\130" .. byte(level) .. byte(color)
    end

    local OWN = {
        stats = stats, skills = skills, icons = icons, sale = wire.sale, carried = wire.carried,
        imbuements = wire.imbuements_worn,
    }
    local OWN_ORDER = { "stats", "skills", "icons", "sale", "carried", "imbuements" }

    --- What a client is told at the beginning, beside the map.
    function wire.admit_figures(view)
        view.told = {}
        wire.refresh_holders(view)
        wire.refresh_figures(view)
        local player = view.player
        wire.send(view, world_light(view))
        wire.send(view, "\141" .. u32(player.id) .. byte(player.light_level) .. byte(player.light_color))
        wire.send(view, basic(view))
        if view.version >= 1281 then
            wire.send(view, ITEM_CLASSES)
        end
        local chase, secure = player.chase_mode and 1 or 0, player.secure_mode and 1 or 0
        wire.send(view, "\167" .. char(player.fight_mode or 1, chase, secure) .. (view.version >= 1000 and "\0" or ""))
    end

    --- Whether it is time to compare figures, slots and windows with what was told.
    function wire.is_due(view)
        return not view.looked or server.now - view.looked >= EVERY or view.acted
    end

    --- Compares the figures with what was told, when it is time for that.
    function wire.refresh_figures(view)
        if not wire.is_due(view) then
            return
        end
        view.looked, view.acted = server.now, false
        for _, name in raw.ipairs(OWN_ORDER) do
            local message = OWN[name](view)
            if message and view.told[name] ~= message then
                view.told[name] = message
                wire.send(view, message)
            end
        end
        wire.refresh_looks(view)
    end

    wire.world_light = world_light
end
