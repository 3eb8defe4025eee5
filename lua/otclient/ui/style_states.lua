--- Styles of states: `$hover`, `$!on first`, put over a widget's style while its states match.

local context = ...
local raw = context.raw
local bit = raw.bit
local band, bor = bit.band, bit.bor
local byte, gmatch, lower, sub = raw.string.byte, raw.string.gmatch, raw.string.lower, raw.string.sub

local STATES = {
    active = 1,
    focus = 2,
    hover = 4,
    pressed = 8,
    disabled = 16,
    checked = 32,
    on = 64,
    first = 128,
    middle = 256,
    last = 512,
    alternate = 1024,
    dragging = 2048,
    hidden = 4096,
    mobile = 8192,
}

-- A state style whose expressions gave something of its own dies with its widget.
local WEAK = { __mode = "k" }

return function(engine)
    local ui = engine.parts.ui

    -- The masks of one block. A state that is not known is never on.
    local function block_of(node)
        local wanted, unwanted, possible = 0, 0, true
        for word in gmatch(sub(node.tag, 2), "[^ ]+") do
            local negated = byte(word) == 33
            local state = STATES[lower(ui.trim(negated and sub(word, 2) or word))]
            if state == 8192 and engine.edubart then
                state = nil
            end
            if negated then
                unwanted = bor(unwanted, state or 0)
            else
                wanted = bor(wanted, state or 0)
                possible = possible and state ~= nil
            end
        end
        return { wanted = wanted, unwanted = unwanted, possible = possible, node = node }
    end

    -- The blocks of a style, and the state styles that were made from them.
    local function blocks_of(style)
        local blocks = {}
        for index = 1, #style do
            local child = style[index]
            if not child.null and byte(child.tag) == 36 then
                blocks[#blocks + 1] = block_of(child)
            end
        end
        style.blocks = blocks
        style.state_styles = raw.setmetatable({}, WEAK)
        return blocks
    end

    local NOTHING = { tag = "", source = "" }

    -- What is to be applied: first what the last state style had changed, as the style has it, then what matches.
    local function compose(style, last, matching)
        local node = { tag = "", source = "" }
        for index = 1, #last do
            local child = not last[index].null and ui.child_of(style, last[index].tag)
            if child then
                node = ui.merge(node, { tag = "", source = "", child })
            end
        end
        for _, block in raw.ipairs(matching) do
            node = ui.merge(node, block.node)
        end
        return node
    end

    local function state_style(w, style)
        local blocks = style.blocks or blocks_of(style)
        local last = w.state_style or NOTHING
        if #blocks == 0 and #last == 0 then
            return NOTHING
        end
        local states, key, bit_of = w.states, 0, 1
        for index = 1, #blocks do
            local block = blocks[index]
            if
                block.possible
                and band(states, block.wanted) == block.wanted
                and band(states, block.unwanted) == 0
            then
                key = key + bit_of
            end
            bit_of = bit_of * 2
        end
        local of_last = style.state_styles[last]
        if not of_last then
            of_last = {}
            style.state_styles[last] = of_last
        end
        local node = of_last[key]
        if not node then
            local matching = {}
            for index = 1, #blocks do
                if raw.math.floor(key / 2 ^ (index - 1)) % 2 == 1 then
                    matching[#matching + 1] = blocks[index]
                end
            end
            node = compose(style, last, matching)
            of_last[key] = node
        end
        return node
    end

    local function update_later(w)
        w.update_style_scheduled = false
        ui.update_style(w)
    end

    --- Applies what a widget's states ask for. While its style is being loaded that waits for the end of the frame.
    function ui.update_style(w)
        if w.destroyed then
            return
        end
        if w.loading_style and not w.update_style_scheduled then
            w.update_style_scheduled = true
            ui.later(update_later, w)
            return
        end
        local style = w.style
        if style then
            local node = state_style(w, style)
            w.state_style = ui.apply_style(w, node)
        end
    end

    --- Gives a widget a style.
    function ui.set_style_node(w, node)
        w.styled, w.laid_over = node, nil
        w.style = ui.apply_style(w, node)
        w.widgets_made = nil
        ui.update_style(w)
    end

    -- Which properties were laid over a widget's style since: those of the style don't count any more.
    local function note_tags(w, node)
        local laid = w.laid_over
        if not laid then
            laid = {}
            w.laid_over = laid
        end
        for index = 1, #node do
            laid[node[index].tag] = true
        end
    end

    --- Lays a style over that of a widget.
    function ui.merge_style(w, node)
        node = ui.apply_style(w, node)
        note_tags(w, node)
        local style = w.style
        if not style then
            return
        end
        if w.widgets_made then
            style = ui.without_widgets(style)
            w.widgets_made = nil
        end
        local merged = ui.merge(style, node)
        merged.tag, merged.source = style.tag, style.source
        w.style = merged
        ui.update_style(w)
    end

    engine:class("UIWidget", {
        applyStyle = ui.apply_style,
        mergeStyle = ui.merge_style,
        setStyleFromNode = ui.set_style_node,
        setStyle = function(w, name)
            local style = ui.get_style(name)
            if style then
                ui.set_style_node(w, style)
            else
                ui.trace_error("unable to retrieve style '" .. name .. "': not a defined style")
            end
        end,
        getStyle = function(w)
            return w.style and (w.widgets_made and ui.without_widgets(w.style) or w.style)
        end,
        getStyleName = function(w)
            return w.style and w.style.tag or ""
        end,
    })
end
