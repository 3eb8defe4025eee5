--- The kit for the host: creatures go by name or id, places are lists of three numbers.

local context = ...
local raw = context.raw
local pairs, type = raw.pairs, raw.type

return function(server, kit)
    local userdata = server.userdata

    -- What is made is told by id and name.
    local function told_of(object)
        local record = userdata.record(object)
        return record and { id = record.id, name = record.name or "" } or nil
    end

    local function making(name)
        server.controls["kit_" .. name] = function(...)
            return told_of(kit[name](...))
        end
    end
    for _, name in raw.ipairs({ "player", "monster", "npc" }) do
        making(name)
    end

    local function doing(name)
        server.controls["kit_" .. name] = function(...)
            kit[name](...)
        end
    end
    for _, name in raw.ipairs({
        "give", "item", "world", "kill", "say", "tell_npc", "use", "look", "move", "step", "answer", "logout", "forget",
    }) do
        doing(name)
    end

    -- Only what crosses: texts, numbers and booleans.
    local function plain(message)
        local row = {}
        for key, value in pairs(message) do
            local kind = type(value)
            if type(key) == "string" and (kind == "string" or kind == "number" or kind == "boolean") then
                row[key] = value
            end
        end
        return row
    end

    function server.controls.kit_messages(who, kind)
        local list = {}
        for index, message in raw.ipairs(kit.messages(who, kind)) do
            list[index] = plain(message)
        end
        return list
    end

    server.controls.kit_told = kit.told
    server.controls.kit_items = kit.items

    --- How a creature is: health, mana, level, where it is; nil when it is not in the world.
    function server.controls.kit_creature(who)
        local creatures = server.parts.creatures
        local record
        if type(who) == "string" then
            record = creatures.by_name(who)
        else
            record = creatures.by_id(who)
        end
        if not record or record.removed then
            return nil
        end
        local x, y, z = creatures.position(record)
        return {
            id = record.id, name = record.name, health = record.health, max_health = creatures.max_health(record),
            mana = record.mana, level = record.level, experience = record.experience, x = x, y = y, z = z,
        }
    end

    function server.controls.kit_storage(who, key)
        local player = userdata.push(kit.player_of(who))
        return player:getStorageValue(key) or -1
    end

    function server.controls.kit_set_storage(who, key, value)
        userdata.push(kit.player_of(who)):setStorageValue(key, value)
    end

    --- How many items of an id a player carries.
    function server.controls.kit_count(who, id)
        return userdata.push(kit.player_of(who)):getItemCount(id)
    end
end
