--- Images: how large they are. Nothing is drawn, so that is all that is read of a picture.

local context = ...
local gsub = context.raw.string.gsub

return function(engine)
    local images = {}

    -- Path to {width, height}, or false: as the engine keeps its textures.
    local known = {}

    -- Reads an image's header: its size, or what is wrong; neither when it is no image.
    local function load(path)
        local file = engine.parts.resources.guess(path, "png")
        local size = engine.host("images.size", file)
        if size then
            return size
        end
        local _, problem = engine.parts.resources.read(file)
        return nil, problem
    end

    --- The size of an image. An image that is not there is told to the log, each time it is asked for in mehah, once
    --- in edubart, which keeps an empty one in its place.
    ---@param name string a virtual path, with or without `.png`
    ---@return integer|nil width
    ---@return integer|nil height
    function images.size(name)
        local path = engine.parts.resources.resolve(name)
        local image = known[path]
        if image == nil then
            local problem
            image, problem = load(path)
            if problem then
                engine:log("error", "Unable to load texture '" .. name .. "': " .. problem)
            end
            if image then
                known[path] = image
            elseif engine.edubart and problem then
                known[path] = false
            end
        end
        if image then
            return image[1], image[2]
        end
    end

    --- Widths of the glyphs of a font's image: of each cell the last column that has a pixel.
    ---@param name string a virtual path, with or without `.png`
    ---@param first integer code of the first cell
    ---@param cell_width integer
    ---@param cell_height integer of a cell in the image
    ---@param height integer rows of a cell that count
    ---@return integer[]|nil widths nil when it is no image
    function images.glyph_widths(name, first, cell_width, cell_height, height)
        local path = engine.parts.resources.guess(name, "png")
        return engine.host("images.glyph_widths", path, first, cell_width, cell_height, height)
    end

    --- Forgets what is known of an image, which is looked at again when it is needed next.
    ---@param path string of its file
    function images.forget(path)
        known[path] = nil
        local name = gsub(path, "%.png$", "")
        known[name] = nil
    end

    --- Whether an image's file is there; tells the log when it is not.
    ---@param name string
    function images.exists(name)
        return images.size(name) ~= nil
    end

    engine:singleton("g_textures", {
        clearCache = function()
            known = {}
        end,
    })

    return images
end
