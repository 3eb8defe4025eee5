--- Game: the monsters of Canary's forge: influenced ones, and the few that are fiendish.

local context = ...
local raw = context.raw
local ids = context.use("canary/sorted_keys")

-- How long it takes until another one is made for one that was taken out.
local NEXT_INFLUENCED_MS, NEXT_FIENDISH_MS = 10000, 270000
-- How long it takes until the world's monsters are looked at again, and how often somebody is picked in vain.
local ROUND_MS, MOST_FAILURES = 10000, 25
local UNITS = { second = 1000, minute = 60000, hour = 3600000 }

---@param server table
---@param game table
return function(server, game)
    local userdata, arguments, config, monsters =
        server.userdata, server.arguments, server.parts.config, server.parts.monsters
    -- By id; what fiendish ones are changed by.
    local influenced, fiendish, changes = {}, {}, {}
    -- Ids of monsters that may become one.
    local candidates = {}

    local function monster_of(id)
        local creature = server.parts.creatures.by_id(id)
        return creature and creature.class_name == "Monster" and creature or nil
    end

    local function count_of(list)
        local count = 0
        for _ in raw.pairs(list) do
            count = count + 1
        end
        return count
    end
    local function full(list, limit)
        return count_of(list) >= config.number(limit)
    end

    -- One of those that may, by chance or by its id: it is none of them any more.
    local function pick(wanted)
        for _ = 1, #candidates do
            local at = server.parts.random.uniform(1, #candidates)
            local id = wanted ~= 0 and wanted or candidates[at]
            local monster = monster_of(id)
            if monster and (monster.forge_stack or 0) == 0 then
                for index = 1, #candidates do
                    if candidates[index] == id then
                        raw.table.remove(candidates, index)
                        return monster
                    end
                end
            end
        end
    end

    local make_influenced, make_fiendish

    local function remove_influenced(id, create)
        if influenced[id] then
            influenced[id] = nil
            if create then
                server.parts.scheduler.after(NEXT_INFLUENCED_MS, make_influenced)
            end
            return
        end
        server:log("warning", "[Game::removeInfluencedMonster] - Failed to remove a Influenced Monster, error code: "
            .. "monster id not exist in the influenced monsters map")
    end

    local function remove_fiendish(id, create)
        if fiendish[id] then
            fiendish[id] = nil
            if changes[id] then
                server.parts.scheduler.cancel(changes[id])
                changes[id] = nil
            end
            if create then
                server.parts.scheduler.after(NEXT_FIENDISH_MS, make_fiendish)
            end
            return
        end
        server:log("warning", "[Game::removeFiendishMonster] - Failed to remove a Fiendish Monster, error code: "
            .. "monster id not exist in the fiendish monsters map")
    end

    -- Looks for the monsters that may become one; `look_around` makes room for another fiendish one, too.
    local function look_for_candidates()
        candidates = {}
        for _, monster in raw.ipairs(server.parts.creatures.list("Monster")) do
            local tile = monster.tile
            if tile and monsters.is_forgeable(monster)
                and not server.parts.map.has_flag(tile, server.parts.map.STATE.NOLOGOUT) then
                candidates[#candidates + 1] = monster.id
            end
        end
    end

    local function look_around()
        look_for_candidates()
        for _, id in raw.ipairs(ids(fiendish)) do
            local monster = monster_of(id)
            if not monster then
                remove_fiendish(id, true)
            elseif full(fiendish, "FORGE_FIENDISH_CREATURES_LIMIT") then
                monsters.unforge(monster)
                remove_fiendish(id, true)
                break
            end
        end
    end

    function make_influenced()
        if #candidates == 0 or full(influenced, "FORGE_INFLUENCED_CREATURES_LIMIT") then
            return 0
        end
        local monster = pick(0)
        if not monster or not monsters.is_forgeable(monster) then
            return 0
        end
        monster.forge_class = monsters.FORGE.INFLUENCED
        monsters.forge(monster)
        influenced[monster.id] = true
        return monster.id
    end

    local function change(id)
        changes[id] = nil
        local monster = monster_of(id)
        if monster then
            monsters.unforge(monster)
            remove_fiendish(id, false)
            make_fiendish()
        end
    end

    function make_fiendish(wanted, look)
        if look then
            look_around()
        end
        if #candidates == 0 or full(fiendish, "FORGE_FIENDISH_CREATURES_LIMIT") then
            return 0
        end
        local monster = pick(wanted or 0)
        if not monster or not monsters.is_forgeable(monster) then
            return 0
        end
        local unit = UNITS[config.text("FORGE_FIENDISH_INTERVAL_TYPE")]
        local ms = UNITS.hour
        if unit then
            ms = (raw.tonumber(config.text("FORGE_FIENDISH_INTERVAL_TIME")) or 0) * unit
        else
            server:log("warning", "Fiendish interval type is wrong, setting default time to 1h")
        end
        monster.forge_class = monsters.FORGE.FIENDISH
        monsters.forge(monster)
        -- The time that is told is one unit, however many it takes.
        monster.fiendish_until = server.parts.scheduler.time() + (unit or UNITS.hour) / 1000
        fiendish[monster.id] = true
        changes[monster.id] = server.parts.scheduler.after(ms, function()
            change(monster.id)
        end)
        return monster.id
    end

    -- As many as there may be, as long as there is somebody to make one of. (Canary warns each time that there is not.)
    local function fill(list, limit, make)
        local most = config.number(limit)
        local failures = 0
        while count_of(list) < most and #candidates > 0 and failures < MOST_FAILURES do
            failures = make() ~= 0 and 0 or failures + 1
        end
    end
    local function fill_both()
        fill(fiendish, "FORGE_FIENDISH_CREATURES_LIMIT", make_fiendish)
        fill(influenced, "FORGE_INFLUENCED_CREATURES_LIMIT", make_influenced)
    end

    local function forget_gone(list, remove, ...)
        for _, id in raw.ipairs(ids(list)) do
            if not monster_of(id) then
                remove(id, ...)
            end
        end
    end

    --- Begins to make monsters of the world influenced and fiendish.
    function game.start_forge()
        server.parts.scheduler.every(ROUND_MS, function()
            look_for_candidates()
            forget_gone(fiendish, remove_fiendish, true)
            forget_gone(influenced, remove_influenced, false)
            fill_both()
        end)
        server.parts.scheduler.after(ROUND_MS + 1000, fill_both)
    end

    local function influence(monster, stack)
        if not monsters.is_forgeable(monster) then
            return false
        end
        for id in raw.pairs(influenced) do
            influenced[id] = monster_of(id) and true or nil
        end
        if not influenced[monster.id] and full(influenced, "FORGE_INFLUENCED_CREATURES_LIMIT") then
            return false
        end
        monster.forge_class = monsters.FORGE.INFLUENCED
        monsters.forge(monster, stack)
        influenced[monster.id] = true
        return true
    end

    server:table("Game", {
        addInfluencedMonster = function(value, stack)
            local monster = userdata.get(value, "Monster")
            if not monster then
                server:report("Monster not found")
                return
            end
            return influence(monster, arguments.u16(stack))
        end,
        -- Whether one was taken out is not what the server tells.
        removeInfluencedMonster = function(id, create)
            remove_influenced(arguments.u32(id), arguments.boolean(create))
            return 0
        end,
        getInfluencedMonsters = function()
            return ids(influenced)
        end,
        makeFiendishMonster = function(id, create)
            return make_fiendish(arguments.u32(id), arguments.boolean(create))
        end,
        removeFiendishMonster = function(id, create)
            remove_fiendish(arguments.u32(id), arguments.boolean(create))
            return 0
        end,
        getFiendishMonsters = function()
            return ids(fiendish)
        end,
    })
end
