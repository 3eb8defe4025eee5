--- Words of a text that listen to clicks and to the mouse being over them, and texts with colors, in mehah.
---
--- `[text-event]word[/text-event]` is such a word; a first character \1 leaves out its line below. `{text, color}` is a
--- text with a color of its own.

local context = ...
local raw = context.raw
local band, bor, bnot = raw.bit.band, raw.bit.bor, raw.bit.bnot
local byte, find, sub, upper = raw.string.byte, raw.string.find, raw.string.sub, raw.string.upper
local floor, max, min = raw.math.floor, raw.math.max, raw.math.min

local TEXT_CLICK, TEXT_HOVER = 1, 2
local NAMES = { ["text-click"] = TEXT_CLICK, ["text-hover"] = TEXT_HOVER }

local ALIGN_RIGHT, ALIGN_BOTTOM, ALIGN_HORIZONTAL_CENTER, ALIGN_VERTICAL_CENTER = 2, 8, 16, 32

local EVENT = "%[text%-event%]([^\n]-)%[/text%-event%]"
local OPENING, CLOSING = "[text-event]", "[/text-event]"

return function(engine)
    local ui = engine.parts.ui
    local fonts = engine.parts.fonts
    if engine.edubart then
        return
    end
    ui.defaults.listened = 0

    --- Whether a widget listens to any event of its text.
    function ui.listens_to_events(w)
        return w.listened ~= 0
    end

    --- Whether it listens to the mouse being over its words.
    function ui.listens_to_text(w)
        return band(w.listened, TEXT_HOVER) ~= 0
    end

    --- Whether it listens to clicks on its words.
    function ui.listens_to_text_clicks(w)
        return band(w.listened, TEXT_CLICK) ~= 0
    end

    local function listen(w, event)
        w.listened = bor(w.listened, event)
        w.text_events = w.text_events or {}
    end

    ui.declare_style("base", {
        events = {
            "string",
            function(w, names)
                for _, name in raw.ipairs(ui.split(names, " ")) do
                    if NAMES[name] then
                        listen(w, NAMES[name])
                    end
                end
            end,
        },
    })

    -- The word of an event, and whether it is marked.
    local function unmarked(word)
        if byte(word) == 1 then
            return sub(word, 2), true
        end
        return word, false
    end

    --- Takes the marks of events out of a widget's text, and notes where its words are.
    function ui.find_text_events(w)
        local rest, text, events = w.text, "", {}
        while true do
            local from, to, word = find(rest, EVENT)
            if not from then
                break
            end
            text = text .. sub(rest, 1, from - 1)
            local start = #text
            local length = #word
            local plain, marked = unmarked(word)
            events[#events + 1] = { word = plain, from = start, to = start + length, no_underline = marked }
            text = text .. plain
            rest = sub(rest, to + 1)
        end
        w.text = text .. rest
        w.text_events = events
    end

    -- A piece of a colored text without its marks of events, which are noted.
    local function without_marks(w, piece, base)
        if not find(piece, OPENING, 1, true) then
            return piece
        end
        local rest, adjusted = piece, 0
        w.text_events = w.text_events or {}
        while true do
            local from, to, content = find(rest, EVENT)
            if not from then
                break
            end
            local word, marked = unmarked(content)
            -- As the engine counts: from the end of the last one.
            local start = from - 1 + base - adjusted
            w.text_events[#w.text_events + 1] =
                { word = word, from = start, to = start + #word, no_underline = marked }
            adjusted = adjusted + (to - from + 1) - (#word + (marked and 1 or 0))
            rest = sub(rest, to + 1)
        end
        local result, at = piece, 1
        while true do
            local from = find(result, OPENING, at, true)
            local stop = from and find(result, CLOSING, from, true)
            if not stop then
                return result
            end
            local word = unmarked(sub(result, from + #OPENING, stop - 1))
            result = sub(result, 1, from - 1) .. word .. sub(result, stop + #CLOSING)
            at = from
        end
    end

    --- Sets a text with colors.
    ---@param w table
    ---@param colored string
    ---@param silent boolean|nil
    function ui.set_colored_text(w, colored, silent)
        local stop = find(colored, "\0", 1, true)
        local rest = stop and sub(colored, 1, stop - 1) or colored
        local colors, text = {}, ""
        w.text_events = w.text_events and {}
        local function append(piece, color)
            local plain = without_marks(w, piece, #text)
            colors[#colors + 1] = { at = #text, color = color }
            text = text .. plain
        end
        while true do
            local from, to, piece, color = find(rest, "{([^}]+),[ ]*([^}]+)}")
            if not from then
                break
            end
            if from > 1 then
                append(sub(rest, 1, from - 1))
            end
            append(piece, color)
            rest = sub(rest, to + 1)
        end
        if rest ~= "" then
            append(rest)
        end
        local old = w.text
        w.text_colors = colors
        w.text = w.upper_case and upper(text) or text
        ui.update_text(w)
        if not silent then
            engine:emit(w, "onTextChange", w.text, old)
        end
    end

    -- Where each character of a text went when it was wrapped; offsets from 0.
    local function places(source, shown)
        local map, i, j = {}, 0, 0
        local source_length, shown_length = #source, #shown
        while i < source_length or j < shown_length do
            map[i] = j
            local a, b = byte(source, i + 1), byte(shown, j + 1)
            if a and a == b then
                i, j = i + 1, j + 1
            elseif (b == 10 or b == 45) and a ~= b then
                j = j + 1
            elseif a == 32 and b ~= 32 then
                i = i + 1
            elseif a and b then
                i, j = i + 1, j + 1
            elseif a then
                i = i + 1
            else
                j = j + 1
            end
        end
        map[source_length] = j
        return map
    end

    local function half(number)
        return number >= 0 and floor(number / 2) or -floor(-number / 2)
    end

    -- Rects {x1, y1, x2, y2} of the glyphs of what is shown, as far as they are seen; by index from 1.
    local function glyph_rects(w)
        local xs, ys, rects = {}, {}, {}
        local text, font = w.draw_text, w.font
        local width, height = fonts.positions(font, text, w.text_align, xs, ys)
        local left, top = w.rect_x + w.padding_left, w.rect_y + w.padding_top
        local right = w.rect_x + w.rect_w - 1 - w.padding_right
        local bottom = w.rect_y + w.rect_h - 1 - w.padding_bottom
        local free_x, free_y = right - left + 1 - width, bottom - top + 1 - height
        local align, dx, dy = w.text_align, 0, 0
        if band(align, ALIGN_BOTTOM) ~= 0 then
            dy = free_y
        elseif band(align, ALIGN_VERTICAL_CENTER) ~= 0 then
            dy = half(free_y)
        end
        if band(align, ALIGN_RIGHT) ~= 0 then
            dx = free_x
        elseif band(align, ALIGN_HORIZONTAL_CENTER) ~= 0 then
            dx = half(free_x)
        end
        for at = 1, #text do
            local code = byte(text, at)
            if code >= 32 then
                local x, y = xs[at] + dx + left, ys[at] + dy + top
                local x2, y2 = x + font.widths[code] - 1, y + fonts.glyph_height(font, code) - 1
                if x2 >= left and x <= right and y2 >= top and y <= bottom then
                    rects[at] = { x, y, min(x2, right), min(y2, bottom) }
                end
            end
        end
        return rects
    end

    -- The rects of an event's word, one for each line that it is on.
    local function word_rects(w, rects, from, to, into, word)
        local rect
        local fresh = true
        for at = max(from, 0) + 1, min(to, #w.draw_text) do
            local glyph = rects[at]
            if byte(w.draw_text, at) == 10 then
                if rect and rect[1] <= rect[3] and rect[2] <= rect[4] then
                    into[#into + 1] = { rect, word }
                end
                fresh = true
            elseif fresh then
                rect = glyph and { glyph[1], glyph[2], glyph[3], glyph[4] } or { 0, 0, -1, -1 }
                fresh = false
            elseif glyph then
                rect[3] = rect[3] + glyph[3] - glyph[1] + 1
            end
        end
        if rect and rect[1] <= rect[3] and rect[2] <= rect[4] then
            into[#into + 1] = { rect, word }
        end
    end

    --- The word of an event under a point; "" when there is none.
    ---@return string
    function ui.text_at(w, x, y)
        local events = w.text_events
        if w.listened == 0 or not events or #events == 0 or not w.font or w.rect_w <= 0 or w.rect_h <= 0 then
            return ""
        end
        local wrapped = w.text_wrap and w.draw_text ~= w.text and places(w.text, w.draw_text)
        local rects, words = glyph_rects(w), {}
        for _, event in raw.ipairs(events) do
            local from, to = event.from, event.to
            if wrapped then
                from, to = wrapped[min(max(from, 0), #w.text)], wrapped[min(max(to, 0), #w.text)]
            end
            word_rects(w, rects, from, to, words, event.word)
        end
        for _, word in raw.ipairs(words) do
            local rect = word[1]
            if x >= rect[1] and x <= rect[3] and y >= rect[2] and y <= rect[4] then
                return word[2]
            end
        end
        return ""
    end

    engine:class("UIWidget", {
        setColoredText = ui.set_colored_text,
        setEventListener = listen,
        removeEventListener = function(w, event)
            w.listened = band(w.listened, bnot(event))
        end,
        hasEventListener = function(w, event)
            return band(w.listened, event) ~= 0
        end,
        getTextByPos = function(w, pos)
            return ui.text_at(w, pos.x, pos.y)
        end,
    })
end
