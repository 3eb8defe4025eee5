--- What flies and flashes (classes Effect and Missile), and texts over the map (StaticText, AnimatedText).

local context = ...
local raw = context.raw
local floor, max, sqrt = raw.math.floor, raw.math.max, raw.math.sqrt
local insert, remove = raw.table.insert, raw.table.remove

local WHITE = { r = 255, g = 255, b = 255, a = 255 }
local YELLOW = { r = 239, g = 239, b = 0, a = 255 }
local ORANGE = { r = 254, g = 101, b = 0, a = 255 }
local AZURE = { r = 95, g = 247, b = 247, a = 255 }

-- The effect whose pictures last longer than others'.
local SLOW_EFFECT = 33

-- Otc::MessageMode: what a text above a head begins with, and its color.
local SPOKEN = {
    [1] = { " says:\n", YELLOW },
    [2] = { " whispers:\n", YELLOW },
    [3] = { " yells:\n", YELLOW },
    [9] = { nil, ORANGE },
    [10] = { " says:\n", AZURE },
    [34] = { nil, ORANGE },
    [35] = { nil, ORANGE },
    [43] = { nil, ORANGE },
    [44] = { nil, ORANGE },
    [51] = { " says:\n", AZURE },
}
local YELLS = { [3] = true, [35] = true, [43] = true }
local MOST_MESSAGES = 10

return function(engine, game)
    local thing, position = game.thing, game.position
    local effect = {}
    game.effect = effect

    --- Makes an effect or missile.
    ---@param class string
    function effect.new(class, sort, id)
        local record = thing.new(class, sort)
        record.since, record.duration = engine.now, 0
        record.direction = game.INVALID_DIRECTION
        if id then
            thing.set_id(record, id)
        end
        return record
    end

    --- An effect shows on a tile, and goes when its pictures end.
    function effect.appear(record)
        if not game.features.GameEnhancedAnimations then
            local ticks = game.config.effect_ticks_per_frame
            record.duration = ticks * (record.client_id == SLOW_EFFECT and 4 or 1)
            record.duration = record.duration * thing.figure(record, "animation_phases")
        elseif not engine.edubart and not record.animated then
            return
        end
        record.since = engine.now
        game.schedule(function()
            game.map.remove(record)
        end, record.duration)
    end

    --- Whether an effect may follow another of its kind on the same tile.
    ---@return boolean
    function effect.wait_for(record, other)
        local elapsed = engine.now - other.since
        local phases = max(floor(thing.figure(record, "animation_phases") / 3), 1)
        if elapsed <= game.config.effect_ticks_per_frame * phases then
            return false
        end
        record.start = max(0, floor(other.duration / 3) - elapsed)
        return true
    end

    local function set_id(record, id)
        thing.set_id(record, id)
    end

    engine:class("Effect", {
        setId = set_id,
    }, {
        create = function()
            return effect.new("Effect", "effect")
        end,
    })

    local function set_path(record, from, to)
        record.position = from
        local dx, dy = to.x - from.x, to.y - from.y
        local length = sqrt(dx * dx + dy * dy)
        local function arrive()
            game.map.remove(record)
        end
        if length == 0 and not engine.edubart then
            game.add_event(arrive)
            return
        end
        record.direction = position.direction(from, to)
        record.duration = floor(game.config.missile_ticks_per_frame * 2 * sqrt(length))
        record.since = engine.now
        game.schedule(arrive, record.duration)
    end
    effect.set_path = set_path

    engine:class("Missile", {
        setId = set_id,
        setPath = set_path,
    }, {
        create = function()
            return effect.new("Missile", "missile")
        end,
    })

    -- Texts ---------------------------------------------------------------------------------------------------------

    local texts = {}
    game.texts = texts
    local static, animated = {}, {}

    local function list_of(record)
        return record.kinds.StaticText and static or animated
    end

    local function compose(record)
        local how = SPOKEN[record.mode]
        if not how then
            engine:log("warning", "Unknown speak type: " .. record.mode)
        end
        local text = how and how[1] and record.name .. how[1] or ""
        record.color = how and how[2] or record.color
        local lines = {}
        for index, message in raw.ipairs(record.messages) do
            lines[index] = message.text
        end
        record.text = text .. raw.table.concat(lines, "\n")
    end

    local plan

    local function expire(record)
        record.event = nil
        remove(record.messages, 1)
        if #record.messages == 0 then
            game.add_event(function()
                texts.remove(record)
            end)
        else
            compose(record)
            plan(record)
        end
    end

    function plan(record)
        record.event = game.schedule(function()
            expire(record)
        end, max(record.messages[1].ends - engine.now, 0))
    end

    --- Adds what someone says to a text of the same speaker and mode.
    ---@return boolean whether it belongs there
    function texts.say(record, name, mode, text)
        if #record.messages == 0 then
            record.name, record.mode = name, mode
        elseif record.name ~= name or record.mode ~= mode then
            return false
        elseif #record.messages > MOST_MESSAGES then
            remove(record.messages, 1)
            game.cancel(record.event)
            record.event = nil
        end
        local config = game.config
        local delay = max(config.static_duration_per_character * #text, config.min_static_text_duration)
        insert(record.messages, { text = text, ends = engine.now + delay * (YELLS[mode] and 2 or 1) })
        compose(record)
        if not record.event then
            plan(record)
        end
        return true
    end

    --- Makes a text of either class.
    function texts.new(class)
        local record = thing.new(class, "text")
        record.text, record.name, record.mode = "", "", 0
        record.color, record.offset = WHITE, { x = 0, y = 0 }
        record.messages = {}
        record.since = engine.now
        return record
    end

    local function same_color(a, b)
        return a.r == b.r and a.g == b.g and a.b == b.b and a.a == b.a
    end

    -- Numbers of one color that rise together become their sum.
    local function merge(record, other)
        local sum, more = raw.tonumber(record.text), raw.tonumber(other.text)
        local late = engine.now - record.since > game.config.animated_text_duration / 2.5
        if not same_color(record.color, other.color) or late or not sum or not more then
            return false
        end
        record.text = raw.tostring(sum + more)
        return true
    end

    local function add_animated(record, pos)
        local before
        for _, other in raw.ipairs(animated) do
            if position.same(other.position, pos) then
                before = other
                if merge(other, record) then
                    return
                end
            end
        end
        local duration = game.config.animated_text_duration
        if before then
            local t = engine.now - before.since
            local rise = t < duration / 4 and floor(12 - 48 * t / duration) or 0
            record.offset = { x = before.offset.x, y = raw.math.min(before.offset.y + rise, 12) }
        end
        insert(animated, record)
        record.position, record.since = pos, engine.now
        game.schedule(function()
            texts.remove(record)
        end, duration)
    end

    --- Shows a text at a place; with the next event in mehah, which has a queue of its own for texts.
    function texts.add(record, pos)
        if not record then
            return
        end
        local function show()
            if record.kinds.AnimatedText then
                return add_animated(record, pos)
            end
            local first = record.messages[1]
            for _, other in raw.ipairs(static) do
                local said = first and position.same(other.position, pos)
                if said and texts.say(other, record.name, record.mode, first.text) then
                    return
                end
            end
            record.position = pos
            insert(static, record)
        end
        if engine.edubart then
            show()
        else
            game.add_event(show)
        end
    end

    ---@return boolean whether it was shown
    function texts.remove(record)
        local list = list_of(record)
        for index, other in raw.ipairs(list) do
            if other == record then
                remove(list, index)
                return true
            end
        end
        return false
    end

    --- Takes static texts away.
    ---@param matches fun(record: table): boolean
    function texts.forget(matches)
        for index = #static, 1, -1 do
            if matches(static[index]) then
                remove(static, index)
            end
        end
    end

    function texts.clear()
        static, animated = {}, {}
    end

    engine:class("StaticText", {
        addMessage = texts.say,
        setText = function(record, text)
            record.text = text
        end,
        setFont = function(record, font)
            record.font_name = font
        end,
        setColor = function(record, color)
            record.color = color
        end,
        getColor = function(record)
            return record.color
        end,
    }, {
        create = function()
            return texts.new("StaticText")
        end,
    })

    engine:class("AnimatedText", {
        getText = function(record)
            return record.text
        end,
        getOffset = function(record)
            return record.offset
        end,
        getColor = function(record)
            return record.color
        end,
    })
end
