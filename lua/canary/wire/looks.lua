--- How creatures in sight look: health, light, outfit, speed, skull, shield. What of it is the same for all who see a
--- creature is made once for all of them, a round of telling.

local context = ...
local raw = context.raw
local char, floor, max, min = raw.string.char, raw.math.floor, raw.math.max, raw.math.min

-- What does not depend on who looks, in the order in which it is told.
local COMMON = { "health", "light", "outfit", "speed" }

return function(server, wire)
    local u16, u32 = wire.u16, wire.u32
    -- By version of the protocol, and by creature: { round = when it was looked at, look = … }.
    local seen = {}

    local function byte(value)
        return char(max(0, min(255, floor(value or 0))))
    end

    local function made(view, creature)
        local id, creatures = u32(creature.id), server.parts.creatures
        local outfit = creatures.is_invisible(creature) and {} or creature.outfit
        return {
            health = "\140" .. id .. char(wire.percent(creature)),
            light = "\141" .. id .. byte(creature.light_level) .. byte(creature.light_color),
            outfit = "\142" .. id .. wire.outfit(view, outfit),
            speed = "\143" .. id .. (view.version >= 1059 and u16(wire.speed(creature.base_speed)) or "")
                .. u16(wire.speed(creatures.speed(creature))),
        }
    end

    local function is_same(one, other)
        return one.health == other.health and one.light == other.light and one.outfit == other.outfit
            and one.speed == other.speed
    end

    -- The same table as before as long as nothing of it is another.
    local function common_look(view, creature)
        local of_version = seen[view.version]
        if not of_version then
            of_version = raw.setmetatable({}, { __mode = "k" })
            seen[view.version] = of_version
        end
        local entry = of_version[creature]
        if not entry then
            entry = { round = wire.round, look = made(view, creature) }
            of_version[creature] = entry
        elseif entry.round ~= wire.round then
            local look = made(view, creature)
            entry.round = wire.round
            if not is_same(entry.look, look) then
                entry.look = look
            end
        end
        return entry.look
    end

    --- A creature is told with how it looks: that is what its client knows.
    function wire.told_look(view, creature)
        view.shown[creature.id] = {
            common = made(view, creature),
            skull = wire.skull_of(view, creature),
            shield = wire.shield_of(view, creature),
        }
    end

    local function tell(view, creature, shown)
        local common, was = common_look(view, creature), shown.common
        if common ~= was then
            for at = 1, #COMMON do
                local name = COMMON[at]
                if common[name] ~= was[name] then
                    wire.send(view, common[name])
                end
            end
            shown.common = common
        end
        local skull = wire.skull_of(view, creature)
        if skull ~= shown.skull then
            shown.skull = skull
            wire.send(view, "\144" .. u32(creature.id) .. char(skull))
        end
        local shield = wire.shield_of(view, creature)
        if shield ~= shown.shield then
            shown.shield = shield
            wire.send(view, "\145" .. u32(creature.id) .. char(shield))
        end
    end

    --- Tells what differs of the looks of those in sight.
    function wire.refresh_looks(view)
        local by_id, shown = server.parts.creatures.by_id, view.shown
        for id in raw.pairs(view.at) do
            local creature = by_id(id)
            if creature and shown[id] then
                tell(view, creature, shown[id])
            elseif creature then
                wire.told_look(view, creature)
            end
        end
        for id in raw.pairs(shown) do
            if not view.at[id] then
                shown[id] = nil
            end
        end
    end
end
