--- Widgets that show a creature (class UICreature).




local SOUTH = 2
local CREATURES = 1

return function(engine, game)
    local ui = engine.parts.ui
    local defaults = ui.defaults
    defaults.creature_direction = SOUTH
    defaults.creature_size = 0
    defaults.creature_center = false
    defaults.fixed_creature_size = false

    local function set_creature(w, creature)
        w.creature = creature
        if creature then
            w.creature_direction = creature.direction
        end
    end

    local function set_outfit(w, outfit)
        w.creature = w.creature or game.creature.new()
        game.creature.set_direction(w.creature, engine.edubart and SOUTH or w.creature_direction)
        game.creature.set_outfit(w.creature, outfit)
    end

    local function own_outfit(w)
        return w.creature and game.copy_outfit(w.creature.outfit) or game.new_outfit()
    end

    local function getter(field)
        return function(w)
            return w[field]
        end
    end

    local function setter(field)
        return function(w, value)
            w[field] = value
        end
    end

    engine:class("UICreature", {
        setCreature = set_creature,
        setOutfit = set_outfit,
        getCreature = getter("creature"),
        setCreatureSize = setter("creature_size"),
        getCreatureSize = getter("creature_size"),
        setFixedCreatureSize = setter("fixed_creature_size"),
        isFixedCreatureSize = getter("fixed_creature_size"),
        setCenter = setter("creature_center"),
        isCentered = getter("creature_center"),
        getDirection = function(w)
            return w.creature and w.creature.direction or game.INVALID_DIRECTION
        end,
        setDirection = function(w, direction)
            w.creature_direction = direction
            if w.creature then
                game.creature.set_direction(w.creature, direction)
            end
        end,
    })

    local function set_type(w, id)
        local outfit = own_outfit(w)
        outfit.category, outfit.type = CREATURES, id
        set_outfit(w, outfit)
    end

    -- mehah sets the colors of a copy, which it drops.
    local function color(part)
        return function(w, value)
            local outfit = own_outfit(w)
            if engine.edubart then
                outfit[part] = value % 256
                set_outfit(w, outfit)
            elseif not w.creature then
                set_outfit(w, outfit)
            end
        end
    end

    ui.declare_style("UICreature", {
        ["outfit-id"] = { "int", set_type },
        ["outfit-head"] = { "int", color("head") },
        ["outfit-body"] = { "int", color("body") },
        ["outfit-legs"] = { "int", color("legs") },
        ["outfit-feet"] = { "int", color("feet") },
    })
    if engine.edubart then
        ui.declare_style("UICreature", {
            ["fixed-creature-size"] = { "bool", setter("fixed_creature_size") },
        })
    else
        ui.declare_style("UICreature", {
            ["creature-center"] = { "bool", setter("creature_center") },
            ["creature-size"] = { "int", setter("creature_size") },
            ["outfit-direction"] = { "int", setter("creature_direction") },
        })
    end
end
