--- The map as the map editor sees it: zones, descriptions, animations (g_map): edubart's alone.

local context = ...
local raw = context.raw
local band, bor, bnot = raw.bit.band, raw.bit.bor, raw.bit.bnot
local gmatch, insert = raw.string.gmatch, raw.table.insert

local PROTECTION_ZONE, HOUSE = 1, 64

return function(engine)
    if not engine.edubart then
        return
    end
    local zones, colors, opacity = 0, {}, 0
    local description, house_file, spawn_file = "", "", ""
    local forced, shown = false, true

    local function shows(zone)
        return band(zones, zone) == raw.bit.tobit(zone)
    end

    engine:singleton("g_map", {
        setShowZone = function(zone, show)
            zones = show and bor(zones, zone) or band(zones, bnot(zone))
        end,
        setShowZones = function(show)
            if not show then
                zones = 0
            elseif zones == 0 then
                zones = HOUSE + PROTECTION_ZONE
            end
        end,
        showZone = shows,
        showZones = function()
            return zones ~= 0
        end,
        -- Only of zones that are shown.
        setZoneColor = function(zone, color)
            if shows(zone) then
                colors[zone] = color
            end
        end,
        getZoneColor = function(zone)
            return colors[zone] or engine.parts.color.parse("alpha")
        end,
        setZoneOpacity = function(value)
            opacity = value
        end,
        getZoneOpacity = function()
            return opacity
        end,
        setForceShowAnimations = function(force)
            forced = force
        end,
        isForcingAnimations = function()
            return forced
        end,
        setShowAnimations = function(show)
            shown = show
        end,
        isShowingAnimations = function()
            return shown
        end,
        setDescription = function(text)
            description = text
        end,
        getDescriptions = function()
            local lines = {}
            for line in gmatch(description .. "\n", "([^\n]*)\n") do
                insert(lines, line)
            end
            return lines
        end,
        clearDescriptions = function()
            description = ""
        end,
        setHouseFile = function(file)
            house_file = file
        end,
        getHouseFile = function()
            return house_file
        end,
        setSpawnFile = function(file)
            spawn_file = file
        end,
        getSpawnFile = function()
            return spawn_file
        end,
    })
end
