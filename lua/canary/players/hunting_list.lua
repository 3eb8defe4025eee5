--- Nine monsters of the bestiary, by lot, for a slot of preys or of hunting tasks (Canary's reloadMonsterGrid).

local context = ...
local raw = context.raw
local floor, ipairs, min = raw.math.floor, raw.ipairs, raw.math.min

local COUNT, LEAST_KNOWN = 9, 36
-- From this draw on any monster will do.
local TRIES = 10
-- How many of each of four kinds by their stars, for who is below so many hundreds of levels.
local STAGES = {
    { 1, { 3, 3, 2, 1 } }, { 3, { 1, 3, 3, 2 } }, { 5, { 1, 2, 3, 3 } }, { raw.math.huge, { 1, 1, 3, 4 } },
}

---@param server table
---@param level number of the player
---@param taken number[] races that are left out
---@return number[] races empty when the bestiary is too small
return function(server, level, taken)
    local races, kinds = {}, {}
    server.parts.monsters.each_of_bestiary(function(race, kind)
        races[#races + 1], kinds[race] = race, kind
    end)
    local list, out, left = {}, {}, #races
    if left < LEAST_KNOWN then
        return list
    end
    for _, race in ipairs(taken) do
        if kinds[race] and not out[race] then
            out[race], left = true, left - 1
        end
    end
    local stages
    for _, stage in ipairs(STAGES) do
        stages = stages or (floor(level / 100) < stage[1] and { stage[2][1], stage[2][2], stage[2][3], stage[2][4] })
    end
    local tries = 0
    -- The server would draw for ever when all are taken.
    while #list < COUNT and left > 0 do
        local race = races[server.parts.random.uniform(0, #races - 1) + 1]
        local kind = kinds[race]
        tries = tries + 1
        if not out[race] then
            out[race], left = true, left - 1
            local stage = raw.math.max(1, min(4, kind.bestiary_stars or 0))
            if (kind.experience or 0) ~= 0 and kind.preyable ~= false and not kind.prey_exclusive then
                if stages[stage] ~= 0 then
                    stages[stage] = stages[stage] - 1
                    list[#list + 1] = race
                elseif tries >= TRIES then
                    list[#list + 1], tries = race, 0
                end
            end
        end
    end
    return list
end
