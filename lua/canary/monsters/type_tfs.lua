--- MonsterType: what TFS alone has: skulls and the bestiary.

local context = ...
local raw = context.raw

local SKULLS = { none = 0, yellow = 1, green = 2, white = 3, red = 4, black = 5, orange = 6 }

---@param server table
---@param monsters table
---@param bind table
return function(server, monsters, bind)
    local userdata, arguments = server.userdata, server.arguments
    local of = monsters.type_tools.of
    local FIELDS = { "raceId", "prowess", "expertise", "mastery", "charmPoints", "difficulty", "occurrence" }

    --- The number of a skull's name.
    function monsters.skull_named(name)
        return SKULLS[raw.string.lower(name)] or 0
    end

    local function bestiary(kind, ...)
        local count = raw.select("#", ...)
        if count == 0 then
            local info = kind.bestiary_info or {}
            local result = { class = info.class or "", locations = info.locations or "" }
            for _, key in raw.ipairs(FIELDS) do
                result[key] = info[key] or 0
            end
            return result
        end
        local given = ...
        if raw.type(given) ~= "table" then
            server:log("warning", "[Warning - luaMonsterTypeBestiaryInfo] bestiaryInfo must be a table.")
            return nil
        end
        local info = { class = arguments.string(given.class), locations = arguments.string(given.locations) }
        for _, key in raw.ipairs(FIELDS) do
            info[key] = arguments.u32(given[key])
        end
        local valid = info.class ~= "" and info.raceId > 0 and info.prowess > 0 and info.expertise > info.prowess
            and info.mastery > info.expertise
        if not valid then
            return false
        end
        kind.bestiary_info = info
        if monsters.type_by_race(info.raceId) then
            return false
        end
        monsters.set_race(kind, info.raceId)
        return true
    end

    userdata.methods("MonsterType", {
        skull = of(function(kind, ...)
            if raw.select("#", ...) == 0 then
                return kind.skull
            end
            local value = ...
            kind.skull = raw.type(value) == "number" and arguments.enum8(value)
                or monsters.skull_named(arguments.string(value))
            return true
        end),
        bestiaryInfo = of(bestiary),
    })
end
