--- When move events fire.

local context = ...
local raw = context.raw
local bit_and = raw.bit.band

return function(server, events, base)
    local push = server.userdata.push
    local tfs = server.tfs

    local function value(name)
        return server.parts.enums.get(name) or 0
    end

    -- Items of a tile as the servers go through them: what is on top, then what is down. The list is taken before,
    -- since scripts change the tile.
    local function things_of(tile)
        local map = server.parts.map
        if map.items_in_order then
            return map.items_in_order(tile)
        end
        local list = {}
        if tile.ground then
            list[1] = tile.ground
        end
        for _, item in raw.ipairs(tile.items or {}) do
            list[#list + 1] = item
        end
        return list
    end

    -- What fields do by themselves (fire burns).
    local function by_itself(move, creature, item)
        local map = server.parts.map
        if move.type == "onStepIn" and item and map.is_field(item) then
            map.step_in_field(item, creature)
        end
        return true
    end

    local function step(move, creature, item, tile, from)
        if not move.callback then
            return by_itself(move, creature, item)
        end
        return base.ask(
            move,
            push(creature),
            base.thing(item),
            base.position(tile.x, tile.y, tile.z),
            base.position(from.x, from.y, from.z)
        )
    end

    local function moved(kind)
        return function(creature, tile, from)
            local all = true
            local move = events.move_at(tile, kind)
            if move then
                all = step(move, creature, nil, tile, from)
            end
            for _, item in raw.ipairs(things_of(tile)) do
                move = events.move_of(item, kind)
                if move then
                    local said = step(move, creature, item, tile, from)
                    if not tfs and not said then
                        break
                    end
                    all = said and all
                end
            end
            return all
        end
    end

    --- A creature came onto a tile.
    ---@param creature table
    ---@param tile table
    ---@param from table { x, y, z } where it was
    events.step_in = moved("onStepIn")
    --- A creature left a tile.
    events.step_out = moved("onStepOut")

    local function item_moved(kind)
        local on_tile = kind .. " tile"
        return function(item, tile)
            local all = true
            local function fire(move, other)
                if not move then
                    return true
                elseif not move.callback then
                    return true
                elseif other or tfs then
                    return base.ask(move, base.thing(item), base.thing(other), base.position(tile.x, tile.y, tile.z))
                end
                return base.ask(move, base.thing(item), base.position(tile.x, tile.y, tile.z))
            end
            all = fire(events.move_at(tile, kind)) and all
            all = fire(events.move_of(item, kind)) and all
            for _, other in raw.ipairs(things_of(tile)) do
                if not (tfs and other == item) then
                    local move = events.move_of(other, on_tile)
                    if move and not fire(move, other) and not tfs then
                        break
                    end
                end
            end
            return all
        end
    end

    --- An item came to a tile.
    events.item_added = item_moved("onAddItem")
    --- An item left a tile.
    events.item_removed = item_moved("onRemoveItem")

    -- Equipment -----------------------------------------------------------------------------------------------------

    local NO_ERROR = value("RETURNVALUE_NOERROR")

    local function may_wield(move, player)
        local players = server.parts.players
        if move.wield == 0 or (players.ignores_weapon_check and players.ignores_weapon_check(player)) then
            return NO_ERROR
        end
        local vocation = player.vocation
        if move.vocations and bit_and(move.wield, 4) ~= 0 then
            local fits = false
            for _, name in raw.ipairs(move.vocations) do
                local wanted = server.parts.vocations.by_name and server.parts.vocations.by_name(name)
                fits = fits or (wanted ~= nil and vocation ~= nil and wanted.id == vocation.id)
            end
            if not fits then
                return value("RETURNVALUE_YOUDONTHAVEREQUIREDPROFESSION")
            end
        end
        if (player.level or 1) < move.level then
            return value("RETURNVALUE_NOTENOUGHLEVEL")
        elseif (player.magic_level or 0) < move.magic_level then
            return value("RETURNVALUE_NOTENOUGHMAGICLEVEL")
        elseif move.premium and not (players.is_premium and players.is_premium(player)) then
            return value("RETURNVALUE_YOUNEEDPREMIUMACCOUNT")
        end
        return NO_ERROR
    end

    local REFUSED = value("RETURNVALUE_CANNOTBEDRESSED")

    --- A player puts on an item, or would (`check`).
    ---@return number a return value
    function events.equip(player, item, slot, check)
        local move = events.move_for_slot(item, "onEquip", slot)
        if not move then
            return NO_ERROR
        end
        if not tfs then
            events.callback("playerOnInventoryUpdate", player, item, slot, true)
        end
        local code = may_wield(move, player)
        if code ~= NO_ERROR then
            return tfs and code or REFUSED
        end
        if not check then
            server.parts.items.apply_equipment(player, item, slot)
        end
        if move.callback and not base.ask(move, push(player), base.thing(item), slot, check == true) then
            return REFUSED
        end
        return NO_ERROR
    end

    --- A player takes off an item.
    ---@return number a return value
    function events.deequip(player, item, slot)
        local items = server.parts.items
        local move = events.move_for_slot(item, "onDeEquip", slot)
        if not move then
            if tfs then
                items.forget_equipment(player, item, slot)
            end
            return NO_ERROR
        end
        if not tfs then
            events.callback("playerOnInventoryUpdate", player, item, slot, false)
        end
        items.take_off_equipment(player, item, slot)
        if move.callback and not base.ask(move, push(player), base.thing(item), slot, false) then
            return REFUSED
        end
        return NO_ERROR
    end
end
