--- What clients of 13.10 count for their players: creatures killed, loot, supplies used; and when they are to take a
--- picture (see Canary's protocolgame.cpp, sendKillTrackerUpdate, sendLootStats, sendUpdateSupplyTracker and
--- sendTakeScreenshot).

local context = ...
local raw = context.raw
local char, concat, min = raw.string.char, raw.table.concat, raw.math.min

local WIDE = 1281
-- Shown for a creature that looks like an item.
local PLAIN = { lookType = 21 }

return function(server, wire)
    if server.tfs then
        return
    end
    local u16, text, make = wire.u16, wire.text, wire.make

    function make.supply_used(view, fields)
        return view.version >= WIDE and "\206" .. u16(fields.id) or nil
    end

    function make.loot_stats(view, fields)
        if view.version < WIDE then
            return nil
        end
        local items, item = server.parts.items, fields.things[1]
        return "\207" .. wire.item(view, item, fields.count) .. text(items.name(item))
    end

    function make.kill(view, fields)
        if view.version < WIDE then
            return nil
        end
        local outfit, held = fields.outfit, fields.things
        local look = (outfit.lookType or 0) ~= 0 and outfit or PLAIN
        local many = min(255, #held)
        local out = {
            "\209" .. text(fields.name) .. u16(look.lookType) .. char(look.lookHead or 0, look.lookBody or 0,
                look.lookLegs or 0, look.lookFeet or 0, look.lookAddons or 0, many),
        }
        for at = 1, many do
            out[at + 1] = wire.item(view, held[at])
        end
        return concat(out)
    end

    function make.screenshot(view, fields)
        return view.version >= WIDE and fields.type ~= 0 and "\117" .. char(fields.type % 256) or nil
    end
end
