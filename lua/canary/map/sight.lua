--- Lines of sight and of throwing. The two servers draw them differently.

local context = ...
local raw = context.raw
local abs, floor = raw.math.abs, raw.math.floor

local BLOCKPROJECTILE, BLOCKPATH, BLOCKSOLID, IMMOVABLEBLOCKSOLID, IMMOVABLEBLOCKPATH = 2, 3, 0, 7, 8

return function(server, map)
    local tfs = server.tfs
    local get_tile, has_property = map.tile, map.has_property

    -- TFS -------------------------------------------------------------------------------------------------------

    local function is_clear(x, y, z, block_floor, pathing)
        local tile = get_tile(x, y, z)
        if not tile then
            return true
        end
        if block_floor and tile.ground then
            return false
        end
        if pathing then
            return not (has_property(tile, BLOCKPROJECTILE) or has_property(tile, BLOCKPATH)
                or has_property(tile, BLOCKSOLID) or has_property(tile, IMMOVABLEBLOCKPATH)
                or has_property(tile, IMMOVABLEBLOCKSOLID)) and not (tile.creatures and tile.creatures[1])
        end
        return not has_property(tile, BLOCKPROJECTILE)
    end

    -- What a C++ float holds of a number: lines are stepped in floats.
    local single = context.ffi.new("float[1]")
    local function float(value)
        single[0] = value
        return raw.tonumber(single[0])
    end

    -- From a0 up to a1, the other coordinate following.
    local function along(a0, b0, a1, b1, z, steep, pathing)
        local slope = a1 == a0 and 1 or float((b1 - b0) / (a1 - a0))
        local b = float(b0 + slope)
        for a = a0 + 1, a1 - 1 do
            local other = floor(b + 0.1)
            local clear
            if steep then
                clear = is_clear(other, a, z, false, pathing)
            else
                clear = is_clear(a, other, z, false, pathing)
            end
            if not clear then
                return false
            end
            b = float(b + slope)
        end
        return true
    end

    local function line_tfs(x0, y0, x1, y1, z, pathing)
        if x0 == x1 and y0 == y1 then
            return true
        elseif abs(y1 - y0) > abs(x1 - x0) then
            if y1 > y0 then
                return along(y0, x0, y1, x1, z, true, pathing)
            end
            return along(y1, x1, y0, x0, z, true, pathing)
        elseif x0 > x1 then
            return along(x1, y1, x0, y0, z, false, pathing)
        end
        return along(x0, y0, x1, y1, z, false, pathing)
    end

    local function sight_tfs(x, y, z, tx, ty, tz, same_floor, pathing)
        if z == tz then
            if abs(x - tx) < 2 and abs(y - ty) < 2 then
                return true
            elseif pathing then
                return line_tfs(x, y, tx, ty, z, true)
            end
            local clear = line_tfs(x, y, tx, ty, z)
            if clear or same_floor then
                return clear
            elseif z == 0 then
                return true
            end
            return is_clear(x, y, z - 1, true) and is_clear(tx, ty, z - 1, true)
                and line_tfs(x, y, tx, ty, z - 1)
        elseif same_floor or (z < 8 and tz > 7) or (z > 7 and tz < 8) then
            return false
        elseif z > tz then
            if z - tz > 1 then
                return false
            end
            return is_clear(x, y, z - 1, true) and line_tfs(x, y, tx, ty, z - 1)
        end
        for layer = z, tz - 1 do
            if not is_clear(tx, ty, layer, true) then
                return false
            end
        end
        return line_tfs(x, y, tx, ty, z)
    end

    -- Canary ----------------------------------------------------------------------------------------------------

    local function blocked(x, y, z)
        local tile = get_tile(x % 65536, y % 65536, z)
        return tile ~= nil and has_property(tile, BLOCKPROJECTILE)
    end

    -- Along the longer way `a`, the shorter one following a counter that runs over (Wu's lines).
    local function slanted(a0, b0, a1, b1, z, steep)
        local long, short = abs(a1 - a0), abs(b1 - b0)
        local step, counter = floor(short * 65536 / long) % 65536, 0
        if a0 > a1 then
            a0, b0, a1, b1 = a1, b1, a0, b0
        end
        local side = 1
        if b0 > b1 then
            side, counter = -1, -step % 65536
        end
        local a, b = a0, b0
        for _ = 1, long - 1 do
            local before = counter
            counter = (counter + step) % 65536
            local shift = counter <= before and side or 0
            if blocked(steep and b + shift or a + 1, steep and a + 1 or b + shift, z) then
                return abs(a1 - a) <= 1 and abs(b1 - b) <= 1
            end
            a, b = a + 1, b + shift
        end
        return true
    end

    local function line_canary(x, y, tx, ty, z)
        if x == tx and y == ty then
            return true
        elseif y == ty then
            local side = x < tx and 1 or -1
            for at = x + side, tx - side, side do
                if blocked(at, y, z) then
                    return false
                end
            end
            return true
        elseif x == tx then
            local side = y < ty and 1 or -1
            for at = y + side, ty - side, side do
                if blocked(x, at, z) then
                    return false
                end
            end
            return true
        elseif abs(ty - y) > abs(tx - x) then
            return slanted(y, x, ty, tx, z, true)
        end
        return slanted(x, y, tx, ty, z, false)
    end

    local function roofed(x, y, z)
        local tile = get_tile(x, y, z % 256)
        return tile ~= nil and (tile.ground ~= nil or has_property(tile, BLOCKPROJECTILE))
    end

    local function sight_canary(x, y, z, tx, ty, tz, same_floor)
        if same_floor and z ~= tz then
            return false
        end
        if z == tz and ((abs(x - tx) <= 1 and abs(y - ty) <= 1) or (not same_floor and z == 0)) then
            return true
        end
        if z > tz and z - tz > 1 then
            return false
        end
        local clear = line_canary(x, y, tx, ty, z)
        if same_floor or (z == tz and clear) then
            return clear
        end
        local start
        if clear and z <= tz then
            start = z
        else
            if roofed(x, y, z - 1) or not line_canary(x, y, tx, ty, (z - 1) % 256) then
                return false
            elseif z > tz then
                return true
            end
            start = z - 1
        end
        for layer = start, tz - 1 do
            if roofed(tx, ty, layer) then
                return false
            end
        end
        return true
    end

    --- Whether one place is seen from another.
    ---@param same_floor boolean whether other floors don't count
    ---@param pathing boolean|nil TFS: whether one could walk along the line
    map.is_sight_clear = tfs and sight_tfs or sight_canary

    --- Whether something can be thrown from one place to another.
    ---@param check_sight boolean|nil true unless given
    ---@param same_floor boolean|nil
    ---@param range_x number|nil
    ---@param range_y number|nil
    function map.can_throw(x, y, z, tx, ty, tz, check_sight, same_floor, range_x, range_y)
        range_x, range_y = range_x or 8, range_y or 6
        local dx, dy = abs(x - tx), abs(y - ty)
        if not tfs then
            if (z >= 8 and tz <= 7) or (tz >= 8 and z <= 7) or abs(z - tz) > 2 then
                return false
            end
            dx, dy = dx - abs(z - tz), dy - abs(z - tz)
        end
        if dx > range_x or dy > range_y then
            return false
        end
        return check_sight == false or map.is_sight_clear(x, y, z, tx, ty, tz, same_floor == true)
    end
end
