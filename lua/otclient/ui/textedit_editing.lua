--- Editing of texts: putting in, taking out, copying, and moving the cursor.

local context = ...
local raw = context.raw
local byte, char, find, gsub, sub = raw.string.byte, raw.string.char, raw.string.find, raw.string.gsub, raw.string.sub

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart
    local set_text = ui.set_text

    -- Takes bytes out of a text; offsets from 0.
    local function erased(text, from, count)
        return sub(text, 1, from) .. sub(text, from + count + 1)
    end
    ui.erased = erased

    local function inserted(text, at, part)
        return sub(text, 1, at) .. part .. sub(text, at + 1)
    end

    local function is_allowed(w, text)
        local valid = w.valid_characters
        if valid ~= "" then
            for at = 1, #text do
                if not find(valid, char(byte(text, at)), 1, true) then
                    return false
                end
            end
        end
        return true
    end

    local function fits(w, count)
        return w.max_length <= 0 or #w.text + count <= w.max_length
    end

    --- Takes the selected text out.
    function ui.edit_delete_selection(w)
        if ui.edit_has_selection(w) then
            local text = erased(w.text, w.selection_from, w.selection_to - w.selection_from)
            ui.edit_set_cursor(w, w.selection_from, true)
            ui.edit_clear_selection(w)
            set_text(w, text)
        end
    end

    local function remove_character(w, right)
        local text = w.text
        if #text == 0 then
            return
        end
        if w.cursor >= #text then
            w.cursor = w.cursor - 1
            text = erased(text, w.cursor, 1)
        elseif right then
            text = erased(text, w.cursor, 1)
        elseif w.cursor > 0 then
            w.cursor = w.cursor - 1
            text = erased(text, w.cursor, 1)
        end
        set_text(w, text)
    end

    --- Takes out what is selected, or a character beside the cursor.
    ---@param w table
    ---@param right boolean|nil which side
    function ui.edit_delete(w, right)
        if ui.edit_has_selection(w) then
            ui.edit_delete_selection(w)
        else
            remove_character(w, right)
        end
    end

    --- Puts a text in at the cursor, in the place of what is selected; all of it or nothing.
    ---@param w table
    ---@param text string
    function ui.edit_append(w, text)
        local stop = not edubart and find(text, "\0", 1, true)
        text = stop and sub(text, 1, stop - 1) or text
        if ui.edit_has_selection(w) then
            ui.edit_delete(w)
        end
        if not w.multiline then
            text = gsub(text, "\n", " ")
        end
        text = gsub(gsub(text, "\r", ""), "\t", "    ")
        if text == "" or not fits(w, #text) or not is_allowed(w, text) then
            return
        end
        local whole = inserted(w.text, w.cursor, text)
        w.cursor = w.cursor + #text
        set_text(w, whole)
    end

    --- Puts a character in at the cursor; mehah does not do so at the beginning.
    ---@param w table
    ---@param character string
    function ui.edit_append_character(w, character)
        if character == "\n" and not w.multiline or character == "\r" then
            return
        end
        if ui.edit_has_selection(w) then
            ui.edit_delete(w)
        end
        if not edubart and w.cursor == 0 or not fits(w, 1) or not is_allowed(w, character) then
            return
        end
        local whole = inserted(w.text, w.cursor, character)
        w.cursor = w.cursor + 1
        set_text(w, whole)
    end

    function ui.edit_paste(w, text)
        if ui.edit_has_selection(w) then
            ui.edit_delete(w)
        end
        ui.edit_append(w, text)
    end

    --- Puts what is selected on the clipboard.
    ---@return string
    function ui.edit_copy(w)
        local text = ui.edit_selection(w)
        if ui.edit_has_selection(w) then
            engine.parts.window.clipboard = text
        end
        return text
    end

    function ui.edit_cut(w)
        local text = ui.edit_copy(w)
        ui.edit_delete(w)
        return text
    end

    --- Moves the cursor by one; past an end it comes back at the other.
    ---@param w table
    ---@param right boolean
    function ui.edit_move_horizontally(w, right)
        if right then
            w.cursor = w.cursor < #w.text and w.cursor + 1 or 0
        else
            w.cursor = w.cursor > 0 and w.cursor - 1 or #w.text
        end
        w.cursor_x = -1
        ui.edit_update(w, true)
    end

    engine:class("UITextEdit", {
        appendText = ui.edit_append,
        removeCharacter = remove_character,
        del = ui.edit_delete,
        paste = ui.edit_paste,
        copy = ui.edit_copy,
        cut = ui.edit_cut,
        moveCursorHorizontally = ui.edit_move_horizontally,
        moveCursorVertically = ui.edit_move_vertically,
        wrapText = function(w)
            local width = w.rect_w - w.padding_left - w.padding_right - w.text_offset_x
            set_text(w, engine.parts.fonts.wrap(w.font, w.text, width, w.wrap_options))
        end,
    })
end
