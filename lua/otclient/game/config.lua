--- Settings of the game that a client's data may change: `/data/setup.otml`, read when the client begins.

local context = ...
local raw = context.raw
local find, tonumber = raw.string.find, raw.tonumber

-- What the engine has when the file is silent.
local function defaults()
    return {
        sprite_size = 32,
        last_supported_version = 1511,
        map_width = 8,
        map_height = 6,
        map_max_z = 15,
        sea_floor = 7,
        underground_floor_range = 2,
        aware_underground_floor_range = 2,
        tile_max_elevation = 24,
        tile_max_things = 10,
        draw_information_by_widget = false,
        force_new_walking_formula = true,
        shield_blink_ticks = 500,
        volatile_square_duration = 1000,
        adjust_information_to_crop = false,
        use_crop_size_for_ui = true,
        creature_diagonal_walk_speed = 3,
        player_diagonal_walk_speed = 3,
        effect_ticks_per_frame = 75,
        missile_ticks_per_frame = 75,
        animated_text_duration = 1000,
        static_duration_per_character = 60,
        min_static_text_duration = 3000,
        fonts = {
            creature = "verdana-11px-rounded",
            animated = "verdana-11px-rounded",
            static = "verdana-11px-rounded",
            widget = "verdana-11px-antialised",
        },
    }
end

local NUMBERS = {
    ["game.sprite-size"] = "sprite_size",
    ["game.last-supported-version"] = "last_supported_version",
    ["map.max-z"] = "map_max_z",
    ["map.sea-floor"] = "sea_floor",
    ["map.underground-floor"] = "underground_floor_range",
    ["map.aware-underground-floor-range"] = "aware_underground_floor_range",
    ["tile.max-elevation"] = "tile_max_elevation",
    ["tile.max-things"] = "tile_max_things",
    ["creature.shield-blink-ticks"] = "shield_blink_ticks",
    ["creature.volatile-square-duration"] = "volatile_square_duration",
    ["creature.diagonal-walk-speed"] = "creature_diagonal_walk_speed",
    ["player.diagonal-walk-speed"] = "player_diagonal_walk_speed",
    ["render.effect-ticks-per-frame"] = "effect_ticks_per_frame",
    ["render.missile-ticks-per-frame"] = "missile_ticks_per_frame",
    ["render.animated-text-duration"] = "animated_text_duration",
    ["render.static-duration-per-character"] = "static_duration_per_character",
    ["render.min-static-text-duration"] = "min_static_text_duration",
}

local FLAGS = {
    ["creature.force-new-walking-formula"] = "force_new_walking_formula",
    ["creature.adjust-creature-information-based-crop-size"] = "adjust_information_to_crop",
    ["creature.use-crop-size-for-ui-draw"] = "use_crop_size_for_ui",
    ["creature.draw-information-by-widget-beta"] = "draw_information_by_widget",
}

local FONTS = {
    widget = "widget",
    ["static-text"] = "static",
    ["animated-text"] = "animated",
    ["creature-text"] = "creature",
}

local FILE = "/data/setup.otml"

return function(engine, game)
    local config = defaults()
    game.config = config

    local function apply(group, node)
        local path = group .. "." .. node.tag
        if NUMBERS[path] then
            config[NUMBERS[path]] = tonumber(node.value) or config[NUMBERS[path]]
        elseif FLAGS[path] then
            config[FLAGS[path]] = node.value == "true"
        elseif path == "map.viewport" then
            local size = engine.convert.numbers(node.value or "", 2)
            if size then
                config.map_width, config.map_height = size[1], size[2]
            end
        end
    end

    local function load(document)
        for _, node in raw.ipairs(document) do
            if node.tag == "game" then
                for _, child in raw.ipairs(node) do
                    apply("game", child)
                    for _, grandchild in raw.ipairs(child) do
                        apply(child.tag, grandchild)
                    end
                end
            elseif node.tag == "font" then
                for _, child in raw.ipairs(node) do
                    local key = FONTS[child.tag]
                    if key then
                        config.fonts[key] = child.value
                    end
                end
            end
        end
    end

    -- edubart has its settings in the code.
    if not engine.edubart then
        local ok, problem = raw.pcall(function()
            load(engine.parts.otml.load(FILE))
        end)
        if not ok and not find(raw.tostring(problem), "unable to open file", 1, true) then
            engine:log("error", "Failed to read config otml '/data/setup': " .. raw.tostring(problem) .. "'")
        end
    end

    engine:singleton("g_gameConfig", {
        getSpriteSize = function()
            return config.sprite_size
        end,
        isDrawingInformationByWidget = function()
            return config.draw_information_by_widget
        end,
        isAdjustCreatureInformationBasedCropSize = function()
            return config.adjust_information_to_crop
        end,
        isUseCropSizeForUIDraw = function()
            return config.use_crop_size_for_ui
        end,
        getShieldBlinkTicks = function()
            return config.shield_blink_ticks
        end,
        getCreatureNameFontName = function()
            return config.fonts.creature
        end,
        getAnimatedTextFontName = function()
            return config.fonts.animated
        end,
        getStaticTextFontName = function()
            return config.fonts.static
        end,
        getWidgetTextFontName = function()
            return config.fonts.widget
        end,
    })
end
