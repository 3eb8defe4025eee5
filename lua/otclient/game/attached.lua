--- Effects and widgets attached to things and tiles (classes AttachableObject and AttachedEffect, g_attachedEffects).

local context = ...
local raw = context.raw
local format, floor, min = raw.string.format, raw.math.floor, raw.math.min
local insert, remove = raw.table.insert, raw.table.remove

local NORTH_WEST = 7

return function(engine, game)
    local things = game.things
    local attached = {}
    game.attached = attached

    local function new()
        local effect = engine.object.new("AttachedEffect")
        effect.id, effect.thing_id, effect.category = 0, 0, 4
        effect.name, effect.texture = "", ""
        effect.speed, effect.opacity, effect.duration, effect.loop = 100, 100, 0, -1
        effect.direction = 0
        effect.draw_on_ui = true
        effect.directions = {}
        effect.effects = {}
        return effect
    end

    local KEPT = {
        "id",
        "thing_id",
        "category",
        "name",
        "texture",
        "speed",
        "opacity",
        "duration",
        "loop",
        "direction",
        "draw_on_ui",
        "hide_owner",
        "transform",
        "no_walk_animation",
        "permanent",
        "follow_owner",
        "size",
        "light",
        "draw_order",
        "bounce",
        "pulse",
        "fade",
    }

    --- Another effect like it. They share what scripts set on the first (`onAttach` …), as in the engine.
    ---@return table
    function attached.clone(effect)
        local copy = new()
        for _, key in raw.ipairs(KEPT) do
            copy[key] = effect[key]
        end
        for direction, control in raw.pairs(effect.directions) do
            copy.directions[direction] = control
        end
        for index, inner in raw.ipairs(effect.effects) do
            copy.effects[index] = inner
        end
        copy.fields = effect.fields
        return copy
    end

    local function control_of(effect, direction)
        local control = effect.directions[direction]
        control = control or { on_top = false, x = 0, y = 0 }
        return { on_top = control.on_top, x = control.x, y = control.y }
    end

    local function setter(field)
        return function(effect, value)
            effect[field] = value
        end
    end

    local function percent(field)
        return function(effect, factor)
            effect[field] = floor(factor * 100) % 256
        end
    end

    engine:class("AttachedEffect", {
        clone = attached.clone,
        getId = function(effect)
            return effect.id
        end,
        getSpeed = function(effect)
            return effect.speed / 100
        end,
        setSpeed = percent("speed"),
        setOpacity = percent("opacity"),
        setDuration = setter("duration"),
        getDuration = function(effect)
            return effect.duration
        end,
        setHideOwner = setter("hide_owner"),
        setLoop = setter("loop"),
        setPermanent = setter("permanent"),
        isPermanent = function(effect)
            return effect.permanent == true
        end,
        setTransform = setter("transform"),
        setDisableWalkAnimation = setter("no_walk_animation"),
        setSize = setter("size"),
        setLight = setter("light"),
        setDrawOrder = setter("draw_order"),
        canDrawOnUI = function(effect)
            return effect.draw_on_ui
        end,
        setCanDrawOnUI = setter("draw_on_ui"),
        setFollowOwner = setter("follow_owner"),
        isFollowingOwner = function(effect)
            return effect.follow_owner == true
        end,
        setOnTop = function(effect, on_top)
            for direction = 0, NORTH_WEST do
                local control = control_of(effect, direction)
                control.on_top = on_top
                effect.directions[direction] = control
            end
        end,
        setOffset = function(effect, x, y)
            for direction = 0, NORTH_WEST do
                local control = control_of(effect, direction)
                control.x, control.y = x, y
                effect.directions[direction] = control
            end
        end,
        setOnTopByDir = function(effect, direction, on_top)
            local control = control_of(effect, direction)
            control.on_top = on_top
            effect.directions[direction] = control
        end,
        setDirOffset = function(effect, direction, x, y, on_top)
            effect.directions[direction] = { on_top = on_top, x = x, y = y }
        end,
        setBounce = function(effect, low, high, speed)
            effect.bounce = { low = low, high = high, speed = speed }
        end,
        setPulse = function(effect, low, high, speed)
            effect.pulse = { low = low, high = high, speed = speed }
        end,
        setFade = function(effect, from, to, speed)
            effect.fade = { low = from, high = to, speed = speed }
        end,
        attachEffect = function(effect, other)
            insert(effect.effects, other)
        end,
        setDirection = function(effect, direction)
            effect.direction = min(direction, NORTH_WEST)
        end,
        getDirection = function(effect)
            return effect.direction
        end,
        move = function(effect, from, to)
            effect.moving = { x = to.x - from.x, y = to.y - from.y, since = engine.now }
        end,
    }, {
        create = function(thing_id, category)
            if not things.valid(thing_id, category) then
                local text = "AttachedEffectManager::getInstance(%d, %d): invalid thing with id or category."
                engine:log("error", format(text, thing_id, category))
                return nil
            end
            local effect = new()
            effect.thing_id, effect.category = thing_id, category
            return effect
        end,
    })

    -- Objects that carry effects ------------------------------------------------------------------------------

    --- The kind of thing that an effect shows; nil of a picture.
    function attached.kind(effect)
        return effect.thing_id > 0 and effect.category < 4 and things.find(effect.thing_id, effect.category) or nil
    end

    --- Attaches an effect; its `onAttach` follows with the next event.
    function attached.attach(owner, effect)
        if not effect then
            return
        end
        if owner.sort == "creature" then
            game.creature.effect_starts(owner, effect)
        end
        if effect.duration > 0 then
            game.schedule(function()
                attached.detach(owner, effect)
            end, effect.duration)
        end
        owner.effects = owner.effects or {}
        insert(owner.effects, effect)
        game.add_event(function()
            if owner.sort == "creature" then
                game.creature.effect_dispatched(owner, effect)
            end
            engine:emit(effect, "onAttach", owner.object)
        end)
    end

    local function detached(owner, effect, silent)
        if owner.sort == "creature" then
            game.creature.effect_ends(owner, effect)
        end
        if not silent then
            engine:emit(effect, "onDetach", owner.object)
        end
    end

    local function detach_where(owner, matches)
        for index, effect in raw.ipairs(owner.effects or {}) do
            if matches(effect) then
                detached(owner, effect)
                remove(owner.effects, index)
                return true
            end
        end
        return false
    end

    ---@return boolean found
    function attached.detach(owner, effect)
        return detach_where(owner, function(other)
            return other == effect
        end)
    end

    function attached.clear(owner, silent)
        local effects = owner.effects or {}
        for _, effect in raw.ipairs(effects) do
            detached(owner, effect, silent)
        end
        owner.effects = nil
    end

    local function find(list, id)
        for _, entry in raw.ipairs(list or {}) do
            if entry.id == id then
                return entry
            end
        end
    end

    local function attach_widget(owner, widget)
        for _, other in raw.ipairs(owner.widgets or {}) do
            if other == widget then
                return
            end
        end
        if not widget then
            return
        elseif widget.attached_to then
            local text = "Failed to attach widget %s, this widget is already attached to map."
            engine:log("error", format(text, widget.id or ""))
            return
        end
        engine.object.get(widget, "setDraggable")(widget.object, false)
        local map = game.map_widget()
        if map then
            engine.object.get(widget, "setParent")(widget.object, map.object)
        end
        owner.widgets = owner.widgets or {}
        insert(owner.widgets, widget)
        widget.attached_to = owner
        engine:emit(widget, "onAttached", owner.object)
    end

    local function detach_widget_where(owner, matches)
        for index, widget in raw.ipairs(owner.widgets or {}) do
            if matches(widget) then
                remove(owner.widgets, index)
                attached.release_widget(widget)
                engine:emit(widget, "onDetached", owner.object)
                return true
            end
        end
        return false
    end

    --- Frees a widget from what it is attached to, which ends it.
    function attached.release_widget(widget)
        widget.attached_to = nil
        if not widget.destroyed then
            engine.object.get(widget, "destroy")(widget.object)
        end
    end

    --- Ends all widgets of a thing or tile.
    function attached.clear_widgets(owner)
        local widgets = owner.widgets or {}
        owner.widgets = nil
        for _, widget in raw.ipairs(widgets) do
            attached.release_widget(widget)
            engine:emit(widget, "onDetached", owner.object)
        end
    end

    if not engine.edubart then
        engine:class("AttachableObject", {
            getAttachedEffects = function(owner)
                return owner.effects or {}
            end,
            attachEffect = attached.attach,
            detachEffect = attached.detach,
            detachEffectById = function(owner, id)
                return detach_where(owner, function(effect)
                    return effect.id == id
                end)
            end,
            getAttachedEffectById = function(owner, id)
                return find(owner.effects, id)
            end,
            clearAttachedEffects = attached.clear,
            getAttachedWidgets = function(owner)
                return owner.widgets or {}
            end,
            attachWidget = attach_widget,
            detachWidget = function(owner, widget)
                return detach_widget_where(owner, function(other)
                    return other == widget
                end)
            end,
            detachWidgetById = function(owner, id)
                return detach_widget_where(owner, function(other)
                    return other.id == id
                end)
            end,
            getAttachedWidgetById = function(owner, id)
                return find(owner.widgets, id)
            end,
        })
    end

    -- The register ----------------------------------------------------------------------------------------------

    local known = {}

    local function register(id, name, what)
        if known[id] then
            local text = "AttachedEffectManager::%s(%d, %s): has already been registered."
            engine:log("error", format(text, what, id, name))
            return nil
        end
        local effect = new()
        effect.id, effect.name = id, name
        known[id] = effect
        return effect
    end

    engine:singleton("g_attachedEffects", {
        getById = function(id)
            local effect = known[id]
            if not effect then
                engine:log("error", format("AttachedEffectManager::getById(%d): not found.", id))
                return nil
            elseif effect.thing_id > 0 and not things.valid(effect.thing_id, effect.category) then
                local text = "AttachedEffectManager::getById(%d): invalid thing with id %d."
                engine:log("error", format(text, id, effect.thing_id))
                return nil
            end
            return attached.clone(effect)
        end,
        registerByThing = function(id, name, thing_id, category)
            local effect = register(id, name, "registerByThing")
            if effect then
                effect.thing_id, effect.category = thing_id, category
            end
            return effect
        end,
        registerByImage = function(id, name, path, smooth)
            if known[id] then
                return register(id, name, "registerByImage")
            end
            local file = raw.string.find(path, "%.png$") and path or path .. ".png"
            if not game.has_file(file) then
                local text = "AttachedEffectManager::registerByImage(%d, %s): Texture(%s) not found."
                engine:log("error", format(text, id, name, path))
                return nil
            end
            local effect = register(id, name, "registerByImage")
            effect.texture, effect.smooth = path, smooth
            return effect
        end,
        remove = function(id)
            known[id] = nil
        end,
        clear = function()
            known = {}
        end,
    })
end
