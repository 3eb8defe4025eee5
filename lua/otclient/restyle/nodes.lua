--- Nodes of styles compared: whether they say the same, and what the one says that the other doesn't.

local context = ...
local raw = context.raw
local match, sub = raw.string.match, raw.string.sub
local insert, next = raw.table.insert, raw.next

-- Properties that set the same things: of those the later one counts, changed or not.
local FAMILIES = { size = "size", width = "size", height = "size" }
for _, name in raw.ipairs({ "margin", "padding", "border", "image-border" }) do
    for _, side in raw.ipairs({ "", "-top", "-right", "-bottom", "-left", "-width", "-color" }) do
        FAMILIES[name .. side] = name
    end
end

local function family_of(tag)
    return FAMILIES[tag] or match(tag, "^anchors%.") or tag
end

-- Properties that are a widget's from its beginning.
local AT_FIRST = { ["__class"] = true, ["__unique"] = true, id = true }

return function(engine)
    local nodes = {}
    local ui = engine.parts.ui

    -- A property's name, whether its value is an expression or not.
    local function plain_tag(tag)
        return sub(tag, 1, 1) == "!" and sub(tag, 2) or tag
    end

    -- Nodes ------------------------------------------------------------------------------------------------------

    local function same(a, b)
        if a.tag ~= b.tag or a.value ~= b.value or a.unique ~= b.unique or a.null ~= b.null or #a ~= #b then
            return false
        end
        for index = 1, #a do
            if not same(a[index], b[index]) then
                return false
            end
        end
        return true
    end

    -- Nodes that stayed what they were have moved to other lines.
    local function take_lines(node, from)
        node.source, node.origin = from.source, nil
        for index = 1, #node do
            take_lines(node[index], from[index])
        end
    end

    local function by_tag(node)
        local tags = {}
        for index = 1, #node do
            local child = node[index]
            if child.unique and not child.null then
                tags[plain_tag(child.tag)] = child
            end
        end
        return tags
    end

    local function widgets_in(node)
        local list = {}
        for index = 1, #node do
            if not node[index].unique and not node[index].null then
                list[#list + 1] = node[index]
            end
        end
        return list
    end

    -- Pairs the widgets in a node with those in another; false when they are others.
    local function pair_widgets(old, new, pairs_of)
        local before, after = widgets_in(old), widgets_in(new)
        if #before ~= #after then
            return false
        end
        for index = 1, #before do
            local a, b = before[index], after[index]
            local id_a, id_b = ui.child_of(a, "id"), ui.child_of(b, "id")
            if a.tag ~= b.tag or (id_a and id_a.value) ~= (id_b and id_b.value) then
                return false
            end
            if not same(a, b) then
                pairs_of[a] = b
                if not pair_widgets(a, b, pairs_of) then
                    return false
                end
            end
        end
        return true
    end

    -- What a new style has in other words than the old one, and whether that can be put on a widget that is there.
    local function difference(old, new, other_widgets)
        local before, after = by_tag(old), by_tag(new)
        local diff = { changed = {}, families = {}, fits = not other_widgets }
        for tag in next, before do
            if not after[tag] and sub(tag, 1, 1) ~= "$" then
                diff.fits = false
            end
        end
        for index = 1, #new do
            local child = new[index]
            local tag = plain_tag(child.tag)
            local is_new = child.unique and not child.null and not (before[tag] and same(before[tag], child))
            if is_new or child.unique and diff.families[family_of(tag)] then
                insert(diff.changed, child)
                diff.families[family_of(tag)] = true
            end
            if is_new then
                if AT_FIRST[tag] or sub(tag, 1, 1) == "@" then
                    diff.fits = false
                end
            end
        end
        return diff
    end

    nodes.same, nodes.take_lines, nodes.by_tag, nodes.plain_tag = same, take_lines, by_tag, plain_tag
    nodes.pair_widgets, nodes.difference = pair_widgets, difference
    return nodes
end
