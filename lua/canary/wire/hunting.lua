--- Preys and hunting tasks as clients read them (11.00 and 13.10; see Canary's protocolgame.cpp, sendPreyData and
--- sendTaskHuntingData), and dialogs that answer clicks in such windows.

local context = ...
local raw = context.raw
local char, concat, floor, ipairs, max, min =
    raw.string.char, raw.table.concat, raw.math.floor, raw.ipairs, raw.math.max, raw.math.min

local SINCE, WIDE = 1100, 1281
local ANSWER = "\237\20"
local DIFFICULTIES, STARS = 3, 5

return function(server, wire)
    if server.tfs then
        function wire.admit_hunting() end
        return
    end
    local u16, u32, text, make = wire.u16, wire.u32, wire.text, wire.make

    local function seconds_until(moment)
        return max(0, floor((moment - server.parts.scheduler.milliseconds()) / 1000))
    end

    local function premium(view)
        return char(server.parts.players.is_premium(view.player) and 1 or 0)
    end

    function make.dialog(view, fields)
        return view.version >= SINCE and ANSWER .. text(fields.text) or nil
    end

    -- Preys --------------------------------------------------------------------------------------------------------

    local function monster(race)
        local kind = server.parts.monsters.type_by_race(race)
        local outfit = kind and kind.outfit or {}
        local look = outfit.lookType or 0
        local out = text(kind and kind.name or "") .. u16(look)
        if look == 0 then
            return out .. u16(outfit.lookTypeEx or 0)
        end
        return out .. char(outfit.lookHead or 0, outfit.lookBody or 0, outfit.lookLegs or 0, outfit.lookFeet or 0,
            outfit.lookAddons or 0)
    end

    local function monsters(slot)
        local out = { char(#slot.races) }
        for at, race in ipairs(slot.races) do
            out[at + 1] = monster(race)
        end
        return concat(out)
    end

    local function bonus(slot)
        return char(slot.bonus) .. u16(slot.percent) .. char(slot.rarity)
    end

    -- By its state: what stands behind it.
    local PREY = {
        [0] = premium,
        function()
            return ""
        end,
        function(_, slot)
            return monster(slot.race) .. bonus(slot) .. u16(slot.left)
        end,
        function(_, slot)
            return monsters(slot)
        end,
        function(_, slot)
            return bonus(slot) .. monsters(slot)
        end,
        function()
            local races = {}
            server.parts.monsters.each_of_bestiary(function(race)
                races[#races + 1] = u16(race)
            end)
            return u16(#races) .. concat(races)
        end,
    }

    function make.prey(view, fields)
        if view.version < SINCE then
            return nil
        end
        local slot = fields.slot
        local message = "\232" .. char(slot.id, slot.state) .. PREY[slot.state](view, slot)
        local seconds = seconds_until(slot.free_at)
        if view.version < WIDE then
            return message .. u16(min(65535, floor(seconds / 60)))
        end
        return message .. u32(seconds) .. char(slot.option)
    end

    function make.prey_time(view, fields)
        return view.version >= SINCE and "\231" .. char(fields.slot) .. u16(fields.left) or nil
    end

    local function prices(view)
        local players, config, player = server.parts.players, server.parts.config, view.player
        local message = "\233" .. u32(players.prey_price(player))
        if view.version < WIDE then
            return message
        end
        local function byte(name)
            return char(max(0, min(255, config.number(name))))
        end
        local task = u32(players.task_price(player))
        return message .. byte("PREY_BONUS_REROLL_PRICE") .. byte("PREY_SELECTION_LIST_PRICE") .. task .. task
            .. byte("TASK_HUNTING_SELECTION_LIST_PRICE") .. byte("TASK_HUNTING_BONUS_REROLL_PRICE")
    end

    -- Tasks --------------------------------------------------------------------------------------------------------

    local function unlocked(view, race, kind)
        return u16(race) .. char(kind and server.parts.players.may_upgrade_task(view.player, kind) and 1 or 0)
    end

    local function goal(slot, most)
        local wanted = server.parts.players.task_goal(slot) or 0
        return u16(slot.race) .. char(slot.upgrade and 1 or 0) .. u16(wanted)
            .. u16(most and min(slot.kills, wanted) or slot.kills) .. char(slot.rarity)
    end

    local TASK = {
        [0] = premium,
        function()
            return ""
        end,
        function(view, slot)
            local out = { u16(#slot.races) }
            for at, race in ipairs(slot.races) do
                out[at + 1] = unlocked(view, race, server.parts.monsters.type_by_race(race))
            end
            return concat(out)
        end,
        function(view)
            local races = {}
            server.parts.monsters.each_of_bestiary(function(race, kind)
                races[#races + 1] = unlocked(view, race, kind)
            end)
            return u16(#races) .. concat(races)
        end,
        function(_, slot)
            return goal(slot)
        end,
        function(_, slot)
            return goal(slot, true)
        end,
    }

    -- OTClient doesn't read a finished task to its end.
    function make.task(view, fields)
        if view.version >= WIDE then
            local slot = fields.slot
            wire.send_alone(view, "\187" .. char(slot.id, slot.state) .. TASK[slot.state](view, slot)
                .. u32(seconds_until(slot.free_at)))
        end
    end

    -- How hard each monster is, and what tasks of each difficulty and number of stars are.
    local function task_table()
        local players, races, options = server.parts.players, {}, {}
        server.parts.monsters.each_of_bestiary(function(race, kind)
            races[#races + 1] = u16(race) .. char(players.task_difficulty(kind))
        end)
        for difficulty = 1, DIFFICULTIES do
            for stars = 1, STARS do
                local kills, points = players.task_option(difficulty, stars)
                options[#options + 1] = char(difficulty, stars) .. u16(kills) .. u16(points) .. u16(2 * kills)
                    .. u16(2 * points)
            end
        end
        return "\186" .. u16(#races) .. concat(races) .. char(#options) .. concat(options)
    end

    --- What a client is told of preys and tasks at the beginning.
    function wire.admit_hunting(view)
        local players, config, player = server.parts.players, server.parts.config, view.player
        if view.version < SINCE then
            return
        elseif config.boolean("PREY_ENABLED") then
            wire.send(view, prices(view))
            for _, slot in ipairs(players.preys(player)) do
                wire.send(view, make.prey(view, { slot = slot }))
            end
        end
        if view.version >= WIDE and config.boolean("TASK_HUNTING_ENABLED") then
            wire.send(view, task_table())
            for _, slot in ipairs(players.tasks(player)) do
                make.task(view, { slot = slot })
            end
        end
    end
end
