--- The class Position: what both servers make of it, and what Canary adds.

local context = ...
local raw = context.raw
local abs, max, select, type = raw.math.abs, raw.math.max, raw.select, raw.type

return function(server, map)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local push, take, cut = map.push_position, map.take_position, map.cut
    local boolean, i32 = arguments.boolean, arguments.i32

    local function create(_, ...)
        if select("#", ...) == 0 then
            return push(0, 0, 0)
        end
        local x, y, z, stackpos = ...
        if type(x) == "table" then
            return push(take(x))
        end
        return push(cut(x, 65536, 2), cut(y, 65536, 3), cut(z, 256, 4), i32(stackpos))
    end

    userdata.table_class("Position", create)
    map.set_position_metatable(userdata.metatables.Position)

    -- Canary has more effects than fit into a byte.
    local enum8, effect_of = arguments.enum8, tfs and arguments.enum8 or arguments.enum16

    local function unregistered(name, kind, id)
        server:log(
            "warning",
            "[PositionFunctions::" .. name .. "] An unregistered " .. kind .. " type with id '" .. id
                .. "' was blocked to prevent client crash."
        )
    end

    -- The player that only is to see it, when one is passed at `at`. Canary reports one that is none.
    local function only_for(at, ...)
        if select("#", ...) < at then
            return nil, true
        end
        local player = map.player_of((select(at, ...)))
        if not player and not tfs then
            server:report("Player not found")
            return nil, false
        end
        return player, true
    end

    local methods = {
        isSightClear = function(self, target, ...)
            local same_floor = arguments.flag(true, 1, ...)
            local tx, ty, tz = take(target)
            local x, y, z = take(self)
            return map.is_sight_clear(x, y, z, tx, ty, tz, same_floor)
        end,
        sendMagicEffect = function(self, effect, ...)
            local player, fine = only_for(1, ...)
            if not fine then
                return arguments.last(...)
            end
            local id = effect_of(effect)
            if tfs and id == 0 then
                return false
            elseif not tfs and not map.effect_known("effects", id) then
                unregistered("luaPositionSendMagicEffect", "magic effect", id)
                return false
            end
            local x, y, z = take(self)
            map.send_effect(x, y, z, id, player)
            return true
        end,
        sendDistanceEffect = function(self, target, effect, ...)
            local player, fine = only_for(1, ...)
            if not fine then
                return arguments.last(...)
            end
            local id = enum8(effect)
            local tx, ty, tz = take(target)
            local x, y, z = take(self)
            if not tfs and not map.effect_known("missiles", id) then
                unregistered("luaPositionSendDistanceEffect", "distance effect", id)
                -- Nothing was pushed: the last argument is what the caller finds.
                return arguments.last(self, target, effect, ...)
            end
            map.send_distance_effect(x, y, z, tx, ty, tz, id, player)
            return true
        end,
    }
    userdata.methods("Position", methods)
    if tfs then
        return
    end

    local function combined(sign)
        return function(a, b)
            local x, y, z, stackpos = take(a)
            local bx, by, bz, other = take(b)
            if stackpos == 0 then
                stackpos = other
            end
            return push((x + sign * bx) % 65536, (y + sign * by) % 65536, (z + sign * bz) % 256, stackpos)
        end
    end
    userdata.metamethod("Position", "__add", combined(1))
    userdata.metamethod("Position", "__sub", combined(-1))
    userdata.metamethod("Position", "__eq", function(a, b)
        local bx, by, bz = take(b)
        local x, y, z = take(a)
        return x == bx and y == by and z == bz
    end)

    userdata.methods("Position", {
        getDistance = function(self, other)
            local ox, oy, oz = take(other)
            local x, y, z = take(self)
            return max(abs(x - ox), abs(y - oy), abs(z - oz))
        end,
        getPathTo = function(self, target, ...)
            local count = select("#", ...)
            local least, most, full, clear, reach = ...
            local x, y, z = take(self)
            local tx, ty, tz = take(target)
            local path = map.path_between(x, y, z, tx, ty, tz, {
                min_distance = count >= 1 and i32(least) or 0,
                max_distance = count >= 2 and i32(most) or 1,
                full = count < 3 or boolean(full),
                clear_sight = count < 4 or boolean(clear),
                max_search = count >= 5 and i32(reach) or 0,
            })
            return path or false
        end,
        getTile = function(self)
            local tile = map.tile(take(self))
            return tile and userdata.push(tile) or nil
        end,
        getZones = function(self)
            local tile = map.tile(take(self))
            if not tile then
                return nil
            end
            return map.push_zones(tile)
        end,
        removeMagicEffect = function(self, effect, ...)
            local player, fine = only_for(1, ...)
            if not fine then
                return arguments.last(...)
            end
            local id = effect_of(effect)
            if not map.effect_known("effects", id) then
                unregistered("luaPositionRemoveMagicEffect", "magic effect", id)
                return false
            end
            local x, y, z = take(self)
            map.remove_effect(x, y, z, id, player)
            return true
        end,
        sendSingleSoundEffect = function(self, sound, actor)
            local x, y, z = take(self)
            map.send_sound(x, y, z, arguments.u16(sound), nil, map.creature_of(actor))
            return true
        end,
        sendDoubleSoundEffect = function(self, sound, second, actor)
            local x, y, z = take(self)
            map.send_sound(x, y, z, arguments.u16(sound), arguments.u16(second), map.creature_of(actor))
            return true
        end,
        toString = function(self)
            local x, y, z = take(self)
            return raw.string.format("( %d, %d, %d )", x, y, z)
        end,
    })
end
