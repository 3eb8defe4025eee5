--- Widgets that show the minimap (class UIMinimap), and the layout that ties their children to places
--- (UIMapAnchorLayout).

local context = ...
local raw = context.raw
local abs = raw.math.abs

local TOP, BOTTOM, LEFT, RIGHT, VERTICAL_CENTER, HORIZONTAL_CENTER = 1, 2, 3, 4, 5, 6

return function(engine, game)
    local ui, minimap = engine.parts.ui, game.minimap

    local defaults = ui.defaults
    for name, value in raw.pairs({ minimap_zoom = 0, min_zoom = -5, max_zoom = 5, minimap_scale = 1 }) do
        defaults[name] = value
    end
    defaults.minimap_camera = game.NOWHERE

    ui.layout_kind("UIMapAnchorLayout", ui.anchor_kind)

    local function give_layout(w)
        if not w.layout then
            ui.set_layout(w, ui.new_layout("UIMapAnchorLayout", w))
        end
    end

    -- edubart gives it a layout at once, mehah when it is drawn first: in the first frame after it was made.
    ui.on_new[#ui.on_new + 1] = function(w)
        if w.kinds.UIMinimap then
            w.made_at = engine.now
            if engine.edubart then
                give_layout(w)
            end
        end
    end

    local function layout_of(w)
        if not w.layout and engine.now > w.made_at then
            give_layout(w)
        end
        -- One that had a child before it was drawn has a plain layout, which serves as well.
        return w.layout and w.layout.kinds.UIAnchorLayout and w.layout or nil
    end

    local function padding_rect(w)
        return {
            x = w.rect_x + w.padding_left,
            y = w.rect_y + w.padding_top,
            width = w.rect_w - w.padding_left - w.padding_right,
            height = w.rect_h - w.padding_top - w.padding_bottom,
        }
    end

    local function update(w)
        if w.layout then
            ui.layout_update(w.layout)
        end
    end

    local function set_zoom(w, zoom)
        local old = w.minimap_zoom
        if zoom == old then
            return true
        elseif zoom < w.min_zoom or zoom > w.max_zoom then
            return false
        end
        w.minimap_zoom = zoom
        w.minimap_scale = zoom < 0 and 1 / 2 ^ abs(zoom) or 2 ^ zoom
        update(w)
        engine:emit(w, "onZoomChange", zoom, old)
        return true
    end

    local function set_camera(w, pos)
        local old = w.minimap_camera
        if not engine.edubart and game.position.same(old, pos) then
            return
        end
        w.minimap_camera = pos
        update(w)
        engine:emit(w, "onCameraPositionChange", game.give_position(pos), game.give_position(old))
    end

    local function move_floor(w, by)
        local pos = game.position.floor(w.minimap_camera, by)
        if not pos then
            return false
        end
        set_camera(w, pos)
        return true
    end

    local function rect_of(w, pos)
        return minimap.rect_of(pos, padding_rect(w), w.minimap_camera, w.minimap_scale)
    end

    -- The edge of a place's rect; 0 while it is not shown.
    local function edge_of(w, pos, edge)
        local rect = rect_of(w, pos)
        if not rect then
            return 0
        elseif edge == TOP then
            return rect.y
        elseif edge == LEFT then
            return rect.x
        elseif edge == RIGHT then
            return rect.x + rect.width - 1
        elseif edge == BOTTOM then
            return rect.y + rect.height - 1
        elseif edge == VERTICAL_CENTER then
            return rect.y + raw.math.floor((rect.height - 1) / 2)
        elseif edge == HORIZONTAL_CENTER then
            return rect.x + raw.math.floor((rect.width - 1) / 2)
        end
        return 0
    end

    local function anchor(w, child, edge, pos, hooked_edge)
        local layout = layout_of(w)
        if layout then
            ui.anchors_add_point(layout, child, edge, hooked_edge, function(parent)
                return edge_of(parent, pos, hooked_edge)
            end)
        end
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

    engine:class("UIMinimap", {
        zoomIn = function(w)
            return set_zoom(w, w.minimap_zoom + 1)
        end,
        zoomOut = function(w)
            return set_zoom(w, w.minimap_zoom - 1)
        end,
        setZoom = set_zoom,
        setMixZoom = setter("min_zoom"),
        setMaxZoom = setter("max_zoom"),
        getMinZoom = getter("min_zoom"),
        getMaxZoom = getter("max_zoom"),
        getZoom = getter("minimap_zoom"),
        getScale = getter("minimap_scale"),
        setCameraPosition = set_camera,
        getCameraPosition = getter("minimap_camera"),
        floorUp = function(w)
            return move_floor(w, -1)
        end,
        floorDown = function(w)
            return move_floor(w, 1)
        end,
        getTilePoint = function(w, pos)
            local point = minimap.point_of(pos, padding_rect(w), w.minimap_camera, w.minimap_scale)
            return point or { x = -1, y = -1 }
        end,
        getTilePosition = function(w, point)
            return minimap.position_at(point, padding_rect(w), w.minimap_camera, w.minimap_scale)
        end,
        getTileRect = function(w, pos)
            return rect_of(w, pos) or { x = 0, y = 0, width = 0, height = 0 }
        end,
        anchorPosition = anchor,
        fillPosition = function(w, child, pos)
            for _, edge in raw.ipairs({ LEFT, RIGHT, TOP, BOTTOM }) do
                anchor(w, child, edge, pos, edge)
            end
        end,
        centerInPosition = function(w, child, pos)
            anchor(w, child, HORIZONTAL_CENTER, pos, HORIZONTAL_CENTER)
            anchor(w, child, VERTICAL_CENTER, pos, VERTICAL_CENTER)
        end,
    })
    ui.declare_style("UIMinimap", {
        zoom = { "int", set_zoom },
        ["max-zoom"] = { "int", setter("max_zoom") },
        ["min-zoom"] = { "int", setter("min_zoom") },
    })
end
