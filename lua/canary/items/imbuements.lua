--- Imbuements and classes of items for the forge (Canary).

local context = ...
local raw = context.raw
local lower, tonumber = raw.string.lower, raw.tonumber

return function(server, items)
    if server.tfs then
        return
    end
    local userdata, arguments = server.userdata, server.arguments

    -- Imbuements -------------------------------------------------------------------------------------------------

    local bases, categories, imbuements

    local function attribute(node, name)
        return node.attributes[name] or ""
    end

    local function number(node, name)
        return tonumber(raw.string.match(attribute(node, name), "^%s*[+-]?%d+") or 0)
    end

    local function truth(text)
        return raw.string.find(text, "^[1tTyY]") ~= nil
    end

    local COMBATS = { fire = "FIRE", earth = "EARTH", ice = "ICE", energy = "ENERGY", death = "DEATH", holy = "HOLY" }

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
            items = {},
            element_damage = 0,
            combat_type = 255,
        }
        for _, child in raw.ipairs(node.children) do
            local key = lower(attribute(child, "key"))
            if key == "item" then
                local count = child.attributes.count and number(child, "count") or 1
                imbuement.items[#imbuement.items + 1] = { itemid = number(child, "value"), count = count }
            elseif key == "scroll" then
                imbuement.scroll = number(child, "value")
            elseif key == "effect" and lower(attribute(child, "type")) == "damage" then
                local combat = COMBATS[lower(attribute(child, "combat"))] or ""
                imbuement.element_damage = raw.math.min(100, number(child, "value"))
                imbuement.combat_type = server.parts.enums.get("COMBAT_" .. combat .. "DAMAGE") or 255
            end
        end
        return imbuement
    end

    local function load()
        bases, categories, imbuements = {}, {}, {}
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
                categories[number(node, "id")] = { id = number(node, "id"), name = attribute(node, "name") }
            elseif kind == "imbuement" then
                id = id + 1
                imbuements[id] = read_imbuement(node, id)
            end
        end
    end

    --- The imbuement with a number; nil for none.
    function items.imbuement(id)
        if not imbuements then
            load()
        end
        return imbuements[id]
    end

    --- The imbuement of a scroll; nil for an item that is none.
    ---@param item_id number
    function items.imbuement_of_scroll(item_id)
        if not imbuements then
            load()
        end
        for _, imbuement in raw.ipairs(imbuements) do
            if imbuement.scroll == item_id then
                return imbuement
            end
        end
    end

    --- Puts an imbuement into the first free slot of an item.
    ---@param item table
    ---@param imbuement table
    ---@return string|nil problem what the player is told; empty for nothing
    function items.imbue_freely(item, imbuement)
        local free
        for slot = 0, items.imbuement_slots(item) - 1 do
            local other = items.imbuement_in(item, slot)
            if not other then
                free = free or slot
            elseif other.category == imbuement.category then
                return "This item already has this imbuement type."
            end
        end
        if not free or not bases[imbuement.base] then
            return ""
        end
        local kinds = item.type.imbuements
        if not categories[imbuement.category] or (kinds and kinds[imbuement.category] or 0) < imbuement.base then
            return "This object cannot be imbued with that scroll."
        end
        items.imbue(item, free, imbuement.id, bases[imbuement.base].duration)
        return nil
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
            return category and copied(category) or nil
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
