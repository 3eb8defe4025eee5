--- What a tile shows as selected, and the text and timer above it.

local context = ...
local raw = context.raw
local max = raw.math.max

local YELLOW = { r = 255, g = 255, b = 0, a = 255 }
local NONE, UNFILTERED = 0, 2
local LONGEST_TIMER = 60000

return function(engine, game)
    local thing = game.thing
    local is = thing.is
    local select = {}
    game.tile_select = select

    --- Takes the mark from what was selected.
    function select.unmark(record)
        if record.marked_thing then
            record.marked_thing.marked = nil
            record.marked_thing = nil
        end
    end

    local function highest(record, accepts)
        for index = #record.things, 1, -1 do
            if accepts(record.things[index]) then
                return record.things[index]
            end
        end
    end

    -- The thing that a click would take.
    local function target(record, filtered)
        local creature = game.tile_tops.creature(record)
        if creature then
            return creature
        end
        for _, entry in raw.ipairs(record.things) do
            local hidden = filtered and is(entry, "ignore_look") and not is(entry, "usable") and not is(entry, "light")
            if thing.is_common(entry) and not hidden then
                return entry
            end
        end
        return highest(record, function(entry)
            local hidden = filtered and (is(entry, "ignore_look") or is(entry, "fluid_container"))
            return is(entry, "on_bottom") and not hidden
        end) or highest(record, function(entry)
            local hidden = filtered and (is(entry, "ignore_look") or not is(entry, "lens_help"))
            return is(entry, "on_top") and not hidden
        end) or (not filtered and record.things[#record.things] or nil)
    end

    --- Marks anew what is selected, after things came or went.
    function select.refresh(record)
        if (record.select_type or NONE) ~= NONE then
            select.unmark(record)
            record.marked_thing = target(record, true)
            if record.marked_thing then
                record.marked_thing.marked = YELLOW
            end
        end
    end

    engine:class("Tile", {
        select = function(record, kind)
            record.select_type = engine.edubart and UNFILTERED or kind
            select.unmark(record)
            record.marked_thing = target(record, record.select_type ~= UNFILTERED)
            if record.marked_thing and not engine.edubart then
                record.marked_thing.marked = YELLOW
            end
        end,
        unselect = function(record)
            select.unmark(record)
            record.select_type = NONE
        end,
        isSelected = function(record)
            return (record.select_type or NONE) ~= NONE
        end,
        setText = function(record, text)
            record.text = text
        end,
        getText = function(record)
            return record.text
        end,
        setTimer = function(record, time)
            if time > LONGEST_TIMER then
                engine:log("warning", "Max tile timer value is 300000 (300s)!")
                return
            end
            record.timer = engine.now + time
        end,
        getTimer = function(record)
            return record.timer and max(0, record.timer - engine.now) or 0
        end,
    })
end
