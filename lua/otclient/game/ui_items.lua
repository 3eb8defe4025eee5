--- Widgets that show a thing: UIItem, UIEffect, UIMissile and UISprite.

local context = ...
local raw = context.raw

local SOUTH = 2
local WHITE = { r = 255, g = 255, b = 255, a = 255 }

return function(engine, game)
    local ui = engine.parts.ui
    local thing = game.thing

    local function setter(field)
        return function(w, value)
            w[field] = value
        end
    end

    local function getter(field)
        return function(w)
            return w[field]
        end
    end

    -- Such widgets can be dragged from the start.
    local DRAGGABLE = { UIItem = true, UIEffect = not engine.edubart, UIMissile = not engine.edubart, UIMap = true }
    ui.on_new[#ui.on_new + 1] = function(w)
        for class, drags in raw.pairs(DRAGGABLE) do
            if drags and w.kinds[class] then
                w.draggable = true
            end
        end
    end

    -- Items --------------------------------------------------------------------------------------------------------

    for name, value in raw.pairs({
        item_id = 0,
        item_visible = true,
        virtual = false,
        show_count = true,
        show_id = false,
        flip_direction = 0,
    }) do
        ui.defaults[name] = value
    end

    local function item_changed(w)
        if not engine.edubart then
            engine:emit(w, "onItemChange")
        end
    end

    local function set_item_id(w, id)
        w.item_id = id
        if id == 0 then
            w.item = nil
        elseif w.item then
            thing.set_id(w.item, id)
        else
            w.item = game.item.new(id)
        end
        item_changed(w)
    end

    local function set_count(w, count)
        if w.item then
            w.item.count = count % 65536
        end
        item_changed(w)
    end

    local function of_item(figure)
        return function(w)
            return w.item and figure(w.item) or 0
        end
    end

    engine:class("UIItem", {
        setItemId = set_item_id,
        setItemCount = set_count,
        setItemSubType = set_count,
        setItemVisible = setter("item_visible"),
        setItem = function(w, item)
            w.item = item
            w.item_id = item and item.client_id or w.item_id
            item_changed(w)
        end,
        setVirtual = setter("virtual"),
        setShowCount = setter("show_count"),
        clearItem = function(w)
            set_item_id(w, 0)
        end,
        getItemId = of_item(function(item)
            return item.client_id
        end),
        getItemCount = of_item(game.item.count),
        getItemSubType = of_item(game.item.sub_type),
        getItemCountOrSubType = of_item(game.item.count_or_sub_type),
        getItem = getter("item"),
        isVirtual = getter("virtual"),
        isItemVisible = getter("item_visible"),
        setFlipDirection = setter("flip_direction"),
        getFlipDirection = getter("flip_direction"),
    })
    ui.declare_style("UIItem", {
        ["item-id"] = { "int", set_item_id },
        ["item-count"] = { "int", set_count },
        ["item-visible"] = { "bool", setter("item_visible") },
        virtual = { "bool", setter("virtual") },
        ["show-id"] = { "bool", setter("show_id") },
    })
    if not engine.edubart then
        ui.declare_style("UIItem", {
            ["always-show-count"] = { "bool", setter("show_count") },
            ["flip-direction"] = { "int", setter("flip_direction") },
        })
    end

    -- Effects and missiles -----------------------------------------------------------------------------------------

    ui.defaults.effect_visible, ui.defaults.missile_visible = true, true

    local function set_effect_id(w, id)
        if id == 0 then
            w.effect = nil
            return
        end
        w.effect = w.effect or game.effect.new("Effect", "effect")
        thing.set_id(w.effect, id)
    end

    local function set_missile_id(w, id)
        if id == 0 then
            w.missile = nil
            return
        end
        w.missile = w.missile or game.effect.new("Missile", "missile")
        thing.set_id(w.missile, id)
        w.missile.direction = SOUTH
    end

    local function set_missile_direction(w, direction)
        if w.missile then
            w.missile.direction = direction
        end
    end

    engine:class("UIEffect", {
        setEffectId = set_effect_id,
        setEffectVisible = setter("effect_visible"),
        setEffect = setter("effect"),
        setVirtual = setter("virtual"),
        clearEffect = function(w)
            set_effect_id(w, 0)
        end,
        getEffectId = function(w)
            return w.effect and w.effect.client_id or 0
        end,
        getEffect = getter("effect"),
        isVirtual = getter("virtual"),
        isEffectVisible = getter("effect_visible"),
    })
    engine:class("UIMissile", {
        setMissileId = set_missile_id,
        setMissileVisible = setter("missile_visible"),
        setMissile = setter("missile"),
        setVirtual = setter("virtual"),
        clearMissile = function(w)
            set_missile_id(w, 0)
        end,
        getMissileId = function(w)
            return w.missile and w.missile.client_id or 0
        end,
        getMissile = getter("missile"),
        isVirtual = getter("virtual"),
        isMissileVisible = getter("missile_visible"),
        setDirection = set_missile_direction,
        getDirection = function(w)
            return w.missile and w.missile.direction or game.INVALID_DIRECTION
        end,
    })
    if not engine.edubart then
        ui.declare_style("UIEffect", {
            ["effect-id"] = { "int", set_effect_id },
            ["effect-visible"] = { "bool", setter("effect_visible") },
            virtual = { "bool", setter("virtual") },
            ["show-id"] = { "bool", setter("show_id") },
        })
        ui.declare_style("UIMissile", {
            ["missile-id"] = { "int", set_missile_id },
            ["missile-visible"] = { "bool", setter("missile_visible") },
            virtual = { "bool", setter("virtual") },
            ["show-id"] = { "bool", setter("show_id") },
            direction = { "int", set_missile_direction },
        })
    end

    -- Sprites ------------------------------------------------------------------------------------------------------

    ui.defaults.sprite_id, ui.defaults.sprite_color = 0, WHITE

    local function set_sprite_id(w, id)
        if game.sprites.loaded then
            w.sprite_id = id
            w.has_sprite = id > 0 and id <= game.sprites.count
        end
    end

    engine:class("UISprite", {
        setSpriteId = set_sprite_id,
        clearSprite = function(w)
            set_sprite_id(w, 0)
        end,
        getSpriteId = getter("sprite_id"),
        setSpriteColor = setter("sprite_color"),
        hasSprite = function(w)
            return w.has_sprite == true
        end,
    })
    ui.declare_style("UISprite", {
        ["sprite-id"] = { "int", set_sprite_id },
        ["sprite-color"] = { "Color", setter("sprite_color") },
    })
end
