--- Vocation: what a character may become, how fast it learns and what it gains.

local context = ...
local raw = context.raw
local floor, lower = raw.math.floor, raw.string.lower

local SKILL_BASE = { [0] = 50, 50, 50, 50, 30, 100, 20 }

---@param server table
---@param vocations table
---@param bind table
return function(server, vocations, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local list, by_id = {}, {}

    --- Reads vocations.xml (again).
    function vocations.load()
        list, by_id = vocations.read(), {}
        for _, vocation in raw.ipairs(list) do
            by_id[vocation.id] = vocation
        end
        return #list > 0
    end

    --- All, by id.
    ---@return table[]
    function vocations.all()
        return list
    end

    --- The vocation of an id, with the server's complaint when there is none.
    ---@param id number
    ---@return table|nil
    function vocations.get(id)
        local found = by_id[id % 65536]
        if not found then
            server:log("warning", raw.string.format(tfs and "[Warning - Vocations::getVocation] Vocation %d not found."
                or "[Vocations::getVocation] - Vocation %d not found", id % 65536))
        end
        return found
    end

    --- The id of a name: for no name of a vocation -1 (TFS), or that of none (Canary).
    ---@param name string
    function vocations.id_of(name)
        name = lower(name)
        for _, vocation in raw.ipairs(list) do
            if lower(vocation.name) == name then
                return vocation.id
            end
        end
        return tfs and -1 or 0
    end

    --- The vocation of a name; nil for none.
    ---@param name string
    function vocations.by_name(name)
        name = lower(name)
        for _, vocation in raw.ipairs(list) do
            if lower(vocation.name) == name then
                return vocation
            end
        end
    end

    --- The vocation that one is promoted to; nil for none.
    function vocations.promotion(id)
        for _, vocation in raw.ipairs(list) do
            if vocation.from_vocation == id and vocation.id ~= id then
                return vocation.id ~= 0 and vocation or nil
            end
        end
    end

    --- Tries that a skill takes to reach a level from the one before.
    ---@param vocation table
    ---@param skill number
    ---@param level number
    function vocations.skill_tries(vocation, skill, level)
        local base = SKILL_BASE[skill]
        if not base or (not tfs and level <= 10) then
            return 0
        end
        return bind.whole(base * vocation.skills[skill] ^ (level - 11))
    end

    --- Mana that a magic level takes from the one before.
    ---@param vocation table
    ---@param level number
    function vocations.mana_spent(vocation, level)
        if level == 0 then
            return 0
        end
        local steps = level - 1
        if tfs and steps >= 2147483648 then
            -- The server has the exponent as a signed number.
            steps = steps - 4294967296
        end
        return bind.whole(1600 * vocation.mana_multiplier ^ steps)
    end

    -- What Canary's config makes faster or more.
    local function rated(field, key, divide)
        return function(vocation)
            local rate = server.parts.config.number(key)
            if tfs or rate == 0 then
                return vocation[field]
            end
            return floor(divide and vocation[field] / rate or vocation[field] * rate)
        end
    end

    vocations.health_ticks = rated("health_ticks", "RATE_HEALTH_REGEN_SPEED", true)
    vocations.health_amount = rated("health_amount", "RATE_HEALTH_REGEN")
    vocations.mana_ticks = rated("mana_ticks", "RATE_MANA_REGEN_SPEED", true)
    vocations.mana_amount = rated("mana_amount", "RATE_MANA_REGEN")
    vocations.soul_ticks = rated("soul_ticks", "RATE_SOUL_REGEN_SPEED", true)
    vocations.attack_speed = rated("attack_speed", "RATE_ATTACK_SPEED", true)

    userdata.class("Vocation", nil, function(_, value)
        local id
        if raw.type(value) == "number" then
            id = (tfs and bind.u32 or bind.u16)(value, 2)
        else
            id = vocations.id_of(arguments.string(value))
        end
        return userdata.push(vocations.get(id))
    end)
    userdata.metamethod("Vocation", "__eq")

    local function of(fn)
        return bind.of("Vocation", fn)
    end
    local function field(key)
        return bind.field("Vocation", key)
    end

    local methods = {
        getId = field("id"),
        getClientId = field("client_id"),
        getName = field("name"),
        getDescription = field("description"),
        getCapacityGain = field("gain_cap"),
        getHealthGain = field("gain_health"),
        getHealthGainTicks = of(vocations.health_ticks),
        getHealthGainAmount = of(vocations.health_amount),
        getManaGain = field("gain_mana"),
        getManaGainTicks = of(vocations.mana_ticks),
        getManaGainAmount = of(vocations.mana_amount),
        getMaxSoul = field("soul_max"),
        getSoulGainTicks = of(vocations.soul_ticks),
        getAttackSpeed = of(vocations.attack_speed),
        getBaseSpeed = field("base_speed"),
        getRequiredSkillTries = of(function(vocation, skill, level)
            return vocations.skill_tries(vocation, arguments.u8(skill), bind.u16(level, 3))
        end),
        getRequiredManaSpent = of(function(vocation, level)
            return vocations.mana_spent(vocation, bind.u32(level, 2))
        end),
        getDemotion = of(function(vocation)
            if vocation.from_vocation == 0 then
                return nil
            end
            local from = vocations.get(vocation.from_vocation)
            return from ~= vocation and userdata.push(from) or nil
        end),
        getPromotion = of(function(vocation)
            return userdata.push(vocations.promotion(vocation.id))
        end),
    }
    if tfs then
        methods.allowsPvp = field("allow_pvp")
    else
        methods.getBaseId = field("base_id")
        methods.getBaseAttackSpeed = field("attack_speed")
    end
    userdata.methods("Vocation", methods)
end
