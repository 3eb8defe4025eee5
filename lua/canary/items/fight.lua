--- What items say of themselves in brackets: how they hit and protect, what they do to skills.

local context = ...
local raw = context.raw
local concat, format = raw.table.concat, raw.string.format

local SKILLS = {
    [0] = "fist fighting",
    "club fighting",
    "sword fighting",
    "axe fighting",
    "distance fighting",
    "shielding",
    "fishing",
    "critical hit chance",
    "critical extra damage",
    "life leech chance",
    "life leech",
    "mana leech chance",
    "mana leech",
}
local DAMAGES = {
    [0] = "physical",
    "fire",
    "earth",
    "energy",
    "undefined",
    "lifedrain",
    "manadrain",
    "healing",
    "drown",
    "ice",
    "holy",
    "death",
    "agony",
    "neutral",
}
local LAST_DAMAGE, LAST_SPECIAL = 13, 11
local FISHING, CRITICAL, LIFE_CHANCE, MANA_CHANCE, LAST_SKILL = 6, 7, 9, 11, 12
local MAGIC = 3
local NONE = 255

local fight = { DAMAGES = DAMAGES }

return function(items)
    local function signed(value)
        return format("%+d", value)
    end

    -- Parts in brackets, set apart by commas.
    local Brackets = {}
    Brackets.__index = Brackets

    local function brackets(open)
        return raw.setmetatable({ open = open or false }, Brackets)
    end

    function Brackets:add(text)
        self[#self + 1] = (self.open and ", " or " (") .. text
        self.open = true
    end

    function Brackets:close()
        return concat(self) .. (self.open and ")" or "")
    end

    -- Of what changes its kind when it is worn, the skills of criticals and leeches are those of the other kind.
    local function add_skills(out, abilities, own)
        local skills = abilities.skills or {}
        for skill = 0, FISHING do
            if skills[skill] and skills[skill] ~= 0 then
                out:add(SKILLS[skill] .. " " .. signed(skills[skill]))
            end
        end
        local magic = abilities.stats and abilities.stats[MAGIC] or 0
        if magic ~= 0 then
            out:add("magic level " .. signed(magic))
        end
        local special = abilities.specialized or {}
        for kind = 1, LAST_SPECIAL do
            if special[kind] and special[kind] ~= 0 then
                out:add(DAMAGES[kind] .. " magic level " .. signed(special[kind]))
            end
        end
        skills = own and own.skills or not own and skills or {}
        for skill = CRITICAL, LAST_SKILL do
            local value = skills[skill] or 0
            if value ~= 0 and skill ~= LIFE_CHANCE and skill ~= MANA_CHANCE then
                local sign = skill ~= CRITICAL and value > 0 and "+" or ""
                out:add(SKILLS[skill] .. " " .. sign .. format("%g", value / 100) .. "%")
            end
        end
    end

    local function add_effects(out, abilities, capital, reflect_sign)
        local flat, percent = abilities.magic_shield_flat or 0, abilities.magic_shield_percent or 0
        if flat ~= 0 or percent ~= 0 then
            local name = capital and "Magic Shield Capacity " or "magic shield capacity "
            out:add(name .. signed(flat) .. " and " .. percent .. "%")
        end
        if (abilities.perfect_shot_range or 0) ~= 0 then
            out:add("perfect shot " .. signed(abilities.perfect_shot_damage or 0) .. " at range "
                .. abilities.perfect_shot_range)
        end
        local reflect = abilities.reflect_flat and abilities.reflect_flat[0] or 0
        if reflect ~= 0 then
            out:add("damage reflection " .. (reflect_sign and signed(reflect) or signed(reflect)))
        end
    end

    -- One value for all kinds, or nil.
    local function same_for_all(values, compared)
        local first = values[0] or 0
        if first == 0 then
            return nil
        end
        for kind = 1, LAST_DAMAGE do
            if (compared[kind] or 0) ~= first then
                return nil
            end
        end
        return first
    end

    local function add_protection(out, abilities)
        local absorb = abilities.absorb or {}
        local all = same_for_all(absorb, absorb)
        if all then
            out:add("protection all " .. signed(all) .. "%")
            return
        end
        local first = true
        for kind = 0, LAST_DAMAGE do
            local value = absorb[kind] or 0
            if value ~= 0 then
                out:add((first and "protection " or "") .. DAMAGES[kind] .. " " .. signed(value) .. "%")
                first = false
            end
        end
    end

    -- Of weapons "protection fire field", of what is worn "field protection fire"; the server compares with what the
    -- item absorbs besides fields.
    local function add_field_protection(out, abilities, of_weapon)
        local absorb = abilities.field_absorb or {}
        local all = same_for_all(absorb, abilities.absorb or {})
        if all then
            out:add((of_weapon and "protection all fields " or "field protection all ") .. signed(all) .. "%")
            return
        end
        local first = true
        for kind = 0, LAST_DAMAGE do
            local value = absorb[kind] or 0
            if value ~= 0 then
                local head = first and (of_weapon and "protection " or "field protection ") or ""
                out:add(head .. DAMAGES[kind] .. (of_weapon and " field " or " ") .. signed(value) .. "%")
                first = false
            end
        end
    end

    local function add_motion(out, abilities, capital)
        if (abilities.speed or 0) ~= 0 then
            out:add("speed " .. signed(abilities.speed))
        end
        if (abilities.cleave_percent or 0) ~= 0 then
            out:add((capital and "Cleave " or "cleave ") .. signed(abilities.cleave_percent) .. "%")
        end
    end

    local function add_abilities(out, kind, of_melee)
        local abilities = kind.abilities
        if not abilities then
            return
        end
        add_skills(out, abilities)
        if of_melee and abilities.regeneration then
            out:add("faster regeneration")
        end
        add_effects(out, abilities, false)
        add_protection(out, abilities)
        add_field_protection(out, abilities, true)
        add_motion(out, abilities, of_melee)
    end

    local function bow(kind, item)
        local out = brackets()
        out:add("Range: " .. (item and items.shoot_range(item) or kind.shoot_range))
        local attack = item and items.attack(item) or kind.attack
        local hit = item and items.hit_chance(item) or kind.hit_chance
        if attack ~= 0 then
            out:add("Atk " .. signed(attack))
        end
        if hit ~= 0 then
            out:add("Hit% " .. signed(hit))
        end
        add_abilities(out, kind, false)
        return out:close()
    end

    local function volume_of(kind, item)
        if item and items.has_attribute(item, "uniqueid") then
            return 0
        elseif kind.is_container then
            return kind.max_items
        end
        return item and item.items and item.capacity or 0
    end

    local function weapon(kind, item)
        local out = brackets()
        if volume_of(kind, item) ~= 0 then
            out:add("Vol:" .. volume_of(kind, item))
        end
        local attack = item and items.attack(item) or kind.attack
        local defense = item and items.defense(item) or kind.defense
        local extra = item and items.extra_defense(item) or kind.extra_defense
        if attack ~= 0 then
            out[#out + 1] = " (Atk:" .. attack
            out.open = true
        end
        local abilities = kind.abilities
        local element = abilities and abilities.element_type or NONE
        if element ~= NONE and (abilities.element_damage or 0) ~= 0 then
            local text = abilities.element_damage .. " " .. DAMAGES[element]
            if out.open then
                out[#out + 1] = " physical + " .. text
            else
                out:add(text)
            end
        end
        if defense ~= 0 or extra ~= 0 or kind.weapon_type == 8 then
            out:add("Def:" .. defense .. (extra ~= 0 and " " .. signed(extra) or ""))
        end
        add_abilities(out, kind, true)
        return out:close()
    end

    local function worn(kind, item)
        local armor = item and items.armor(item) or kind.armor
        if kind.armor == 0 and armor == 0 and not kind.show_attributes then
            return ""
        end
        local out = brackets(kind.is_quiver)
        if armor ~= 0 then
            out:add("Arm:" .. armor)
        end
        local mantra = item and items.mantra(item) or kind.mantra
        if mantra ~= 0 then
            out:add("Mantra:" .. mantra)
        end
        local abilities = kind.abilities
        if abilities then
            add_skills(out, abilities, item and (item.type.abilities or {}))
            add_effects(out, abilities, true, true)
            add_protection(out, abilities)
            add_field_protection(out, abilities, false)
            add_motion(out, abilities, true)
        end
        return out:close()
    end

    fight.bow, fight.weapon, fight.worn, fight.volume, fight.signed = bow, weapon, worn, volume_of, signed
    return fight
end
