--- Fonts: which there are, which one texts have by default, and how large texts are in them.
---
--- A font's record has `name`, `height` of a line, `y_offset`, `spacing_x` and `spacing_y` between glyphs and lines,
--- and by code `widths`, `advances`, and where glyphs differ in height (TrueType) `heights`, `offsets_x`, `offsets_y`.

local context = ...
local raw = context.raw
local find, gsub, lower, match = raw.string.find, raw.string.gsub, raw.string.lower, raw.string.match
local pcall, tonumber, tostring = raw.pcall, raw.tonumber, raw.tostring

return function(engine)
    local edubart = engine.edubart

    local fonts = {
        --- The font of texts that are not of widgets, and where none is found by its name.
        default = nil,
        --- The font of widgets, in mehah.
        default_widget = nil,
        --- Name to font.
        by_name = {},
    }
    engine.parts.fonts = fonts

    --- Makes a font without glyphs.
    ---@param name string
    ---@return table font
    function fonts.new(name)
        return { name = name, height = 0, first = 0, y_offset = 0, spacing_x = 0, spacing_y = 0 }
    end

    --- Looks into what a font was made of, when its glyphs are needed first.
    ---@param font table
    ---@return integer[] advances
    function fonts.load_glyphs(font)
        if font.load then
            font:load()
        else
            font.widths, font.advances = {}, {}
            for code = 0, 255 do
                font.widths[code], font.advances[code] = -1, edubart and -1 or 0
            end
        end
        return font.advances
    end

    local function forget_all()
        fonts.by_name = {}
        fonts.default = edubart and fonts.new("emptyfont") or nil
        fonts.default_widget = nil
    end
    forget_all()

    --- Keeps a font under its name, in the place of another one of that name.
    function fonts.keep(font)
        fonts.by_name[font.name] = font
    end

    local function import_otfont(file)
        local otml = engine.parts.otml
        local path = engine.parts.resources.guess(file, "otfont")
        local ok, problem = pcall(function()
            local node = otml.at(otml.load(path), "Font")
            local font = fonts.load_bitmap(node)
            font.file = engine.parts.resources.resolve(path)
            fonts.keep(font)
            local function flag(tag)
                local child = otml.get(node, tag)
                return child and engine.parts.ui.values.bool(child) or false
            end
            if not fonts.default or flag("default") then
                fonts.default = font
            elseif not edubart and (not fonts.default_widget or flag("widget-default")) then
                fonts.default_widget = font
            end
        end)
        if not ok then
            engine:log("error", "Unable to load font from file '" .. path .. "': " .. tostring(problem))
        end
        return ok
    end

    --- Reads a font file.
    ---@param file string `.otfont`, or in mehah `.ttf` and `.otf`
    ---@param size integer|nil pixels, of TrueType
    ---@return boolean
    function fonts.import(file, size)
        local plain = find(file, ".otfont", 1, true)
        if not edubart and not plain and (find(file, ".ttf", 1, true) or find(file, ".otf", 1, true)) then
            return fonts.import_ttf(file, size or 12) ~= ""
        end
        return import_otfont(file)
    end

    ---@param name string
    ---@return boolean
    function fonts.exists(name)
        return fonts.by_name[name] ~= nil
    end

    --- The font of a name, or the default one, which is told to the log.
    ---@param name string
    ---@return table|nil font
    function fonts.get(name)
        local font = fonts.by_name[name]
        if not font then
            engine:log("error", "font '" .. name .. "' not found")
            font = fonts.default
        end
        return font
    end

    --- The font that a new widget has.
    ---@return table|nil
    function fonts.for_widgets()
        if edubart then
            return fonts.default
        end
        return fonts.default_widget
    end

    -- The `[font]` section of config.ini, which stands above the data's own choice.
    local function public_choice()
        local resources = engine.parts.resources
        local chosen = {}
        local text = resources.kind("/config.ini") == "file" and resources.read("/config.ini") or ""
        local section
        for line in raw.string.gmatch(text, "[^\r\n]+") do
            line = gsub(gsub(line, "^%s*[;#].*$", ""), "%s;.*$", "")
            local head = match(line, "^%s*%[([^%]]*)%]")
            local key, value = match(line, "^%s*([^=:]-)%s*[=:]%s*(.-)%s*$")
            if head then
                section = lower(head)
            elseif key and section == "font" then
                chosen[lower(key)] = value
            end
        end
        return chosen
    end

    -- `file|size|stroke width|stroke color` is a TrueType font, which is imported; anything else is a name.
    local function resolve(description)
        if not find(description, "|", 1, true) then
            return description
        end
        local file, size, stroke, color = match(description, "^([^|]*)|([^|]*)|?([^|]*)|?([^|]*)")
        local pixels = tonumber(match(size, "^%s*[-+]?%d+"))
        if not pixels then
            engine:log("debug", "Invalid TTF size in font descriptor: " .. description)
            return description
        elseif pixels <= 0 then
            engine:log("debug", "TTF size must be > 0 in font descriptor: " .. description)
            return description
        end
        local width = tonumber(match(stroke, "^%s*[-+]?%d+")) or 0
        local name = fonts.import_ttf(file, pixels, width > 0 and width or 0, engine.convert.color(color))
        return name ~= "" and name or description
    end

    -- Key in the game's configuration, that of config.ini, and the font that the engine has of its own; in the order in
    -- which they are looked up.
    local CHOICES = {
        { "creature", "creature-text", "verdana-11px-rounded" },
        { "animated", "animated-text", "verdana-11px-rounded" },
        { "static", "static-text", "verdana-11px-rounded" },
        { "widget", "widget", "verdana-11px-antialised" },
    }

    --- Fixes which fonts are used for what: by the game's configuration and config.ini.
    ---@param names table `creature`, `animated`, `static`, `widget`; set to the fonts' names
    function fonts.choose(names)
        local chosen = public_choice()
        for _, choice in raw.ipairs(CHOICES) do
            local key, ini = choice[1], chosen[choice[2]]
            names[key] = resolve(ini and ini ~= "" and ini or names[key] or choice[3])
        end
        local found = {}
        for _, choice in raw.ipairs(CHOICES) do
            local font = fonts.get(names[choice[1]])
            found[choice[1]] = font
            names[choice[1]] = font and font.name or ""
        end
        if found.widget then
            fonts.default_widget = found.widget
        end
    end

    context.use("otclient/fonts/measure")(engine, fonts)
    context.use("otclient/fonts/wrap")(engine, fonts)
    context.use("otclient/fonts/bitmap")(engine, fonts)
    context.use("otclient/fonts/ttf")(engine, fonts)

    engine:singleton("g_fonts", {
        clearFonts = forget_all,
        importFont = function(file)
            return fonts.import(file)
        end,
        importFontWithSize = fonts.import,
        fontExists = fonts.exists,
        setDefaultFont = function(name)
            fonts.default = fonts.get(name)
        end,
    })
    if not edubart then
        engine:singleton("g_gameConfig", {
            loadFonts = function()
                local config = engine.parts.game.config
                fonts.choose(config and config.fonts or {})
            end,
        })
    end

    return fonts
end
