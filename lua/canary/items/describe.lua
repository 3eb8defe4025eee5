--- What one sees who looks at an item: its name, what it is worth in a fight, its weight, what is written on it. Canary
--- says it so; in TFS scripts put it together, and ask only for parts.

local context = ...
local raw = context.raw
local floor, format, gsub = raw.math.floor, raw.string.format, raw.string.gsub
local lower, sub, upper = raw.string.lower, raw.string.sub, raw.string.upper
local concat = raw.table.concat

local NONE, SHOWN_AS_BOOK_FROM, SHOWN_AS_BOOK_TO = 255, 7369, 7371
local DISTANCE, AMMUNITION = 5, 7
local RING_SLOT = 256
local WIELD_LEVEL, WIELD_MAGIC, WIELD_PREMIUM = 1, 2, 8
local PLAIN_AUGMENTS = { ["increased damage"] = "Increased Damage", ["powerful impact"] = "Powerful Impact",
    ["strong impact"] = "Strong Impact" }

return function(server, items)
    local item_types = server.parts.item_types
    local band = raw.bit.band

    local fight = context.use("canary/items/fight")(items)
    local bow, weapon, worn, volume_of, signed = fight.bow, fight.weapon, fight.worn, fight.volume, fight.signed
    local DAMAGES = fight.DAMAGES

    -- How much longer it lasts.
    local function duration(item)
        if not item then
            return ""
        end
        local seconds = floor(items.duration(item) / 1000)
        if not items.has_attribute(item, "duration") or seconds <= 0 then
            return " that is brand-new"
        end
        local function many(value, unit)
            return value .. " " .. unit .. (value ~= 1 and "s" or "")
        end
        local large, large_unit, small, small_unit
        if seconds >= 86400 then
            large, large_unit = floor(seconds / 86400), "day"
            small, small_unit = floor(seconds % 86400 / 3600), "hour"
        elseif seconds >= 3600 then
            large, large_unit = floor(seconds / 3600), "hour"
            small, small_unit = floor(seconds % 3600 / 60), "minute"
        elseif seconds >= 60 then
            large, large_unit = floor(seconds / 60), "minute"
            small, small_unit = seconds % 60, "second"
        else
            return " that will expire in " .. many(seconds, "second")
        end
        return " that will expire in " .. many(large, large_unit)
            .. (small > 0 and " and " .. many(small, small_unit) or "")
    end

    local function ring(kind, item)
        local abilities = kind.abilities
        if not abilities or band(kind.slot_position, RING_SLOT) == 0 then
            return nil
        end
        if (abilities.speed or 0) > 0 then
            return " (speed " .. signed(abilities.speed) .. ")" .. duration(item)
        end
        for _, condition in raw.ipairs(abilities.suppressed or {}) do
            if condition == server.parts.enums.get("CONDITION_DRUNK") then
                return " (hard drinking)"
            end
        end
        return abilities.invisible and " (invisibility)" or abilities.regeneration and " (faster regeneration)"
            or abilities.mana_shield and " (mana shield)" or nil
    end

    local function written(item, text)
        local writer = items.text(item, "writer")
        if writer == "" then
            return "You read: " .. text
        end
        local date = items.number(item, "date")
        local on = ""
        if date ~= 0 then
            on = " on " .. raw.os.date("!%Y-%m-%d %H:%M:%S", date)
        end
        return writer .. " wrote" .. on .. ": " .. text
    end

    local function is_book(kind)
        return kind.id >= SHOWN_AS_BOOK_FROM and kind.id <= SHOWN_AS_BOOK_TO
    end

    -- What else an item can be: a key, a vial, a sign. The text that was read is given back, too.
    local function other(kind, item, sub_type, distance)
        local special = ring(kind, item)
        if special then
            return special, ""
        elseif kind.is_key then
            return format(" (Key:%04d)", item and items.number(item, "actionid") or 0), ""
        elseif kind.is_fluid_container then
            if sub_type > 0 then
                local name = item_types.of(sub_type).name
                return " of " .. (name ~= "" and name or "unknown"), ""
            end
            return ". It is empty", ""
        elseif kind.is_splash then
            local name = sub_type > 0 and item_types.of(sub_type).name or ""
            return " of " .. (name ~= "" and name or "unknown"), ""
        elseif kind.allow_dist_read and not is_book(kind) then
            if distance > 4 then
                return ".\nYou are too far away to read it", ""
            end
            local text = item and items.text(item, "text") or ""
            return ".\n" .. (text ~= "" and written(item, text) or "Nothing is written on it"), text
        elseif kind.level_door ~= 0 and item then
            local action = items.number(item, "actionid")
            if action >= kind.level_door then
                return " for level " .. (action - kind.level_door), ""
            end
        end
        return "", ""
    end

    local function rune(kind, sub_type)
        if kind.rune_level <= 0 and kind.rune_magic_level <= 0 then
            return ""
        end
        local users = server.parts.spells.rune_users
        local shown = users and users(kind.id) or {}
        local text = ' ("' .. kind.rune_spell_name .. '"). ' .. (kind.stackable and sub_type > 1 and "They" or "It")
            .. " can only be used by "
        if #shown == 0 then
            text = text .. "players"
        end
        for at = 1, #shown do
            local between = at == 1 and "" or at == #shown and " and " or ", "
            text = text .. between .. lower(shown[at]) .. "s"
        end
        text = text .. " with"
        if kind.rune_level > 0 then
            text = text .. " level " .. kind.rune_level
        end
        if kind.rune_magic_level > 0 then
            text = text .. (kind.rune_level > 0 and " and" or "") .. " magic level " .. kind.rune_magic_level
        end
        return text .. " or higher"
    end

    local function wielding(kind)
        local info = kind.wield_info
        if info == 0 then
            return ""
        end
        local text = "\nIt can only be wielded properly by " .. (band(info, WIELD_PREMIUM) ~= 0 and "premium " or "")
            .. (kind.vocation_string ~= "" and kind.vocation_string or "players")
        if band(info, WIELD_LEVEL) ~= 0 then
            text = text .. " of level " .. kind.min_level .. " or higher"
        end
        if band(info, WIELD_MAGIC) ~= 0 then
            text = text .. (band(info, WIELD_LEVEL) ~= 0 and " and" or " of") .. " magic level "
                .. kind.min_magic_level .. " or higher"
        end
        return text .. "."
    end

    local function capitals(text)
        return (gsub(text, "(%a)([%w']*)", function(first, rest)
            local word = first .. rest
            return word == "of" and word or upper(first) .. rest
        end))
    end

    local function augments(kind)
        local list = {}
        for _, augment in raw.ipairs(kind.augments or {}) do
            local name, value = capitals(augment.spell), augment.value or 0
            local plain = PLAIN_AUGMENTS[lower(augment.type)]
            if plain then
                list[#list + 1] = name .. " -> " .. plain
            elseif lower(augment.type) == "cooldown" then
                local sign = value > 0 and "-" or "+"
                list[#list + 1] = name .. " -> " .. sign .. floor(value / 1000) .. "s cooldown"
            else
                list[#list + 1] = name .. " -> " .. signed(value) .. "% " .. lower(augment.type)
            end
        end
        return #list > 0 and "\nAugments: (" .. concat(list, ", ") .. ")." or ""
    end

    local function imbuements(item)
        local slots = item and items.imbuement_slots(item) or 0
        if slots < 1 then
            return ""
        end
        local list = {}
        for slot = 0, slots - 1 do
            local imbuement, seconds = items.imbuement_in(item, slot)
            if imbuement then
                local minutes = floor(seconds / 60)
                list[#list + 1] = format("%s %s %02d:%02dh", items.imbuement_base(imbuement).name, imbuement.name,
                    floor(minutes / 60), minutes % 60)
            else
                list[#list + 1] = "Empty Slot"
            end
        end
        return "\nImbuements: (" .. concat(list, ", ") .. ")."
    end

    local function classification(item)
        if not item or item.type.classification < 1 then
            return ""
        end
        return "\nClassification: " .. item.type.classification .. " Tier: " .. items.tier_text(item) .. "."
    end

    --- The name of so many of a kind, or of an item.
    ---@param kind table
    ---@param item table|nil
    ---@param sub_type number|nil
    ---@param with_article boolean|nil true unless given
    function items.name_description(kind, item, sub_type, with_article)
        sub_type = item and items.sub_type(item) or sub_type or -1
        local name = item and items.name(item) or kind.name
        if name == "" then
            if server.tfs and with_article == false then
                return "item of type " .. kind.id
            end
            return "an item of type " .. kind.id
        elseif kind.stackable and sub_type > 1 then
            local plural = item and items.plural(item) or item_types.plural_of(kind)
            return (kind.show_count and sub_type .. " " or "") .. plural
        end
        local article = item and items.article(item) or kind.article
        return (with_article ~= false and article ~= "" and article .. " " or "") .. name
    end
    local name_description = items.name_description

    --- "It weighs 18.00 oz."
    ---@param kind table
    ---@param weight number in 1/100 oz
    ---@param count number|nil
    function items.weight_description(kind, weight, count)
        local head = kind.stackable and (count or 1) > 1 and kind.show_count and "They weigh " or "It weighs "
        weight = weight % 4294967296
        return head .. format("%d.%02d oz.", floor(weight / 100), weight % 100)
    end

    local function weighs(kind, item)
        if not kind.pickupable then
            return ""
        elseif item then
            local weight = items.weight(item)
            return weight ~= 0 and "\n" .. items.weight_description(kind, weight, item.count) or ""
        end
        return kind.weight ~= 0 and "\n" .. items.weight_description(kind, kind.weight) or ""
    end

    local function details(kind, item, sub_type, distance)
        if kind.is_rune then
            return rune(kind, sub_type), ""
        elseif kind.weapon_type ~= 0 then
            if kind.weapon_type == DISTANCE and kind.ammo_type ~= 0 then
                return bow(kind, item), ""
            elseif kind.weapon_type ~= AMMUNITION then
                return weapon(kind, item), ""
            end
            return "", ""
        elseif kind.is_container or (item and item.items) then
            local volume = volume_of(kind, item)
            if volume == 0 then
                return "", ""
            end
            return " (Vol:" .. volume .. (kind.is_quiver and "" or ")"), ""
        end
        return other(kind, item, sub_type, distance)
    end

    local function own_words(kind, item, distance)
        local special = item and items.text(item, "description") or ""
        if special ~= "" then
            return "\n" .. special
        elseif distance <= 1 and kind.description ~= "" then
            return "\n" .. kind.description
        end
        return ""
    end

    local function describe(kind, item, distance, sub_type)
        sub_type = item and items.sub_type(item) or sub_type
        local out = { name_description(kind, item, sub_type) }
        local text
        out[2], text = details(kind, item, sub_type, distance)
        local equipped = kind.transform_equip_to ~= 0 and item_types.of(kind.transform_equip_to) or kind
        out[#out + 1] = worn(equipped, item)
        if kind.show_charges then
            local left = sub_type == 0 and kind.charges or sub_type
            out[#out + 1] = " that has " .. left .. " charge" .. (sub_type ~= 1 and "s" or "") .. " left"
        end
        if kind.show_duration then
            out[#out + 1] = duration(item)
        end
        if text == "" and item then
            text = items.text(item, "text")
        end
        local book = kind.allow_dist_read and is_book(kind)
        if not kind.allow_dist_read or book or text == "" then
            out[#out + 1] = "."
        end
        out[#out + 1] = wielding(kind)
        out[#out + 1] = item and augments(kind) or ""
        out[#out + 1] = imbuements(item)
        out[#out + 1] = classification(item)
        out[#out + 1] = distance <= 1 and weighs(kind, item) or ""
        out[#out + 1] = own_words(kind, item, distance)
        if kind.elemental_bond ~= NONE then
            local bond = DAMAGES[kind.elemental_bond]
            out[#out + 1] = "\nElemental Bond: " .. upper(sub(bond, 1, 1)) .. sub(bond, 2) .. "."
        end
        if book and text ~= "" then
            out[#out + 1] = "\n" .. text
        end
        return concat(out)
    end

    --- What one sees of an item from some steps away (Canary).
    ---@param item table
    ---@param distance number
    function items.describe(item, distance)
        return describe(item.type, item, distance, 0)
    end

    --- What one is told of a kind (Canary).
    function items.describe_kind(kind, distance, sub_type)
        return describe(kind, nil, distance, sub_type)
    end

    --- All that is in a container, but for containers with something in them; "nothing" for nothing.
    ---@param container table
    ---@param coloured boolean|nil with ids, for clients that colour loot
    function items.content_description(container, coloured)
        local list = {}
        items.each(container, function(item)
            if not (item.items and #item.items > 0) then
                local name = name_description(item.type, item)
                list[#list + 1] = coloured and "{" .. item.id .. "|" .. name .. "}" or name
            end
        end)
        return #list == 0 and "nothing" or concat(list, ", ")
    end
end
