--- Widgets that show the map (class UIMap).

local context = ...
local raw = context.raw
local ceil, floor, max, min = raw.math.ceil, raw.math.floor, raw.math.max, raw.math.min

local function truncated(number)
    return number < 0 and ceil(number) or floor(number)
end

return function(engine, game)
    local ui, view = engine.parts.ui, game.map_view

    local defaults = ui.defaults
    for name, value in raw.pairs({
        keep_aspect_ratio = true,
        limit_visible_range = false,
        max_zoom_in = 3,
        max_zoom_out = 513,
        draws_names = true,
        draws_health_bars = true,
        draws_lights = not engine.edubart,
        draws_mana_bar = true,
        draws_texts = true,
        animated = true,
        multifloor = true,
        auto_view_mode = engine.edubart,
        view_mode = 0,
        floor_view_mode = 0,
        -- What edubart's view draws at first: all.
        draw_flags = 65535,
        ambient_light = 0,
    }) do
        defaults[name] = value
    end

    ui.on_new[#ui.on_new + 1] = function(w)
        if w.kinds.UIMap then
            w.view = view.new()
            w.zoom = w.view.height
            w.aspect_ratio = w.view.width / w.view.height
        end
    end

    --- The widget that effects and texts are drawn on: the one of the stock modules.
    function game.map_widget()
        return ui.root and ui.recursive_child_by_id(ui.root, "gameMapPanel")
    end

    local update_size

    local function update_dimension(w)
        local height, ratio = w.zoom, w.aspect_ratio
        local rect = w.view.rect
        if not w.limit_visible_range and not w.keep_aspect_ratio and rect.width > 0 and rect.height > 0 then
            ratio = rect.width / rect.height
        end
        height = height + 1 - height % 2
        local width = truncated(w.zoom * ratio)
        width = width + 1 - width % 2
        view.set_dimension(w.view, width, height)
        if w.keep_aspect_ratio then
            update_size(w)
        end
    end

    function update_size(w)
        local x, y = w.rect_x + w.padding_left, w.rect_y + w.padding_top
        local width = w.rect_w - w.padding_left - w.padding_right
        local height = w.rect_h - w.padding_top - w.padding_bottom
        local map_width, map_height = width - 2, height - 2
        if w.keep_aspect_ratio then
            map_width, map_height =
                view.fit(truncated(w.aspect_ratio * w.zoom), w.zoom, width - 2, height - 2)
        end
        w.view.rect = {
            x = x + truncated((width - 1) / 2) - truncated((map_width - 1) / 2),
            y = y + truncated((height - 1) / 2) - truncated((map_height - 1) / 2),
            width = map_width,
            height = map_height,
        }
        if not w.keep_aspect_ratio then
            update_dimension(w)
        end
    end

    local base = ui.class_handlers.UIWidget
    local handlers = ui.class_handlers.UIMap or {}
    ui.class_handlers.UIMap = handlers
    function handlers.onGeometryChange(w, ...)
        local result = base.onGeometryChange(w, ...)
        update_size(w)
        return result
    end

    local function set_zoom(w, zoom)
        w.zoom = max(w.max_zoom_in, min(zoom, w.max_zoom_out))
        update_dimension(w)
        return false
    end

    -- By two, or by one where two would be too much.
    local function zoom_by(w, sign)
        local delta = 2
        local function beyond()
            return w.zoom - delta < w.max_zoom_in
        end
        if sign > 0 then
            beyond = function()
                return w.zoom + delta > w.max_zoom_out
            end
        end
        if beyond() then
            delta = 1
        end
        if beyond() then
            return false
        end
        local old = w.zoom
        -- Outwards the engine always goes by two.
        w.zoom = sign > 0 and w.zoom + 2 or w.zoom - delta
        update_dimension(w)
        if not engine.edubart then
            engine:emit(w, "onZoomChange", w.zoom, old)
        end
        return true
    end

    local function getter(field)
        return function(w)
            return w[field]
        end
    end

    local function setter(field)
        return function(w, value)
            w[field] = value
        end
    end

    local function position_at(w, point)
        return view.position_at(w.view, point.x, point.y)
    end

    local function spectators(narrower)
        return function(w, many_floors)
            local range, camera = view.range(w.view), view.camera(w.view)
            local left, right = range.left - narrower, range.right - narrower * 2
            local top, bottom = range.top - narrower, range.bottom - narrower * 2
            return game.map.spectators(camera, many_floors, left, right, top, bottom)
        end
    end

    engine:class("UIMap", {
        movePixels = function(w, x, y)
            view.move(w.view, x, y)
        end,
        setZoom = set_zoom,
        zoomIn = function(w)
            return zoom_by(w, -1)
        end,
        zoomOut = function(w)
            return zoom_by(w, 1)
        end,
        followCreature = function(w, creature)
            view.follow(w.view, creature)
        end,
        setCameraPosition = function(w, pos)
            view.set_camera(w.view, pos)
        end,
        setMaxZoomIn = setter("max_zoom_in"),
        setMaxZoomOut = setter("max_zoom_out"),
        lockVisibleFloor = function(w, z)
            w.view.locked_floor = z
        end,
        unlockVisibleFloor = function(w)
            w.view.locked_floor = -1
        end,
        setVisibleDimension = function(w, size)
            view.set_dimension(w.view, size.width, size.height)
            w.aspect_ratio = size.width / size.height
            if w.keep_aspect_ratio then
                update_size(w)
            end
        end,
        setKeepAspectRatio = function(w, keep)
            w.keep_aspect_ratio = keep
            if keep then
                w.aspect_ratio = w.view.width / w.view.height
            end
            update_size(w)
        end,
        setLimitVisibleRange = function(w, limit)
            w.limit_visible_range = limit
            update_dimension(w)
        end,
        setLimitVisibleDimension = function(w, limit)
            w.view.limited = limit
            update_dimension(w)
        end,
        setDrawNames = setter("draws_names"),
        setDrawHealthBars = setter("draws_health_bars"),
        setDrawLights = setter("draws_lights"),
        setDrawManaBar = setter("draws_mana_bar"),
        setDrawTexts = setter("draws_texts"),
        setAnimated = setter("animated"),
        setMultifloor = setter("multifloor"),
        setAutoViewMode = setter("auto_view_mode"),
        setViewMode = setter("view_mode"),
        setFloorViewMode = setter("floor_view_mode"),
        setDrawFlags = setter("draw_flags"),
        setMinimumAmbientLight = setter("ambient_light"),
        isDrawingNames = getter("draws_names"),
        isDrawingHealthBars = getter("draws_health_bars"),
        isDrawingLights = getter("draws_lights"),
        isDrawingManaBar = getter("draws_mana_bar"),
        isDrawingTexts = getter("draws_texts"),
        isAnimating = getter("animated"),
        isMultifloor = getter("multifloor"),
        isAutoViewModeEnabled = getter("auto_view_mode"),
        getViewMode = getter("view_mode"),
        getFloorViewMode = getter("floor_view_mode"),
        getDrawFlags = getter("draw_flags"),
        getMinimumAmbientLight = getter("ambient_light"),
        isLimitVisibleRangeEnabled = getter("limit_visible_range"),
        isLimitedVisibleDimension = function(w)
            return w.view.limited
        end,
        isKeepAspectRatioEnabled = getter("keep_aspect_ratio"),
        isInRange = function(w, pos)
            local range = view.range(w.view)
            return game.position.in_rect(
                view.camera(w.view),
                pos,
                range.left - 1,
                range.right - 2,
                range.top - 1,
                range.bottom - 2
            )
        end,
        getVisibleDimension = function(w)
            return { width = w.view.width, height = w.view.height }
        end,
        getFollowingCreature = function(w)
            return w.view.creature
        end,
        getCameraPosition = function(w)
            return view.camera(w.view)
        end,
        getPosition = position_at,
        getTile = function(w, point)
            local pos = position_at(w, point)
            return pos and view.top_tile(w.view, pos)
        end,
        getMaxZoomIn = getter("max_zoom_in"),
        getMaxZoomOut = getter("max_zoom_out"),
        getZoom = getter("zoom"),
        getSpectators = spectators(0),
        getSightSpectators = spectators(1),
        -- Texts and timers above tiles are drawn from this list; what they are stays with the tiles.
        clearTiles = function(w)
            w.view.foreground = nil
        end,
    })
    ui.declare_style("UIMap", { ["draw-lights"] = { "bool", setter("draws_lights") } })
    if engine.edubart then
        ui.declare_style("UIMap", {
            multifloor = { "bool", setter("multifloor") },
            ["auto-view-mode"] = { "bool", setter("auto_view_mode") },
            ["draw-texts"] = { "bool", setter("draws_texts") },
            animated = { "bool", setter("animated") },
        })
    end
end
