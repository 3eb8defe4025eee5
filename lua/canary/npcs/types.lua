--- NpcType and Shop: Canary's kinds of npcs, as scripts make them.

local context = ...
local raw = context.raw
local lower, select, setmetatable = raw.string.lower, raw.select, raw.setmetatable

local DEFAULTS = {
    class_name = "NpcType",
    health = 100,
    max_health = 100,
    pushable = false,
    floor_change = false,
    can_push_items = false,
    can_push_creatures = false,
    base_speed = 55,
    walk_interval = 2000,
    walk_radius = 10,
    light_level = 0,
    light_color = 215,
    yell_chance = 0,
    yell_interval = 0,
    respawn_period = 0,
    respawn_underground = 0,
    speech_bubble = 1,
    sound_chance = 0,
    sound_interval = 0,
}
local METATABLE = { __index = DEFAULTS }
local SHOP = { __index = {
    class_name = "Shop", id = 0, name = "", sub_type = 0, buy = 0, sell = 0, storage_key = 0, storage_value = 0,
} }

---@param server table
---@param npcs table
---@param bind table
return function(server, npcs, bind)
    local userdata, arguments = server.userdata, server.arguments
    local by_name, order = {}, {}
    DEFAULTS.currency = server.parts.enums.get("ITEM_GOLD_COIN") or 3031

    --- The type of a name.
    function npcs.type_of(name)
        return by_name[lower(name)]
    end

    local function forget(key, kind)
        if by_name[key] ~= kind then
            return
        end
        by_name[key] = nil
        for at = #order, 1, -1 do
            if order[at] == key then
                raw.table.remove(order, at)
                break
            end
        end
    end

    --- The type of a name, made when there is none.
    function npcs.make_type(name)
        local key = lower(name)
        local kind = by_name[key]
        if not kind then
            kind = setmetatable({ name = name, name_description = name, type_name = name }, METATABLE)
            local function stand()
                by_name[key] = kind
                order[#order + 1] = key
                for _, npc in raw.ipairs(server.parts.creatures.list("Npc")) do
                    if npc.type and lower(npc.type.type_name) == key then
                        npc.type = kind
                    end
                end
            end
            stand()
            server.registry.own(kind)
            local entries = kind.file and kind.file.entries
            if entries then
                -- It goes when its file is loaded anew, and npcs that live become of the new one.
                entries[#entries + 1] = { undo = function()
                    forget(key, kind)
                end, redo = stand }
                entries[#entries + 1], entries[#entries + 2] = key, kind
            end
        end
        return kind
    end

    --- Names of all types, in the order in which they were made.
    ---@return string[]
    function npcs.names()
        local names = {}
        for at, key in raw.ipairs(order) do
            names[at] = by_name[key].type_name
        end
        return names
    end

    --- Visits all types in the order in which they were made.
    function npcs.each_type(visit)
        for _, key in raw.ipairs(order) do
            visit(key, by_name[key])
        end
    end

    local TAKES = {
        onThink = { "npc", "interval" }, onAppear = { "npc", "creature" }, onDisappear = { "npc", "creature" },
        onMove = { "npc", "creature", "position", "position" }, onSay = { "npc", "player", "talktype", "text" },
        onCloseChannel = { "npc", "player" },
        onBuyItem = { "npc", "player", "item_id", "number", "number", "boolean", "boolean", "number" },
        onSellItem = { "npc", "player", "item_id", "number", "number", "boolean", "text", "number" },
        onCheckItem = { "npc", "player", "item_id", "number" },
    }
    -- By the numbers of NPCS_EVENT_*.
    local EVENTS = {}
    for key, event in raw.pairs({
        THINK = "onThink", APPEAR = "onAppear", DISAPPEAR = "onDisappear", MOVE = "onMove", SAY = "onSay",
        PLAYER_BUY = "onBuyItem", PLAYER_SELL = "onSellItem", PLAYER_CHECK_ITEM = "onCheckItem",
        PLAYER_CLOSE_CHANNEL = "onCloseChannel",
    }) do
        local value = server.parts.enums.get("NPCS_EVENT_" .. key)
        if value then
            EVENTS[value] = event
        end
    end

    --- Visits the callbacks of all types.
    function npcs.each_callback(visit)
        npcs.each_type(function(_, kind)
            for _, event in raw.ipairs({ "onThink", "onAppear", "onDisappear", "onMove", "onSay", "onCloseChannel",
                "onBuyItem", "onSellItem", "onCheckItem" }) do
                if kind[event] then
                    visit(kind[event], "npc", kind.name)
                end
            end
        end)
    end

    -- What callbacks of one event have in common: there are thousands.
    local metatables = {}
    local function callback_of(event)
        local known = metatables[event]
        if not known then
            known = { __index = {
                class_name = "NpcCallback", event = event, loaded = true, interface = "Scripts Interface",
                takes = TAKES[event],
            } }
            metatables[event] = known
        end
        return known
    end

    local function set_callback(kind, which, fn)
        if raw.type(fn) ~= "function" then
            server:log("warning", "[NpcType::loadCallback] - Event not found")
            return false
        end
        local event = raw.type(which) == "number" and EVENTS[which] or which
        if raw.type(event) ~= "string" then
            return false
        end
        local record = server.registry.own(setmetatable({
            callback = fn, name = kind.name, label = "Npc " .. kind.name .. " " .. event,
        }, callback_of(event)))
        record.script = (record.file and record.file.script or "(Unknown scriptfile)") .. ":callback"
        kind[event] = record
        return true
    end

    userdata.class("NpcType", nil, function(_, name)
        return userdata.push(npcs.make_type(arguments.string(name)))
    end, 8)
    userdata.metamethod("NpcType", "__eq")

    local function of(fn)
        return bind.of("NpcType", fn)
    end
    local function both(key, cast)
        return bind.both("NpcType", key, cast)
    end
    local function list_of(kind, name)
        kind[name] = raw.rawget(kind, name) or {}
        return kind[name]
    end

    local B, S, I, U = arguments.boolean, arguments.string, arguments.i32, arguments.u32
    local methods = {
        isPushable = both("pushable", B),
        floorChange = both("floor_change", B),
        canPushItems = both("can_push_items", B),
        canPushCreatures = both("can_push_creatures", B),
        name = both("name", S),
        nameDescription = both("name_description", S),
        health = both("health", I),
        maxHealth = both("max_health", I),
        baseSpeed = both("base_speed", U),
        walkInterval = both("walk_interval", U),
        walkRadius = both("walk_radius", I),
        yellChance = both("yell_chance", U),
        yellSpeedTicks = both("yell_interval", U),
        respawnTypePeriod = both("respawn_period", arguments.enum32),
        respawnTypeIsUnderground = both("respawn_underground", function(value)
            return arguments.number(value) ~= 0 and 1 or 0
        end),
        speechBubble = both("speech_bubble", arguments.u8),
        currency = both("currency", arguments.u16),
        soundChance = both("sound_chance", U),
        soundSpeedTicks = both("sound_interval", U),
        canSpawn = of(function(kind, position)
            local _, _, z = server.parts.map.take_position(position)
            local is_day, period = server.parts.game.is_day(), kind.respawn_period
            if (is_day and period == 2) or (not is_day and period == 1) then
                return z > 7 and kind.respawn_underground ~= 0
            end
            return true
        end),
        light = of(function(kind, ...)
            if select("#", ...) == 0 then
                return kind.light_level, kind.light_color
            end
            local color, level = ...
            kind.light_color, kind.light_level = arguments.u8(color), arguments.u8(level)
            return true
        end),
        outfit = of(function(kind, ...)
            local creatures = server.parts.creatures
            if select("#", ...) == 0 then
                return creatures.shown_outfit(kind.outfit or creatures.outfit({}))
            end
            local outfit = creatures.take_outfit((...))
            if outfit.lookType ~= 0 and not server.parts.vocations.known_look(outfit.lookType) then
                server:log("warning", "[NpcTypeFunctions::luaNpcTypeOutfit] An unregistered creature looktype type with"
                    .. " id '" .. outfit.lookType .. "' was blocked to prevent client crash.")
                return nil
            end
            kind.outfit = outfit
            return true
        end),
        addVoice = of(function(kind, text, interval, chance, yell)
            kind.yell_interval, kind.yell_chance = U(interval), U(chance)
            local voices = list_of(kind, "voices")
            voices[#voices + 1] = { text = S(text), yell = B(yell) }
            return true
        end),
        getVoices = of(function(kind)
            local list = {}
            for at, voice in raw.ipairs(kind.voices or {}) do
                list[at] = { text = voice.text, yellText = voice.yell }
            end
            return list
        end),
        getCreatureEvents = of(function(kind)
            local list = {}
            for at, name in raw.ipairs(kind.scripts or {}) do
                list[at] = name
            end
            return list
        end),
        registerEvent = of(function(kind, name)
            local scripts = list_of(kind, "scripts")
            for _, known in raw.ipairs(scripts) do
                if known == S(name) then
                    return true
                end
            end
            scripts[#scripts + 1] = S(name)
            raw.table.sort(scripts)
            return true
        end),
        eventType = of(function(kind, value)
            kind.event_type = arguments.number(value)
            return true
        end),
        addShopItem = of(function(kind, value)
            local shop = userdata.get(value, "Shop")
            if not shop then
                return nil
            end
            npcs.add_goods(kind, shop)
            return true
        end),
        addSound = bind.strict("NpcType", "Npc type not found", function(kind, sound)
            local sounds = list_of(kind, "sounds")
            sounds[#sounds + 1] = arguments.u16(sound)
            return true
        end, false),
        getSounds = of(function(kind)
            local list = {}
            for at, sound in raw.ipairs(kind.sounds or {}) do
                list[at] = sound
            end
            return list
        end),
    }
    for event in raw.pairs(TAKES) do
        methods[event] = of(function(kind, ...)
            return set_callback(kind, kind.event_type or event, arguments.last(...))
        end)
    end
    userdata.methods("NpcType", methods)

    --- Adds to what a kind of npc sells and buys; items get to know their prices.
    function npcs.add_goods(kind, shop)
        local goods = list_of(kind, "goods")
        for _, other in raw.ipairs(goods) do
            if other.id == shop.id and other.sub_type == shop.sub_type and other.buy == shop.buy
                and other.sell == shop.sell then
                return
            end
        end
        if shop.name == "" then
            local item_type = server.parts.item_types.get(shop.id)
            shop.name = item_type and item_type.name or ""
        end
        goods[#goods + 1] = shop
        for _, child in raw.ipairs(shop.children or {}) do
            npcs.add_goods(kind, child)
        end
    end

    -- Shop -----------------------------------------------------------------------------------------------------------

    userdata.class("Shop", nil, function()
        return userdata.push(setmetatable({}, SHOP))
    end)
    local function shop_setter(key, cast)
        return bind.lean_setter("Shop", key, cast)
    end
    local function named(self, value)
        local shop = userdata.get(self, "Shop")
        if not shop or not arguments.is_string(value) then
            server:log("warning",
                "[ShopFunctions::luaShopSetIdFromName] - Unknown shop item shop, string value expected")
            return nil
        end
        local name, types = arguments.string(value), server.parts.item_types
        local ids = types.ids_named and types.ids_named(lower(name))
        if not ids then
            local found = types.by_name(name)
            local id = raw.type(found) == "table" and found.id or found or 0
            ids = id ~= 0 and { id } or {}
        end
        if #ids ~= 1 then
            local problem = #ids == 0 and "Unknown" or "Non-unique"
            server:log("warning", "[ShopFunctions::luaShopSetIdFromName] - " .. problem .. " shop item " .. name)
            return nil
        end
        shop.id = ids[1]
        return true
    end
    userdata.methods("Shop", {
        setId = bind.of("Shop", function(shop, value)
            if raw.type(value) ~= "number" then
                server:log("warning", "[ShopFunctions::luaShopSetId] - Unknown shop item shop, int value expected")
                return nil
            end
            shop.id = arguments.u16(value)
            return true
        end),
        setIdFromName = named,
        setNameItem = shop_setter("name", S),
        setCount = shop_setter("sub_type", U),
        setBuyPrice = shop_setter("buy", U),
        setSellPrice = shop_setter("sell", U),
        setStorageKey = shop_setter("storage_key", U),
        setStorageValue = shop_setter("storage_value", U),
        addChildShop = bind.of("Shop", function(shop, value)
            local child = userdata.get(value, "Shop")
            if child then
                shop.children = shop.children or {}
                shop.children[#shop.children + 1] = child
            end
            return value
        end),
    })

    --- Makes an npc of a type; nil when there is no such type.
    ---@param name string
    ---@return table|nil npc
    function npcs.create(name)
        local kind = npcs.type_of(name)
        if not kind then
            return nil
        end
        local creatures = server.parts.creatures
        local npc = npcs.init({
            class_name = "Npc", name = kind.name, type = kind, health = kind.health, max_health = kind.max_health,
            name_description = kind.name_description, base_speed = kind.base_speed, light_level = kind.light_level,
            light_color = kind.light_color, outfit = creatures.copy_outfit(kind.outfit or creatures.outfit({})),
        })
        npc.floor_change, npc.speech_bubble, npc.currency = kind.floor_change, kind.speech_bubble, kind.currency
        npc.walk_interval, npc.walk_radius = kind.walk_interval, kind.walk_radius
        for _, event in raw.ipairs(kind.scripts or {}) do
            if not server.parts.events.attach(npc, event) then
                server:log("warning", "Unknown event name: " .. event)
            end
        end
        return npc
    end
end
