--- Figures: those of the own player (stats, skills, icons), and how creatures in sight look. They are compared with
--- what was told a few times a second, and told when they differ.

local context = ...
local raw = context.raw
local char, floor, max, min = raw.string.char, raw.math.floor, raw.math.max, raw.math.min

-- Milliseconds of the world between looks.
local EVERY = 100
local SKILLS = 6
local SPECIAL = 6
-- Bits of what a client shows beside the player's health.
local ICONS = {
    Poison = 1, Burn = 2, Energy = 4, Drunk = 8, ManaShield = 16, NewManaShield = 16, Paralyze = 32, Haste = 64,
    InFight = 128, Drowning = 256, Freezing = 512, Dazzled = 1024, Cursed = 2048, PartyBuff = 4096, Bleeding = 32768,
}

return function(server, wire)
    local u16, u32 = wire.u16, wire.u32

    local function u64(value)
        local high = floor(value / 4294967296)
        return u32(value - high * 4294967296) .. u32(high)
    end

    local function byte(value)
        return char(max(0, min(255, floor(value or 0))))
    end
    local function word(value)
        return u16(max(0, min(65535, floor(value or 0))))
    end

    local function stats(view)
        local player, players = view.player, server.parts.players
        local new = view.version >= 1281
        local health, most = max(0, floor(player.health)), players.max_health(player)
        local mana, most_mana = max(0, floor(player.mana)), players.max_mana(player)
        local number = view.version >= 1300 and u32 or word
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
            out = out .. byte(player.magic_level) .. byte(player.magic_percent)
        end
        out = out .. byte(player.soul) .. word(player.stamina) .. word(wire.speed(player.base_speed)) .. "\0\0"
        out = out .. word(player.offline_time / 60000) .. "\0\0\0"
        if new then
            out = out .. u32(0) .. u32(0)
        end
        return out
    end

    local function skills(view)
        local player, players = view.player, server.parts.players
        if view.version >= 1281 then
            return nil
        end
        local out = "\161"
        for skill = 0, SKILLS do
            local own = player.skills[skill]
            out = out .. word(players.skill_level(player, skill)) .. word(own.level) .. byte(own.percent)
        end
        if view.version >= 1094 then
            for _ = 1, SPECIAL do
                out = out .. "\0\0\0\0"
            end
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
            out = out .. "\0"
        end
        -- No list of known spells: which are known is asked of scripts.
        out = out .. u16(0)
        return view.version >= 1281 and out .. "\0" or out
    end

    local function world_light(view)
        local level, color = server.parts.map.world_light()
        return "\130" .. byte(level) .. byte(color)
    end

    local OWN = { stats = stats, skills = skills, icons = icons }

    --- What a client is told at the beginning, beside the map.
    function wire.admit_figures(view)
        view.told = {}
        wire.refresh_holders(view)
        wire.refresh_figures(view)
        local player = view.player
        wire.send(view, world_light(view))
        wire.send(view, "\141" .. u32(player.id) .. byte(player.light_level) .. byte(player.light_color))
        wire.send(view, basic(view))
        local chase, secure = player.chase_mode and 1 or 0, player.secure_mode and 1 or 0
        wire.send(view, "\167" .. char(player.fight_mode or 1, chase, secure) .. (view.version >= 1000 and "\0" or ""))
    end

    local function look_of(view, creature)
        local outfit = creature.outfit
        if server.parts.creatures.is_invisible(creature) then
            outfit = {}
        end
        return {
            health = "\140" .. u32(creature.id) .. char(wire.percent(creature)),
            light = "\141" .. u32(creature.id) .. byte(creature.light_level) .. byte(creature.light_color),
            outfit = "\142" .. u32(creature.id) .. wire.outfit(view, outfit),
            speed = "\143" .. u32(creature.id)
                .. (view.version >= 1059 and u16(wire.speed(creature.base_speed)) or "")
                .. u16(wire.speed(server.parts.creatures.speed(creature))),
            skull = "\144" .. u32(creature.id) .. char(wire.skull_of(view, creature)),
            shield = "\145" .. u32(creature.id) .. char(wire.shield_of(view, creature)),
        }
    end

    local LOOKS = { "health", "light", "outfit", "speed", "skull", "shield" }

    local function refresh_looks(view)
        local creatures = server.parts.creatures
        for id in raw.pairs(view.at) do
            local creature = creatures.by_id(id)
            if creature then
                local look, shown = look_of(view, creature), view.shown[id]
                for _, name in raw.ipairs(LOOKS) do
                    if shown and shown[name] ~= look[name] then
                        wire.send(view, look[name])
                    end
                end
                view.shown[id] = look
            end
        end
        for id in raw.pairs(view.shown) do
            if not view.at[id] then
                view.shown[id] = nil
            end
        end
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
        for name, make in raw.pairs(OWN) do
            local message = make(view)
            if message and view.told[name] ~= message then
                view.told[name] = message
                wire.send(view, message)
            end
        end
        refresh_looks(view)
    end

    wire.world_light = world_light
end
