--- Conditions of players as the column `conditions` has them: attributes, each a number and a value, in the servers'
--- own forms.

local context = ...
local raw = context.raw
local bytes = context.use("canary/network/bytes")
local read, read_signed, write = bytes.read, bytes.read_signed, bytes.write
local concat = raw.table.concat

local TYPE, ID, TICKS, OWNER, INTERVAL, END = 1, 2, 3, 9, 10, 254
-- Of damage: time left, value and interval.
local HIT_BYTES = 12
-- What is the same in both servers: number to field and bytes; a negative count has a sign.
local COMMON = {
    { 4, "health_ticks", 4 },
    { 5, "health_gain", 4 },
    { 6, "mana_ticks", 4 },
    { 7, "mana_gain", 4 },
    { 8, "delayed", 1 },
    { 11, "delta", -4 },
    { 16, "light_color", 4 },
    { 17, "light_level", 4 },
    { 18, "light_time", 4 },
    { 19, "light_interval", 4 },
    { 20, "soul_ticks", 4 },
    { 21, "soul_gain", 4 },
}
local FORMS = {
    canary = {
        -- A type's bytes, its numbers of what comes first, then the others.
        type_bytes = 1,
        head = { { 27, "buff", 1 }, { 28, "sub_id", 4 } },
        more = {
            { 31, "tick_sound", 2 },
            { 30, "add_sound", 2 },
            { 35, "persistent", 1 },
            { 26, "period_damage", -4 },
            { 29, "shield", 4 },
            { 34, "charm_chance", -1 },
        },
        -- Values one after the other, from 0 on: number, field and the last.
        lists = { { 22, "skills", 12 }, { 23, "stats", 4 }, { 24, "buffs", 6 } },
        -- Values by index.
        indexed = { { 32, "absorbs" }, { 33, "increases" } },
        outfit = { 25, { "lookType", "lookTypeEx", "lookMount" }, {
            "lookHead", "lookBody", "lookLegs", "lookFeet", "lookAddons",
            "lookMountHead", "lookMountBody", "lookMountLegs", "lookMountFeet",
        }, 26 },
    },
    tfs = {
        type_bytes = 4,
        head = { { 26, "buff", 1 }, { 27, "sub_id", 4 }, { 28, "aggressive", 1 } },
        more = {
            { 29, "disable_defense", 1 },
            { 25, "period_damage", -4 },
            { 31, "shield", 2 },
            { 32, "max_shield", 2 },
        },
        lists = { { 22, "skills", 6 }, { 23, "stats", 3 }, { 30, "special", 5 } },
        indexed = {},
        outfit = { 24, { "lookType", "lookTypeEx" }, {
            "lookHead", "lookBody", "lookLegs", "lookFeet", "lookAddons",
        }, 16 },
    },
}
-- Combat types that Canary writes values of.
local COMBATS = 14
-- Formulas of speed; what they came to is `delta`.
local FIRST_FORMULA, LAST_FORMULA = 12, 15
local BOOLEANS = { buff = true, aggressive = true, persistent = true, delayed = true, disable_defense = true }

return function(server, storage)
    local form = FORMS[server.dialect]
    local plain, lists, indexed = {}, {}, {}
    for _, part in raw.ipairs({ COMMON, form.head, form.more }) do
        for _, entry in raw.ipairs(part) do
            plain[entry[1]] = entry
        end
    end
    for _, entry in raw.ipairs(form.lists) do
        lists[entry[1]] = entry
    end
    for _, entry in raw.ipairs(form.indexed) do
        indexed[entry[1]] = entry
    end

    local function size(entry)
        return entry[3] < 0 and -entry[3] or entry[3]
    end

    local function add(out, condition, entry)
        local value = condition[entry[2]]
        if value ~= nil then
            if value == true or value == false then
                value = value and 1 or 0
            end
            out[#out + 1] = write(entry[1], 1) .. write(value, size(entry))
        end
    end

    local function add_outfit(out, outfit)
        local text = {}
        for _, name in raw.ipairs(form.outfit[2]) do
            text[#text + 1] = write(outfit[name] or 0, 2)
        end
        for _, name in raw.ipairs(form.outfit[3]) do
            text[#text + 1] = write(outfit[name] or 0, 1)
        end
        local whole = concat(text)
        out[#out + 1] = write(form.outfit[1], 1) .. whole .. raw.string.rep("\0", form.outfit[4] - #whole)
    end

    local function add_lists(out, condition)
        for _, entry in raw.ipairs(form.lists) do
            local values = condition[entry[2]]
            for place = 0, values and entry[3] or -1 do
                out[#out + 1] = write(entry[1], 1) .. write(values[place] or 0, 4)
            end
        end
        for _, entry in raw.ipairs(form.indexed) do
            local values = condition[entry[2]]
            if values then
                out[#out + 1] = write(entry[1], 1)
                for index = 0, COMBATS - 1 do
                    out[#out + 1] = write(index, 1) .. write(values[index] or 0, 4)
                end
            end
        end
    end

    local function add_condition(out, condition)
        out[#out + 1] = write(TYPE, 1) .. write(condition.type, form.type_bytes) .. write(ID, 1)
            .. write(condition.id, 4) .. write(TICKS, 1) .. write(condition.ticks, 4)
        for _, part in raw.ipairs({ form.head, form.more, COMMON }) do
            for _, entry in raw.ipairs(part) do
                add(out, condition, entry)
            end
        end
        add_lists(out, condition)
        for at = condition.damages and condition.first or 1, condition.damages and condition.last or 0 do
            local hit = condition.damages[at]
            out[#out + 1] = write(INTERVAL, 1) .. write(hit.left, 4) .. write(hit.value, 4) .. write(hit.interval, 4)
        end
        if condition.outfit then
            add_outfit(out, condition.outfit)
        end
        out[#out + 1] = write(END, 1)
    end

    --- The conditions of a player that are to last.
    ---@param player table
    ---@return string
    function storage.written_conditions(player)
        local conditions = server.parts.conditions
        local out = {}
        for _, condition in raw.ipairs(player.conditions or {}) do
            if conditions.is_persistent(condition) then
                add_condition(out, condition)
            end
        end
        return concat(out)
    end

    -- Reading --------------------------------------------------------------------------------------------------

    local function read_outfit(text, at)
        local outfit, place = {}, at
        for _, name in raw.ipairs(form.outfit[2]) do
            outfit[name], place = read(text, place, 2), place + 2
        end
        for _, name in raw.ipairs(form.outfit[3]) do
            outfit[name], place = read(text, place, 1), place + 1
        end
        return outfit
    end

    local function read_hit(condition, text, at)
        local hit = {
            left = read_signed(text, at, 4),
            value = read_signed(text, at + 4, 4),
            interval = read_signed(text, at + 8, 4),
        }
        condition.last = condition.last + 1
        condition.damages[condition.last] = hit
        if condition.ticks ~= -1 then
            server.parts.conditions.set_ticks(condition, condition.ticks + hit.interval)
        end
    end

    local function read_indexed(values, text, at)
        for _ = 1, COMBATS do
            local value = read_signed(text, at + 1, 4)
            values[read(text, at, 1)] = value ~= 0 and value or nil
            at = at + 5
        end
        return at
    end

    -- One attribute; the place behind it, or nil for one that there is none of.
    local function read_attribute(condition, number, text, at, places)
        local entry = plain[number]
        if entry then
            local value = (entry[3] < 0 and read_signed or read)(text, at, size(entry))
            condition[entry[2]] = BOOLEANS[entry[2]] and value ~= 0 or not BOOLEANS[entry[2]] and value
            return at + size(entry)
        elseif lists[number] then
            local name, place = lists[number][2], places[number] or 0
            places[number] = place + 1
            local value = read_signed(text, at, 4)
            if value ~= 0 then
                condition[name] = condition[name] or {}
                condition[name][place] = value
            end
            return at + 4
        elseif indexed[number] then
            local name = indexed[number][2]
            condition[name] = condition[name] or {}
            return read_indexed(condition[name], text, at)
        elseif number == INTERVAL and condition.damages then
            read_hit(condition, text, at)
            return at + HIT_BYTES
        elseif number == form.outfit[1] then
            condition.outfit = read_outfit(text, at)
            return at + form.outfit[4]
        elseif number == OWNER or (number >= FIRST_FORMULA and number <= LAST_FORMULA) then
            return at + 4
        end
    end

    local function begin(text, at)
        local kind = read(text, at + 1, form.type_bytes)
        at = at + 1 + form.type_bytes
        local id, ticks = read_signed(text, at + 1, 4), read_signed(text, at + 6, 4)
        local condition = server.parts.conditions.make(id, kind, ticks, 0, false, 0, false)
        return condition, at + 10
    end

    --- The conditions that were written, in the order in which they are to begin.
    ---@param text string
    ---@return table[]
    function storage.read_conditions(text)
        local found, at = {}, 1
        while at <= #text and read(text, at, 1) == TYPE do
            local condition
            condition, at = begin(text, at)
            if not condition then
                break
            end
            local places = {}
            while at and at <= #text and read(text, at, 1) ~= END do
                at = read_attribute(condition, read(text, at, 1), text, at + 1, places)
            end
            if not at then
                break
            end
            raw.table.insert(found, server.tfs and 1 or #found + 1, condition)
            at = at + 1
        end
        if not at or at <= #text then
            server:log("warning", "Some conditions of a player can't be read, and are left out.")
        end
        return found
    end
end
