--- How creatures in sight look: health, light, outfit, speed, skull, shield. What of it is the same for all who see a
--- creature is looked at once for all clients of a version, in rounds in which one of them is to be told; each is told
--- then of those that have changed since it was told last.

local context = ...
local raw = context.raw
local char, floor, max, min = raw.string.char, raw.math.floor, raw.math.max, raw.math.min

-- What does not depend on who looks, in the order in which it is told.
local COMMON = { "health", "light", "outfit", "speed" }
local PARTS_OF_OUTFIT = {
    "lookType", "lookTypeEx", "lookHead", "lookBody", "lookLegs", "lookFeet", "lookAddons", "lookMount",
    "lookMountHead", "lookMountBody", "lookMountLegs", "lookMountFeet",
}
local NOTHING = {}
-- Creatures that nobody sees any more are let go of when there are twice as many as at the last time, and so many.
local SPARE = 256
-- Changes that are kept: a client that was told longer ago is told all that differs.
local MOST_CHANGES = 8192

return function(server, wire)
    local u16, u32 = wire.u16, wire.u32
    local creatures = server.parts.creatures
    -- By version: { entries = { { creature, look, changed, … } }, of = { [creature] = entry }, related = entries that
    -- may differ for each who looks, changes = { [count] = entry that was another then }, first (of these), count }.
    local versions = {}

    local function byte(value)
        return char(max(0, min(255, floor(value or 0))))
    end

    local function worn_by(creature)
        return creatures.is_invisible(creature) and NOTHING or creature.outfit
    end

    local function made(view, creature)
        local id = u32(creature.id)
        return {
            health = "\140" .. id .. char(wire.percent(creature)),
            light = "\141" .. id .. byte(creature.light_level) .. byte(creature.light_color),
            outfit = "\142" .. id .. wire.outfit(view, worn_by(creature)),
            speed = "\143" .. id .. (view.version >= 1059 and u16(wire.speed(creature.base_speed)) or "")
                .. u16(wire.speed(creatures.speed(creature))),
            shown = {},
        }
    end

    local function is_same(one, other)
        return one.health == other.health and one.light == other.light and one.outfit == other.outfit
            and one.speed == other.speed
    end

    -- Notes what a look is made of; whether any of it was another before.
    local function note(entry)
        local creature, worn = entry.creature, entry.worn
        local percent, speed = wire.percent(creature), creatures.speed(creature)
        local differs = entry.percent ~= percent or entry.speed ~= speed or entry.base_speed ~= creature.base_speed
            or entry.level ~= creature.light_level or entry.color ~= creature.light_color
        entry.percent, entry.speed, entry.base_speed = percent, speed, creature.base_speed
        entry.level, entry.color = creature.light_level, creature.light_color
        local outfit = worn_by(creature)
        for at = 1, #PARTS_OF_OUTFIT do
            local part = PARTS_OF_OUTFIT[at]
            if worn[part] ~= outfit[part] then
                worn[part], differs = outfit[part], true
            end
        end
        return differs
    end

    -- Whether its skull or shield may be another for each who looks: in parties, and of those who have attacked others.
    local function is_related(creature, fights)
        return creature.class_name == "Player"
            and (creature.party ~= nil or (fights and raw.next(creature.attacked or NOTHING) ~= nil))
    end

    local function log_change(looks, entry)
        local count = looks.count + 1
        looks.count, entry.changed = count, count
        looks.changes[count] = entry
        if count - looks.first >= MOST_CHANGES then
            looks.changes, looks.first = { [count] = entry }, count
        end
    end

    -- Looks at a creature, once a round.
    local function look_at(looks, view, entry)
        local creature = entry.creature
        local fights = server.parts.game.world_type() == server.env.WORLD_TYPE_PVP
        local skull = (fights or creature.class_name ~= "Player") and creature.skull or 0
        local related = is_related(creature, fights)
        entry.round = wire.round
        if note(entry) or entry.skull ~= skull or entry.related ~= related then
            entry.skull, entry.related = skull, related
            local look = made(view, creature)
            if not entry.look or not is_same(entry.look, look) then
                entry.look = look
            end
            log_change(looks, entry)
        end
    end

    local function looks_of(view)
        local looks = versions[view.version]
        if not looks then
            looks = { entries = {}, of = {}, changes = {}, count = 0, first = 0, most = SPARE, related = {} }
            versions[view.version] = looks
        end
        return looks
    end

    local function entry_of(view, creature)
        local looks = looks_of(view)
        local entry = looks.of[creature]
        if not entry then
            entry = { creature = creature, worn = {} }
            looks.of[creature] = entry
            looks.entries[#looks.entries + 1] = entry
        end
        if entry.round ~= wire.round then
            look_at(looks, view, entry)
        end
        return entry
    end

    -- Lets go of those whom nobody is told of.
    local function sweep(looks, version)
        local seen, entries = {}, {}
        for _, view in raw.pairs(wire.views) do
            if view.version == version then
                for id in raw.pairs(view.at) do
                    seen[id] = true
                end
            end
        end
        for _, entry in raw.ipairs(looks.entries) do
            if seen[entry.creature.id] and not entry.creature.removed then
                entries[#entries + 1] = entry
            else
                looks.of[entry.creature] = nil
            end
        end
        looks.entries, looks.most = entries, 2 * #entries + SPARE
    end

    -- One that has left the game and come again is another creature with the same number.
    local function replaced(view, creature)
        local other = creature.class_name == "Player" and creatures.by_id(creature.id)
        if other and other ~= creature then
            entry_of(view, other)
        end
    end

    -- Looks at all whom clients of a version were told of, once a round.
    local function look_round(view)
        local looks = looks_of(view)
        if looks.round == wire.round then
            return looks
        end
        looks.round, looks.related = wire.round, {}
        if #looks.entries > looks.most then
            sweep(looks, view.version)
        end
        local entries, at = looks.entries, 1
        while at <= #entries do
            local entry = entries[at]
            if entry.creature.removed then
                entries[at] = entries[#entries]
                entries[#entries] = nil
                looks.of[entry.creature] = nil
                replaced(view, entry.creature)
            else
                if entry.round ~= wire.round then
                    look_at(looks, view, entry)
                end
                if entry.related then
                    looks.related[#looks.related + 1] = entry
                end
                at = at + 1
            end
        end
        return looks
    end

    -- What a client was told of a look, the same table for all who were told the same.
    local function shown_of(look, skull, shield)
        local number = skull * 256 + shield
        local shown = look.shown[number]
        if not shown then
            shown = { common = look, skull = skull, shield = shield }
            look.shown[number] = shown
        end
        return shown
    end

    --- A creature is told with how it looks: that is what its client knows.
    function wire.told_look(view, creature)
        local look = entry_of(view, creature).look
        view.shown[creature.id] = shown_of(look, wire.skull_of(view, creature), wire.shield_of(view, creature))
    end

    local function tell(view, entry)
        local creature = entry.creature
        local shown = view.shown[creature.id]
        if not shown then
            return wire.told_look(view, creature)
        end
        local look, was = entry.look, shown.common
        if look ~= was then
            for at = 1, #COMMON do
                local name = COMMON[at]
                if look[name] ~= was[name] then
                    wire.send(view, look[name])
                end
            end
        end
        local skull, shield = wire.skull_of(view, creature), wire.shield_of(view, creature)
        if skull ~= shown.skull then
            wire.send(view, "\144" .. u32(creature.id) .. char(skull))
        end
        if shield ~= shown.shield then
            wire.send(view, "\145" .. u32(creature.id) .. char(shield))
        end
        if look ~= was or skull ~= shown.skull or shield ~= shown.shield then
            view.shown[creature.id] = shown_of(look, skull, shield)
        end
    end

    local function tell_all(view)
        for id in raw.pairs(view.at) do
            local creature = creatures.by_id(id)
            if creature then
                tell(view, entry_of(view, creature))
            end
        end
    end

    --- Tells what differs of the looks of those in sight.
    function wire.refresh_looks(view)
        local looks = look_round(view)
        local related, told = view.player.party ~= nil, view.looks_told
        if related or view.related or not told or told < looks.first then
            tell_all(view)
        else
            for at = told + 1, looks.count do
                local entry = looks.changes[at]
                local creature = entry.creature
                if entry.changed == at and view.at[creature.id] and not creature.removed then
                    tell(view, entry)
                end
            end
            for at = 1, #looks.related do
                local entry = looks.related[at]
                if view.at[entry.creature.id] then
                    tell(view, entry)
                end
            end
        end
        view.related, view.looks_told = related, looks.count
    end
end
