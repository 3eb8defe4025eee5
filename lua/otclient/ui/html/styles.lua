--- Properties that style sheets give to elements, and the styles of widgets that come of them.

local context = ...
local raw = context.raw
local selector = context.use("otclient/ui/html/selector")
local find, gmatch, match, sub = raw.string.find, raw.string.gmatch, raw.string.match, raw.string.sub
local sort = raw.table.sort

local INHERITABLE = {}
for name in
    gmatch(
        "color cursor direction font font-family font-scale font-size font-style font-variant font-weight "
            .. "letter-spacing line-height text-align text-indent text-transform unicode-bidi white-space word-spacing "
            .. "writing-mode hyphens text-lang",
        "%S+"
    )
do
    INHERITABLE[name] = true
end

local PLAIN = "styles"

return function(engine)
    local ui = engine.parts.ui
    local styles = {}

    function styles.is_inheritable(name)
        return INHERITABLE[sub(name, 1, 1) == "*" and sub(name, 2) or name] == true
    end
    local is_inheritable = styles.is_inheritable

    function styles.sorted_keys(map)
        local keys = {}
        for key in raw.pairs(map) do
            keys[#keys + 1] = key
        end
        sort(keys)
        return keys
    end
    local sorted_keys = styles.sorted_keys

    --- Gives an element a property, unless it has an important one.
    ---@param state string `styles`, or a block of states such as `$hover`
    ---@param from string|nil the html id of the widget that it is inherited from
    ---@return boolean set
    function styles.set(node, state, property, value, from, important)
        node.styles = node.styles or {}
        local of_state = node.styles[state]
        if not of_state then
            of_state = {}
            node.styles[state] = of_state
        end
        local known = of_state[property]
        if known and known.important then
            return false
        end
        of_state[property] = { value = value, from = from, important = important }
        return true
    end

    -- Hands a property down.
    local function inherit(from, node, state, property, value)
        if node.kind == "element" then
            node.inheritable = node.inheritable or {}
            node.inheritable[state] = node.inheritable[state] or {}
            node.inheritable[state][property] = value
        end
        for _, child in raw.ipairs(node.children) do
            if styles.set(child, state, property, value, from, false) then
                inherit(from, child, state, property, value)
            end
        end
    end

    local function set_all(node, state, rule)
        for _, declaration in raw.ipairs(rule.declarations) do
            local property, value = declaration.property, declaration.value
            if styles.set(node, state, property, value, nil, declaration.important) then
                if rule.selector ~= "*" and is_inheritable(property) then
                    inherit(node.widget.html_id, node, state, property, value)
                end
            end
        end
    end

    --- Gives what a sheet says to the elements that are new.
    function styles.apply_sheet(page, sheet)
        for _, rule in raw.ipairs(sheet) do
            for _, node in raw.ipairs(selector.select_all(page, rule.selector)) do
                if node.widget and not node.style_resolved then
                    if #rule.states == 0 then
                        set_all(node, PLAIN, rule)
                    end
                    for _, state in raw.ipairs(rule.states) do
                        set_all(node, "$" .. (state.negated and "!" or "") .. state.name, rule)
                    end
                end
            end
        end
    end

    -- `name: value; …`
    local function pairs_of(text)
        local map = {}
        for part in gmatch(text, "[^;]+") do
            local name, value = match(part, "^%s*([^:]-)%s*:%s*([^:]-)%s*$")
            if not name then
                name, value = match(part, "^%s*([^:]-)%s*:%s*([^:]*)")
            end
            if name and name ~= "" then
                map[name] = ui.trim(value)
            end
        end
        return map
    end

    local function node_of(tag, value)
        return { tag = tag, value = value ~= "" and value or nil, unique = false, source = "" }
    end

    --- The style that an attribute `layout="type: verticalBox; spacing: 5"` means.
    function styles.node_of_layout(text)
        local layout = node_of("layout")
        local map = pairs_of(text)
        for _, name in raw.ipairs(sorted_keys(map)) do
            layout[#layout + 1] = node_of(name, map[name])
        end
        return { tag = "", source = "", layout }
    end

    --- Applies all properties of an element to its widget.
    function styles.apply(w, node)
        local own = pairs_of(node.attributes.style or "")
        for _, property in raw.ipairs(sorted_keys(own)) do
            if is_inheritable(property) then
                inherit(w.html_id, node, PLAIN, property, own[property])
            end
        end
        if node.text ~= "" then
            ui.set_text(w, node.text)
        end
        local style, all = { tag = "", source = "" }, {}
        for _, state in raw.ipairs(sorted_keys(node.styles or {})) do
            local properties = node.styles[state]
            if state == PLAIN then
                for property, value in raw.pairs(properties) do
                    all[property] = value.value
                end
            else
                local block = node_of(state)
                for _, property in raw.ipairs(sorted_keys(properties)) do
                    block[#block + 1] = node_of(property, properties[property].value)
                end
                style[#style + 1] = block
            end
        end
        for property, value in raw.pairs(own) do
            all[property] = value
        end
        for _, property in raw.ipairs(sorted_keys(all)) do
            style[#style + 1] = node_of(property, all[property])
        end
        ui.merge_style(w, style)
    end

    --- Inherited properties of an element, with the html id of who has them.
    function styles.inherited(node)
        local map = {}
        for property, value in raw.pairs(node.styles and node.styles[PLAIN] or {}) do
            if value.from and find(value.from, "^.") and is_inheritable(property) then
                map[property] = value.from
            end
        end
        return map
    end

    return styles
end
