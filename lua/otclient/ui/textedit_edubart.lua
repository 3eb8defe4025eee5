--- What a text edit of edubart shows: offsets of the text are those of what is shown, scrolling goes to the first
--- glyph from which the cursor's is seen.

local context = ...
local raw = context.raw
local byte, rep = raw.string.byte, raw.string.rep
local max = raw.math.max

return function(engine)
    local ui = engine.parts.ui
    local fonts = engine.parts.fonts

    --- What is shown of the text: hidden, wrapped, or as it is.
    ---@return string
    function ui.edit_displayed_text(w)
        local text = w.text_hidden and rep("*", #w.text) or w.text
        if w.text_wrap and w.rect_w > 0 and w.rect_h > 0 then
            text = fonts.wrap(w.font, text, w.rect_w - w.padding_left - w.padding_right - w.text_offset_x)
        end
        return text
    end

    -- Nothing is kept: it is made when it is asked for.
    function ui.edit_update_displayed() end

    local function glyph(w, xs, ys, at)
        local font, code = w.font, byte(w.draw_text, at)
        local x, y = xs[at], ys[at]
        return x, y, x + font.widths[code] - 1, y + fonts.glyph_height(font, code) - 1
    end

    --- Scrolls so that the glyph before the cursor is seen.
    function ui.edit_scroll_to_cursor(w, xs, ys)
        local length = #w.draw_text
        if w.cursor <= 0 or length == 0 then
            w.scroll_x, w.scroll_y = 0, 0
            return
        end
        local width, height = w.rect_w - w.padding_left - w.padding_right, w.rect_h
        local left, top = w.scroll_x, w.scroll_y
        local right, bottom = left + width - 1, top + height - 1
        if w.cursor > length then
            return
        end
        local x1, y1, x2, y2 = glyph(w, xs, ys, w.cursor)
        local function inside(x, y)
            return x >= left and x <= right and y >= top and y <= bottom
        end
        if inside(x1, y1) and inside(x2, y2) then
            return
        end
        local start_x, start_y = max(x2 - width, 0), max(y2 - height, 0)
        local font = w.font
        for at = 1, length do
            x1, y1 = glyph(w, xs, ys, at)
            if max(x1 - font.spacing_x, 0) >= start_x and max(y1 - font.y_offset - font.spacing_y, 0) >= start_y then
                w.scroll_x, w.scroll_y = xs[at], ys[at] - font.y_offset
                return
            end
        end
    end

    --- The offset of the text that a point is at; -1 when it is none.
    ---@return integer
    function ui.edit_text_pos(w, x, y)
        local rects = ui.edit_glyph_rects(w)
        local length, font = #w.text, w.font
        local candidate, first, last = -1, nil, nil
        for at = 0, length - 1 do
            local rect = rects[at]
            if rect then
                first = first or rect
                last = rect
                local left, top = rect[1] - (font.spacing_x + 1), rect[2] - (font.y_offset + font.spacing_y)
                local right, bottom = rect[3], rect[4]
                if x >= left and x <= right and y >= top and y <= bottom then
                    candidate = at
                    break
                elseif y >= top and y <= bottom then
                    if x <= left then
                        candidate = at
                        break
                    elseif x >= right then
                        candidate = at + 1
                    end
                end
            end
        end
        if length > 0 then
            if y < (first and first[2] or 0) then
                return 0
            elseif y > (last and last[4] or -1) then
                return length
            end
        end
        return candidate
    end

    -- The engine has left this for later.
    function ui.edit_move_vertically() end
end
