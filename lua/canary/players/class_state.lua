--- Player: what it is and has: account, health, soul, stamina, money in the bank, town, sex, vocation, group.

local context = ...
local raw = context.raw
local floor, max, min = raw.math.floor, raw.math.max, raw.math.min

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments, tfs, env = server.userdata, server.arguments, server.tfs, server.env
    local function of(fn)
        return bind.of("Player", fn)
    end
    local function field(key)
        return bind.field("Player", key)
    end

    -- The manaMax of the servers has no sign.
    local function unsigned(value)
        return value < 0 and value + 4294967296 or value
    end

    local function set_max_mana(self, ...)
        local player = bind.player(self)
        if not player and tfs then
            return nil
        elseif not player then
            server:report("Player not found")
            return arguments.last(self, ...)
        end
        local value = ...
        player.max_mana = arguments.i32(value)
        -- Below 0 it stays so, and looks huge.
        player.mana = min(player.mana, player.max_mana)
        return true
    end

    local function add_mana(player, change, animation)
        local amount = arguments.i32(change)
        if amount < 0 and not arguments.boolean(animation, false) then
            players.change_mana(player, amount)
        else
            server.parts.combat.change_mana(nil, player, {
                primary = { type = env.COMBAT_NONE or 0, value = amount },
                secondary = { type = env.COMBAT_NONE or 0, value = 0 },
                origin = env.ORIGIN_NONE or 0,
            })
        end
        return true
    end

    --- Adds to mana without any message.
    function players.change_mana(player, change)
        if not players.has_flag(player, "hasinfinitemana") then
            server.parts.creatures.change_mana(player, change)
        end
    end

    local function vocation_of(value)
        local vocations = server.parts.vocations
        if raw.type(value) == "number" then
            return vocations.get(bind.u16(value, 2))
        elseif raw.type(value) == "string" then
            return vocations.get(vocations.id_of(value))
        end
        return userdata.get(value, "Vocation")
    end

    local function set_bank(player, value)
        if tfs then
            local balance = arguments.i64(value)
            if balance < 0 then
                server:report("Invalid bank balance value.")
                return nil
            end
            player.bank = balance
            return true
        end
        player.bank = arguments.u64(value)
        return true
    end

    local function is_player(self)
        return userdata.get(self, "Player") ~= nil
    end

    userdata.methods("Player", {
        isPlayer = is_player,
        getGuid = field("guid"),
        -- TFS tells it as a text.
        getIp = of(function(player)
            local ip = player.ip
            if not tfs then
                return ip
            end
            return raw.string.format("%d.%d.%d.%d", ip % 256, floor(ip / 256) % 256, floor(ip / 65536) % 256,
                floor(ip / 16777216))
        end),
        getAccountId = of(function(player)
            return (tfs or player.account_id ~= 0) and player.account_id or nil
        end),
        getLastLoginSaved = field("last_login"),
        getLastLogout = field("last_logout"),
        getAccountType = field("account_type"),
        setAccountType = bind.setter("Player", "account_type", arguments.enum8),
        getCapacity = of(players.max_capacity),
        setCapacity = of(function(player, value)
            player.capacity = bind.u32(value, 2)
            return true
        end),
        getFreeCapacity = of(players.free_capacity),
        getSkullTime = field("skull_ticks"),
        setSkullTime = bind.setter("Player", "skull_ticks", arguments.i64),
        getDeathPenalty = of(function(player)
            local penalty = players.lost_share(player) * 100
            return tfs and penalty or floor(penalty)
        end),
        getMana = of(function(player)
            return unsigned(player.mana)
        end),
        addMana = of(add_mana),
        getMaxMana = of(function(player)
            return max(0, players.max_mana(player))
        end),
        setMaxMana = set_max_mana,
        getBaseMaxHealth = field("max_health"),
        getBaseMaxMana = field("max_mana"),
        getVocation = of(function(player)
            return userdata.push(player.vocation)
        end),
        setVocation = of(function(player, value)
            local vocation = vocation_of(value)
            if not vocation then
                return false
            end
            player.vocation = vocation
            players.update_regeneration(player)
            if tfs then
                players.update_base_speed(player)
                server.parts.creatures.change_speed(player, 0)
            end
            return true
        end),
        getSex = field("sex"),
        setSex = bind.setter("Player", "sex", arguments.enum8),
        getTown = of(function(player)
            return server.parts.map.push_town(player.town)
        end),
        setTown = function(self, value)
            local town = players.take_town(value)
            if not town then
                return false
            end
            local player = userdata.get(self, "Player")
            if not player then
                return nil
            end
            player.town, player.town_id = town, town.id
            return true
        end,
        getGroup = of(function(player)
            return userdata.push(player.group)
        end),
        setGroup = function(self, value)
            local group = userdata.get(value, "Group")
            if not group then
                return false
            end
            local player = userdata.get(self, "Player")
            if not player then
                return nil
            end
            player.group = group
            return true
        end,
        getStamina = field("stamina"),
        setStamina = function(self, ...)
            local value = (...)
            local stamina = bind.u16(value, 2)
            local player = userdata.get(self, "Player")
            if not player then
                return nil
            end
            player.stamina = min(2520, stamina)
            -- Canary pushes nothing: what was passed is left as the answer.
            if tfs then
                return true
            end
            return bind.passed(player, ...)
        end,
        getSoul = field("soul"),
        addSoul = of(function(player, change)
            players.change_soul(player, arguments.i32(change))
            return true
        end),
        getMaxSoul = of(function(player)
            return player.vocation.soul_max
        end),
        getBankBalance = field("bank"),
        setBankBalance = of(set_bank),
        isPzLocked = bind.flag("Player", "pz_locked"),
        getClient = of(function(player)
            return { version = player.client_version or (tfs and 1310 or 1100), os = player.client_os or 10 }
        end),
        setGhostMode = of(function(player, value)
            local on = arguments.boolean(value)
            if player.ghost == on then
                return true
            end
            player.ghost = on
            server.parts.creatures.tell_seers(player, "visible", { id = player.id, visible = not player.ghost })
            return true
        end),
        hasChaseMode = bind.flag("Player", "chase_mode"),
        hasSecureMode = bind.flag("Player", "secure_mode"),
        getFightMode = field("fight_mode"),
        getIdleTime = field("idle_time"),
        save = of(players.save),
        getHouse = of(function(player)
            local houses = server.parts.houses
            return userdata.push(houses.of_player and houses.of_player(player.guid) or nil)
        end),
        sendHouseWindow = of(function(player, value, list)
            local house = userdata.get(value, "House")
            if not house then
                return nil
            end
            local number = bind.u32(list, 3)
            local text = server.parts.houses.list_text(house, number)
            if text then
                players.tell(player, "house_window", {
                    house = house.id, list = number, window = player.window_id or 0, text = text,
                })
            end
            return true
        end),
        setEditHouse = of(function(player, value, list)
            local house = userdata.get(value, "House")
            if not house then
                return nil
            end
            player.window_id = (player.window_id or 0) + 1
            player.edit_house, player.edit_list = house, bind.u32(list, 3)
            return true
        end),
    })

    --- The town in what a script passed: an object, in TFS a table with an id.
    function players.take_town(value)
        local towns = server.parts.map.towns
        if raw.type(value) == "userdata" then
            return userdata.get(value, "Town")
        elseif tfs and raw.type(value) == "table" then
            return towns.by_id[arguments.u32(value.id, 4294967295)]
        end
    end

    --- The regeneration that food gives goes by the vocation.
    function players.update_regeneration(player)
        local conditions, vocations = server.parts.conditions, server.parts.vocations
        local found = conditions.get and conditions.get(player, env.CONDITION_REGENERATION, env.CONDITIONID_DEFAULT, 0)
        if not found then
            return
        end
        local vocation, scale = player.vocation, tfs and 1000 or 1
        conditions.set_param(found, env.CONDITION_PARAM_HEALTHGAIN, vocations.health_amount(vocation))
        conditions.set_param(found, env.CONDITION_PARAM_HEALTHTICKS, vocations.health_ticks(vocation) * scale)
        conditions.set_param(found, env.CONDITION_PARAM_MANAGAIN, vocations.mana_amount(vocation))
        conditions.set_param(found, env.CONDITION_PARAM_MANATICKS, vocations.mana_ticks(vocation) * scale)
    end
end
