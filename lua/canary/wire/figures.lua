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

    -- The numbers that a message is made of, before it is: it is only made anew when one of them is another.
    local numbers = {}

    -- Whether the first so many of them are as at the last time that a message of this name was made.
    local function as_before(view, name, count)
        local noted = view.noted[name]
        if not noted then
            noted = {}
            view.noted[name] = noted
        end
        local same = true
        for at = 1, count do
            if noted[at] ~= numbers[at] then
                noted[at], same = numbers[at], false
            end
        end
        return same
    end

    local STATS = 20

    local function stats(view)
        local player, players = view.player, server.parts.players
        local n = numbers
        n[1], n[2] = max(0, floor(player.health)), players.max_health(player)
        n[3], n[4] = max(0, floor(player.mana)), players.max_mana(player)
        n[5], n[6] = max(0, players.free_capacity(player)), max(0, players.capacity(player))
        n[7], n[8], n[9] = player.experience, player.level, player.level_percent or 0
        n[10], n[11] = player.base_xp or 0, player.stamina_xp or 0
        n[12], n[13] = players.effective_magic_level(player), player.magic_level
        n[14], n[15], n[16] = player.magic_percent, player.soul or 0, player.stamina or 0
        n[17], n[18] = wire.speed(player.base_speed), floor(player.offline_time / 60000)
        n[19] = max(0, floor(player.mana_shield or 0))
        n[20] = max(0, floor(player.max_mana_shield or player.mana_shield_max or 0))
        if as_before(view, "stats", STATS) then
            return view.told.stats
        end
        local new = view.version >= 1281
        local number = new and u32 or word
        local out = "\160" .. number(n[1]) .. number(n[2]) .. u32(n[5]) .. (new and "" or u32(n[6]))
        out = out .. u64(n[7]) .. word(n[8]) .. byte(n[9])
        -- What experience counts, in percent: base, (voucher,) low level, store, stamina.
        out = out .. word(n[10]) .. (new and "" or "\0\0") .. "\0\0" .. "\0\0" .. word(n[11])
        out = out .. number(n[3]) .. number(n[4])
        if not new then
            out = out .. byte(n[12]) .. byte(n[13]) .. percent(n[14])
        end
        out = out .. byte(n[15]) .. word(n[16]) .. word(n[17]) .. "\0\0" .. word(n[18]) .. "\0\0\0"
        return new and out .. u32(n[19]) .. u32(n[20]) or out
    end

    -- Level, that without what adds to it, (the same with loyalty,) percent.
    local function skill_bytes(level, base, part, new)
        level, base = word(level), word(base)
        return new and level .. base .. base .. hundredths(part) or level .. base .. percent(part)
    end

    -- Where they stand among the numbers.
    local FIRST_SKILL, FIRST_SPECIAL = 5, 5 + 3 * (SKILLS + 1)

    local function skills(view)
        local player, players = view.player, server.parts.players
        local n = numbers
        n[1], n[2], n[3] = players.effective_magic_level(player), player.magic_level, player.magic_percent
        n[4] = max(0, players.capacity(player))
        for skill = 0, SKILLS do
            local own, at = player.skills[skill], FIRST_SKILL + 3 * skill
            n[at], n[at + 1], n[at + 2] = players.skill_level(player, skill), own.level, own.percent
        end
        -- Chances and amounts of critical hits, of life and mana that is taken: what of it is the own has no meaning.
        for skill = 0, SPECIAL - 1 do
            n[FIRST_SPECIAL + skill] = server.tfs and min(10000, player.special_skills[skill] or 0) or 0
        end
        if as_before(view, "skills", FIRST_SPECIAL + SPECIAL - 1) then
            return view.told.skills
        end
        local new = view.version >= 1281
        local out = { "\161", new and skill_bytes(n[1], n[2], n[3], true) or "" }
        for at = FIRST_SKILL, FIRST_SPECIAL - 1, 3 do
            out[#out + 1] = skill_bytes(n[at], n[at + 1], n[at + 2], new)
        end
        if view.version >= 1094 then
            for at = FIRST_SPECIAL, FIRST_SPECIAL + SPECIAL - 1 do
                out[#out + 1] = word(n[at]) .. "\0\0"
            end
        end
        if new then
            -- No magic levels of elements, nothing of the forge.
            local capacity = u32(n[4])
            out[#out + 1] = "\0" .. NO_FORGE .. capacity .. capacity
        end
        return raw.table.concat(out)
    end

    local function icons(view)
        local player, bits = view.player, 0
        if player.conditions and #player.conditions > 0 then
            for name in raw.pairs(server.parts.conditions.icons_of(player)) do
                bits = bits + (ICONS[name] or 0)
            end
        end
        numbers[1] = bits
        if as_before(view, "icons", 1) then
            return view.told.icons
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
        view.told, view.noted = {}, {}
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
        for at = 1, #OWN_ORDER do
            local name = OWN_ORDER[at]
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
