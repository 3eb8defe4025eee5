--- UITextEdit: texts that are edited. This file has what such a widget is; the files beside it have what happens to it:
--- textedit_editing.lua, textedit_keys.lua, and textedit_mehah.lua or textedit_edubart.lua with what is shown where.

local context = ...
local raw = context.raw
local max, min = raw.math.max, raw.math.min
local sub = raw.string.sub

local ALIGN_TOP_LEFT = 5
local KEYBOARD_REASON = 1

--- What a text edit has from the start; fields of its record.
local DEFAULTS = {
    is_text_edit = true,
    text_align = ALIGN_TOP_LEFT,
    displayed_text = "",
    text_hidden = false,
    shift_navigation = false,
    multiline = false,
    cursor_visible = true,
    editable = true,
    selectable = true,
    auto_scroll = true,
    changes_cursor = true,
    valid_characters = "",
    max_length = 0,
    cursor = 0,
    cursor_x = -1,
    selection_from = 0,
    selection_to = 0,
    selection_anchor = 0,
    -- The part of the text that is seen, what it would need, and where it begins.
    scroll_x = 0,
    scroll_y = 0,
    seen_width = -1,
    seen_height = -1,
    total_width = -1,
    total_height = -1,
    area_x = 0,
    area_y = 0,
}

return function(engine)
    local ui = engine.parts.ui
    local edubart = engine.edubart

    ui.on_new[#ui.on_new + 1] = function(w)
        if w.kinds.UITextEdit then
            for name, value in raw.pairs(DEFAULTS) do
                w[name] = value
            end
            w.selection_color = { r = 255, g = 255, b = 255, a = 255 }
            w.selection_background = { r = 0, g = 0, b = 0, a = 255 }
            w.glyph_xs, w.glyph_ys = {}, {}
        end
    end

    function ui.edit_has_selection(w)
        return w.selection_to > w.selection_from
    end

    --- Selects from one offset to another; -1 is the end.
    ---@param w table
    ---@param from integer
    ---@param to integer
    function ui.edit_select(w, from, to)
        if from == w.selection_from and to == w.selection_to then
            return
        end
        if from > to then
            from, to = to, from
        end
        local length = #w.text
        if to == -1 then
            to = length
        end
        w.selection_from = min(max(from, 0), length)
        w.selection_to = min(max(to, 0), length)
    end
    local select = ui.edit_select

    function ui.edit_clear_selection(w)
        select(w, 0, 0)
    end

    --- The text that is selected.
    function ui.edit_selection(w)
        if not ui.edit_has_selection(w) then
            return ""
        end
        return sub(w.text, w.selection_from + 1, w.selection_to)
    end

    --- Puts the cursor somewhere; below 0 is the end.
    ---@param w table
    ---@param pos integer
    ---@param focus_cursor boolean whether the text is scrolled to it
    ---@param keep_x boolean|nil whether going up and down keeps to its column
    function ui.edit_set_cursor(w, pos, focus_cursor, keep_x)
        local length = #w.text
        if pos < 0 then
            pos = length
        end
        if pos == w.cursor then
            return
        end
        w.cursor = min(pos, length)
        if not keep_x then
            w.cursor_x = -1
        end
        ui.edit_update(w, focus_cursor)
    end
    local set_cursor = ui.edit_set_cursor

    --- What follows from a new text.
    function ui.edit_update_text(w)
        w.cursor = min(w.cursor, #w.text)
        if w.selectable then
            w.selection_from, w.selection_to = 0, 0
        end
        ui.edit_update_displayed(w)
        ui.edit_update(w, true)
    end

    context.use("otclient/ui/textedit_area")(engine)
    context.use("otclient/ui/" .. (edubart and "textedit_edubart" or "textedit_mehah"))(engine)

    local function get(field)
        return function(w)
            return w[field]
        end
    end

    local function set(field)
        return function(w, value)
            w[field] = value
        end
    end

    local function color_of(field)
        return function(w)
            local color = w[field]
            return { r = color.r, g = color.g, b = color.b, a = color.a }
        end
    end

    local function set_hidden(w, hidden)
        if edubart then
            w.text_hidden = hidden
            ui.edit_update_displayed(w)
            ui.edit_update(w, true)
        elseif w.text_hidden ~= hidden then
            w.text_hidden = hidden
            ui.edit_update_text(w)
        end
    end

    engine:class("UITextEdit", {
        setCursorPos = function(w, pos, focus_cursor)
            set_cursor(w, pos, edubart or focus_cursor)
        end,
        getCursorPos = get("cursor"),
        setSelection = select,
        getSelection = ui.edit_selection,
        hasSelection = ui.edit_has_selection,
        getSelectionStart = get("selection_from"),
        getSelectionEnd = get("selection_to"),
        clearSelection = ui.edit_clear_selection,
        selectAll = function(w)
            select(w, 0, #w.text)
        end,
        setCursorVisible = set("cursor_visible"),
        isCursorVisible = get("cursor_visible"),
        setChangeCursorImage = set("changes_cursor"),
        isChangingCursorImage = get("changes_cursor"),
        setTextHidden = set_hidden,
        isTextHidden = get("text_hidden"),
        setValidCharacters = set("valid_characters"),
        setShiftNavigation = set("shift_navigation"),
        isShiftNavigation = get("shift_navigation"),
        setMultiline = set("multiline"),
        isMultiline = get("multiline"),
        setMaxLength = set("max_length"),
        getMaxLength = get("max_length"),
        setEditable = set("editable"),
        isEditable = get("editable"),
        setSelectable = set("selectable"),
        isSelectable = get("selectable"),
        setSelectionColor = set("selection_color"),
        getSelectionColor = color_of("selection_color"),
        setSelectionBackgroundColor = set("selection_background"),
        getSelectionBackgroundColor = color_of("selection_background"),
        setTextVirtualOffset = function(w, offset)
            w.scroll_x, w.scroll_y = offset.x, offset.y
            ui.edit_update(w, false)
        end,
        getTextVirtualOffset = function(w)
            return { x = w.scroll_x, y = w.scroll_y }
        end,
        getTextVirtualSize = function(w)
            return { width = w.seen_width, height = w.seen_height }
        end,
        getTextTotalSize = function(w)
            return { width = w.total_width, height = w.total_height }
        end,
        getDisplayedText = ui.edit_displayed_text or get("displayed_text"),
        getTextPos = function(w, pos)
            return ui.edit_text_pos(w, pos.x, pos.y)
        end,
        -- The cursor is not drawn, so there is nothing to blink.
        blinkCursor = function() end,
    }, { create = ui.creator("UITextEdit") })

    ui.declare_style("UITextEdit", {
        text = {
            "string",
            function(w, text)
                ui.set_text(w, text)
                set_cursor(w, #w.text, true)
            end,
        },
        ["text-hidden"] = { "bool", set_hidden },
        ["shift-navigation"] = { "bool", set("shift_navigation") },
        multiline = { "bool", set("multiline") },
        ["max-length"] = { "int", set("max_length") },
        editable = { "bool", set("editable") },
        selectable = { "bool", set("selectable") },
        ["selection-color"] = { "Color", set("selection_color") },
        ["selection-background-color"] = { "Color", set("selection_background") },
        selection = {
            "Point",
            function(w, range)
                select(w, range.x, range.y)
            end,
        },
        ["cursor-visible"] = { "bool", set("cursor_visible") },
        ["change-cursor-image"] = { "bool", set("changes_cursor") },
        ["auto-scroll"] = { "bool", set("auto_scroll") },
    })
    if not edubart then
        ui.declare_style("UITextEdit", {
            placeholder = { "string", set("placeholder") },
            ["placeholder-color"] = { "Color", set("placeholder_color") },
            ["placeholder-align"] = { "alignment", set("placeholder_align") },
            ["placeholder-font"] = {
                "string",
                function(w, name)
                    w.placeholder_font = engine.parts.fonts.get(name)
                end,
            },
        })
    end

    -- Events that the class hears before scripts do -----------------------------------------------------------

    local base = ui.class_handlers.UIWidget
    local mouse = engine.env.g_mouse
    local is_cursor_changed, push_cursor, pop_cursor = mouse.isCursorChanged, mouse.pushCursor, mouse.popCursor
    local handlers = {}
    ui.class_handlers.UITextEdit = handlers

    function handlers.onGeometryChange(w, ...)
        ui.edit_update(w, true)
        return base.onGeometryChange(w, ...)
    end

    function handlers.onFocusChange(w, focused, reason)
        if focused then
            if reason == KEYBOARD_REASON then
                set_cursor(w, #w.text, true)
            end
            ui.edit_update(w, true)
        elseif w.selectable then
            ui.edit_clear_selection(w)
        end
        return base.onFocusChange(w, focused, reason)
    end

    -- Scripts don't hear of this one: the engine's own code stands in the place of what would tell them.
    function handlers.onHoverChange(w, hovered)
        if w.changes_cursor then
            if hovered and not is_cursor_changed() then
                push_cursor("text")
            else
                pop_cursor("text")
            end
        end
    end

    context.use("otclient/ui/textedit_editing")(engine)
    context.use("otclient/ui/textedit_keys")(engine)
end
