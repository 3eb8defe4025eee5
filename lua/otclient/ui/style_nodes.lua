--- Nodes of styles: laid over each other, and shown to scripts.
---
--- Nodes that come from files, or were merged, are never changed: what applies, merges or looks things up may keep
--- what it found in them (`node.merged`, `node.programs`).

local context = ...
local raw = context.raw
local byte, find = raw.string.byte, raw.string.find

return function(engine)
    local ui = engine.parts.ui

    --- The first child with a tag, of those that are not null.
    function ui.child_of(node, tag)
        for index = 1, #node do
            local child = node[index]
            if child.tag == tag and not child.null then
                return child
            end
        end
    end

    local function has_children(node)
        for index = 1, #node do
            if not node[index].null then
                return true
            end
        end
        return false
    end

    --- A node of its own, with the same children.
    function ui.copy_node(node)
        local copy = {
            tag = node.tag,
            value = node.value,
            unique = node.unique,
            null = node.null,
            source = node.source,
        }
        for index = 1, #node do
            copy[index] = node[index]
        end
        return copy
    end
    local shallow = ui.copy_node

    local merge

    -- Puts a child into a node that is being made; `places` has the place of each tag's first child.
    local function add(node, places, child)
        local tag = child.tag
        local place = tag ~= "" and places[tag]
        local old = place and node[place]
        if not old or not (old.unique or child.unique) then
            node[#node + 1] = child
            places[tag] = place or #node
            return
        end
        if #old > 0 and #child > 0 and has_children(old) and has_children(child) then
            child = merge(old, child)
            child.unique = true
        elseif not child.unique then
            child = shallow(child)
            child.unique = true
        end
        node[place] = child
        if not old.unique then
            local kept = place
            for index = place + 1, #node do
                local other = node[index]
                node[index] = nil
                if other.tag ~= tag then
                    kept = kept + 1
                    node[kept] = other
                end
            end
            for name in raw.pairs(places) do
                places[name] = nil
            end
            for index = 1, #node do
                places[node[index].tag] = places[node[index].tag] or index
            end
        end
    end

    --- A node with another laid over it: its own value, the other's tag and source, the children of both.
    ---@return table node a new one, which shares children with both
    function merge(base, over)
        local node, places = shallow(base), {}
        node.tag, node.source = over.tag, over.source
        for index = 1, #base do
            local tag = base[index].tag
            places[tag] = places[tag] or index
        end
        for index = 1, #over do
            add(node, places, over[index])
        end
        return node
    end
    ui.merge = merge

    --- A style with a widget's node laid over it; made once for each two.
    function ui.merged(style, node)
        local known = node.merged
        if known and node.merged_base == style then
            return known
        end
        known = merge(style, node)
        -- What it was made of, for who makes it anew when a file has changed: see restyle.lua.
        known.base_style, known.over_node = style, node
        node.merged, node.merged_base = known, style
        return known
    end

    -- A node without the children that are widgets of their own.
    function ui.without_widgets(node)
        local copy = shallow(node)
        for index = #copy, 1, -1 do
            copy[index] = nil
        end
        for index = 1, #node do
            if node[index].unique then
                copy[#copy + 1] = node[index]
            end
        end
        return copy
    end

    -- What scripts see -------------------------------------------------------------------------------------

    local first_index = engine.edubart and 1 or 2

    local function lua_scalar(text)
        if text == "true" then
            return true
        elseif text == "false" then
            return false
        end
        local first = byte(text)
        -- Only what begins as a number can be one.
        if first and (first == 45 or first == 46 or first >= 48 and first <= 57) then
            if find(text, "^%-?%d*$") or find(text, "^%-?%d+%.%d+$") or find(text, "^%-%.%d+$") then
                return raw.tonumber(text) or 0
            end
        elseif not first then
            return 0
        end
        return text
    end

    -- What a node is for scripts; kept at the node, so what scripts get below the first level is shared.
    local function lua_value(node)
        local value = node.lua_value
        if value == nil then
            if node.value ~= nil and node.value ~= "" then
                value = lua_scalar(node.value)
            elseif has_children(node) then
                value = {}
                local next_index, any = first_index, false
                for index = 1, #node do
                    local child = node[index]
                    local inner = not child.null and lua_value(child)
                    if inner ~= nil and not child.null then
                        any = true
                        if child.unique then
                            value[child.tag] = inner
                        else
                            value[next_index] = inner
                            next_index = next_index + 1
                        end
                    end
                end
                if not any then
                    value = nil
                end
            end
            node.lua_value = value
        end
        return value
    end

    --- A node as scripts see it: a fresh table.
    function ui.lua_table(node)
        local fresh, next_index = {}, first_index
        for index = 1, #node do
            local child = node[index]
            if not child.null then
                if child.unique and child.tag ~= "" then
                    fresh[child.tag] = lua_value(child)
                else
                    fresh[next_index] = lua_value(child)
                    next_index = next_index + 1
                end
            end
        end
        return fresh
    end
end
