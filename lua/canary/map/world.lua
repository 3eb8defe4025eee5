--- The world around: its kind, light and hour, and the cleaning of what lies about.

local context = ...
local raw = context.raw
local floor = raw.math.floor

-- Canary's day has 1440 minutes and takes an hour: 4 minutes at each beat.
local MINUTES, BEAT_MS, BEAT = 1440, 10000, 4
local NIGHT_LEVEL, DAY_LEVEL, COLOR = 40, 250, 215
local SUNRISE, SUNSET = 360, 1050
-- LIGHT_STATE_*
local DAY, NIGHT, SETTING, RISING = 0, 1, 2, 3

return function(server, map)
    -- The servers begin as by day, whatever hour it is.
    local light = { level = DAY_LEVEL, state = DAY, told = DAY }
    light.hour = floor((server.settings.time or 0) % 3600 / 60) * MINUTES / 60

    --- What the configuration says players may do to each other: "pvp", "no-pvp", "pvp-enforced", …
    function map.world_type()
        return raw.string.lower(server.parts.config.text("WORLD_TYPE"))
    end

    --- The minute of the world's day (Canary; TFS's library has its own).
    function map.world_time()
        return light.hour
    end

    --- Whether it is day by the hour.
    function map.is_day()
        return light.hour >= 360 and light.hour <= 1080
    end

    --- The minute of the day.
    function map.world_time()
        return light.hour
    end

    --- How light it is, and in what color.
    ---@return number level
    ---@return number color
    function map.world_light()
        return light.level, COLOR
    end

    local function beat()
        light.hour = light.hour + BEAT
        if light.hour > MINUTES then
            light.hour = light.hour - MINUTES
        end
        if raw.math.abs(light.hour - SUNRISE) < 2 * BEAT then
            light.state = RISING
        elseif raw.math.abs(light.hour - SUNSET) < 2 * BEAT then
            light.state = SETTING
        end
        local changing = light.state == RISING or light.state == SETTING
        local step = (DAY_LEVEL - NIGHT_LEVEL) / 30
        local level = light.level + (light.state == RISING and step or 0) - (light.state == SETTING and step or 0)
        if level <= NIGHT_LEVEL then
            light.level, light.state = NIGHT_LEVEL, NIGHT
        elseif level >= DAY_LEVEL then
            light.level, light.state = DAY_LEVEL, DAY
        else
            light.level = level
        end
        if changing then
            map.tell_all("world_light", { level = light.level, color = COLOR })
        end
        if light.told ~= light.state then
            light.told = light.state
            server.parts.events.global("onPeriodChange", light.state, light.level)
        end
    end

    if not server.tfs then
        server.parts.scheduler.every(BEAT_MS, beat)
    end

    --- Tells all players something.
    function map.tell_all(kind, fields)
        for _, player in raw.ipairs(server.parts.creatures.list("Player") or {}) do
            local copy = {}
            for key, value in raw.pairs(fields) do
                copy[key] = value
            end
            server.parts.clients.send(player, kind, copy)
        end
    end

    local function before(a, b)
        if a.z ~= b.z then
            return a.z < b.z
        elseif a.y ~= b.y then
            return a.y < b.y
        end
        return a.x < b.x
    end

    --- Removes what lies about and may be removed; tells how many things that were.
    ---@return number count
    function map.clean()
        local tiles, gone = {}, {}
        for tile in raw.pairs(map.dirty_tiles) do
            tiles[#tiles + 1] = tile
        end
        raw.table.sort(tiles, before)
        local looked = 0
        for _, tile in raw.ipairs(tiles) do
            map.dirty_tiles[tile] = nil
            if tile.items then
                looked = looked + 1
                for at = 1, #tile.items do
                    if map.is_cleanable(tile.items[at]) then
                        gone[#gone + 1] = tile.items[at]
                    end
                end
            end
        end
        for _, item in raw.ipairs(gone) do
            server.parts.items.remove(item)
        end
        local form = server.tfs and "> CLEAN: Removed %d item%s from %d tile%s in %s seconds."
            or "CLEAN: Removed %d item%s from %d tile%s in %s seconds"
        server:log("info", raw.string.format(
            form, #gone, #gone ~= 1 and "s" or "", looked, looked ~= 1 and "s" or "", "0"
        ))
        return #gone
    end

    function server.controls.clean_map()
        return map.clean()
    end
end
