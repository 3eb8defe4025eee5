--- Ways from here to there, as each server looks for them: which of several equal ways is taken shows to scripts, so
--- the order in which places are looked at, and the ties between them, follow the servers.

local context = ...
local raw = context.raw
local abs, max = raw.math.abs, raw.math.max

local STRAIGHT = 10
local NORTH, EAST, SOUTH, WEST, SOUTHWEST, SOUTHEAST, NORTHWEST, NORTHEAST = 0, 1, 2, 3, 4, 5, 6, 7

return function(server, map)
    local tfs = server.tfs

    -- Whether a place will do -----------------------------------------------------------------------------------

    local function in_range(start_x, start_y, x, y, tx, ty, params)
        local most = params.max_distance
        if params.full then
            return x <= tx + most and x >= tx - most and y <= ty + most and y >= ty - most
        end
        local dx, dy = start_x - tx, start_y - ty
        return x <= tx + (dx >= 0 and most or 0) and x >= tx - (dx <= 0 and most or 0)
            and y <= ty + (dy >= 0 and most or 0) and y >= ty - (dy <= 0 and most or 0)
    end

    -- Whether a place matches, and how well the best one so far does.
    local function matches(search, x, y)
        local params, tx, ty = search.params, search.tx, search.ty
        if not in_range(search.x, search.y, x, y, tx, ty, params) then
            return false
        end
        if params.clear_sight and not map.is_sight_clear(x, y, search.z, tx, ty, search.tz, true) then
            return false
        end
        local distance = max(abs(tx - x), abs(ty - y))
        if params.max_distance == 1 then
            return distance >= params.min_distance and distance <= 1
        elseif distance <= params.max_distance then
            if distance < params.min_distance then
                return false
            elseif distance == params.max_distance then
                search.best = 0
                return true
            elseif distance > search.best then
                search.best = distance
                return true
            end
        end
        return false
    end

    local function cost_of_tile(creature, tile, occupied)
        local cost = 0
        if map.top_visible_creature(tile, creature) then
            cost = STRAIGHT * occupied
        end
        local field = map.field_item(tile)
        if field and creature.class_name == "Monster" then
            local monsters, element = server.parts.monsters, map.field_element(field)
            if (tfs or element ~= 255) and not monsters.is_immune_to_damage(creature, element)
                and not map.suffers_from(creature, element) and not monsters.can_walk_on_field(creature, element) then
                cost = cost + STRAIGHT * 18
            end
        end
        return cost
    end

    -- The directions of a found way, the last step first.
    local function directions(node)
        local list, count = {}, 0
        local x, y = node.x, node.y
        node = node.parent
        while node do
            local dx, dy = node.x - x, node.y - y
            x, y = node.x, node.y
            count = count + 1
            if dx == 1 then
                list[count] = dy == 1 and NORTHWEST or (dy == -1 and SOUTHWEST or WEST)
            elseif dx == -1 then
                list[count] = dy == 1 and NORTHEAST or (dy == -1 and SOUTHEAST or EAST)
            elseif dy == 1 then
                list[count] = NORTH
            else
                list[count] = SOUTH
            end
            node = node.parent
        end
        return list
    end

    --- What both servers' searches have in common.
    local paths = {
        in_range = in_range,
        matches = matches,
        cost_of_tile = cost_of_tile,
        directions = directions,
    }
    map.paths = paths
    context.use("canary/map/" .. (tfs and "path_tfs" or "path_canary"))(server, map)

    local function reversed(list)
        local turned, count = {}, #list
        for at = 1, count do
            turned[at] = list[count + 1 - at]
        end
        return turned
    end

    -- What is asked for, under the servers' names, too.
    local function asked(given)
        return {
            min_distance = given.min_distance or given.min_target_dist or 0,
            max_distance = given.max_distance or given.max_target_dist or 1,
            full = (given.full == nil and given.full_path_search ~= false) or given.full == true,
            clear_sight = given.clear_sight ~= false,
            max_search = given.max_search or given.max_search_dist or 0,
            keep_distance = given.keep_distance == true,
            summon_to_master = given.summon_to_master == true,
        }
    end

    --- A way for a creature.
    ---@param creature table
    ---@param tx number
    ---@param ty number
    ---@param tz number
    ---@param params table min_distance, max_distance, full, clear_sight, max_search, keep_distance, summon_to_master
    ---@return number[]|nil directions the first step first; nil when there is no way
    function map.find_path(creature, tx, ty, tz, params)
        local tile = creature.tile
        if not tile then
            return nil
        end
        local found = (tfs and paths.find_tfs or paths.find_canary)({
            creature = creature,
            x = tile.x,
            y = tile.y,
            z = tile.z,
            tx = tx,
            ty = ty,
            tz = tz,
            params = asked(params),
            best = 0,
        })
        return found and reversed(found) or nil
    end

    --- A way as scripts are told it: Canary tells the last step first.
    ---@param way number[]|nil
    function map.told_path(way)
        if way and not tfs then
            return reversed(way)
        end
        return way
    end

    --- Canary: a way between two places for nobody in particular, the last step first. It is looked for from `x, y, z`.
    function map.path_between(x, y, z, tx, ty, tz, params)
        return paths.find_canary({ x = x, y = y, z = z, tx = tx, ty = ty, tz = tz, params = params, best = 0 })
    end
end
