--- Which thing of a tile a script or a click means (class Tile).

local context = ...
local raw = context.raw

local NEAR_ITS_END = 0.75

return function(engine, game)
    local thing, tile, position = game.thing, game.tile, game.position
    local is = thing.is
    local tops = {}
    game.tile_tops = tops

    -- Ground, border, wall or door.
    local function is_flooring(entry)
        return is(entry, "ground") or is(entry, "ground_border") or is(entry, "on_bottom") or is(entry, "on_top")
    end

    -- Who is stepping off it and has not come far.
    local function leaving(record)
        local found
        for dx = -1, 1 do
            for dy = -1, 1 do
                local beside = (dx ~= 0 or dy ~= 0) and game.map.tile(position.translated(record.position, dx, dy))
                for _, creature in raw.ipairs(beside and tile.creatures(beside) or {}) do
                    local here = creature.walking and position.same(creature.step_from, record.position)
                    if here and game.walk.progress(creature) < NEAR_ITS_END then
                        if not engine.edubart then
                            return creature
                        end
                        found = creature
                    end
                end
            end
        end
        return found
    end

    --- The creature on it, another before the player.
    ---@param around boolean|nil also who is just leaving it
    ---@return table|nil
    function tops.creature(record, around)
        if not engine.edubart and not record.has_creature then
            return nil
        end
        local own
        for _, entry in raw.ipairs(record.things) do
            if entry.kinds.LocalPlayer then
                own = entry
            elseif entry.sort == "creature" then
                return entry
            end
        end
        return own or record.walkers[#record.walkers] or ((around or engine.edubart) and leaving(record) or nil)
    end

    local function first(record, accepts)
        for _, entry in raw.ipairs(record.things) do
            if accepts(entry) then
                return entry
            end
        end
    end

    ---@return table|nil
    function tops.thing(record)
        return first(record, thing.is_common) or record.things[#record.things]
    end

    ---@return table|nil
    function tops.look(record)
        return first(record, function(entry)
            return not is(entry, "ignore_look") and not is_flooring(entry)
        end) or record.things[1]
    end

    ---@return table|nil
    function tops.use(record)
        local found = first(record, function(entry)
            return is(entry, "force_use") or (thing.is_common(entry) and not is(entry, "splash"))
        end)
        if found then
            return found
        elseif engine.edubart then
            return first(record, function(entry)
                return entry.sort ~= "creature"
                    and not is(entry, "ground")
                    and not is(entry, "ground_border")
                    and not is(entry, "splash")
            end) or record.things[1]
        end
        for index = #record.things, 2, -1 do
            local entry = record.things[index]
            if entry.sort ~= "creature" and not is(entry, "splash") then
                return entry
            end
        end
        return record.things[1]
    end

    ---@return table|nil
    function tops.move(record)
        for index, entry in raw.ipairs(record.things) do
            if thing.is_common(entry) then
                return index > 1 and is(entry, "not_moveable") and record.things[index - 1] or entry
            end
        end
        return first(record, function(entry)
            return entry.sort == "creature"
        end) or record.things[1]
    end

    ---@return table|nil
    function tops.multi_use(record)
        if #record.things == 0 then
            return nil
        end
        local found = tops.creature(record) or first(record, function(entry)
            return is(entry, "force_use")
        end)
        if found then
            return found
        end
        for index, entry in raw.ipairs(record.things) do
            if not is_flooring(entry) then
                return index > 1 and is(entry, "splash") and record.things[index - 1] or entry
            end
        end
        return first(record, function(entry)
            local border = not engine.edubart and is(entry, "ground_border")
            return not is(entry, "ground") and not border and not is(entry, "on_top")
        end) or record.things[1]
    end

    local function list(accepts)
        return function(record)
            local result = {}
            for _, entry in raw.ipairs(record.things) do
                if accepts(entry) then
                    result[#result + 1] = entry
                end
            end
            return result
        end
    end

    local function has_flag(record, flag)
        return raw.bit.band(record.flags, flag) == raw.bit.tobit(flag)
    end

    -- A flag of tiles that belong to houses.
    local HOUSE = 64

    engine:class("Tile", {
        clean = tile.clean,
        addThing = function(record, entry, stack_pos)
            tile.add(record, entry, stack_pos)
        end,
        getThing = tile.thing,
        getThings = list(function()
            return true
        end),
        getItems = list(function(entry)
            return entry.sort == "item"
        end),
        getCreatures = tile.creatures,
        getThingStackPos = tile.index,
        getThingCount = function(record)
            return #record.things
        end,
        removeThing = tile.remove,
        getTopThing = tops.thing,
        getTopLookThing = tops.look,
        getTopUseThing = tops.use,
        getTopCreature = function(record, around)
            return tops.creature(record, around)
        end,
        getTopMoveThing = tops.move,
        getTopMultiUseThing = tops.multi_use,
        getPosition = function(record)
            return record.position
        end,
        getGround = tile.ground,
        isWalkable = tile.walkable,
        isPathable = tile.pathable,
        isFullGround = tile.full_ground,
        isFullyOpaque = tile.opaque,
        isLookPossible = tile.look_possible,
        isEmpty = tile.empty,
        isClickable = tile.clickable,
        hasElevation = function(record, count)
            return tile.elevation(record) >= count
        end,
        hasFloorChange = function(record)
            return tile.any(record, "floor_change")
        end,
        hasCreatures = function(record)
            return record.has_creature
        end,
        hasCreature = function(record)
            return #tile.creatures(record) > 0
        end,
        isCovered = function(record, first_floor)
            return game.map.covered(record.position, first_floor)
        end,
        isCompletelyCovered = function(record, first_floor)
            return game.map.completely_covered(record, first_floor)
        end,
        canShoot = tile.can_shoot,
        -- How high what lies on it lifts the drawing of what comes above: set while it is drawn.
        getDrawElevation = function()
            return 0
        end,
        isHouseTile = function(record)
            return (record.house_id or 0) ~= 0 and has_flag(record, HOUSE)
        end,
        overwriteMinimapColor = function(record, color)
            record.minimap_color = color
        end,
        setFlag = function(record, flag)
            record.flags = raw.bit.bor(record.flags, flag)
        end,
        remFlag = function(record, flag)
            record.flags = raw.bit.band(record.flags, raw.bit.bnot(flag))
        end,
        setFlags = function(record, flags)
            record.flags = flags
        end,
        getFlags = function(record)
            return record.flags % 4294967296
        end,
        hasFlag = has_flag,
    })
end
