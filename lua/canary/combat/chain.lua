--- Canary: combats that leap from one creature to the next.

local context = ...
local raw = context.raw
local max, remove, sqrt = raw.math.max, raw.table.remove, raw.math.sqrt

-- Dead ends that are left again before a chain ends.
local ATTEMPTS = 10
-- The least milliseconds between two leaps.
local QUICKEST = 50

return function(server, combat)
    if server.tfs then
        return
    end
    local parts, world = server.parts, combat.world

    local function is_link(caster, from, candidate, params)
        if combat.can_fight(caster, candidate, params.aggressive) ~= 0 then
            return false
        elseif params.chain_picker and not combat.ask_picker(params.chain_picker, caster, candidate) then
            return false
        end
        local x, y, z = world.position(from)
        local tx, ty, tz = world.position(candidate)
        return parts.map.is_sight_clear(x, y, z, tx, ty, tz, true)
    end

    -- The nearest creature that isn't in the chain yet.
    local function next_link(caster, from, distance, visited, params)
        local x, y, z = world.position(from)
        local around = parts.map.spectators(x, y, z, false, nil, distance, distance, distance, distance)
        local best, nearest
        for at = 1, #around do
            local creature = around[at]
            if not visited[creature] then
                if is_link(caster, from, creature, params) then
                    local cx, cy = world.position(creature)
                    local away = sqrt((cx - x) ^ 2 + (cy - y) ^ 2)
                    if not nearest or away < nearest then
                        best, nearest = creature, away
                    end
                else
                    visited[creature] = true
                end
            end
        end
        return best
    end

    -- Places and the creatures that are hit from each, in order.
    local function links(caster, target, params, targets, distance, backtracking)
        local found, by_place, visited, path = {}, {}, {}, {}
        local function enter(from, creature)
            local place = combat.place_of(from)
            local key = place.x .. ":" .. place.y .. ":" .. place.z
            local entry = by_place[key]
            if not entry then
                entry = { place = place, creatures = {} }
                by_place[key], found[#found + 1] = entry, entry
            end
            entry.creatures[#entry.creatures + 1] = creature
        end
        if target and target ~= caster then
            path[1], visited[target] = target, true
            enter(caster, target)
        else
            path[1], targets = caster, targets + 1
        end
        local attempts = ATTEMPTS
        while #path > 0 and #path <= targets and attempts > 0 do
            local from = path[#path]
            local best = next_link(caster, from, distance, visited, params)
            if best then
                enter(from, best)
                path[#path + 1], visited[best] = best, true
            elseif backtracking then
                remove(path)
                attempts = attempts - 1
            else
                break
            end
        end
        return found
    end

    local function show_way(from, target, effect)
        if effect == 0 then
            return
        end
        local x, y, z = world.position(target)
        local way = parts.map.path_between(from.x, from.y, from.z, x, y, z, {
            min_distance = 0,
            max_distance = 1,
            full = true,
            clear_sight = true,
            max_search = 9,
        })
        local px, py = from.x, from.y
        for at = 1, way and #way or 0 do
            px, py = parts.map.next_place(px, py, way[at])
            world.effect_at(px, py, from.z, effect)
        end
        world.effect(target, effect)
    end

    --- Does a combat to a creature and on to those near it.
    ---@param object table record of a Combat
    ---@param caster table
    ---@param target table|nil
    ---@return boolean whether there was any
    function combat.chain(object, caster, target)
        local params = object.params
        local targets, distance, backtracking = combat.ask_chain(params.chain, caster)
        -- The server hands its two flags over in the wrong order.
        local picked = params.aggressive
        local chain_params = { aggressive = backtracking, chain_picker = params.chain_picker }
        local found = links(caster, target, chain_params, targets, distance, picked)
        if #found == 0 or (#found == 1 and #found[1].creatures == 0) then
            return false
        end
        local delay = max(QUICKEST, parts.config.number("COMBAT_CHAIN_DELAY"))
        for at = 1, #found do
            local entry = found[at]
            for _, creature in raw.ipairs(entry.creatures) do
                parts.scheduler.after((at - 1) * delay, function()
                    if not creature.removed and not caster.removed then
                        show_way(entry.place, creature, params.chain_effect)
                        combat.on_one(object, caster, creature, entry.place, #found)
                    end
                end)
            end
        end
        return true
    end
end
