--- Bosses as clients of 13.10 read them: the list, the slots, and when each may be fought again (see Canary's
--- protocolgame.cpp, parseSendBosstiary and what follows it).

local context = ...
local raw = context.raw
local char, concat, format, ipairs, min = raw.string.char, raw.table.concat, raw.string.format, raw.ipairs, raw.math.min

local WIDE = 1281
-- Kills of each level, by how rare a boss is, and the points for it: as client and server know them.
local TABLE = { 25, 100, 300, 5, 20, 60, 1, 3, 5, 5, 15, 30, 10, 30, 60, 10, 30, 60 }

return function(server, wire)
    if server.tfs then
        return
    end
    local u16, u32, u64, make = wire.u16, wire.u32, wire.u64, wire.make

    local function table_of_levels()
        local out = { "\97" }
        for at, value in ipairs(TABLE) do
            out[at + 1] = u16(value)
        end
        return concat(out)
    end

    --- The list of all bosses.
    function wire.tell_bosses(view)
        local players, out, count = server.parts.players, {}, 0
        players.each_boss(function(race, kind)
            count = count + 1
            local kills = players.race_kills(view.player, race)
            out[count] = u32(race) .. char((kind.boss_race or 0) % 256) .. u32(kills) .. "\0"
        end)
        wire.send(view, table_of_levels())
        wire.send(view, "\115" .. u16(count) .. concat(out))
    end

    -- Rare as, kills, loot, kills that count more, no repetition, price, not today.
    local function slot_bytes(view, race, loot, kills, price, boosted)
        local players, kind = server.parts.players, server.parts.monsters.type_by_race(race)
        return char((kind and kind.boss_race or 0) % 256) .. u32(players.race_kills(view.player, race)) .. u16(loot)
            .. char(min(255, kills)) .. "\0" .. u32(price) .. char(boosted and 1 or 0)
    end

    local function own_slot(view, slot, locked)
        local players, player = server.parts.players, view.player
        local race, price = players.boss_in(player, slot), players.boss_removal_price(player)
        if not players.has_boss_slot(player, slot) then
            return "\0" .. u32(locked)
        elseif race == 0 then
            return "\1" .. u32(0)
        end
        local boosted = race == players.boosted_boss()
        return "\1" .. u32(race) .. slot_bytes(view, race, players.boss_bonus(player, race), 0, price, boosted)
    end

    local function slot_of_the_day(view)
        local config, race = server.parts.config, server.parts.players.boosted_boss()
        local open = config.boolean("BOOSTED_BOSS_SLOT")
        if not open or race == 0 then
            return char(open and 1 or 0) .. u32(race)
        end
        local kills = config.number("BOSSTIARY_KILL_MULTIPLIER") + config.number("BOOSTED_BOSS_KILL_BONUS")
        return "\1" .. u32(race) .. slot_bytes(view, race, config.number("BOOSTED_BOSS_LOOT_BONUS"), kills, 0, false)
    end

    --- The slots, and who may be put into them.
    function wire.tell_boss_slots(view)
        local players, player = server.parts.players, view.player
        local points = player.boss_points or 0
        local bonus = players.boss_loot_bonus(points)
        local out = {
            "\98" .. u32(points) .. u32(players.boss_points_of(bonus + 1)) .. u16(bonus) .. u16(bonus + 1),
            own_slot(view, 1, 0), own_slot(view, 2, players.SECOND_BOSS_POINTS), slot_of_the_day(view),
        }
        local others = {}
        for _, each in ipairs(players.known_bosses(player)) do
            if each[1] ~= players.boss_in(player, 1) and each[1] ~= players.boss_in(player, 2) then
                others[#others + 1] = u32(each[1]) .. char((each[2].boss_race or 0) % 256)
            end
        end
        out[#out + 1] = #others > 0 and "\1" .. u16(#others) .. concat(others) or "\0"
        wire.send(view, table_of_levels())
        wire.send(view, concat(out))
        wire.send(view, "\238\0" .. u64(player.bank) .. "\238\1" .. u64(server.parts.items.money(player)))
    end

    -- When each boss may be fought again, as scripts keep it with the player.
    function make.boss_timer(view)
        if view.version < WIDE then
            return nil
        end
        local storage, out, count = server.parts.storage, {}, 0
        local percent = raw.tonumber(storage.kv_get("eventscheduler.boss-cooldown")) or 0
        percent = percent > 0 and percent or 100
        server.parts.players.each_boss(function(race)
            local moment = raw.tonumber(storage.kv_get(format("player.%d.boss.cooldown.%d", view.player.guid, race)))
            if moment then
                count = count + 1
                out[count] = u32(race) .. u64(raw.math.max(0, raw.math.floor(moment * percent / 100)))
            end
        end)
        return "\189" .. u16(count) .. concat(out)
    end
end
