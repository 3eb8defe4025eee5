--- Loot: what a monster may leave, and how it comes into its corpse.

local context = ...
local raw = context.raw
local setmetatable = raw.setmetatable

local DEFAULTS = {
    class_name = "Loot", id = 0, max_count = 1, min_count = 1, chance = 0, sub_type = -1, action_id = -1, text = "",
    unique = false, item_name = "", article = "", attack = 0, defense = 0, extra_defense = 0, armor = 0,
    shoot_range = 0, hit_chance = 0,
}
local METATABLE = { __index = DEFAULTS }

---@param server table
---@param monsters table
---@param bind table
return function(server, monsters, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs

    --- Makes a piece of loot of some of its fields.
    function monsters.loot_record(fields)
        return setmetatable(fields, METATABLE)
    end

    userdata.class("Loot", nil, function(_, ...)
        local loot = setmetatable({}, METATABLE)
        if not tfs and raw.select("#", ...) >= 1 then
            local name = ...
            if not arguments.is_string(name) then
                raw.error("Loot([monsterName]) expects argument #1 to be a string", 0)
            end
            loot.monster = arguments.string(name)
        end
        return userdata.push(loot)
    end)

    local function of(fn)
        return bind.of("Loot", fn)
    end
    local function setter(key, cast)
        return bind.lean_setter("Loot", key, cast)
    end

    local function set_named(self, value)
        local loot = userdata.get(self, "Loot")
        if not loot or not arguments.is_string(value) then
            server:log("warning",
                "[LootFunctions::luaLootSetIdFromName] - Unknown loot item loot, string value expected")
            return nil
        end
        local name = arguments.string(value)
        local monster = loot.monster and loot.monster ~= "" and " (monster: " .. loot.monster .. ")" or ""
        local ids = server.parts.item_types.ids_named(name)
        if #ids == 0 then
            server:log("warning",
                "[LootFunctions::luaLootSetIdFromName] - Unknown loot item '" .. name .. "'" .. monster)
            return nil
        elseif #ids > 1 then
            server:log("warning", "[LootFunctions::luaLootSetIdFromName] - Duplicate item name '" .. name
                .. "' found with IDs: [" .. raw.table.concat(ids, ", ") .. "]. Using first ID: " .. ids[1] .. monster)
        end
        loot.id = ids[1]
        return true
    end

    local U = arguments.u32
    local function add_child(loot, value)
        local child = userdata.get(value, "Loot")
        if not child then
            return false
        end
        loot.children = loot.children or {}
        loot.children[#loot.children + 1] = child
        return true
    end

    local methods = {
        setMaxCount = setter("max_count", U),
        setSubType = setter("sub_type", arguments.u16),
        setChance = setter("chance", U),
        setActionId = setter("action_id", U),
        addChildLoot = of(add_child),
    }
    if tfs then
        methods.setDescription = setter("text", arguments.string)
        methods.setId = of(function(loot, value)
            if raw.type(value) == "number" then
                loot.id = bind.u16(value, 2)
                return true
            end
            local name = arguments.string(value)
            local ids = server.parts.item_types.ids_named(name)
            if #ids ~= 1 then
                server:log("warning", "[Warning - Loot:setId] " .. (#ids == 0 and "Unknown" or "Non-unique")
                    .. " loot item \"" .. name .. "\".")
                return false
            end
            loot.id = ids[1]
            return true
        end)
        local function delete(self)
            local loot = userdata.get(self, "Loot")
            if loot then
                userdata.drop(loot)
            end
        end
        methods.delete = delete
        userdata.metamethod("Loot", "__gc", delete)
    else
        methods.setId = setter("id", arguments.u16)
        methods.setIdFromName = set_named
        methods.setMinCount = setter("min_count", U)
        methods.setText = setter("text", arguments.string)
        methods.setNameItem = setter("item_name", arguments.string)
        methods.setArticle = setter("article", arguments.string)
        methods.setAttack = setter("attack", arguments.i32)
        methods.setDefense = setter("defense", arguments.i32)
        methods.setExtraDefense = setter("extra_defense", arguments.i32)
        methods.setArmor = setter("armor", arguments.i32)
        methods.setShootRange = setter("shoot_range", arguments.i32)
        methods.setHitChance = setter("hit_chance", arguments.i32)
        methods.setUnique = bind.both("Loot", "unique")
    end
    userdata.methods("Loot", methods)

    --- What a monster leaves comes into its corpse: scripts decide (Monster.onDropLoot).
    ---@param monster table
    ---@param corpse table
    function monsters.drop_loot(monster, corpse)
        if not corpse.items or not monster.drop_loot then
            return
        end
        local events = server.parts.events
        events.meta("Monster", "onDropLoot", monster, corpse)
        if not tfs then
            events.callback("monsterOnDropLoot", monster, corpse)
            events.callback("monsterPostDropLoot", monster, corpse)
        end
    end
end
