--- What Canary's items.xml says of a kind of item as a script would: what happens when it is put on, stepped on or used
--- as a weapon. Made when first asked for: most items are never worn.

local context = ...
local raw = context.raw

local WORDS = { stepin = "onStepIn", stepout = "onStepOut", additem = "onAddItem", removeitem = "onRemoveItem" }

return function(server, items)
    local function worn(kind, event)
        local equip = kind.equip
        return {
            class_name = "MoveEvent",
            type = event,
            slot = equip.slot,
            wield = kind.wield_info or 0,
            level = equip.level,
            magic_level = 0,
            premium = false,
            vocations = equip.vocations,
        }
    end

    --- The move event that a kind of item comes with; nil for none.
    ---@param kind table type of an item
    ---@param event string onEquip, onDeEquip, onStepIn, …
    ---@return table|nil
    function items.built_in_move(kind, event)
        if not kind.equip and not kind.move_events then
            return nil
        end
        local made = kind.built_in
        if not made then
            made = {}
            if kind.equip then
                made.onEquip, made.onDeEquip = worn(kind, "onEquip"), worn(kind, "onDeEquip")
            end
            for _, word in raw.ipairs(kind.move_events or {}) do
                local name = WORDS[word]
                if name then
                    made[name] = { class_name = "MoveEvent", type = name, slot = 4294967295 }
                end
            end
            kind.built_in = made
        end
        return made[event]
    end

    --- The weapon that a kind of item comes with; nil for none.
    ---@param kind table type of an item
    ---@return table|nil
    function items.built_in_weapon(kind)
        local given = kind.weapon
        if not given or kind.own_weapon then
            return kind.own_weapon
        end
        local combat = server.parts.combat
        local weapon = combat.make_weapon(combat.weapon_kind(given.type) or "melee", given.type)
        weapon.level, weapon.min, weapon.max = given.level, given.from_damage, given.to_damage
        weapon.wield_info, weapon.vocation_string = kind.wield_info or 0, kind.vocation_string or ""
        weapon.action, weapon.mana = given.action, given.mana or 0
        weapon.break_chance, weapon.unproperly = given.break_chance or 0, given.unproperly == true
        if given.combat_type then
            weapon.params.type = given.combat_type
        end
        combat.configure_weapon(weapon, kind)
        kind.own_weapon = weapon
        return weapon
    end
end
