--- Creatures (classes Creature, Npc, Monster): what is known of them, and the events when it changes.

local context = ...
local raw = context.raw
local format, max = raw.string.format, raw.math.max

local UNKNOWN_TYPE = 255
local SOUTH = 2
local INVISIBLE_EFFECT = 13

return function(engine, game)
    local thing, things, position = game.thing, game.things, game.position
    local creature = {}
    game.creature = creature

    --- Makes a creature nobody has seen yet.
    ---@param class string|nil
    ---@return table
    function creature.new(class)
        local record = thing.new(class or "Creature", "creature")
        record.id, record.master_id = 0, 0
        record.name, record.text = "", ""
        record.health_percent = engine.edubart and 100 or 101
        record.mana_percent = 101
        record.speed, record.base_speed = engine.edubart and 200 or 0, 0
        record.direction = SOUTH
        record.outfit = game.new_outfit()
        record.skull, record.shield, record.emblem, record.icon = 0, 0, 0, 0
        record.type = UNKNOWN_TYPE
        record.icons = {}
        record.removed = true
        record.passable = false
        record.vocation = 0
        record.paperdolls = {}
        record.walk_animation_locks = 0
        record.old_position = game.NOWHERE
        game.walk.prepare(record)
        return record
    end

    --- The kind that its outfit shows; nil while it has none.
    ---@return table|nil
    function creature.kind(record)
        local outfit = record.outfit
        if engine.edubart then
            return things.get(outfit.type, 1)
        end
        return things.find(outfit.category == 1 and outfit.type or outfit.auxType, outfit.category)
    end

    ---@return boolean
    function creature.dead(record)
        return record.health_percent <= 0
    end

    ---@return boolean
    function creature.invisible(record)
        return record.outfit.category == 2 and record.outfit.auxType == INVISIBLE_EFFECT
    end

    ---@return boolean
    function creature.can_be_seen(record)
        return record.kinds.Player == true or not creature.invisible(record)
    end

    -- What it does when it appears, disappears and moves -------------------------------------------------------------

    function creature.position_changed(record, new, old)
        if record.kinds.LocalPlayer then
            return game.player.position_changed(record, new, old)
        end
        engine:emit(record, "onPositionChange", game.give_position(new), game.give_position(old))
    end

    --- Its tile got it: for the first time, by a step, or from elsewhere.
    function creature.appear(record)
        game.cancel(record.disappear_event)
        record.disappear_event = nil
        local old, new = record.old_position, record.position
        if record.removed then
            game.walk.stop(record)
            record.removed = false
            engine:emit(record, "onAppear")
        elseif position.same(old, new) then
            return
        elseif position.in_range(old, new, 1, 1) and record.allow_appear_walk then
            record.allow_appear_walk = false
            game.walk.start(record, old, new)
            engine:emit(record, "onWalk", game.give_position(old), game.give_position(new))
        else
            game.walk.stop(record)
            engine:emit(record, "onDisappear")
            engine:emit(record, "onAppear")
        end
    end

    --- Its tile lost it. A step or turn brings it back at once, so the event waits for the next poll.
    function creature.disappear(record)
        game.cancel(record.disappear_event)
        record.old_position = record.position
        record.disappear_event = game.add_event(function()
            record.removed = true
            game.walk.stop(record)
            engine:emit(record, "onDisappear")
            if not record.kinds.LocalPlayer then
                thing.set_position(record, game.NOWHERE)
            end
            record.old_position = game.NOWHERE
            record.disappear_event = nil
            if not engine.edubart then
                if game.state.attacking == record then
                    game.attack(nil)
                elseif game.state.following == record then
                    game.follow(nil)
                end
            end
        end)
    end

    -- Setters ------------------------------------------------------------------------------------------------------

    --- Its name; mehah tells scripts of a change.
    function creature.set_name(record, name)
        local old = record.name
        if name ~= old then
            record.name = name
            if not engine.edubart then
                engine:emit(record, "onChangeName", name, old)
            end
        end
    end

    function creature.set_health_percent(record, percent)
        local old = record.health_percent
        if engine.edubart then
            record.health_percent = percent
            engine:emit(record, "onHealthPercentChange", percent)
        elseif old ~= percent then
            record.health_percent = percent
            engine:emit(record, "onHealthPercentChange", percent, old)
        else
            return
        end
        if percent <= 0 then
            engine:emit(record, "onDeath")
        end
    end

    --- Sets one of `type`, `icon`, `skull`, `shield`, `emblem`.
    ---@param event string
    function creature.set_mark(record, field, value, event)
        if engine.edubart or record[field] ~= value then
            record[field] = value
            engine:emit(record, event, value)
        end
    end

    --- Icons of newer versions: {icon, category, count} each.
    function creature.set_icons(record, icons)
        record.icons = icons
        for _, icon in raw.ipairs(icons) do
            engine:emit(record, "onIconsChange", icon[1], icon[2], icon[3])
        end
    end

    function creature.set_base_speed(record, speed)
        local old = record.base_speed
        if old ~= speed then
            record.base_speed = speed
            engine:emit(record, "onBaseSpeedChange", speed, old)
        end
    end

    function creature.set_direction(record, direction)
        if direction >= game.INVALID_DIRECTION then
            return
        end
        record.direction = direction
        -- An outfit has no pictures of diagonals.
        local shown = (direction == 4 or direction == 5) and 1 or (direction == 6 or direction == 7) and 3 or direction
        for _, effect in raw.ipairs(record.effects or {}) do
            local kind = game.attached.kind(effect)
            if kind and (kind.category == 1 or kind.category == 3) then
                effect.direction = shown
            end
        end
        for _, doll in raw.ipairs(record.paperdolls) do
            if doll.resolved then
                doll.direction = shown
            end
        end
    end

    local function set_outfit_edubart(record, outfit)
        local old = game.copy_outfit(record.outfit)
        if outfit.category ~= 1 then
            if not things.valid(outfit.auxType, outfit.category) then
                return
            end
            -- What it wore is still there under it.
            local under = game.copy_outfit(old)
            under.auxType, under.category = outfit.auxType, outfit.category
            outfit = under
        elseif outfit.type > 0 and not things.valid(outfit.type, 1) then
            return
        end
        record.outfit = outfit
        engine:emit(record, "onOutfitChange", game.give_outfit(outfit), game.give_outfit(old))
    end

    --- Dresses it; refused, with a line in the log, where the catalogue has no such outfit.
    ---@param silent boolean|nil without the event
    function creature.set_outfit(record, outfit, silent)
        if engine.edubart then
            return set_outfit_edubart(record, outfit)
        end
        local old = record.outfit
        if game.same_outfit(old, outfit) then
            return
        end
        local new = game.copy_outfit(outfit)
        if new.category == 4 then
            new.category = new.auxType > 0 and 0 or 1
        end
        record.outfit = new
        local kind = creature.kind(record)
        if not kind then
            engine:log("error", format("Creature::setOutfit - Invalid thing type for creature %d.", record.id))
            record.outfit = old
            return
        end
        record.client_id = kind.id
        if game.features.GameWingsAurasEffectsShader then
            new.wings, new.auras, new.effects = 0, 0, 0
            new.shaders = "Outfit - Default"
        end
        if not silent then
            engine:emit(record, "onOutfitChange", game.give_outfit(new), game.give_outfit(old))
        end
    end

    --- Whether other floors hide it; told with the next event.
    function creature.set_covered(record, covered)
        local old = record.covered or false
        if old ~= covered then
            record.covered = covered
            game.add_event(function()
                engine:emit(record, "onCovered", covered, old)
            end)
        end
    end

    --- Counts who wants its legs still.
    function creature.disable_walk_animation(record, disabled)
        record.walk_animation_locks = max(0, record.walk_animation_locks + (disabled and 1 or -1))
    end

    function creature.effect_starts(record, effect)
        if effect.no_walk_animation then
            creature.disable_walk_animation(record, true)
        end
        local kind = game.attached.kind(effect)
        if kind and (kind.category == 1 or kind.category == 3) then
            effect.direction = record.direction
        end
    end

    --- An effect that transforms its owner gives it the looks of the effect's kind.
    function creature.effect_dispatched(record, effect)
        local kind = effect.transform and game.attached.kind(effect)
        if not kind or record.outfit.temp then
            return
        end
        effect.owner_outfit = record.outfit
        local outfit = game.copy_outfit(record.outfit)
        outfit.temp, outfit.category = true, kind.category
        outfit[kind.category == 1 and "type" or "auxType"] = kind.id
        creature.set_outfit(record, outfit)
    end

    function creature.effect_ends(record, effect)
        if effect.no_walk_animation then
            creature.disable_walk_animation(record, false)
        end
        if effect.transform and effect.owner_outfit then
            creature.set_outfit(record, effect.owner_outfit)
        end
    end

    --- The widget that shows its name and health; the one before it ends.
    function creature.set_widget(record, widget)
        local old = record.widget
        if old == widget then
            return
        end
        if old and not old.destroyed then
            game.attached.release_widget(old)
        end
        record.widget = widget
        if widget then
            engine.object.get(widget, "setDraggable")(widget.object, false)
            widget.attached_to = widget.attached_to or record
        end
    end

    --- Shows a square around it for a moment, as the server asks when it attacks.
    ---@param color integer of 8 bits
    function creature.add_timed_square(record, color)
        record.timed_square = true
        record.timed_square_color = game.color_of_8bit(color == 0 and not engine.edubart and 1 or color)
        game.schedule(function()
            record.timed_square = false
        end, game.config.volatile_square_duration)
    end
end
