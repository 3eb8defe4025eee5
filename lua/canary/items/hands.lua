--- Which slot takes what: what is worn, and what goes together in two hands. Answers are RETURNVALUE_*.

local context = ...
local raw = context.raw
local band, bor = raw.bit.band, raw.bit.bor

local WHEREEVER = -1
local SLOT = { RIGHT = 5, LEFT = 6, AMMO = 10 }
-- Bits of `slot_position`.
local RIGHT, LEFT, AMMO, TWO_HAND = 16, 32, 512, 2048
-- Slots that take only what is made for them, by slot.
local MADE_FOR = { [1] = 1, [2] = 2, [3] = 4, [4] = 8, [7] = 64, [8] = 128, [9] = 256 }
local WORN = bor(1, 2, 4, 8, 64, 128, 256)
local NO_WEAPON, SHIELD, DISTANCE, AMMUNITION, QUIVER = 0, 4, 5, 7, 8

return function(server, items)
    local tfs, config = server.tfs, server.parts.config
    local enum = server.parts.enums.get

    local function value(name)
        return enum("RETURNVALUE_" .. name) or enum("RETURNVALUE_NOTPOSSIBLE")
    end
    local NOERROR, NOTPOSSIBLE, NOROOM = value("NOERROR"), value("NOTPOSSIBLE"), value("NOTENOUGHROOM")
    local NOTDRESSED, BOTHHANDS, INYOURHAND =
        value("CANNOTBEDRESSED"), value("PUTTHISOBJECTINBOTHHANDS"), value("PUTTHISOBJECTINYOURHAND")
    local HANDSFREE, DROPTWOHANDED = value("BOTHHANDSNEEDTOBEFREE"), value("DROPTWOHANDEDITEM")
    local ONESHIELD, ONEWEAPON = value("CANONLYUSEONESHIELD"), value("CANONLYUSEONEWEAPON")

    --- Whether it holds ammunition.
    local function is_quiver(item)
        return tfs and item.type.weapon_type == QUIVER or item.type.is_quiver == true
    end

    items.is_quiver = is_quiver

    local function no_weapon(kind)
        return kind == NO_WEAPON or kind == SHIELD or kind == AMMUNITION or tfs and kind == QUIVER
    end

    -- Two things in two hands.
    local function together(item, other, count)
        local kind, other_kind = item.type.weapon_type, other.type.weapon_type
        if band(other.type.slot_position, TWO_HAND) ~= 0 then
            local quiver = tfs and other_kind == DISTANCE and is_quiver(item)
            return quiver and NOERROR or DROPTWOHANDED
        elseif item == other and count == item.count then
            return NOERROR
        elseif kind == SHIELD and other_kind == SHIELD then
            return ONESHIELD
        elseif no_weapon(kind) or no_weapon(other_kind) then
            return NOERROR
        end
        return ONEWEAPON
    end

    -- The right hand in servers that have a slot for shields.
    local function shield_hand(item, left)
        if item.type.weapon_type ~= SHIELD and not is_quiver(item) then
            return NOTDRESSED
        elseif left and band(bor(left.type.slot_position, item.type.slot_position), TWO_HAND) ~= 0 then
            local bow = left.type.weapon_type == DISTANCE and is_quiver(item)
            return bow and NOERROR or HANDSFREE
        end
        return NOERROR
    end

    local function right_hand(player, item, count, position, ret)
        local left = player.inventory[SLOT.LEFT]
        if not tfs then
            if band(position, RIGHT) ~= 0 then
                return shield_hand(item, left)
            elseif band(position, TWO_HAND) ~= 0 then
                return NOTDRESSED
            end
            return left and together(item, left, count) or NOERROR
        elseif band(position, RIGHT) == 0 then
            return ret
        elseif not config.boolean("CLASSIC_EQUIPMENT_SLOTS") then
            return shield_hand(item, left)
        elseif band(position, TWO_HAND) ~= 0 then
            return left and left ~= item and HANDSFREE or NOERROR
        end
        return left and together(item, left, count) or NOERROR
    end

    -- A two-handed weapon beside what is in the other hand.
    local function both_hands(item, right)
        if right and not (item.type.weapon_type == DISTANCE and is_quiver(right)) then
            return HANDSFREE
        end
        return NOERROR
    end

    local function left_hand(player, item, count, position, ret)
        local right = player.inventory[SLOT.RIGHT]
        local two_handed = band(position, TWO_HAND) ~= 0
        if not tfs then
            if is_quiver(item) then
                return NOTDRESSED
            elseif two_handed then
                return both_hands(item, right)
            elseif band(position, LEFT) ~= 0 then
                return no_weapon(item.type.weapon_type) and NOTDRESSED or NOERROR
            end
            return right and together(item, right, count) or NOERROR
        elseif band(position, LEFT) == 0 then
            return ret
        elseif not config.boolean("CLASSIC_EQUIPMENT_SLOTS") then
            if no_weapon(item.type.weapon_type) then
                return NOTDRESSED
            end
            return two_handed and both_hands(item, right) or NOERROR
        elseif two_handed then
            return right ~= item and both_hands(item, right) or NOERROR
        end
        return right and together(item, right, count) or NOERROR
    end

    -- What is answered where the slot is not one for the item.
    local function elsewhere(position)
        if band(position, WORN) ~= 0 then
            return NOTDRESSED
        elseif band(position, TWO_HAND) ~= 0 then
            return BOTHHANDS
        elseif band(position, bor(RIGHT, LEFT)) ~= 0 then
            return tfs and config.boolean("CLASSIC_EQUIPMENT_SLOTS") and INYOURHAND or NOTDRESSED
        end
        return tfs and NOTPOSSIBLE or NOERROR
    end

    --- Whether an item may come into a slot, as far as the other hand and what it is for go.
    function items.fits(player, index, item, count)
        local position = item.type.slot_position
        local any_ammunition = not tfs and config.boolean("ENABLE_PLAYER_PUT_ITEM_IN_AMMO_SLOT")
            or tfs and config.boolean("CLASSIC_EQUIPMENT_SLOTS")
        local ret = elsewhere(position)
        local made_for = MADE_FOR[index]
        if made_for then
            return band(position, made_for) ~= 0 and NOERROR or ret
        elseif index == SLOT.RIGHT then
            return right_hand(player, item, count, position, ret)
        elseif index == SLOT.LEFT then
            return left_hand(player, item, count, position, ret)
        elseif index == SLOT.AMMO then
            return (any_ammunition or band(position, AMMO) ~= 0) and NOERROR or ret
        elseif index == 0 or index == WHEREEVER then
            return NOROOM
        end
        return NOTPOSSIBLE
    end
end
