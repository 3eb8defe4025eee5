--- What widgets show of the game: only its own files could draw it, so it is told by name.

local function numbered(name, thing)
    return thing and name .. " " .. thing.client_id or nil
end

-- By class; what a widget shows of the game, if anything.
local CONTENTS = {
    {
        "UIItem",
        function(w)
            return w.item_visible and numbered("item", w.item) or nil
        end,
    },
    {
        "UIEffect",
        function(w)
            return w.effect_visible and numbered("effect", w.effect) or nil
        end,
    },
    {
        "UIMissile",
        function(w)
            return w.missile_visible and numbered("missile", w.missile) or nil
        end,
    },
    {
        "UICreature",
        function(w)
            local outfit = w.creature and w.creature.outfit
            return outfit and "creature " .. (outfit.type or "") or nil
        end,
    },
    {
        "UISprite",
        function(w)
            return w.has_sprite and "sprite " .. w.sprite_id or nil
        end,
    },
    {
        "UIMinimap",
        function()
            return "minimap"
        end,
    },
    {
        "UIMap",
        function()
            return "map"
        end,
    },
    {
        "UIQrCode",
        function()
            return "QR code"
        end,
    },
}

-- Class name to the entry that holds for it, or false.
local content_by_class = {}

--- What a widget shows that only the game's own files could draw: `item 3031`; nil for nothing.
---@param w table
---@return string|nil
return function(w)
    local describe_content = content_by_class[w.class_name]
    if describe_content == nil then
        describe_content = false
        for index = 1, #CONTENTS do
            if w.kinds[CONTENTS[index][1]] then
                describe_content = CONTENTS[index][2]
            end
        end
        content_by_class[w.class_name] = describe_content
    end
    return describe_content and describe_content(w) or nil
end
