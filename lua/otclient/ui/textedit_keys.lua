--- Keys and the mouse in text edits.

local context = ...
local raw = context.raw
local band, byte, find, sub = raw.bit.band, raw.string.byte, raw.string.find, raw.string.sub

local TAB, BACKSPACE, ENTER, DELETE, HOME, END, UP, DOWN, LEFT, RIGHT = 2, 3, 5, 7, 10, 11, 14, 15, 16, 17
local LETTER_A, LETTER_C, LETTER_V, LETTER_X = 65, 67, 86, 88
local NONE, CTRL, SHIFT = 0, 1, 4
local KEYBOARD_REASON = 1
local LEFT_BUTTON = 1
local PRESSED = 8

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart
    local base, handlers = ui.class_handlers.UIWidget, ui.class_handlers.UITextEdit

    -- Keys to what they do, by modifier; each answers whether it did.
    local plain, with_ctrl, with_shift = {}, {}, {}

    local function delete_key(right)
        return function(w)
            if w.editable and (ui.edit_has_selection(w) or w.text ~= "") then
                ui.edit_delete(w, right)
                return true
            end
        end
    end
    plain[DELETE], plain[BACKSPACE] = delete_key(true), delete_key(false)

    local function sideways(right)
        return function(w)
            if not w.shift_navigation then
                ui.edit_clear_selection(w)
                ui.edit_move_horizontally(w, right)
                return true
            end
        end
    end
    plain[RIGHT], plain[LEFT] = sideways(true), sideways(false)

    local function vertical(up)
        return function(w)
            if not w.shift_navigation and w.multiline then
                if not edubart then
                    ui.edit_clear_selection(w)
                end
                ui.edit_move_vertically(w, up)
                return true
            end
        end
    end
    plain[UP], plain[DOWN] = vertical(true), vertical(false)

    plain[TAB] = function(w)
        if not w.shift_navigation then
            ui.edit_clear_selection(w)
            if w.parent then
                ui.focus_next_child(w.parent, KEYBOARD_REASON, true)
            end
            return true
        end
    end

    plain[ENTER] = function(w)
        if w.multiline and w.editable then
            ui.edit_append_character(w, "\n")
            return true
        end
    end

    with_ctrl[LETTER_V] = function(w)
        if w.editable then
            ui.edit_paste(w, engine.parts.window.clipboard)
            return true
        end
    end

    with_ctrl[LETTER_X] = function(w)
        if w.editable and w.selectable and ui.edit_has_selection(w) then
            ui.edit_cut(w)
            return true
        end
    end

    with_ctrl[LETTER_C] = function(w)
        if w.selectable and ui.edit_has_selection(w) then
            ui.edit_copy(w)
            return true
        end
    end

    with_ctrl[LETTER_A] = function(w)
        if w.selectable and w.text ~= "" then
            ui.edit_select(w, 0, #w.text)
            return true
        end
    end

    with_shift[TAB] = function(w)
        if not w.shift_navigation then
            if w.parent then
                ui.focus_previous_child(w.parent, KEYBOARD_REASON, true)
            end
            return true
        end
    end

    -- Selects from where the cursor was when nothing was selected to where it is now.
    local function extend(w, old)
        if not ui.edit_has_selection(w) then
            w.selection_anchor = old
        end
        ui.edit_select(w, w.selection_anchor, w.cursor)
    end

    local function extending_sideways(right)
        return function(w)
            local old = w.cursor
            ui.edit_move_horizontally(w, right)
            if w.shift_navigation then
                ui.edit_clear_selection(w)
            else
                extend(w, old)
            end
            return true
        end
    end
    with_shift[RIGHT], with_shift[LEFT] = extending_sideways(true), extending_sideways(false)

    -- Home and End go to the ends of the text in edubart, to those of the line in mehah.
    local function to_end_of_text(target_of)
        return function(w)
            local target = target_of(w)
            if w.cursor ~= target then
                ui.edit_clear_selection(w)
                ui.edit_set_cursor(w, target, true)
                return true
            end
        end, function(w)
            local target = target_of(w)
            if w.cursor ~= target then
                ui.edit_select(w, w.cursor, target)
                ui.edit_set_cursor(w, target, true)
                return true
            end
        end
    end

    local function to_end_of_line(at_end)
        local function target_of(w)
            local from, to = ui.edit_line_of_cursor(w)
            return from and (at_end and to or from)
        end
        return function(w)
            ui.edit_clear_selection(w)
            local target = target_of(w)
            if target then
                ui.edit_set_cursor(w, target, true)
            end
            return true
        end, function(w)
            local target = target_of(w)
            if not target then
                return true
            end
            if w.shift_navigation then
                ui.edit_clear_selection(w)
            else
                if not ui.edit_has_selection(w) then
                    w.selection_anchor = w.cursor
                end
                ui.edit_select(w, w.selection_anchor, target)
            end
            ui.edit_set_cursor(w, target, true)
            return true
        end
    end

    if edubart then
        plain[HOME], with_shift[HOME] = to_end_of_text(function()
            return 0
        end)
        plain[END], with_shift[END] = to_end_of_text(function(w)
            return #w.text
        end)
    else
        plain[HOME], with_shift[HOME] = to_end_of_line(false)
        plain[END], with_shift[END] = to_end_of_line(true)

        local function extending_vertically(up)
            return function(w)
                if w.multiline then
                    local old = w.cursor
                    ui.edit_move_vertically(w, up)
                    extend(w, old)
                    return true
                end
            end
        end
        with_shift[UP], with_shift[DOWN] = extending_vertically(true), extending_vertically(false)

        -- Takes out the word before the cursor. What was selected goes without the key being taken.
        with_ctrl[BACKSPACE] = function(w)
            local text = w.text
            if ui.edit_has_selection(w) then
                ui.edit_delete_selection(w)
                return false
            elseif text == "" then
                return false
            end
            local from = w.cursor
            if from == 0 then
                ui.set_text(w, sub(text, 2))
                return true
            end
            while from > 0 and byte(text, from) == 32 do
                from = from - 1
            end
            while from > 0 and byte(text, from) ~= 32 do
                from = from - 1
            end
            ui.set_text(w, ui.erased(text, from, w.cursor - from))
            return true
        end
    end

    local KEYS = { [NONE] = plain, [CTRL] = with_ctrl, [SHIFT] = with_shift }

    function handlers.onKeyPress(w, key, modifiers, ticks)
        if base.onKeyPress(w, key, modifiers, ticks) then
            return true
        end
        local keys = KEYS[modifiers]
        local act = keys and keys[key]
        return act ~= nil and act(w) == true
    end

    -- Scripts don't hear of what is typed: the engine's own code stands in the place of what would tell them.
    function handlers.onKeyText(w, text)
        -- mehah leaves out the character that Ctrl with Backspace makes.
        if not w.editable or not edubart and text == "\127" then
            return false
        end
        ui.edit_append(w, text)
        return true
    end

    -- The mouse -----------------------------------------------------------------------------------------------

    local function with_shift_held()
        return not edubart and band(engine.parts.window.modifiers, SHIFT) ~= 0
    end

    function handlers.onMousePress(w, pos, button)
        if base.onMousePress(w, pos, button) then
            return true
        elseif button ~= LEFT_BUTTON then
            return false
        end
        local at = ui.edit_text_pos(w, pos.x, pos.y)
        if at < 0 then
            return true
        end
        if w.selectable and with_shift_held() then
            if not ui.edit_has_selection(w) then
                w.selection_anchor = w.cursor
            end
            ui.edit_set_cursor(w, at, false)
            ui.edit_select(w, w.selection_anchor, at)
            return true
        end
        ui.edit_set_cursor(w, at, edubart)
        if w.selectable then
            w.selection_anchor = at
            ui.edit_select(w, at, at)
        end
        return true
    end

    function handlers.onMouseMove(w, pos, moved)
        if base.onMouseMove(w, pos, moved) then
            return true
        elseif not w.selectable or band(w.states, PRESSED) == 0 then
            return false
        end
        local at = ui.edit_text_pos(w, pos.x, pos.y)
        if at >= 0 then
            ui.edit_select(w, w.selection_anchor, at)
            ui.edit_set_cursor(w, at, edubart)
        end
        return true
    end

    -- Characters of the same kind make a word: blanks, letters and digits, or anything else.
    local function kind_at(text, at)
        local code = byte(text, at)
        if code == 32 or code >= 9 and code <= 13 then
            return "blank"
        elseif code >= 128 or find(text, "^[%w_]", at) then
            return "word"
        end
        return "other"
    end

    local function word_at(text, offset)
        local kind = kind_at(text, offset + 1)
        local from, to = offset, offset + 1
        while from > 0 and kind_at(text, from) == kind do
            from = from - 1
        end
        while to < #text and kind_at(text, to + 1) == kind do
            to = to + 1
        end
        return from, to
    end

    function handlers.onDoubleClick(w, pos)
        if base.onDoubleClick(w, pos) then
            return true
        elseif not w.selectable or w.text == "" then
            return false
        elseif edubart then
            ui.edit_select(w, 0, #w.text)
            return true
        end
        local at = ui.edit_text_pos(w, pos.x, pos.y)
        if at < 0 then
            return false
        end
        at = raw.math.min(at, #w.text - 1)
        local from, to = word_at(w.text, at)
        if with_shift_held() then
            local anchor = ui.edit_has_selection(w) and w.selection_anchor or w.cursor
            local target = at >= anchor and to or from
            ui.edit_select(w, anchor, target)
            ui.edit_set_cursor(w, target, false)
        else
            ui.edit_select(w, from, to)
            ui.edit_set_cursor(w, to, false)
            w.selection_anchor = from
        end
        return true
    end
end
