--- The class House.

local context = ...
local raw = context.raw

return function(server, houses)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local push, get = userdata.push, userdata.get
    local u32 = arguments.u32

    userdata.class("House", nil, function(_, id)
        return push(houses.get(u32(id)))
    end)
    userdata.metamethod("House", "__eq")

    local function method(fn)
        return function(self, ...)
            local house = get(self, "House")
            if not house then
                return nil
            end
            return fn(house, ...)
        end
    end

    local function field(key)
        return method(function(house)
            return house[key]
        end)
    end

    local function setter(key)
        return method(function(house, value)
            house[key] = u32(value)
            return true
        end)
    end

    local function list(find)
        return method(function(house)
            local out = {}
            for at, record in raw.ipairs(find(house)) do
                out[at] = push(record)
            end
            return out
        end)
    end

    local function count(find)
        return method(function(house)
            return #find(house)
        end)
    end

    local function player_of(value)
        return server.parts.map.player_of(value)
    end

    -- Canary reports a player who is none, and pushes nothing: what was passed last is left as the answer.
    local function nobody(house, problem, ...)
        server:report(problem)
        return arguments.last(push(house), ...)
    end

    -- Two halves make a bed.
    local round = tfs and raw.math.ceil or raw.math.floor

    userdata.methods("House", {
        getId = field("id"),
        getName = field("name"),
        getTown = method(function(house)
            local map = server.parts.map
            return map.push_town(map.towns.by_id[house.town_id])
        end),
        getExitPosition = method(function(house)
            return server.parts.map.push_position(house.exit.x, house.exit.y, house.exit.z)
        end),
        getRent = method(houses.rent),
        getOwnerGuid = field("owner"),
        startTrade = function(self, player, partner)
            local house = get(self, "House")
            local seller, buyer = get(player, "Player"), get(partner, "Player")
            if not house or not seller or not buyer then
                return nil
            end
            return houses.start_trade(house, seller, buyer)
        end,
        getBeds = list(houses.beds),
        getBedCount = method(function(house)
            return round(#houses.beds(house) / 2)
        end),
        getDoors = list(houses.doors),
        getDoorCount = count(houses.doors),
        getDoorIdByPosition = method(function(house, position)
            local x, y, z = server.parts.map.take_position(position)
            for _, door in raw.ipairs(houses.doors(house)) do
                local tile = door.parent
                if tile.x == x and tile.y == y and tile.z == z then
                    return door.attributes.doorid
                end
            end
            return nil
        end),
        getTiles = list(houses.tiles),
        getTileCount = count(houses.tiles),
        getItems = method(function(house)
            local out = {}
            for _, tile in raw.ipairs(houses.tiles(house)) do
                for _, item in raw.ipairs(tile.items or {}) do
                    out[#out + 1] = push(item)
                end
            end
            return out
        end),
        canEditAccessList = method(function(house, ...)
            local number, player = ...
            number = u32(number)
            local editor = player_of(player)
            if not editor and not tfs then
                return nobody(house, "Player not found", ...)
            end
            return houses.can_edit_list(house, number, editor)
        end),
        getAccessList = method(function(house, number)
            return houses.list_text(house, u32(number)) or false
        end),
        setAccessList = method(function(house, number, text)
            houses.set_list(house, u32(number), arguments.string(text))
            return true
        end),
        kickPlayer = method(function(house, ...)
            local by, target = ...
            local kicker, kicked = player_of(by), player_of(target)
            if not tfs and not kicker then
                return nobody(house, "Player is nullptr", ...)
            elseif not tfs and not kicked then
                return nobody(house, "Target player is nullptr", ...)
            end
            return houses.kick(house, kicker, kicked)
        end),
    })

    if tfs then
        userdata.methods("House", {
            setRent = setter("rent"),
            getPaidUntil = field("paid_until"),
            setPaidUntil = method(function(house, time)
                house.paid_until = arguments.i64(time)
                return true
            end),
            getPayRentWarnings = field("warnings"),
            setPayRentWarnings = setter("warnings"),
            getOwnerName = field("owner_name"),
            setOwnerGuid = method(function(house, guid, ...)
                houses.set_owner(house, u32(guid), arguments.flag(true, 1, ...))
                return true
            end),
            save = method(houses.save),
        })
        return
    end

    -- Canary reports what is no house, and answers with nothing.
    local function reported(fn, otherwise)
        return function(self, ...)
            local house = get(self, "House")
            if not house then
                server:report("House not found")
                return otherwise
            end
            return fn(house, ...)
        end
    end

    userdata.methods("House", {
        getPrice = reported(houses.price, 0),
        setHouseOwner = reported(function(house, guid, ...)
            houses.set_owner(house, u32(guid), arguments.flag(true, 1, ...))
            return true
        end),
        setNewOwnerGuid = method(function(house, guid)
            if houses.has_new_owner(house) then
                local owner = server.parts.players.by_guid(house.owner)
                if owner then
                    server.parts.players.text(
                        owner,
                        server.parts.enums.get("MESSAGE_EVENT_ADVANCE") or 19,
                        "You cannot leave this house. Ownership is already scheduled to be transferred upon the next "
                            .. "server restart."
                    )
                end
                return nil
            end
            houses.set_new_owner(house, u32(guid))
            return true
        end),
        hasItemOnTile = reported(houses.has_items),
        hasNewOwnership = reported(houses.has_new_owner),
        isInvited = method(function(house, ...)
            local guest = player_of((...))
            if not guest then
                return nobody(house, "Player not found", ...)
            end
            return houses.is_invited(house, guest)
        end),
    })
end
