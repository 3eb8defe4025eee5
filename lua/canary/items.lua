--- Items: what they are, where they lie, how they are moved, changed and decay. Part by part in lua/canary/items.
---
--- An item is a record: `class_name`, `id`, `type` (its kind), `count`, `attributes` (by the names of ITEM_ATTRIBUTE_*
--- in small letters: `actionid`, `text`, `charges`, …; nil when it has none), `custom` (by name), `parent`: the tile,
--- container or player that holds it. A container has `items`, its first place at 1, and `capacity`. What a script
--- made and put nowhere has no parent; in Canary such an item is `virtual`, and not gone.

local context = ...

-- In this order: each adds to the items, and may use what those before it added.
local PARTS = {
    "attributes",
    "record",
    "places",
    "create",
    "container",
    "container_contents",
    "hands",
    "inventory",
    "cylinder",
    "moving",
    "transform",
    "decay",
    "equipment",
    "built_in",
    "count",
    "money",
    "describe",
    "uids",
    "serialize",
    "item_class",
    "attribute_methods",
    "container_class",
    "special_classes",
    "canary_classes",
    "imbuements",
    "imbued",
    "imbuing",
    "mail",
    "globals",
    "batches",
}

return function(server)
    local items = {}
    for at = 1, #PARTS do
        context.use("canary/items/" .. PARTS[at])(server, items)
    end
    return items
end
