--- Clothes drawn over a creature (class Paperdoll, g_paperdolls).

local context = ...
local raw = context.raw
local band, bor, bnot = raw.bit.band, raw.bit.bor, raw.bit.bnot
local floor, insert, remove = raw.math.floor, raw.table.insert, raw.table.remove

return function(engine, game)
    if engine.edubart then
        return
    end
    local paperdoll = {}
    game.paperdoll = paperdoll

    local function reset(doll)
        doll.addons = 0
        doll.only_addon = false
        doll.draw_on_ui = true
        doll.size_factor = 1
        -- Where each direction is drawn: without a mount, and on one.
        doll.foot, doll.mounted = {}, {}
    end

    local function new(id, thing_id)
        local doll = engine.object.new("Paperdoll")
        reset(doll)
        doll.priority = 1
        doll.head, doll.body, doll.legs, doll.feet = 0, 0, 0, 0
        doll.speed, doll.opacity = 100, 100
        doll.mount_pattern = false
        doll.on_mount = true
        doll.direction = 0
        doll.id, doll.thing_id = id, thing_id
        return doll
    end

    local KEPT = {
        "priority",
        "head",
        "body",
        "legs",
        "feet",
        "speed",
        "opacity",
        "addons",
        "only_addon",
        "draw_on_ui",
        "mount_pattern",
        "on_mount",
        "size_factor",
        "direction",
        "resolved",
    }

    local function clone(doll)
        local copy = new(doll.id, doll.thing_id)
        for _, key in raw.ipairs(KEPT) do
            copy[key] = doll[key]
        end
        for _, side in raw.ipairs({ "foot", "mounted" }) do
            for direction, control in raw.pairs(doll[side]) do
                copy[side][direction] = control
            end
        end
        copy.fields = doll.fields
        return copy
    end

    local function setter(field)
        return function(doll, value)
            doll[field] = value
        end
    end

    local function getter(field)
        return function(doll)
            return doll[field]
        end
    end

    local function percent(field)
        return function(doll, factor)
            doll[field] = floor(factor * 100) % 256
        end
    end

    local function changed(side, direction, doll, change)
        local old = doll[side][direction]
        local control = { on_top = not old or old.on_top, x = old and old.x or 0, y = old and old.y or 0 }
        change(control)
        doll[side][direction] = control
    end

    local function everywhere(side, doll, change)
        for direction = 0, 7 do
            changed(side, direction, doll, change)
        end
    end

    local function offset(side)
        return function(doll, x, y)
            everywhere(side, doll, function(control)
                control.x, control.y = x, y
            end)
        end
    end

    local function on_top(side)
        return function(doll, direction, top)
            changed(side, direction, doll, function(control)
                control.on_top = top
            end)
        end
    end

    local function direction_offset(side)
        return function(doll, direction, x, y, top)
            doll[side][direction] = { on_top = top, x = x, y = y }
        end
    end

    engine:class("Paperdoll", {
        clone = clone,
        reset = reset,
        getId = getter("id"),
        getSpeed = function(doll)
            return doll.speed / 100
        end,
        setSpeed = percent("speed"),
        setOpacity = percent("opacity"),
        setSizeFactor = setter("size_factor"),
        setPriority = setter("priority"),
        canDrawOnUI = getter("draw_on_ui"),
        setCanDrawOnUI = setter("draw_on_ui"),
        setOnlyAddon = setter("only_addon"),
        setAddons = setter("addons"),
        hasAddon = function(doll, addon)
            return band(doll.addons, addon) == addon and 1 or 0
        end,
        setAddon = function(doll, addon)
            doll.addons = bor(doll.addons, addon)
        end,
        removeAddon = function(doll, addon)
            doll.addons = band(doll.addons, bnot(addon))
        end,
        setOnTop = function(doll, top)
            for _, side in raw.ipairs({ "foot", "mounted" }) do
                everywhere(side, doll, function(control)
                    control.on_top = top
                end)
            end
        end,
        setOffset = offset("foot"),
        setMountOffset = offset("mounted"),
        setOnTopByDir = on_top("foot"),
        setMountOnTopByDir = on_top("mounted"),
        setDirOffset = direction_offset("foot"),
        setMountDirOffset = direction_offset("mounted"),
        setUseMountPattern = setter("mount_pattern"),
        setShowOnMount = setter("on_mount"),
        setColor = function(doll, color)
            doll.head, doll.body, doll.legs, doll.feet = color, color, color, color
        end,
        setHeadColor = setter("head"),
        setBodyColor = setter("body"),
        setLegsColor = setter("legs"),
        setFeetColor = setter("feet"),
        getHeadColor = getter("head"),
        getBodyColor = getter("body"),
        getLegsColor = getter("legs"),
        getFeetColor = getter("feet"),
        setColorByOutfit = function(doll, outfit)
            doll.head, doll.body, doll.legs, doll.feet = outfit.head, outfit.body, outfit.legs, outfit.feet
        end,
    })

    --- Dresses a creature; dolls lie in the order of their priorities.
    function paperdoll.attach(creature, doll)
        if not doll then
            return
        end
        doll.direction = creature.direction
        local list = creature.paperdolls
        local at = 1
        while list[at] and doll.priority >= list[at].priority do
            at = at + 1
        end
        insert(list, at, doll)
        game.add_event(function()
            engine:emit(doll, "onAttach", creature.object)
        end)
    end

    ---@return table|nil
    function paperdoll.find(creature, id)
        for index, doll in raw.ipairs(creature.paperdolls) do
            if doll.id == id then
                return doll, index
            end
        end
    end

    ---@return boolean found
    function paperdoll.detach(creature, id)
        local doll, index = paperdoll.find(creature, id)
        if not doll then
            return false
        end
        engine:emit(doll, "onDetach", creature.object)
        remove(creature.paperdolls, index)
        return true
    end

    function paperdoll.clear(creature)
        for _, doll in raw.ipairs(creature.paperdolls) do
            engine:emit(doll, "onDetach", creature.object)
        end
        creature.paperdolls = {}
    end

    local known = {}

    -- The engine's own texts: it formats them with the wrong library, so the numbers never get in.
    engine:singleton("g_paperdolls", {
        getById = function(id)
            local doll = known[id]
            if not doll then
                engine:log("error", "PaperdollManager::getById(%d): not found.")
                return nil
            elseif doll.thing_id > 0 and not doll.resolved then
                if not game.things.valid(doll.thing_id, 1) then
                    engine:log("error", "PaperdollManager::getById(%d): invalid thing with id %d.")
                    return nil
                end
                doll.resolved = true
            end
            return doll
        end,
        register = function(id, thing_id)
            if known[id] then
                engine:log("error", "PaperdollManager::register(%d, %d): has already been registered.")
                return nil
            end
            known[id] = new(id, thing_id)
            return known[id]
        end,
        remove = function(id)
            known[id] = nil
        end,
        clear = function()
            known = {}
        end,
    })
end
