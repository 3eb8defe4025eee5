--- Styles made anew: those that a changed file declares in other words, and those that are made of them.

local context = ...
local raw = context.raw
local find, match = raw.string.find, raw.string.match

return function(engine, nodes)
    local anew = {}
    local ui = engine.parts.ui
    local same, take_lines, pair_widgets = nodes.same, nodes.take_lines, nodes.pair_widgets

    -- The styles that a document declares, by name; nil and a problem when it has something else.
    local function declared(root, path)
        local styles, order = {}, {}
        for index = 1, #root do
            local node = root[index]
            if not node.null then
                local name, base = match(node.tag, "^%s*#?(.-)%s*<%s*(.-)%s*$")
                if not name then
                    return nil, (node.source or path) .. ": not a valid style declaration"
                elseif styles[name] then
                    return nil, nil, name
                end
                styles[name] = { node = node, base = base, name = name }
                order[#order + 1] = styles[name]
            end
        end
        return styles, order
    end

    local function file_of(style)
        return match(style.over_node.source or "", "^(.*):%d+$")
    end

    -- Makes anew what has to be.
    local function make_anew(path, of_file)
        local run = { made = {}, replaced = {}, pairs = {}, changed = {}, other_widgets = {}, gone = {} }

        local function node_of(style)
            local old = style.over_node
            if file_of(style) ~= path then
                return old
            end
            local entry = of_file[style.tag]
            if not entry then
                run.gone[style] = true
                return old
            end
            entry.known = true
            local new = entry.node
            -- `Name < Base` and `#Name < Base` are nodes of other tags than what was kept of them.
            local kept = ui.copy_node(new)
            if find(new.tag, "^%s*#") then
                kept = ui.merge(kept, { tag = style.tag, source = new.source, { tag = "__unique", value = "true",
                    unique = true, source = "" } })
            end
            kept.tag = old.tag
            if same(old, kept) then
                take_lines(old, kept)
                return old
            end
            return kept
        end

        local function base_of(style, fresh)
            local base = style.base_style
            local entry = file_of(style) == path and of_file[style.tag]
            -- A base by another name is what that name stands for now.
            if entry and entry.base ~= base.tag then
                local other = ui.get_style(entry.base)
                if other and other ~= style then
                    return fresh(other)
                end
            end
            return fresh(base)
        end

        function run.fresh(style)
            local known = run.made[style]
            if known then
                return known
            end
            run.made[style] = style
            if not style.base_style then
                return style
            end
            local base, node = base_of(style, run.fresh), node_of(style)
            if base == style.base_style and node == style.over_node then
                return style
            end
            if node ~= style.over_node and not pair_widgets(style.over_node, node, run.pairs) then
                run.other_widgets[style] = true
            end
            local new = ui.merge(base, node)
            new.tag, new.base_style, new.over_node = style.tag, base, node
            run.made[style], run.replaced[style] = new, new
            run.changed[style.tag] = true
            return new
        end

        -- The style of one widget: a node laid over a style, or the style itself.
        function run.fresh_of_widget(styled)
            local known = run.made[styled]
            if known or not styled.base_style then
                return known or styled
            end
            local base = run.fresh(styled.base_style)
            local node = run.pairs[styled.over_node] or styled.over_node
            local new = styled
            if base ~= styled.base_style or node ~= styled.over_node then
                new = ui.merged(base, node)
            end
            run.made[styled] = new
            return new
        end

        -- Whether a widget's style had other widgets inside, or one of those that it is made of.
        function run.has_other_widgets(styled)
            while styled do
                if run.other_widgets[styled] then
                    return true
                end
                styled = styled.base_style
            end
            return false
        end
        return run
    end

    anew.declared, anew.make = declared, make_anew
    return anew
end
