--- Charm: what Canary's players unlock by the bestiary. Scripts make them (Game.createBestiaryCharm).

local context = ...
local raw = context.raw

---@param server table
---@param monsters table
---@param bind table
return function(server, monsters, bind)
    if server.tfs then
        return
    end
    local userdata, arguments = server.userdata, server.arguments
    local by_id, by_name = {}, {}

    --- All charms by their numbers.
    function monsters.charms()
        return by_id
    end

    --- The charm of a number or a name.
    function monsters.charm(value)
        return by_id[value] or by_name[value]
    end

    --- Makes a charm, or finds it.
    function monsters.make_charm(id)
        local charm = by_id[id]
        if not charm then
            charm = {
                class_name = "Charm", id = id, name = "", description = "", category = 0, type = 0, points = {},
                chance = {}, damage_type = 0, percent = 0, effect = 0, cancel_message = "", log_message = false,
                cast_sound = 0, impact_sound = 0,
            }
            by_id[id] = charm
        end
        return charm
    end

    userdata.class("Charm", nil, function(_, value)
        local found
        if raw.type(value) == "number" then
            found = by_id[arguments.u8(value)]
        elseif raw.type(value) == "string" then
            found = by_name[value]
        end
        return userdata.push(found)
    end)
    userdata.metamethod("Charm", "__eq")

    -- What is set gets `first` in front of it: no tier, no chance.
    local function numbers(key, first)
        return bind.of("Charm", function(charm, ...)
            if raw.select("#", ...) == 0 then
                local list = {}
                for at, value in raw.ipairs(charm[key]) do
                    list[at] = value
                end
                return list
            end
            local given, list = ..., first and { first } or {}
            if raw.type(given) == "table" then
                for _, value in raw.ipairs(given) do
                    list[#list + 1] = arguments.number(value)
                end
            end
            charm[key] = list
            return true
        end)
    end

    local function both(key, cast)
        return bind.both("Charm", key, cast)
    end
    userdata.methods("Charm", {
        name = bind.of("Charm", function(charm, ...)
            if raw.select("#", ...) == 0 then
                return charm.name
            end
            charm.name = arguments.string((...))
            by_name[charm.name] = charm
            return true
        end),
        description = both("description", arguments.string),
        category = both("category", arguments.u8),
        type = both("type", arguments.u8),
        points = numbers("points"),
        chance = numbers("chance", 0),
        damageType = both("damage_type", arguments.number),
        percentage = both("percent", arguments.number),
        messageCancel = both("cancel_message", arguments.string),
        messageServerLog = both("log_message"),
        effect = both("effect", arguments.number),
        castSound = both("cast_sound", arguments.u16),
        impactSound = both("impact_sound", arguments.u16),
    })
end
