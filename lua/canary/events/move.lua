--- MoveEvent: steps on and off things, items that come and go, and what is put on and taken off.

local context = ...
local raw = context.raw
local bit_and, lower = raw.bit.band, raw.string.lower

local WORDS = {
    stepin = "onStepIn",
    stepout = "onStepOut",
    equip = "onEquip",
    deequip = "onDeEquip",
    additem = "onAddItem",
    removeitem = "onRemoveItem",
}

-- Bits of slots by the words of scripts, and of the slots of players by number (CONST_SLOT_HEAD is 1).
local SLOT_BITS = {
    head = 1,
    necklace = 2,
    backpack = 4,
    armor = 8,
    body = 8,
    ["right-hand"] = 16,
    ["left-hand"] = 32,
    hand = 48,
    shield = 48,
    legs = 64,
    feet = 128,
    ring = 256,
    ammo = 512,
}
local ANYWHERE = 4294967295

-- Bits of what is asked of who wields it.
local WIELD = { level = 1, magic = 2, vocation = 4, premium = 8 }

return function(server, events, base)
    local registry, userdata, arguments = server.registry, server.userdata, server.arguments
    local tfs = server.tfs
    local kinds = {
        "onStepIn",
        "onStepOut",
        "onEquip",
        "onDeEquip",
        "onAddItem",
        "onRemoveItem",
        "onAddItem tile",
        "onRemoveItem tile",
    }
    local by = { id = {}, uid = {}, aid = {}, place = {} }
    events.places = events.places or {}
    events.places.move = {}
    for what, places in raw.pairs(by) do
        for _, kind in raw.ipairs(kinds) do
            places[kind] = registry.places("move " .. kind .. " " .. what)
            events.places.move[#events.places.move + 1] = places[kind]
        end
    end
    raw.table.sort(events.places.move, function(a, b)
        return a.kind < b.kind
    end)

    --- Makes the record of a move event.
    function events.make_move(fields)
        local move = base.make("MoveEvent", {
            ids = {},
            uids = {},
            aids = {},
            positions = {},
            slot = ANYWHERE,
            wield = 0,
            level = 0,
            magic_level = 0,
            premium = false,
            vocation_text = "",
            vocations = nil,
            tile_item = false,
        })
        for key, value in raw.pairs(fields or {}) do
            move[key] = value
        end
        return move
    end

    userdata.class("MoveEvent", nil, function()
        if not base.allowed("MoveEvents", "luaCreateMoveEvent") then
            return nil
        end
        return userdata.push(events.make_move())
    end)

    local function kind_of(move)
        local kind = move.type or "onStepIn"
        if move.on_tile then
            return kind .. " tile"
        end
        return kind
    end

    local function is_taken(places, key, slot)
        local index = 1
        while true do
            local there = places:get(key, index)
            if not there then
                return false
            elseif there.slot == slot then
                return true
            end
            index = index + 1
        end
    end

    -- What Canary's items.xml has for a kind of item comes before what scripts register.
    local function built_in(item_type, kind)
        return not tfs and item_type and server.parts.items.built_in_move(item_type, kind) or nil
    end

    local function describe_item(move, id)
        local types = server.parts.item_types
        local item_type = types.get and types.get(id)
        if item_type and move.type == "onEquip" then
            item_type.wield_info = move.wield
            item_type.min_level = move.level
            item_type.min_magic_level = move.magic_level
            item_type.vocation_string = move.vocation_text
        end
    end

    --- Enters a move event under a key: "id", "uid", "aid" or "place".
    function events.enter_move(move, what, key, shown)
        local places = by[what][kind_of(move)]
        local taken = what == "place" and places:first(key) ~= nil or is_taken(places, key, move.slot)
        local own = what == "id" and built_in(server.parts.item_types.get(key), kind_of(move))
        taken = taken or own and own.slot == move.slot
        if what == "id" then
            describe_item(move, key)
        end
        if taken then
            server:log(
                "warning",
                tfs and "[Warning - MoveEvents::addEvent] Duplicate move event found: " .. (shown or key)
                    or "[registerEvent] duplicate move event found: " .. (shown or key) .. ", for script: "
                        .. base.script_name(move)
            )
        end
        registry.add(places, key, move)
        return not taken
    end

    local function enter_all(move, what, list)
        local entered = false
        for _, key in raw.ipairs(list) do
            entered = events.enter_move(move, what, key) or entered
        end
        return entered or (tfs and #list > 0)
    end

    local function enter_positions(move)
        local entered = false
        for _, at in raw.ipairs(move.positions) do
            local shown = "( " .. at[1] .. ", " .. at[2] .. ", " .. at[3] .. " )"
            local key = base.place_of(at[1], at[2], at[3])
            entered = events.enter_move(move, "place", key, shown) or entered
        end
        return entered or (tfs and #move.positions > 0)
    end

    --- Registers a move event under the first kind of its keys that it has.
    function events.register_move(move)
        if tfs and (move.type == "onAddItem" or move.type == "onRemoveItem") then
            move.on_tile = move.tile_item
        end
        if enter_all(move, "id", move.ids) then
            return true
        elseif not move.callback and not move.loaded then
            return false
        elseif tfs and enter_all(move, "aid", move.aids) or enter_all(move, "uid", move.uids) then
            return true
        elseif enter_all(move, "aid", move.aids) or enter_positions(move) then
            return true
        end
        if not tfs then
            server:log(
                "warning",
                "[registerLuaEvent] missing id, aid, uid or position for script: " .. base.script_name(move)
            )
        end
        return false
    end

    local function method(fn)
        return base.method("MoveEvent", nil, fn)
    end

    local function numbers(list_name)
        return method(function(move, ...)
            base.append(move[list_name], arguments.u32, ...)
            return true
        end)
    end

    local function vocation_words(move, name, last)
        local words = lower(name) .. "s"
        if move.vocation_text ~= "" then
            words = move.vocation_text .. (last and " and " or ", ") .. words
        end
        move.vocation_text = words
    end

    local methods = {
        type = method(function(move, word)
            local text = arguments.string(word)
            local kind = WORDS[lower(text)]
            if kind then
                move.type = kind
                move.field_function = true
                -- Canary registers it for the items that lie where something comes to.
                move.on_tile = not tfs and kind == "onAddItem"
            else
                server:log(
                    "error",
                    tfs and "Error: [MoveEvent::configureMoveEvent] No valid event name " .. text
                        or "[MoveEventFunctions::luaMoveEventType] - No valid event name: " .. text
                )
            end
            return true
        end),
        register = method(function(move)
            if tfs and (move.type == "onEquip" or move.type == "onDeEquip") and move.slot == ANYWHERE then
                local types = server.parts.item_types
                local item_type = types.get and types.get(move.ids[1])
                move.slot = item_type and item_type.slot_position or ANYWHERE
            end
            local entered = events.register_move(move)
            if tfs then
                move.ids, move.uids, move.aids, move.positions = {}, {}, {}, {}
            end
            return entered
        end),
        slot = method(function(move, word)
            if move.type == "onEquip" or move.type == "onDeEquip" then
                local text = lower(arguments.string(word))
                local bits = SLOT_BITS[text]
                if not bits then
                    server:log(
                        "warning",
                        tfs and "[Warning - MoveEvent::configureMoveEvent] Unknown slot type: " .. text
                            or "[MoveEventFunctions::luaMoveEventSlot] - Unknown slot type: " .. text
                    )
                    return false
                end
                move.slot = bits
            end
            return true
        end),
        level = method(function(move, level)
            move.level, move.wield = arguments.u32(level), raw.bit.bor(move.wield, WIELD.level)
            return true
        end),
        magicLevel = method(function(move, level)
            move.magic_level, move.wield = arguments.u32(level), raw.bit.bor(move.wield, WIELD.magic)
            return true
        end),
        premium = method(function(move, needs)
            move.premium = needs ~= nil and needs ~= false
            move.wield = raw.bit.bor(move.wield, WIELD.premium)
            return true
        end),
        vocation = method(function(move, name, shown, last)
            name = arguments.string(name)
            move.vocations = move.vocations or {}
            move.vocations[#move.vocations + 1] = name
            move.wield = raw.bit.bor(move.wield, WIELD.vocation)
            if shown then
                vocation_words(move, name, last)
            end
            return true
        end),
        id = numbers("ids"),
        aid = numbers("aids"),
        uid = numbers("uids"),
        position = method(function(move, ...)
            local count = raw.select("#", ...)
            for index = 1, count > 1 and count or 1 do
                move.positions[#move.positions + 1] = { base.take_position((raw.select(index, ...))) }
            end
            return true
        end),
    }
    for _, kind in raw.pairs(WORDS) do
        methods[kind] = method(function(move, ...)
            return base.set_callback(move, arguments.last(...), move.type or kind)
        end)
    end
    if tfs then
        methods.tileItem = method(function(move, on)
            move.tile_item = on ~= nil and on ~= false
            return true
        end)
    end
    userdata.methods("MoveEvent", methods)

    --- The record with a slot among those of an item.
    function events.move_for_slot(item, kind, slot)
        local bits = slot and slot >= 1 and slot <= 10 and 2 ^ (slot - 1) or 0
        local function among(places, key)
            local index = 1
            while key do
                local move = places:get(key, index)
                if not move then
                    return nil
                elseif move.slot == ANYWHERE and bits ~= 0 or bit_and(move.slot, bits) ~= 0 then
                    return move
                end
                index = index + 1
            end
        end
        local aid = not tfs and item.attributes and item.attributes.actionid or nil
        local own = built_in(item.type, kind)
        if own and not (own.slot == ANYWHERE and bits ~= 0 or bit_and(own.slot, bits) ~= 0) then
            own = nil
        end
        return among(by.aid[kind], aid) or own or among(by.id[kind], item.type and item.type.id or item.id)
    end

    --- The record that stands for an item: by its unique id, action id or id.
    function events.move_of(item, kind)
        local attributes = item.attributes
        local uid, aid = attributes and attributes.uniqueid, attributes and attributes.actionid
        return (uid and by.uid[kind]:first(uid))
            or (aid and by.aid[kind]:first(aid))
            or built_in(item.type, kind)
            or by.id[kind]:first(item.type and item.type.id or item.id)
    end

    --- The record that stands for a place.
    function events.move_at(tile, kind)
        local places = by.place[kind]
        return places.count > 0 and places:first(base.place_of(tile.x, tile.y, tile.z)) or nil
    end

    context.use("canary/events/moving")(server, events, base)
end
