--- The wheel of destiny of Canary's players: the points in its slots, and what they bring.
---
--- A player has `wheel_points` = { [slot] = points } as the database keeps them, and, once anything of it matters,
--- `wheel`: { stats (health, mana, …), instants and stages by name, grades and bonuses of spells by name, learned
--- (spells that it knows by the wheel alone), major and magic (see perks.lua), timers }. Gems are not known here.

local context = ...
local raw = context.raw
local bytes = context.use("canary/network/bytes")
local SLOTS = context.use("canary/players/wheel/slots")
local SPELLS = context.use("canary/players/wheel/spells")
local STAGES = context.use("canary/players/wheel/stages")
local floor, format, ipairs, max, min, pairs = raw.math.floor, raw.string.format, raw.ipairs, raw.math.max,
    raw.math.min, raw.pairs

-- Who is of this level or less has no wheel.
local LAST_WITHOUT = 50
-- By the client's number of the vocation, without its tens.
local KINDS = { "knight", "paladin", "sorcerer", "druid", "monk" }
local SCROLLS = { abridged = 3, basic = 5, revised = 9, extended = 13, advanced = 20 }
local MOST_GRADE, ROW = 3, 3
-- Nobody learns them but at a shrine.
local OF_SHRINES = { ["Mystic Repulse"] = true, ["Forceful Uppercut"] = true, ["Focus Harmony"] = true }

---@param server table
---@param players table
return function(server, players)
    if server.tfs then
        return
    end
    local parts = server.parts

    local function wheel_of(player)
        local wheel = player.wheel
        if not wheel then
            wheel = { stats = {}, instants = {}, stages = {}, grades = {}, bonuses = {}, learned = {}, major = {},
                magic = {}, timers = {} }
            player.wheel = wheel
        end
        return wheel
    end
    players.wheel_of = wheel_of

    local function kind_of(player)
        local vocation = player.vocation
        return vocation and KINDS[(vocation.client_id or 0) % 10] or nil
    end

    -- Asking -------------------------------------------------------------------------------------------------------

    --- What the wheel adds: health, mana, capacity, mitigation, damage, healing, melee, distance, magic, fist,
    --- life_leech, mana_leech.
    function players.wheel_stat(player, name)
        local wheel = player.wheel
        return wheel and wheel.stats[name] or 0
    end

    --- The stage of a revelation; of what has none 1 or 0.
    function players.wheel_stage(player, name)
        local wheel = player.wheel
        if not wheel then
            return 0
        end
        return wheel.stages[name] or wheel.instants[name] and 1 or 0
    end

    --- Whether a player has something of the wheel by its name.
    function players.has_wheel(player, name)
        -- The server doesn't ask for these two.
        return name ~= "Ascetic" and name ~= "Spiritual Outburst" and players.wheel_stage(player, name) > 0
    end

    --- The grade of a spell: 0 to 3.
    function players.spell_grade(player, name)
        local wheel = player.wheel
        return wheel and wheel.grades[name] or 0
    end

    --- What the wheel adds to a spell (see players/wheel/spells.lua).
    ---@param boost string
    function players.spell_boost(player, name, boost)
        local wheel = player.wheel
        if not wheel then
            return 0
        end
        local grade, grades = wheel.grades[name] or 0, SPELLS.grades[name]
        local bonus = wheel.bonuses[name]
        local sum = bonus and bonus[boost] or 0
        for at = 1, grades and min(2, grade) or 0 do
            sum = sum + (grades[at][boost] or 0)
        end
        return sum
    end

    --- What a spell of exactly this grade has for scripts: area, targets or seconds; nil for nothing.
    function players.spell_extra(player, name, key)
        local grade, grades = players.spell_grade(player, name), SPELLS.grades[name]
        return grades and grades[grade] and grades[grade][key] or nil
    end

    -- Spells -------------------------------------------------------------------------------------------------------

    --- A spell gets a grade better; who didn't know it knows it now.
    function players.upgrade_spell(player, name)
        local wheel = wheel_of(player)
        if not players.has_learned(player, name) and not OF_SHRINES[name] then
            wheel.learned[#wheel.learned + 1] = name
            player.spells[#player.spells + 1] = name
        end
        wheel.grades[name] = min(MOST_GRADE, (wheel.grades[name] or 0) + 1)
    end

    --- A spell gets a grade worse.
    function players.downgrade_spell(player, name)
        local grades = wheel_of(player).grades
        local grade = grades[name] or 0
        grades[name] = grade > 1 and grade - 1 or nil
    end

    --- Grades, stages and what fights have brought are gone, and spells that were known by them.
    function players.reset_wheel_spells(player)
        local wheel = wheel_of(player)
        for _, name in ipairs(wheel.learned) do
            for at = #player.spells, 1, -1 do
                if player.spells[at] == name then
                    raw.table.remove(player.spells, at)
                end
            end
        end
        wheel.grades, wheel.learned, wheel.major, wheel.stages = {}, {}, {}, {}
        wheel.timers.focus = nil
    end

    --- Turns something of the wheel on or off; of what has stages, on is one stage more and off is none.
    function players.set_wheel(player, name, on)
        local wheel = wheel_of(player)
        if STAGES.names[name] then
            wheel.stages[name] = on and (wheel.stages[name] or 0) + 1 or nil
        elseif STAGES.instants[name] then
            wheel.instants[name] = on or nil
            if not on then
                players.forget_perk(player, name)
            end
        end
    end

    -- Working it out -----------------------------------------------------------------------------------------------

    local function add(list, key, value)
        list[key] = (list[key] or 0) + value
    end

    local function add_slot(stats, upgraded, slot, points, kind, wheel)
        for at = 3, 4 do
            local name = slot[at]
            if name then
                add(stats, name, SLOTS.a_point[name][kind] * points)
            end
        end
        if points ~= slot[2] then
            return
        end
        if slot.skill then
            add(stats, SLOTS.skill[kind], 1)
        elseif slot.leech then
            add(stats, slot.leech .. "_leech", SLOTS.leech[slot.leech] * 100)
        elseif slot.instant then
            wheel.instants[slot.instant[kind]] = true
        elseif slot.spell then
            local spell = slot.spell[kind]
            for _, name in ipairs(raw.type(spell) == "table" and spell or { spell }) do
                upgraded[#upgraded + 1] = name
            end
        end
    end

    local function add_bonus(wheel, name, bonus)
        wheel.bonuses[name] = wheel.bonuses[name] or {}
        for key, value in pairs(bonus) do
            add(wheel.bonuses[name], key, value)
        end
    end

    local function add_stage(stats, upgraded, quarter, sum, kind, wheel)
        local stage = 0
        for at, points in ipairs(STAGES.points) do
            stage = sum >= points and at or stage
        end
        if stage == 0 then
            return
        end
        add(stats, "damage", STAGES.gain[stage])
        add(stats, "healing", STAGES.gain[stage])
        local entry = STAGES.quarters[quarter][kind]
        wheel.stages[entry[1]] = stage
        for _, name in ipairs(entry[2] or {}) do
            for _ = 1, stage + (entry.more or 0) do
                upgraded[#upgraded + 1] = name
            end
        end
        for _, name in ipairs(entry[2] or { entry[1] }) do
            for at = 2, SPELLS.stages[name] and stage or 1 do
                add_bonus(wheel, name, SPELLS.stages[name][at - 1])
            end
        end
    end

    --- Whether a player has a wheel: above level 50, promoted, and the account paid for.
    function players.may_have_wheel(player)
        return kind_of(player) ~= nil and player.level > LAST_WITHOUT and players.is_premium(player)
            and players.is_promoted(player)
    end

    --- Works out anew what the points in the slots bring.
    ---@param player table
    function players.load_wheel(player)
        if not player.wheel_points or not players.may_have_wheel(player) then
            return
        end
        players.reset_wheel_spells(player)
        local wheel, kind = wheel_of(player), kind_of(player)
        wheel.stats, wheel.instants, wheel.bonuses = {}, {}, {}
        local stats, upgraded, sums = wheel.stats, {}, {}
        for number, slot in ipairs(SLOTS.slots) do
            local points = player.wheel_points[number] or 0
            if points > 0 then
                add(sums, slot[1], points)
                add_slot(stats, upgraded, slot, points, kind, wheel)
            end
        end
        for _, quarter in ipairs({ "green", "red", "purple", "blue" }) do
            add_stage(stats, upgraded, quarter, sums[quarter] or 0, kind, wheel)
        end
        -- The server keeps them in whole numbers.
        for name, value in pairs(stats) do
            stats[name] = name == "mitigation" and floor(value * 100 + 1e-6) or floor(value)
        end
        for _, name in ipairs(upgraded) do
            players.upgrade_spell(player, name)
        end
    end

    -- Scrolls ------------------------------------------------------------------------------------------------------

    local function scroll_key(player, name)
        return format("player.%d.wheel-of-destiny.scrolls.%s", player.guid, name)
    end

    --- A player reads a scroll of promotion.
    ---@return boolean whether it was new
    function players.read_scroll(player, name)
        if not SCROLLS[name] or parts.storage.kv_get(scroll_key(player, name)) then
            return false
        end
        parts.storage.kv_set(scroll_key(player, name), true)
        return true
    end

    --- Points that a player may put into slots: of levels, and of scrolls.
    function players.all_wheel_points(player)
        local points = max(0, player.level - LAST_WITHOUT) * parts.config.number("WHEEL_POINTS_PER_LEVEL")
        for name, more in pairs(player.level > LAST_WITHOUT and SCROLLS or {}) do
            points = points + (parts.storage.kv_get(scroll_key(player, name)) and more or 0)
        end
        return points
    end

    -- Keeping ------------------------------------------------------------------------------------------------------

    --- A row of `player_wheeldata`; nil for a player who never had one.
    function players.written_wheel(player)
        if not player.wheel_points then
            return nil
        end
        local out = {}
        for slot = 1, #SLOTS.slots do
            out[slot] = bytes.write(slot, 1) .. bytes.write(player.wheel_points[slot] or 0, 2)
        end
        return { { raw.table.concat(out) } }
    end

    --- And back.
    function players.read_wheel(player, rows)
        local text = rows[1] and rows[1][1]
        if not text then
            return
        end
        player.wheel_points = {}
        for at = 1, #text - ROW + 1, ROW do
            player.wheel_points[bytes.read(text, at, 1)] = bytes.read(text, at + 1, 2)
        end
        players.load_wheel(player)
    end
end
