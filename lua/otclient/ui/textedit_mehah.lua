--- What a text edit of mehah shows: the text as it is wrapped, with the offsets of both kept together, and its lines.

local context = ...
local raw = context.raw
local byte, rep = raw.string.byte, raw.string.rep
local abs, max, min = raw.math.abs, raw.math.max, raw.math.min

local function clamp(number, least, most)
    return number < least and least or number > most and most or number
end

return function(engine)
    if engine.edubart then
        return
    end
    local ui = engine.parts.ui
    local fonts = engine.parts.fonts

    -- Offsets of the text to those of what is shown, and back; all from 0.
    local function map_offsets(w, source, shown)
        local to_shown, to_source = {}, {}
        local source_length, shown_length = #source, #shown
        local i, j = 0, 0
        while i < source_length or j < shown_length do
            to_shown[i], to_source[j] = j, i
            local a, b = byte(source, i + 1), byte(shown, j + 1)
            if a and a == b then
                i, j = i + 1, j + 1
            elseif b == 10 or b == 45 then
                j = j + 1
            elseif a == 32 and b ~= 32 then
                i = i + 1
            else
                if a then
                    i = i + 1
                end
                if b then
                    j = j + 1
                end
            end
        end
        to_shown[source_length], to_source[shown_length] = j, i
        w.to_shown, w.to_source = to_shown, to_source
    end

    -- Where the colors of the text begin in what is shown; the last of those at one place counts.
    local function map_colors(w)
        local colors = {}
        for _, color in raw.ipairs(w.text_colors or {}) do
            local at = clamp(w.to_shown[clamp(color.at, 0, #w.text)], 0, #w.displayed_text)
            local last = colors[#colors]
            if last and last.at == at then
                last.color = color.color
            else
                colors[#colors + 1] = { at = at, color = color.color }
            end
        end
        return colors[1] and colors or nil
    end

    --- Works out what is shown of the text.
    function ui.edit_update_displayed(w)
        local source = w.text_hidden and rep("*", #w.text) or w.text
        local shown = source
        if w.text_wrap and w.rect_w > 0 and w.rect_h > 0 and w.font then
            local width = w.rect_w - w.padding_left - w.padding_right - w.text_offset_x
            shown = fonts.wrap(w.font, source, width, w.wrap_options)
        end
        w.displayed_text = shown
        map_offsets(w, source, shown)
        w.draw_colors = map_colors(w)
    end

    --- The offset of what is shown that one of the text is at.
    function ui.edit_shown_offset(w, offset, most)
        local map = w.to_shown
        if map then
            offset = map[clamp(offset, 0, #w.text)] or 0
        end
        return clamp(offset, 0, most)
    end
    local shown_offset = ui.edit_shown_offset

    --- The offset of the text that one of what is shown stands for.
    function ui.edit_source_offset(w, offset)
        local map = w.to_source
        if map then
            offset = map[clamp(offset, 0, #w.displayed_text)] or 0
        end
        return clamp(offset, 0, #w.text)
    end
    local source_offset = ui.edit_source_offset

    -- Lines of a text: offsets of the first character and of what ends it.
    local function lines_of(text)
        local lines, start = {}, 0
        for at = 0, #text do
            if at == #text or byte(text, at + 1) == 10 then
                lines[#lines + 1] = { first = start, stop = at }
                start = at + 1
            end
        end
        return lines
    end

    local function line_at(lines, offset)
        for index = 1, #lines do
            if offset >= lines[index].first and offset <= lines[index].stop then
                return index
            end
        end
    end

    -- Scrolling -----------------------------------------------------------------------------------------------

    -- Tops of lines in the whole text, and where their glyphs begin.
    local function place_lines(w, lines, xs, ys)
        local font, text = w.font, w.draw_text
        local bottom = 0
        for index = 1, #lines do
            local line = lines[index]
            for offset = line.first, line.stop - 1 do
                local code = byte(text, offset + 1)
                if code >= 32 then
                    local x, y = xs[offset + 1], ys[offset + 1]
                    local low = y + fonts.glyph_height(font, code) - 1
                    line.top = min(line.top or y, y)
                    line.bottom = max(line.bottom or low, low)
                    line.left = min(line.left or x, x)
                    line.has_glyphs = true
                end
            end
            if not line.has_glyphs then
                line.top = index > 1 and lines[index - 1].bottom + font.spacing_y or 0
                line.bottom = line.top + font.height
                line.left = 0
            else
                bottom = line.bottom
            end
        end
        return bottom
    end

    -- Behind the last glyph before an offset of a line; the line's beginning when it has none there.
    local function behind(w, line, offset, xs)
        for before = offset - 1, line.first, -1 do
            local code = byte(w.draw_text, before + 1)
            if code and code >= 32 then
                return xs[before + 1] + w.font.widths[code]
            end
        end
        return line.left
    end

    local function cursor_x(w, line, offset, xs)
        local length = #w.draw_text
        if not line.has_glyphs then
            return line.left
        elseif offset < length then
            if byte(w.draw_text, offset + 1) >= 32 then
                return xs[offset + 1]
            end
            return offset > 0 and behind(w, line, offset, xs) or line.left
        elseif length > 0 then
            return behind(w, line, length, xs)
        end
        return line.left
    end

    --- Scrolls by as little as shows the cursor.
    function ui.edit_scroll_to_cursor(w, xs, ys)
        local offset = shown_offset(w, w.cursor, #w.draw_text)
        local lines = lines_of(w.draw_text)
        place_lines(w, lines, xs, ys)
        local line = lines[line_at(lines, offset) or #lines]
        local x, top = cursor_x(w, line, offset, xs), line.top
        local bottom = top + w.font.height - 1
        local width, height = w.rect_w - w.padding_left - w.padding_right, w.rect_h
        local above, below = top - w.scroll_y, bottom - (w.scroll_y + height - 1)
        local before, after = x - w.scroll_x, x - (w.scroll_x + width - 1)
        if above < 0 then
            w.scroll_y = max(0, w.scroll_y + above)
        elseif below > 0 then
            w.scroll_y = w.scroll_y + below
        end
        if before < 0 then
            w.scroll_x = max(0, w.scroll_x + before)
        elseif after > 0 then
            w.scroll_x = w.scroll_x + after
        end
    end

    -- Points ----------------------------------------------------------------------------------------------------

    -- Rects of the lines on the screen. Lines without glyphs stand below the one before them (`stacked`), or where they
    -- would if all were of one height.
    local function screen_lines(w, rects, stacked)
        local lines = lines_of(w.displayed_text)
        local font = w.font
        local step, base = font.height + font.spacing_y, w.area_y - w.scroll_y
        for index = 1, #lines do
            local line = lines[index]
            for offset = line.first, line.stop - 1 do
                local rect = rects[offset]
                if rect then
                    line.has_glyphs = true
                    line.left, line.top = min(line.left or rect[1], rect[1]), min(line.top or rect[2], rect[2])
                    line.right = max(line.right or rect[3], rect[3])
                    line.bottom = max(line.bottom or rect[4], rect[4])
                end
            end
            if not line.has_glyphs then
                line.top = base + (index - 1) * step
                if stacked and index > 1 then
                    local above = lines[index - 1].bottom
                    line.top = (above > 0 and above or base + (index - 2) * step) + font.spacing_y
                end
                line.bottom = line.top + font.height
                line.left, line.right = w.area_x, w.area_x
            end
        end
        return lines
    end

    local function line_under(lines, y)
        for index = 1, #lines do
            local line, below = lines[index], lines[index + 1]
            if y >= line.top and y <= line.bottom then
                return index
            elseif below and y > line.bottom and y < below.top then
                return y - line.bottom <= below.top - y and index or index + 1
            end
        end
        return #lines
    end

    -- The last offset of the text, of some, that is shown before or at one of what is shown.
    local function last_shown(w, from, to, offset)
        local best = from
        for at = from, to do
            local shown = w.to_shown[at]
            if not shown or shown > offset then
                break
            end
            best = at
        end
        return best
    end

    -- The offset at the end of a line.
    local function line_end(w, lines, index)
        local line, length = lines[index], #w.text
        local shown = w.displayed_text
        if index == #lines and line.stop == #shown then
            return length
        end
        if line.stop < #shown and byte(shown, line.stop + 1) == 10 then
            local stop = source_offset(w, line.stop)
            local before = source_offset(w, max(line.stop - 1, line.first))
            if stop > before then
                return clamp(last_shown(w, before, stop, line.stop), 0, length)
            end
        end
        local from, to = source_offset(w, line.first), source_offset(w, line.stop)
        return clamp(last_shown(w, from, to, max(line.stop, line.first)), 0, length)
    end

    --- The offset of the text that a point is at.
    ---@return integer
    function ui.edit_text_pos(w, x, y)
        if #w.displayed_text == 0 or not w.font then
            return 0
        end
        local rects = ui.edit_glyph_rects(w)
        local lines = screen_lines(w, rects, true)
        if y < lines[1].top then
            return 0
        elseif y > lines[#lines].bottom then
            return #w.text
        end
        local index = line_under(lines, y)
        local line = lines[index]
        if not line.has_glyphs or x <= line.left then
            return source_offset(w, line.first)
        elseif x >= line.right then
            return line_end(w, lines, index)
        end
        local best = line.first
        for offset = line.first, line.stop - 1 do
            local rect = rects[offset]
            if rect then
                best = offset
                if x < rect[3] then
                    break
                end
            end
        end
        return source_offset(w, best)
    end

    -- Up and down ---------------------------------------------------------------------------------------------

    -- Where the cursor is, across.
    local function column(w, rects, offset, length)
        local here, before = rects[offset], rects[offset - 1]
        if offset < length and here then
            return here[1]
        elseif offset > 0 and offset - 1 < length and before then
            return before[3]
        end
        return w.rect_x + w.padding_left
    end

    -- How many glyphs of a line are before a column.
    local function nearest(line, rects, length, x)
        local edges = { line.left }
        if line.has_glyphs then
            for offset = line.first, min(line.stop, length) - 1 do
                if rects[offset] then
                    edges[#edges + 1] = rects[offset][3]
                end
            end
        end
        local last = #edges
        if x >= edges[last] then
            return max(0, last - 2)
        end
        local best, least = 1, raw.math.huge
        for index = 1, last do
            local distance = abs(edges[index] - x)
            if distance < least then
                best, least = index, distance
            end
            if x < edges[index] then
                break
            end
        end
        return best >= last and max(0, last - 2) or best - 1
    end

    --- Moves the cursor to the line above or below, and keeps its column as long as it goes up and down.
    ---@param w table
    ---@param up boolean
    function ui.edit_move_vertically(w, up)
        if not w.font then
            return
        end
        local rects, count = ui.edit_glyph_rects(w)
        local length = min(count, #w.displayed_text)
        local offset = shown_offset(w, w.cursor, length)
        if w.cursor_x < 0 then
            w.cursor_x = column(w, rects, offset, length)
        end
        local lines = screen_lines(w, rects, false)
        local target = (line_at(lines, offset) or 1) + (up and -1 or 1)
        if target < 1 then
            return ui.edit_set_cursor(w, 0, true, true)
        elseif target > #lines then
            return ui.edit_set_cursor(w, #w.text, true, true)
        end
        local line = lines[target]
        local shown = clamp(line.first + nearest(line, rects, length, w.cursor_x), 0, length)
        ui.edit_set_cursor(w, source_offset(w, shown), true, true)
    end

    --- The offsets of the text where the line of the cursor begins and ends.
    ---@return integer|nil from nil when nothing is shown
    ---@return integer to
    function ui.edit_line_of_cursor(w)
        local shown = w.displayed_text
        if #shown == 0 then
            return nil, 0
        end
        local offset = shown_offset(w, w.cursor, #shown)
        local first, stop = 0, #shown
        for at = offset - 1, 0, -1 do
            if byte(shown, at + 1) == 10 then
                first = at + 1
                break
            end
        end
        for at = offset, #shown - 1 do
            if byte(shown, at + 1) == 10 then
                stop = at
                break
            end
        end
        local from = source_offset(w, first)
        return from, last_shown(w, from, source_offset(w, stop), stop)
    end
end
