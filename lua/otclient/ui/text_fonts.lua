--- Fonts of widgets as mehah's styles choose them: TrueType files with a size and a stroke, and how texts are wrapped.

local context = ...
local raw = context.raw
local match, tonumber = raw.string.match, raw.tonumber

local BLACK = { r = 0, g = 0, b = 0, a = 255 }

local WORD_BREAK = { ["break-all"] = "break-all", ["keep-all"] = "keep-all" }
local OVERFLOW_WRAP = { anywhere = "anywhere", ["break-word"] = "break-word" }
local HYPHENS = { none = "none", auto = "auto" }

return function(engine)
    local ui = engine.parts.ui
    local values = ui.values
    if engine.edubart then
        return
    end

    -- `2 #ff0000`: a width and, if there is one, a color.
    local function stroke_of(choice, text)
        local width, color = match(text, "^%s*([-+]?%d+)%s*(%S*)")
        choice.stroke_width = tonumber(width) or 0
        if color and color ~= "" then
            choice.stroke_color = engine.convert.color(color) or choice.stroke_color
        end
    end

    local PARTS = {
        ["ttf-font-size"] = function(choice, node)
            choice.size = values.int(node)
        end,
        ["ttf-font"] = function(choice, node)
            choice.file = values.string(node)
        end,
        ["ttf-stroke"] = function(choice, node)
            stroke_of(choice, values.string(node))
        end,
        ["ttf-stroke-width"] = function(choice, node)
            choice.stroke_width = values.int(node)
        end,
        ["ttf-stroke-color"] = function(choice, node)
            choice.stroke_color = engine.convert.color(values.string(node)) or choice.stroke_color
        end,
        stroke = function(choice, node)
            stroke_of(choice, values.string(node))
        end,
    }

    -- What a style says of a TrueType font, in several properties; it stands above `font`.
    local function scan(style)
        local choice = { file = "", size = 12, stroke_width = 0, stroke_color = BLACK }
        for index = 1, #style do
            local node = style[index]
            local part = not node.null and PARTS[node.tag]
            if part then
                part(choice, node)
            end
        end
        if choice.file ~= "" then
            return choice, "font"
        end
    end

    ui.declare_style_scan("text", scan, function(w, choice)
        ui.set_ttf_font(w, choice.file, choice.size, choice.stroke_width, choice.stroke_color)
    end)

    -- How a text is wrapped: the widget's own table from the first time that a style says something.
    local function option(name, known, other)
        return {
            "string",
            function(w, value)
                local options = w.wrap_options
                if not options then
                    options = { word_break = "normal", overflow_wrap = "break-word", hyphens = "manual" }
                    w.wrap_options = options
                end
                options[name] = known[value] or other
            end,
        }
    end

    ui.declare_style("text", {
        ["word-break"] = option("word_break", WORD_BREAK, "normal"),
        ["overflow-wrap"] = option("overflow_wrap", OVERFLOW_WRAP, "normal"),
        hyphens = option("hyphens", HYPHENS, "manual"),
    })
end
