--- Where a thing ends up that comes to a tile: up or down stairs, out of a house that is not open to it.

local context = ...
local bor = context.raw.bit.bor

return function(server, map)
    local STATE, FLAG, has_flag = map.STATE, map.FLAG, map.has_flag

    local function below(tile)
        local x, y, z = tile.x, tile.y, tile.z + 1
        local south = map.tile(x, y - 1, z)
        if south and has_flag(south, STATE.FLOORCHANGE_SOUTH_ALT) then
            return map.tile(x, y - 2, z)
        end
        local east = map.tile(x - 1, y, z)
        if east and has_flag(east, STATE.FLOORCHANGE_EAST_ALT) then
            return map.tile(x - 2, y, z)
        end
        local down = map.tile(x, y, z)
        if down then
            y = y + (has_flag(down, STATE.FLOORCHANGE_NORTH) and 1 or 0)
                - (has_flag(down, STATE.FLOORCHANGE_SOUTH) and 1 or 0)
                - (has_flag(down, STATE.FLOORCHANGE_SOUTH_ALT) and 2 or 0)
            x = x - (has_flag(down, STATE.FLOORCHANGE_EAST) and 1 or 0)
                - (has_flag(down, STATE.FLOORCHANGE_EAST_ALT) and 2 or 0)
                + (has_flag(down, STATE.FLOORCHANGE_WEST) and 1 or 0)
            return map.tile(x, y, z)
        end
    end

    local function above(tile)
        local x, y, z = tile.x, tile.y, tile.z - 1
        y = y - (has_flag(tile, STATE.FLOORCHANGE_NORTH) and 1 or 0)
            + (has_flag(tile, STATE.FLOORCHANGE_SOUTH) and 1 or 0)
            + (has_flag(tile, STATE.FLOORCHANGE_SOUTH_ALT) and 2 or 0)
        x = x + (has_flag(tile, STATE.FLOORCHANGE_EAST) and 1 or 0)
            - (has_flag(tile, STATE.FLOORCHANGE_WEST) and 1 or 0)
            + (has_flag(tile, STATE.FLOORCHANGE_EAST_ALT) and 2 or 0)
        return map.tile(x, y, z)
    end

    --- The tile that a thing comes to by stepping onto one: up or down stairs, out of a house that is not open to it.
    ---@param tile table
    ---@param thing table
    ---@param flags number|nil
    ---@return table tile the same when it stays
    ---@return table|nil item on top there, to lie upon
    ---@return number flags for the query there
    function map.query_destination(tile, thing, flags)
        flags = flags or 0
        if tile.house and thing.class_name == "Player" and not server.parts.houses.is_invited(tile.house, thing) then
            local exit = tile.house.exit
            local out = map.tile(exit.x, exit.y, exit.z)
            if not out then
                server.parts.houses.report_exit(tile.house)
                out = map.temple_tile(thing)
            end
            return out or tile, nil, flags
        end
        local there
        if has_flag(tile, STATE.FLOORCHANGE_DOWN) then
            there = below(tile)
        elseif has_flag(tile, STATE.FLOORCHANGE) then
            there = above(tile)
        end
        if there then
            flags = bor(flags, FLAG.NOLIMIT)
        else
            there = tile
        end
        return there, map.top_down_item(there), flags
    end
end
