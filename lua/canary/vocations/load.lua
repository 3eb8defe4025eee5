--- `vocations.xml` of both servers, which name the same things alike.

local context = ...
local raw = context.raw
local lower, tonumber, floor = raw.string.lower, raw.tonumber, raw.math.floor

-- Attribute to field and how much of it is kept.
local ATTRIBUTES = {
    name = { "name" },
    description = { "description" },
    clientid = { "client_id", 1 },
    baseid = { "base_id", 1 },
    gaincap = { "gain_cap", 100 },
    gainhp = { "gain_health", 1 },
    gainmana = { "gain_mana", 1 },
    gainhpticks = { "health_ticks", 1 },
    gainhpamount = { "health_amount", 1 },
    gainmanaticks = { "mana_ticks", 1 },
    gainmanaamount = { "mana_amount", 1 },
    attackspeed = { "attack_speed", 1 },
    basespeed = { "base_speed", 1 },
    soulmax = { "soul_max", 1 },
    gainsoulticks = { "soul_ticks", 1 },
    fromvoc = { "from_vocation", 1 },
    avatarlooktype = { "avatar_look_type", 1 },
    nopongkicktime = { "no_pong_kick_time", 1000 },
}
local SWITCHES = { allowpvp = "allow_pvp", magicshield = "magic_shield", cancombat = "can_combat" }
local FACTORS = {
    formula = { meleeDamage = "melee_damage", distDamage = "distance_damage", defense = "defense", armor = "armor" },
    mitigation = {
        multiplier = "mitigation_factor",
        primaryShield = "mitigation_primary_shield",
        secondaryShield = "mitigation_secondary_shield",
    },
    pvp = { damageReceivedMultiplier = "pvp_received", damageDealtMultiplier = "pvp_dealt" },
}

local function truth(text)
    local first = raw.string.sub(text, 1, 1)
    return first == "1" or first == "t" or first == "T" or first == "y" or first == "Y"
end

---@param server table
---@param bind table see creatures/bind.lua
return function(server, bind)
    local function blank(id)
        local tfs = server.tfs
        local skills = { [0] = 1.5, 2, 2, 2, 2, 1.5, 1.1 }
        return {
            class_name = "Vocation",
            id = id,
            name = "none",
            description = "",
            client_id = 0,
            base_id = 0,
            gain_cap = 500,
            gain_health = 5,
            gain_mana = 5,
            health_ticks = tfs and 6 or 6000,
            health_amount = 1,
            mana_ticks = tfs and 6 or 6000,
            mana_amount = 1,
            attack_speed = 1500,
            base_speed = tfs and 220 or 110,
            soul_max = 100,
            soul_ticks = tfs and 120 or 120000,
            from_vocation = 0,
            avatar_look_type = 0,
            no_pong_kick_time = 60000,
            allow_pvp = true,
            magic_shield = false,
            can_combat = true,
            mana_multiplier = 4,
            skills = skills,
            melee_damage = 1,
            distance_damage = 1,
            defense = 1,
            armor = 1,
            mitigation_factor = 1,
            mitigation_primary_shield = 1,
            mitigation_secondary_shield = 1,
            pvp_received = 1,
            pvp_dealt = 1,
        }
    end

    local function read_child(vocation, child)
        local tag = lower(child.tag)
        if tag == "skill" then
            local id = tonumber(child.attributes.id)
            if id and id <= 6 then
                local multiplier = tonumber(child.attributes.multiplier) or 0
                vocation.skills[id] = server.tfs and multiplier or bind.float(multiplier)
            end
        elseif FACTORS[tag] then
            for attribute, field in raw.pairs(FACTORS[tag]) do
                local value = tonumber(child.attributes[attribute])
                if value then
                    vocation[field] = bind.float(value)
                end
            end
        end
    end

    local function read(node)
        local id = tonumber(node.attributes.id)
        if not id then
            server:log("warning", server.tfs and "[Warning - Vocations::loadFromXml] Missing vocation id"
                or "[loadFromXml] - Missing vocation id")
            return nil
        end
        local vocation = blank(id)
        for attribute, text in raw.pairs(node.attributes) do
            local key = lower(attribute)
            local what = ATTRIBUTES[key]
            if what and what[2] then
                vocation[what[1]] = floor(tonumber(text) or 0) * what[2]
            elseif what then
                vocation[what[1]] = text
            elseif SWITCHES[key] then
                vocation[SWITCHES[key]] = truth(text)
            elseif key == "manamultiplier" then
                vocation.mana_multiplier = bind.float(tonumber(text) or 0)
            end
        end
        for _, child in raw.ipairs(node.children) do
            read_child(vocation, child)
        end
        return vocation
    end

    --- All vocations of the file, in the order of their ids.
    ---@return table[] list empty without the file
    return function()
        local document = server.host("files.xml", "data/XML/vocations.xml")
        local list, known = {}, {}
        for _, node in raw.ipairs(document and document.children or {}) do
            local vocation = read(node)
            if vocation and not known[vocation.id] then
                known[vocation.id] = true
                list[#list + 1] = vocation
            end
        end
        raw.table.sort(list, function(a, b)
            return a.id < b.id
        end)
        return list
    end
end
