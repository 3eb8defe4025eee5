--- The class ItemType, with the methods of the server that is shown.

local context = ...
local raw = context.raw
local type = raw.type

-- Methods that give a field as it is.
local FIELDS = {
    getId = "id",
    getType = "type",
    getName = "name",
    getArticle = "article",
    getSlotPosition = "slot_position",
    getCharges = "charges",
    getFluidSource = "fluid_source",
    getCapacity = "max_items",
    getHitChance = "hit_chance",
    getShootRange = "shoot_range",
    getAttack = "attack",
    getDefense = "defense",
    getExtraDefense = "extra_defense",
    getArmor = "armor",
    getWeaponType = "weapon_type",
    getTransformEquipId = "transform_equip_to",
    getTransformDeEquipId = "transform_deequip_to",
    getDestroyId = "destroy_to",
    getDecayId = "decay_to",
    getRequiredLevel = "min_level",
    getAmmoType = "ammo_type",
    getVocationString = "vocation_string",
}
local CANARY_FIELDS = {
    getStackSize = "stack_size",
    getImbuementSlot = "imbuement_slots",
    getDecayTime = "decay_time",
    getWrapableTo = "wrapable_to",
    getBaseSpeed = "ground_speed",
    getElementalBond = "elemental_bond",
}
local TFS_FIELDS = {
    getGroup = "group",
    getClientId = "client_id",
    getRotateTo = "rotate_to",
    getDescription = "description",
    getWorth = "worth",
    getAttackSpeed = "attack_speed",
    getCorpseType = "corpse_type",
    getClassification = "classification",
    getWieldInfo = "wield_info",
    getDurationMin = "decay_time",
    getDurationMax = "decay_time_max",
    getLevelDoor = "level_door",
    getMinReqLevel = "min_level",
    getMinReqMagicLevel = "min_magic_level",
}

-- Methods that tell whether a flag is set.
local FLAGS = {
    isDoor = "is_door",
    isContainer = "is_container",
    isFluidContainer = "is_fluid_container",
    isMovable = "movable",
    isRune = "is_rune",
    isStackable = "stackable",
    isReadable = "can_read_text",
    isWritable = "can_write_text",
    isGroundTile = "is_ground",
    isMagicField = "is_magic_field",
    isPickupable = "pickupable",
}
local CANARY_FLAGS = {
    isCorpse = "corpse",
    isMultiUse = "useable",
    isKey = "is_key",
    isQuiver = "is_quiver",
    isPodium = "is_podium",
    getShowDuration = "show_duration",
}
local TFS_FLAGS = {
    isUseable = "useable",
    isRotatable = "rotatable",
    hasShowAttributes = "show_attributes",
    hasShowCount = "show_count",
    hasShowCharges = "show_charges",
    hasShowDuration = "show_duration",
    hasAllowDistRead = "allow_dist_read",
    isStoreItem = "store_item",
}

-- What getAbilities of TFS tells in lists: name, field and length.
local LISTS = {
    { "stats", "stats", 4 },
    { "statsPercent", "stats_percent", 4 },
    { "skills", "skills", 7 },
    { "specialSkills", "special_skills", 6 },
    { "fieldAbsorbPercent", "field_absorb", 12 },
    { "absorbPercent", "absorb", 12 },
    { "specialMagicLevel", "magic_level", 12 },
    { "boostPercent", "boost", 12 },
    { "reflectChance", "reflect_chance", 12 },
    { "reflectPercent", "reflect_percent", 12 },
}

return function(server, item_types)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local methods = {}

    local function kind_of(object)
        return userdata.get(object, "ItemType")
    end

    userdata.class("ItemType", nil, function(_, value)
        if type(value) == "number" then
            return userdata.push(item_types.of(arguments.u32(value)))
        elseif tfs and type(value) ~= "string" then
            return nil
        end
        local id = item_types.id_of(arguments.string(value))
        return userdata.push(id ~= 0 and item_types.named(id) or item_types.none)
    end)
    userdata.metamethod("ItemType", "__eq")

    local function add_fields(list)
        for name, field in raw.pairs(list) do
            methods[name] = function(object)
                local kind = kind_of(object)
                if kind then
                    return kind[field]
                end
                return nil
            end
        end
    end
    add_fields(FIELDS)
    add_fields(tfs and TFS_FIELDS or CANARY_FIELDS)

    local function add_flags(list)
        for name, field in raw.pairs(list) do
            methods[name] = function(object)
                local kind = kind_of(object)
                if kind then
                    return kind[field] == true
                end
                return nil
            end
        end
    end
    add_flags(FLAGS)
    add_flags(tfs and TFS_FLAGS or CANARY_FLAGS)

    function methods.isBlocking(object)
        local kind = kind_of(object)
        if kind then
            return kind.block_projectile == true or kind.block_solid == true
        end
        return nil
    end

    function methods.getPluralName(object)
        local kind = kind_of(object)
        if kind then
            return item_types.plural_of(kind)
        end
        return nil
    end

    function methods.hasSubType(object)
        local kind = kind_of(object)
        if kind then
            return item_types.has_sub_type(kind)
        end
        return nil
    end

    function methods.getWeight(object, ...)
        local many = arguments.given(arguments.u16, 1, 1, ...)
        local kind = kind_of(object)
        if kind then
            local weight = kind.weight % 18446744073709551616
            return weight * (many > 1 and many or 1)
        end
        return nil
    end

    local function ability(field, default)
        return function(object)
            local kind = kind_of(object)
            if not kind or not kind.abilities then
                return nil
            end
            return kind.abilities[field] or default
        end
    end
    methods.getElementType = ability("element_type", tfs and 0 or 255)
    methods.getElementDamage = ability("element_damage", 0)

    if not tfs then
        methods.getSpeed = ability("speed", 0)

        function methods.isStowable(object)
            local kind = kind_of(object)
            if kind then
                return kind.stackable == true and kind.ware_id > 0
            end
            return nil
        end

        -- Shields and ammunition are no weapons.
        function methods.isWeapon(object)
            local kind = kind_of(object)
            if kind then
                return kind.weapon_type ~= 0 and kind.weapon_type ~= 4 and kind.weapon_type ~= 7
            end
            return nil
        end

        function methods.getDescription(object, ...)
            local kind = kind_of(object)
            if kind then
                return server.parts.items.describe_kind(kind, 1, arguments.given(arguments.u16, 65535, 1, ...))
            end
            return nil
        end
    else
        function methods.isCorpse(object)
            local kind = kind_of(object)
            if kind then
                return kind.corpse_type ~= 0
            end
            return nil
        end

        function methods.getRuneSpellName(object)
            local kind = kind_of(object)
            if kind and kind.is_rune then
                return kind.rune_spell_name
            end
            return nil
        end

        function methods.getAbilities(...)
            local kind = kind_of((...))
            if not kind then
                return arguments.last(...)
            end
            local abilities = kind.abilities or {}
            local suppressed = 0
            for _, condition in raw.ipairs(abilities.suppressed or {}) do
                suppressed = raw.bit.bor(suppressed, condition)
            end
            local told = {
                healthGain = abilities.health_gain or 0,
                healthTicks = abilities.health_ticks or 0,
                manaGain = abilities.mana_gain or 0,
                manaTicks = abilities.mana_ticks or 0,
                conditionImmunities = 0,
                conditionSuppressions = suppressed,
                speed = abilities.speed or 0,
                elementDamage = abilities.element_damage or 0,
                elementType = abilities.element_type or 0,
                manaShield = abilities.mana_shield == true,
                invisible = abilities.invisible == true,
                regeneration = abilities.regeneration == true,
            }
            for at = 1, #LISTS do
                local list = LISTS[at]
                local values, given = {}, abilities[list[2]] or {}
                for index = 1, list[3] do
                    values[index] = given[index - 1] or 0
                end
                told[list[1]] = values
            end
            return told
        end

        local function market(selling)
            return function(object)
                local kind = kind_of(object)
                return kind and server.parts.storage.market_prices(kind.id, selling) or nil
            end
        end
        methods.getMarketBuyStatistics, methods.getMarketSellStatistics = market(false), market(true)
    end

    userdata.methods("ItemType", methods)
end
