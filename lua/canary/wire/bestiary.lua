--- The bestiary and its charms as clients of 13.10 read them (see Canary's protocolgame.cpp, parseBestiarySendRaces and
--- what follows it). Such clients know no tiers of charms: they buy the first.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")
local char, concat, floor, ipairs, max, min =
    raw.string.char, raw.table.concat, raw.math.floor, raw.ipairs, raw.math.max, raw.math.min

local WIDE = 1281
local CLASSES = 21
-- What of the loot is told from which progress on: nothing, what drops often, less often, all.
local LOOT = { 0, 2, 3, 5 }
-- Chances of a thousandth of a percent below which loot is rarer: 4 to 1.
local RARITIES = { { 0.2, 4 }, { 1, 3 }, { 5, 2 }, { 25, 1 } }
local ELEMENTS = { "PHYSICALDAMAGE", "FIREDAMAGE", "EARTHDAMAGE", "ENERGYDAMAGE", "ICEDAMAGE", "HOLYDAMAGE",
    "DEATHDAMAGE", "HEALING" }

return function(server, wire)
    if server.tfs then
        return
    end
    local u16, u32, text, make = wire.u16, wire.u32, wire.text, wire.make
    local enum = server.parts.enums.get

    local function byte(value)
        return char(max(0, min(255, floor(value or 0))))
    end
    local function word(value)
        return u16(max(0, min(65535, floor(value or 0))))
    end

    -- How much a player knows of a kind: 1 to 4.
    local function progress_of(kind, kills)
        if kills < kind.bestiary_first then
            return 1
        elseif kills < kind.bestiary_second then
            return 2
        end
        return kills < kind.bestiary_kills and 3 or 4
    end

    --- The classes of monsters, and how many of each a player has met.
    function wire.tell_bestiary(view)
        local players, out, classes = server.parts.players, {}, {}
        for at = 1, CLASSES do
            classes[at] = { name = "", count = 0, met = 0 }
        end
        server.parts.monsters.each_of_bestiary(function(race, kind)
            local class = classes[kind.bestiary_race]
            if class then
                class.name, class.count = kind.bestiary_class, class.count + 1
                class.met = class.met + (players.race_kills(view.player, race) > 0 and 1 or 0)
            end
        end)
        for at, class in ipairs(classes) do
            out[at] = text(class.name) .. u16(class.count) .. u16(class.met)
        end
        wire.send(view, "\213" .. u16(CLASSES) .. concat(out))
        wire.send(view, make.charms(view))
    end

    --- The monsters of a class, or those of a list that a player has met.
    ---@param view table
    ---@param class string|nil
    ---@param wanted table|nil { [race] = true }
    function wire.tell_monsters(view, class, wanted)
        local players, out = server.parts.players, {}
        server.parts.monsters.each_of_bestiary(function(race, kind)
            local kills = players.race_kills(view.player, race)
            if wanted and wanted[race] and kills > 0 or not wanted and kind.bestiary_class == class then
                local known = kills > 0 and char(progress_of(kind, kills)) .. byte(kind.bestiary_occurrence) or "\0"
                out[#out + 1] = u16(race) .. known
            end
        end)
        if wanted or #out > 0 then
            wire.send(view, "\214" .. text(class or "") .. u16(#out) .. concat(out))
        end
    end

    local function rarity_of(chance)
        local percent = floor((chance or 0) / 1000)
        for _, each in ipairs(RARITIES) do
            if percent < each[1] then
                return each[2]
            end
        end
        return 0
    end

    local function loot_bytes(kind, progress)
        local out, all = {}, server.parts.config.boolean("SHOW_LOOTS_IN_BESTIARY")
        for at, loot in ipairs(kind.loot or {}) do
            local rarity = rarity_of(loot.chance)
            if at > 255 then
                break
            elseif all or rarity < LOOT[progress] then
                local known = server.parts.item_types.of(loot.id or 0)
                out[at] = word(loot.id) .. char(rarity) .. "\0" .. text(loot.item_name or known.name)
                    .. ((loot.max_count or 0) > 0 and "\1" or "\0")
            else
                out[at] = u16(0) .. char(rarity) .. "\0"
            end
        end
        return char(#out) .. concat(out)
    end

    local function element_bytes(kind)
        local out = {}
        for at, name in ipairs(ELEMENTS) do
            local change = kind.elements and kind.elements[enum("COMBAT_" .. name)] or 0
            out[at] = char(at - 1) .. word(100 - change)
        end
        return char(#ELEMENTS) .. concat(out)
    end

    local function removal_cost(player)
        return floor(player.level * 100 * (player.charm_expansion and 75 or 100) / 100)
    end

    --- All that a player knows of a kind of monster.
    function wire.tell_monster(view, race)
        local players, player, kind = server.parts.players, view.player, server.parts.monsters.type_by_race(race)
        if not kind or not kind.in_bestiary then
            return
        end
        local kills = players.race_kills(player, race)
        local progress = progress_of(kind, kills)
        local out = {
            "\215" .. u16(race) .. text(kind.bestiary_class) .. char(progress) .. u32(kills)
                .. word(kind.bestiary_first) .. word(kind.bestiary_second) .. word(kind.bestiary_kills)
                .. byte(kind.bestiary_stars) .. byte(kind.bestiary_occurrence),
            loot_bytes(kind, progress),
        }
        if progress > 1 then
            local attack = not kind.hostile and 2 or kind.target_distance ~= 0 and 1 or 0
            out[#out + 1] = word(kind.bestiary_points) .. char(attack, 2) .. u32(max(0, kind.max_health or 0))
                .. u32(max(0, kind.experience or 0)) .. word(kind.base_speed) .. word(kind.armor)
                .. wire.double(kind.mitigation or 0, 2)
        end
        if progress > 2 then
            out[#out + 1] = element_bytes(kind) .. u16(1) .. text(kind.bestiary_locations)
        end
        if progress > 3 then
            local major, minor = players.charms_against(player, kind)
            local charm = major or minor
            out[#out + 1] = charm and "\1" .. char(charm.id) .. u32(removal_cost(player)) or "\0\1"
        end
        wire.send(view, concat(out))
    end

    local function charm_bytes(player, charm)
        local players = server.parts.players
        local price = charm.points[players.charm_tier(player, charm.id) + 1] or 0
        local out = char(charm.id) .. text(charm.name) .. text(charm.description) .. "\0" .. word(price)
        if not (player.unlocked_charms and player.unlocked_charms[charm.id]) then
            return out .. "\0\0"
        end
        local race = players.charm_race(player, charm.id)
        return out .. "\1" .. (race ~= 0 and "\1" .. u16(race) .. u32(removal_cost(player)) or "\0")
    end

    -- Monsters that a charm may be set on yet.
    local function free_monsters(player)
        local players, set, list = server.parts.players, {}, {}
        for _, id in ipairs(sorted_keys(player.used_charms or {})) do
            local race = players.charm_race(player, id)
            set[race] = (set[race] or 0) + 1
        end
        server.parts.monsters.each_of_bestiary(function(race, kind)
            if players.race_kills(player, race) >= kind.bestiary_second and (set[race] or 0) < 2 then
                list[#list + 1] = u16(race)
            end
        end)
        return list
    end

    --- A player's charms.
    function make.charms(view)
        if view.version < WIDE then
            return nil
        end
        local player, charms, out = view.player, server.parts.monsters.charms(), {}
        for at, id in ipairs(sorted_keys(charms)) do
            out[at] = charm_bytes(player, charms[id])
        end
        local races = free_monsters(player)
        return "\216" .. u32(max(0, player.charm_points or 0)) .. byte(#out) .. concat(out) .. "\4" .. u16(#races)
            .. concat(races)
    end

    function make.bestiary_changed(view, fields)
        return view.version >= WIDE and "\217" .. u16(fields.race) or nil
    end
end
