--- Imbuements and classes of items for the forge (Canary).

local context = ...
local raw = context.raw
local lower, min, tonumber = raw.string.lower, raw.math.min, raw.tonumber

return function(server, items)
    if server.tfs then
        return
    end
    local userdata, arguments = server.userdata, server.arguments
    local enum = server.parts.enums.get
    local NO_COMBAT = enum("COMBAT_NONE")

    -- Imbuements -------------------------------------------------------------------------------------------------

    local bases, categories, imbuements, scrolls

    local function attribute(node, name)
        return node.attributes[name] or ""
    end

    local function number(node, name)
        return tonumber(raw.string.match(attribute(node, name), "^%s*[+-]?%d+") or 0)
    end

    local function truth(text)
        return raw.string.find(text, "^[1tTyY]") ~= nil
    end

    local NAMED_SKILLS = { sword = "SWORD", axe = "AXE", club = "CLUB", dist = "DISTANCE", distance = "DISTANCE",
        fish = "FISHING", shield = "SHIELD", fist = "FIST" }
    local AMOUNTS = { critical = "CRITICAL_HIT_DAMAGE", lifeleech = "LIFE_LEECH_AMOUNT",
        manaleech = "MANA_LEECH_AMOUNT" }
    local COMBATS = {}
    local KINDS = "drown death energy earth fire healing holy ice undefined physical agony neutral lifedrain manadrain"
    for name in raw.string.gmatch(KINDS, "%a+") do
        local short = raw.string.upper(name)
        COMBATS[name] = enum("COMBAT_" .. short .. "DAMAGE") or enum("COMBAT_" .. short)
    end

    -- What an imbuement does, by the kinds of effects; one that lacks what it needs does nothing.
    local effects = {}

    function effects.skill(imbuement, node)
        local name = lower(attribute(node, "value"))
        if not node.attributes.bonus then
            return
        elseif NAMED_SKILLS[name] then
            imbuement.skills[enum("SKILL_" .. NAMED_SKILLS[name])] = number(node, "bonus")
        elseif name == "magicpoints" then
            imbuement.magic_level = number(node, "bonus")
        elseif AMOUNTS[name] then
            -- The chance is the skill before the amount.
            local skill = enum("SKILL_" .. AMOUNTS[name])
            imbuement.skills[skill] = number(node, "bonus")
            imbuement.skills[skill - 1] = node.attributes.chance and min(10000, number(node, "chance")) or 100
        end
    end

    function effects.damage(imbuement, node)
        local combat = COMBATS[attribute(node, "combat")]
        if combat and node.attributes.value then
            imbuement.combat_type, imbuement.element_damage = combat, min(100, number(node, "value"))
        end
    end

    function effects.reduction(imbuement, node)
        local combat = COMBATS[attribute(node, "combat")]
        if combat and node.attributes.value then
            imbuement.absorb[combat] = min(100, number(node, "value"))
        end
    end

    function effects.speed(imbuement, node)
        imbuement.speed = number(node, "value")
    end

    function effects.capacity(imbuement, node)
        imbuement.capacity = number(node, "value")
    end

    function effects.paralysis(imbuement, node)
        if node.attributes.chance or node.attributes.value then
            imbuement.paralysis_chance = min(100, number(node, node.attributes.chance and "chance" or "value"))
            imbuement.deflects_players = number(node, "pvpDeflect") ~= 0
        end
    end
    effects.vibrancy = effects.paralysis

    local function add_item(imbuement, node)
        local id = number(node, "value")
        for _, item in raw.ipairs(imbuement.items) do
            if item.itemid == id then
                return
            end
        end
        local count = node.attributes.count and number(node, "count") or 1
        imbuement.items[#imbuement.items + 1] = { itemid = id, count = count }
    end

    local function read_imbuement(node, id)
        local imbuement = {
            class_name = "Imbuement",
            id = id,
            name = attribute(node, "name"),
            base = number(node, "base"),
            category = number(node, "category"),
            premium = truth(attribute(node, "premium")),
            storage = number(node, "storage"),
            subgroup = attribute(node, "subgroup"),
            description = "",
            icon = number(node, "iconid"),
            items = {},
            element_damage = 0,
            combat_type = NO_COMBAT,
            skills = {},
            absorb = {},
            magic_level = 0,
            speed = 0,
            capacity = 0,
            paralysis_chance = 0,
        }
        for _, child in raw.ipairs(node.children) do
            local key = lower(attribute(child, "key"))
            if key == "item" and child.attributes.value then
                add_item(imbuement, child)
            elseif key == "scroll" then
                imbuement.scroll = number(child, "value")
            elseif key == "description" then
                imbuement.description = child.attributes.value or imbuement.name
            elseif key == "effect" then
                local read = effects[lower(attribute(child, "type"))]
                if read then
                    read(imbuement, child)
                end
            end
        end
        return imbuement
    end

    local function load()
        bases, categories, imbuements, scrolls = {}, {}, {}, {}
        local id = 0
        local directory = server.parts.config.text and server.parts.config.text("CORE_DIRECTORY") or "data"
        local document = server.host("files.xml", (directory ~= "" and directory or "data") .. "/XML/imbuements.xml")
        for _, node in raw.ipairs(document and document.children or {}) do
            local kind = lower(node.tag)
            if kind == "base" then
                bases[number(node, "id")] = {
                    id = number(node, "id"),
                    name = attribute(node, "name"),
                    price = number(node, "price"),
                    protection = number(node, "protectionPrice"),
                    percent = number(node, "percent"),
                    removeCost = number(node, "removecost"),
                    duration = number(node, "duration"),
                }
            elseif kind == "category" then
                local aggressive = node.attributes.agressive
                categories[number(node, "id")] = {
                    id = number(node, "id"),
                    name = attribute(node, "name"),
                    aggressive = aggressive == nil or truth(aggressive),
                }
            elseif kind == "imbuement" then
                -- Numbers count on over those of no base.
                id = id + 1
                if bases[number(node, "base")] then
                    imbuements[id] = read_imbuement(node, id)
                    scrolls[imbuements[id].scroll or 0] = imbuements[id]
                end
            end
        end
        scrolls[0] = nil
        return document ~= nil
    end

    --- The imbuement with a number; nil for none.
    function items.imbuement(id)
        if not imbuements then
            load()
        end
        return imbuements[id]
    end

    --- All imbuements, by their numbers.
    function items.imbuements()
        if not imbuements then
            load()
        end
        return imbuements
    end

    --- The imbuement of a scroll; nil for an item that is none.
    ---@param item_id number
    function items.imbuement_of_scroll(item_id)
        if not imbuements then
            load()
        end
        return scrolls[item_id]
    end

    --- The category of an imbuement; nil for one that the file doesn't have.
    function items.imbuement_category(imbuement)
        return categories[imbuement.category]
    end

    --- Reads the file anew. Slots of items keep what they have by its number.
    ---@return boolean whether there is one
    function items.reload_imbuements()
        return load()
    end

    --- What imbuements of one strength have in common.
    function items.imbuement_base(imbuement)
        return bases[imbuement.base] or { name = "" }
    end

    userdata.class("Imbuement", nil, function(_, id)
        return userdata.push(items.imbuement(arguments.u16(id)))
    end)
    userdata.metamethod("Imbuement", "__eq")

    local function copied(fields)
        local copy = {}
        for key, value in raw.pairs(fields) do
            copy[key] = value
        end
        return copy
    end

    local function of_imbuement(get)
        return function(object)
            local imbuement = userdata.get(object, "Imbuement")
            if imbuement then
                return get(imbuement)
            end
            return nil
        end
    end

    userdata.methods("Imbuement", {
        getName = of_imbuement(function(imbuement)
            return imbuement.name
        end),
        getId = of_imbuement(function(imbuement)
            return imbuement.id
        end),
        getItems = of_imbuement(function(imbuement)
            local list = {}
            for _, item in raw.ipairs(imbuement.items) do
                list[item.itemid] = copied(item)
            end
            return list
        end),
        getBase = of_imbuement(function(imbuement)
            local base = bases[imbuement.base]
            return base and copied(base) or nil
        end),
        getCategory = of_imbuement(function(imbuement)
            local category = categories[imbuement.category]
            return category and { id = category.id, name = category.name } or nil
        end),
        isPremium = of_imbuement(function(imbuement)
            return imbuement.premium
        end),
        getElementDamage = of_imbuement(function(imbuement)
            return imbuement.element_damage
        end),
        getCombatType = of_imbuement(function(imbuement)
            return imbuement.combat_type
        end),
    })

    -- Classes of items for the forge -----------------------------------------------------------------------------

    local classifications = {}

    --- A class of items by its number; made when it is wanted.
    ---@param id number
    ---@param make boolean|nil
    function items.classification(id, make)
        local found = classifications[id]
        if not found and make then
            found = { class_name = "ItemClassification", id = id, tiers = {} }
            classifications[id] = found
        end
        return found
    end

    userdata.class("ItemClassification", nil, function()
        -- The server pushes what it finds, and nil above it.
        return nil
    end)
    userdata.metamethod("ItemClassification", "__eq")
    userdata.methods("ItemClassification", {
        addTier = function(object, id, core, regular, fusion, transfer)
            local found = userdata.get(object, "ItemClassification")
            if not found then
                return nil
            end
            found.tiers[arguments.u8(id)] = {
                core = arguments.u8(core),
                regular = arguments.u64(regular),
                fusion = arguments.u64(fusion),
                transfer = arguments.u64(transfer),
            }
            return true
        end,
    })
end
