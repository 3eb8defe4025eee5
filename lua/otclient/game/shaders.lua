--- Shaders by name (g_shaders): known to scripts, though nothing is drawn with them.

local context = ...
local raw = context.raw
local format = raw.string.format

return function(engine, game)
    local known = {}

    local function put(name)
        known[name] = engine.object.new("PainterShaderProgram")
        return known[name]
    end

    -- edubart makes the shader first, and forgets to drop it when its source is not there.
    local function from_file(name, file)
        if engine.edubart then
            put(name)
        end
        local path = engine.parts.resources.guess(file, "frag")
        if not game.has_file(path) then
            engine:log("error", format("unable to load fragment shader '%s' from source file '%s'", name, path))
            return nil
        end
        return put(name)
    end

    -- mehah compiles shaders in the thread that draws: they are there with a later event.
    local function create(make)
        return function(name, source)
            if engine.edubart then
                return make(name, source)
            end
            local path = source and engine.parts.resources.resolve(source)
            game.add_event(function()
                make(name, path)
            end)
        end
    end

    engine:singleton("g_shaders", {
        createShader = function(name)
            game.add_event(function()
                put(name)
            end)
        end,
        createFragmentShader = create(from_file),
        createFragmentShaderFromCode = function(name)
            if engine.edubart then
                return put(name)
            end
            game.add_event(function()
                put(name)
            end)
        end,
        createItemShader = from_file,
        createMapShader = from_file,
        getShader = function(name)
            return known[name]
        end,
        getDefaultItemShader = function()
            return known["default item"] or put("default item")
        end,
        getDefaultMapShader = function()
            return known["default map"] or put("default map")
        end,
    })
end
