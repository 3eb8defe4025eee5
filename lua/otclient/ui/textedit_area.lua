--- What a text edit shows of its text: the area that it is shown in, how it is scrolled, and where its glyphs are.

local context = ...
local raw = context.raw
local band, byte = raw.bit.band, raw.string.byte
local floor, max, min = raw.math.floor, raw.math.max, raw.math.min

local ALIGN_RIGHT, ALIGN_BOTTOM, ALIGN_HORIZONTAL_CENTER, ALIGN_VERTICAL_CENTER = 2, 8, 16, 32

local function half(number)
    return number >= 0 and floor(number / 2) or -floor(-number / 2)
end

return function(engine)
    local ui = engine.parts.ui
    local fonts = engine.parts.fonts
    local edubart = engine.edubart

    --- The size of the shown text with what is around it goes to the rect, where that follows the text.
    ---@return integer width, integer height
    local function fit(w, width, height)
        if w.text_resize_x or w.text_resize_y then
            width = width + w.padding_left + w.padding_right + w.text_offset_x
            height = height + w.padding_top + w.padding_bottom + w.text_offset_y
            local to_width, to_height = w.rect_w, w.rect_h
            if w.text_resize_x and not w.text_wrap then
                to_width = width
            end
            if w.text_resize_y then
                to_height = height
            end
            ui.set_rect(w, w.rect_x, w.rect_y, to_width, to_height)
        end
        return width, height
    end

    -- How far the text's alignment moves it in an area that is larger by so much.
    local function aligned(align, free_x, free_y)
        local dx, dy = 0, 0
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
        return dx, dy
    end

    --- Works out what is seen of the text, and tells scripts when that has changed.
    ---@param w table
    ---@param focus_cursor boolean|nil whether it is scrolled to the cursor
    function ui.edit_update(w, focus_cursor)
        if edubart then
            w.draw_text = ui.edit_displayed_text(w)
        end
        if w.rect_w <= 0 or w.rect_h <= 0 or not w.font then
            return
        end
        if not edubart then
            w.draw_text = w.displayed_text
            if ui.listens_to_events(w) and #w.text_events == 0 then
                ui.find_text_events(w)
            end
        end
        local xs, ys = w.glyph_xs, w.glyph_ys
        local width, height = fonts.positions(w.font, w.draw_text, w.text_align, xs, ys)
        width, height = fit(w, width, height)
        local old_x, old_y = w.scroll_x, w.scroll_y
        local inner_w = w.rect_w - w.padding_left - w.padding_right
        local inner_h = w.rect_h - w.padding_top - w.padding_bottom
        if width <= inner_w then
            w.scroll_x = 0
        end
        if height <= inner_h then
            w.scroll_y = 0
        end
        if focus_cursor and w.auto_scroll then
            ui.edit_scroll_to_cursor(w, xs, ys)
        end
        local changed = old_x ~= w.scroll_x or old_y ~= w.scroll_y
        if inner_w ~= w.seen_width or inner_h ~= w.seen_height then
            w.seen_width, w.seen_height = inner_w, inner_h
            changed = true
        end
        -- The engine's own mix-up: a text that is narrower is as wide as the area is high.
        local total_w = width < inner_w and inner_h or width
        local total_h = height < inner_h and inner_h or height
        if total_w ~= w.total_width or total_h ~= w.total_height then
            w.total_width, w.total_height = total_w, total_h
            changed = true
        end
        local left, top = w.rect_x + w.padding_left, w.rect_y + w.padding_top
        local dx, dy = aligned(w.text_align, inner_w - width, inner_h - height)
        w.area_x, w.area_y = left + dx, top + dy
        -- The glyphs' rects are worked out when something asks for them.
        w.glyphs = {
            text = w.draw_text,
            font = w.font,
            left = left,
            top = top,
            width = inner_w,
            height = inner_h,
            dx = dx,
            dy = dy,
            scroll_x = w.scroll_x,
            scroll_y = w.scroll_y,
        }
        if changed and engine:listens(w, "onTextAreaUpdate") then
            engine:emit(
                w,
                "onTextAreaUpdate",
                { x = w.scroll_x, y = w.scroll_y },
                { width = inner_w, height = inner_h },
                { width = total_w, height = total_h }
            )
        end
    end

    -- The rect of a glyph, cut off at the area; nothing when it is outside.
    local function glyph_rect(glyphs, code, x, y)
        local font = glyphs.font
        if not edubart and font.offsets_x then
            x, y = x + font.offsets_x[code], y + font.offsets_y[code]
        end
        local x1, y1 = x + glyphs.dx, y + glyphs.dy
        local x2, y2 = x1 + font.widths[code] - 1, y1 + fonts.glyph_height(font, code) - 1
        local scroll_x, scroll_y = glyphs.scroll_x, glyphs.scroll_y
        if y2 < scroll_y or x2 < scroll_x then
            return nil
        end
        x1, y1 = max(x1, scroll_x), max(y1, scroll_y)
        local left, top = glyphs.left, glyphs.top
        local right, bottom = left + glyphs.width - 1, top + glyphs.height - 1
        x1, x2 = x1 - scroll_x + left, x2 - scroll_x + left
        y1, y2 = y1 - scroll_y + top, y2 - scroll_y + top
        if x2 < left or x1 > right or y2 < top or y1 > bottom then
            return nil
        end
        return { x1, y1, min(x2, right), min(y2, bottom) }
    end

    --- Rects {left, top, right, bottom} of the glyphs that are seen, by their offset from 0. What is empty is none.
    ---@param w table
    ---@return table<integer, integer[]> rects
    ---@return integer count how many glyphs there were when the text was last shown
    function ui.edit_glyph_rects(w)
        local glyphs = w.glyphs
        if not glyphs then
            return {}, 0
        end
        local rects = glyphs.rects
        if not rects then
            rects = {}
            local xs, ys = w.glyph_xs, w.glyph_ys
            for at = 1, #glyphs.text do
                local code = byte(glyphs.text, at)
                if code >= 32 or edubart and code == 10 then
                    local rect = glyph_rect(glyphs, code, xs[at], ys[at])
                    if rect and rect[1] <= rect[3] and rect[2] <= rect[4] then
                        rects[at - 1] = rect
                    end
                end
            end
            glyphs.rects = rects
        end
        return rects, #glyphs.text
    end
end
