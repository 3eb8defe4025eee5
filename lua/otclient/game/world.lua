--- What the server tells of the world, for the wire and tests: tiles, creatures, items, effects and texts.

local context = ...
local raw = context.raw

local ITEMS, CREATURES, EFFECTS, INVISIBLE = 0, 1, 2, 13
local CLASSES = { player = "Player", npc = "Npc", monster = "Monster" }
local TYPES = { player = 0, monster = 1, npc = 2 }
local MARKS = {
    skull = "onSkullChange",
    shield = "onShieldChange",
    emblem = "onEmblemChange",
    type = "onTypeChange",
    icon = "onIconChange",
}

return function(engine, game)
    local incoming, state = game.incoming, game.state

    local function place(data)
        return { x = data.x or data[1], y = data.y or data[2], z = data.z or data[3] }
    end

    --- The client is aware of what lies around another place.
    function incoming.MapCenter(pos)
        game.map.set_central(place(pos))
    end

    function incoming.MapAwareRange(x_range, y_range)
        game.map.set_aware({
            left = raw.math.floor(x_range / 2),
            right = raw.math.floor(x_range / 2) + 1,
            top = raw.math.floor(y_range / 2),
            bottom = raw.math.floor(y_range / 2) + 1,
        })
        engine:emit_global("g_game", "onMapChangeAwareRange", x_range, y_range)
    end

    --- A tile, with all that lies on it.
    ---@param items table[] plain data of items
    function incoming.Tile(pos, items)
        pos = place(pos)
        game.map.clean_tile(pos)
        for _, data in raw.ipairs(items or {}) do
            game.map.add(game.item.from(data), pos, -2)
        end
    end

    function incoming.AddItem(pos, item, stack_pos)
        game.map.add(game.item.from(item), place(pos), stack_pos or -1)
    end

    function incoming.RemoveThing(pos, stack_pos)
        local tile = game.map.tile(place(pos))
        if tile then
            game.map.remove(game.tile.thing(tile, stack_pos))
        end
    end

    -- An outfit as the wire has it: without a type it is an item's look, or the puff of who cannot be seen.
    local function outfit_of(data)
        local outfit = engine.convert.take.Outfit(data)
        if outfit.type > 0 then
            outfit.category = CREATURES
        elseif outfit.auxType > 0 then
            outfit.category = ITEMS
        else
            outfit.category, outfit.auxType = EFFECTS, INVISIBLE
        end
        return outfit
    end

    local function update(creature, data)
        local is_player = creature == state.player
        if data.name then
            game.creature.set_name(creature, game.format_name(data.name))
        end
        if data.outfit then
            game.creature.set_outfit(creature, outfit_of(data.outfit))
        end
        if data.speed then
            game.walk.set_speed(creature, data.speed)
        end
        if data.base_speed then
            game.creature.set_base_speed(creature, data.base_speed)
        end
        if data.direction then
            game.walk.turn(creature, data.direction)
        end
        for field, event in raw.pairs(MARKS) do
            if data[field] and not (field == "type" and is_player) then
                game.creature.set_mark(creature, field, data[field], event)
            end
        end
        if data.passable ~= nil then
            creature.passable = data.passable
        end
        if data.icons then
            game.creature.set_icons(creature, data.icons)
        end
        if data.health then
            game.creature.set_health_percent(creature, data.health)
        end
    end

    --- A creature that the client did not know, or news of one that it did.
    ---@param data table id, kind (player, npc, monster), name, health, outfit, speed, direction, marks; `position`
    --- puts it on the map
    function incoming.Creature(data)
        local creature = game.map.creature(data.id)
        if not creature then
            if state.player and data.id == state.player.id then
                creature = state.player
            else
                creature = game.creature.new(CLASSES[data.kind] or "Monster")
                creature.type = TYPES[data.kind] or 1
            end
            creature.id = data.id
            creature.master_id = data.master or 0
            game.map.add_creature(creature)
            if not engine.edubart and creature ~= state.player then
                engine:emit(creature, "onCreate")
            end
        end
        update(creature, data)
        if data.position then
            game.map.add(creature, place(data.position), -1)
        end
    end

    --- A creature steps from one tile to another.
    function incoming.MoveCreature(id, pos)
        local creature = game.map.creature(id)
        if creature then
            creature.allow_appear_walk = true
            game.map.remove(creature)
            game.map.add(creature, place(pos), -1)
        end
    end

    --- The player steps, or is somewhere else.
    function incoming.PlayerPosition(pos)
        local player = state.player
        pos = place(pos)
        local from = player.position
        player.allow_appear_walk = game.position.in_range(from, pos, 1, 1)
        game.map.remove(player)
        game.map.set_central(pos)
        game.map.add(player, pos, -1)
        if not player.allow_appear_walk and not engine.edubart and game.position.valid(from) then
            local of, at = engine.object.of(player), game.give_position
            if not game.position.in_range(from, pos, 1, 1) then
                engine:emit_global("g_game", "onTeleport", of, at(pos), at(from))
            end
        end
    end

    function incoming.RemoveCreature(id)
        local creature = game.map.creature(id)
        if creature then
            game.map.remove(creature)
            game.map.forget_creature(id)
        end
    end

    --- A creature that attacks the player is marked for a moment.
    function incoming.CreatureSquare(id, color)
        local creature = game.map.creature(id)
        if creature then
            game.creature.add_timed_square(creature, color)
        end
    end

    function incoming.Effect(id, pos)
        game.map.add(game.effect.new("Effect", "effect", id), place(pos), -1)
    end

    function incoming.Missile(id, from, to)
        local missile = game.effect.new("Missile", "missile", id)
        game.effect.set_path(missile, place(from), place(to))
        game.map.add(missile, place(from), -1)
    end

    --- A number or word rises from a tile.
    ---@param color integer of 8 bits
    function incoming.AnimatedText(pos, color, text)
        local record = game.texts.new("AnimatedText")
        record.text, record.color = text, game.color_of_8bit(color)
        game.map.add(record, place(pos), -1)
    end

    --- The light of the whole world.
    function incoming.WorldLight(intensity, color)
        local old = game.map.light
        game.map.light = { intensity = intensity, color = color }
        if not engine.edubart then
            local give = engine.convert.give.Light
            engine:emit_global("g_game", "onWorldLightChange", give(game.map.light), give(old))
        end
    end

    --- Tells the catalogue of things what a file would: kinds by number, for clients without files of things.
    ---@param category integer 0 items, 1 creatures, 2 effects, 3 missiles
    ---@param last integer the highest number; those not listed have no attributes
    ---@param list table[] id, is (attributes), and figures such as ground_speed
    function engine.controls.game_things(category, last, list)
        local kinds = {}
        local function named(id)
            local kind = game.things.new()
            kind.null, kind.id, kind.category = false, id, category
            kind.width, kind.height, kind.layers = 1, 1, 1
            kind.pattern_x, kind.pattern_y, kind.pattern_z, kind.animation_phases = 1, 1, 1, 1
            kind.exact_size = 32
            kinds[id] = kind
            return kind
        end
        for id = category == 0 and 100 or 1, last do
            named(id)
        end
        for _, data in raw.ipairs(list or {}) do
            local kind = kinds[data.id] or named(data.id)
            for key, value in raw.pairs(data) do
                if key == "is" then
                    for _, attribute in raw.ipairs(value) do
                        kind.is[attribute] = true
                    end
                else
                    kind[key] = value
                end
            end
        end
        game.things.fill(category, kinds, last)
    end
end
