--- What clients see for a moment and hear: effects, missiles, sounds.

local context = ...
local raw = context.raw
local max, sub = raw.math.max, raw.string.sub

return function(server, map)
    -- The highest number of each kind that the server has a name for, but for those that mean no picture.
    local NAMES = { effects = "CONST_ME_", missiles = "CONST_ANI_" }
    local NONE = { CONST_ME_LAST = true, CONST_ANI_WEAPONTYPE = true }
    local highest = {}

    --- Whether the server has an effect or a missile of such a number among its names.
    ---@param kind string effects or missiles
    ---@param id number
    function map.effect_named(kind, id)
        local most = highest[kind]
        if not most then
            most = 0
            local prefix = NAMES[kind]
            for name, value in raw.pairs(server.parts.enums.all) do
                if sub(name, 1, #prefix) == prefix and not NONE[name] then
                    most = max(most, value)
                end
            end
            highest[kind] = most
        end
        return id <= most
    end

    --- Whether clients have an effect or a missile of such a number; they would crash over any other. Canary asks this
    --- unless the configuration says otherwise.
    ---@param kind string effects or missiles
    ---@param id number
    function map.effect_known(kind, id)
        if not server.parts.config.boolean("WARN_UNSAFE_SCRIPTS") then
            return true
        end
        local shown = server.parts.item_types.is_shown(kind, id)
        if shown ~= nil then
            return shown
        end
        return id > 0 and map.effect_named(kind, id)
    end

    local function tell(players, kind, fields)
        local send = server.parts.clients.send
        if send then
            for at = 1, #players do
                send(players[at], kind, fields)
            end
        end
    end

    local function watchers(x, y, z, player)
        return player and { player } or map.players_seeing(x, y, z)
    end

    --- Shows an effect at a place to all who see it, or to one player only.
    function map.send_effect(x, y, z, effect, player)
        tell(watchers(x, y, z, player), "effect", { effect = effect, x = x, y = y, z = z })
    end

    --- Ends an effect at a place.
    function map.remove_effect(x, y, z, effect, player)
        tell(watchers(x, y, z, player), "effect_removed", { effect = effect, x = x, y = y, z = z })
    end

    --- Shows a missile from one place to another.
    function map.send_distance_effect(x, y, z, tx, ty, tz, effect, player)
        local players = player and { player } or nil
        if not players then
            players = {}
            local known = {}
            for _, list in raw.ipairs({ map.players_seeing(x, y, z), map.players_seeing(tx, ty, tz) }) do
                for _, watcher in raw.ipairs(list) do
                    if not known[watcher] then
                        known[watcher] = true
                        players[#players + 1] = watcher
                    end
                end
            end
        end
        local fields = { effect = effect, x = x, y = y, z = z, to_x = tx, to_y = ty, to_z = tz }
        tell(players, "distance_effect", fields)
    end

    -- Whose a sound is to those who only hear it: clients let their players silence each kind.
    local SOURCES = { Player = 2, Monster = 3 }

    --- Plays one sound or two at a place; 0 is silence.
    ---@param actor table|nil creature whose sound it is
    function map.send_sound(x, y, z, sound, second, actor)
        second = second ~= 0 and second or nil
        if sound == 0 and not second then
            return
        end
        local source = actor and SOURCES[actor.class_name] or 0
        local fields = { sound = sound, second = second, source = source, x = x, y = y, z = z }
        fields.actor = actor and actor.id
        tell(map.players_seeing(x, y, z), "sound", fields)
    end

    --- Tells all who see a place something.
    function map.tell_watchers(x, y, z, kind, fields)
        tell(map.players_seeing(x, y, z), kind, fields)
    end
end
