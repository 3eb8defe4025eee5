--- Player: what Canary alone has: account, storage of its own, experience boosts, containers of loot.

local context = ...
local raw = context.raw
local floor, max, min = raw.math.floor, raw.math.max, raw.math.min

local DAY = 86400
-- Seconds for which what the store sells may raise the experience.
local MOST_BOOST = 12 * 3600

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments, env = server.userdata, server.arguments, server.env
    local enum = server.parts.enums.get
    local NOT_FOUND = "Player not found"
    -- Where the points of the hazard system are kept.
    local HAZARD_KEY = 112550
    local function of(fn)
        return bind.of("Player", fn)
    end
    -- Without a player these report; what they answer then differs: false, what was passed last, or nothing.
    local function strict(fn)
        return bind.strict("Player", NOT_FOUND, fn, false)
    end
    local function none(fn)
        return bind.none("Player", NOT_FOUND, fn)
    end
    local function field(key)
        return bind.field("Player", key)
    end
    local function left(fn)
        return bind.last("Player", NOT_FOUND, fn)
    end

    --- What a player dares (Canary).
    function players.hazard_points(player)
        return max(0, min(65535, player.storage[HAZARD_KEY] or -1))
    end

    -- Tells whether something is on, or sets it.
    local function switch(key)
        return of(function(player, ...)
            if raw.select("#", ...) == 0 then
                return player[key] == true
            end
            player[key] = arguments.boolean((...), false)
            return true
        end)
    end

    players.binders = { of = of, strict = strict, none = none, left = left, field = field, switch = switch }

    -- As luaL_checktype and luaL_checknumber complain.
    local function expect(place, wanted, value, missing)
        local kind = raw.type(value)
        if kind ~= wanted and not (wanted == "number" and raw.tonumber(value)) then
            raw.error("bad argument #" .. place .. " to 'setKills' (" .. wanted .. " expected, got "
                .. (missing and "no value" or kind) .. ")", 0)
        end
    end

    local function storage_value(player, key)
        local value = player.storage[arguments.u32(key)]
        return value == nil and -1 or value
    end

    local function set_storage(self, ...)
        local key, value = ...
        local number = arguments.i32(value)
        local place = arguments.u32(key)
        if server.parts.creatures.is_reserved(place) then
            server:report("Accessing reserved range: " .. raw.string.format("%d", place))
            return false
        elseif place == 0 then
            server:report("Storage key is nil")
            -- Nothing is pushed: what was passed last is left as the answer.
            local count = raw.select("#", ...)
            return count == 0 and self or (raw.select(count, ...))
        end
        local player = userdata.get(self, "Player")
        if not player then
            return nil
        end
        players.set_storage(player, place, number)
        return true
    end

    --- Keeps a number under a key, -1 for none; scripts are told.
    function players.set_storage(player, key, value)
        if value == -1 then
            player.storage[key] = nil
            return
        end
        local old = player.storage[key] or -1
        player.storage[key] = value
        local events, now = server.parts.events, server.now
        events.meta("Player", "onStorageUpdate", player, key, value, old, now)
        events.callback("playerOnStorageUpdate", player, key, value, old, now)
    end

    local function premium_days(player)
        return max(0, floor((player.premium_ends_at - server.parts.scheduler.time()) / DAY))
    end

    local function change_premium(sign)
        return of(function(player, ...)
            local days = sign * min(65534 - premium_days(player), arguments.u16((...)))
            if sign * days <= 0 then
                return bind.passed(player, ...)
            end
            local now = server.parts.scheduler.time()
            player.premium_ends_at = max(player.premium_ends_at, now) + days * DAY
            if player.premium_ends_at <= now then
                player.premium_ends_at = 0
            end
            return true
        end)
    end

    -- A number of 16 bits that is told and set by a pair of methods.
    local function pair(methods, name, key, otherwise)
        methods["get" .. name] = of(function(player)
            return player[key] or otherwise
        end)
        methods["set" .. name] = bind.setter("Player", key, arguments.u16)
    end

    local methods = {
        getStorageValue = of(storage_value),
        setStorageValue = set_storage,
        getPremiumDays = of(premium_days),
        addPremiumDays = change_premium(1),
        removePremiumDays = change_premium(-1),
        isTraining = strict(function(player)
            return player.training and 1 or 0
        end),
        setTraining = bind.setter("Player", "training"),
        getPronoun = field("pronoun"),
        setPronoun = bind.setter("Player", "pronoun", arguments.enum8),
        getKills = of(function(player)
            local list = {}
            for at, kill in raw.ipairs(player.kills) do
                list[at] = { kill.target, kill.time, kill.unavenged }
            end
            return list
        end),
        setKills = of(function(player, ...)
            local list, kills = ..., {}
            expect(1, "table", list, raw.select("#", ...) == 0)
            for _, kill in raw.pairs(list) do
                -- The places of what is inside are counted from the top of the stack.
                expect(-2, "table", kill)
                expect(-4, "number", kill[1])
                expect(-3, "number", kill[2])
                kills[#kills + 1] = {
                    target = arguments.u32(kill[1]),
                    time = arguments.i64(kill[2]),
                    unavenged = arguments.boolean(kill[3]),
                }
            end
            player.kills = kills
            return true
        end),
        canReceiveLoot = left(function(player)
            return player.stamina > 840
        end),
        isOffline = function(self)
            local player = userdata.get(self, "Player")
            return player == nil or player.tile == nil
        end,
        getName = none(function(player)
            return player.name
        end),
        changeName = none(function(player, ...)
            if player.tile then
                players.kick(player, true, true)
            end
            server.parts.creatures.renamed(player, arguments.string((...)))
            players.save(player)
            return bind.passed(player, ...)
        end),
        -- The flags are those of its group, and of all others in it.
        hasGroupFlag = none(function(player, flag)
            return player.group.flags[arguments.enum8(flag)] == true
        end),
        setGroupFlag = none(function(player, ...)
            player.group.flags[arguments.enum8((...))] = true
            return bind.passed(player, ...)
        end),
        removeGroupFlag = none(function(player, ...)
            player.group.flags[arguments.enum8((...))] = nil
            return bind.passed(player, ...)
        end),
        isVip = strict(players.is_vip),
        getVipDays = strict(premium_days),
        getVipTime = strict(function(player)
            return player.premium_ends_at
        end),
        kv = strict(function(player)
            local storage = server.parts.storage
            local scoped = storage.player_kv
            return scoped and scoped(player) or nil
        end),
        setSpeed = strict(function(player, speed)
            server.parts.creatures.set_speed(player, arguments.i32(speed) % 65536)
            return true
        end),
        getPvpMode = of(function(player)
            return player.pvp_mode or 0
        end),
        hasAttacked = of(function(player, value)
            local target = userdata.get(value, "Player")
            if not target then
                return nil
            end
            return players.has_attacked(player, target)
        end),
        addFamiliar = of(function(player, look_type)
            player.familiars[arguments.u16(look_type)] = true
            return true
        end),
        removeFamiliar = of(function(player, look_type)
            local key = arguments.u16(look_type)
            local had = player.familiars[key] == true
            player.familiars[key] = nil
            return had
        end),
        hasFamiliar = of(function(player, look_type)
            local key = arguments.u16(look_type)
            if player.group.access then
                return true
            end
            local familiar = server.parts.vocations.familiar(player.vocation.id, key)
            if not familiar or (familiar.premium and not players.is_premium(player)) then
                return false
            end
            return familiar.unlocked or player.familiars[key] == true
        end),
        setFamiliarLooktype = of(function(player, look_type)
            player.default_outfit.lookFamiliarsType = arguments.u16(look_type)
            return true
        end),
        getFamiliarLooktype = of(function(player)
            return player.default_outfit.lookFamiliarsType
        end),
        reloadData = of(function()
            return true
        end),
        sendCreatureAppear = left(function(player)
            players.tell(player, "appear", { id = player.id })
            return true
        end),
        setFaction = none(function(player, faction)
            player.faction = arguments.enum32(faction)
            return true
        end),
        getFaction = none(function(player)
            return player.faction or (env.FACTION_PLAYER or 1)
        end),
        isUIExhausted = none(function(player, ms)
            return server.now - (player.last_ui or -1000000) < arguments.u16(ms)
        end),
        updateUIExhausted = none(function(player)
            player.last_ui = server.now
            return true
        end),
        getLoyaltyBonus = of(function(player)
            return player.loyalty_bonus or 0
        end),
        setLoyaltyBonus = bind.setter("Player", "loyalty_bonus", arguments.u16),
        getLoyaltyPoints = of(function(player)
            return player.loyalty_points or 0
        end),
        getLoyaltyTitle = of(function(player)
            return player.loyalty_title or ""
        end),
        setLoyaltyTitle = bind.setter("Player", "loyalty_title", arguments.string),
        setHazardSystemPoints = strict(function(player, points)
            if server.parts.config.boolean("TOGGLE_HAZARDSYSTEM") then
                local count = arguments.i32(points)
                player.storage[HAZARD_KEY] = max(0, min(65535, count))
                if count > 0 then
                    server.parts.creatures.set_icon(player, "hazard", enum("CreatureIconCategory_Quests"),
                        enum("CreatureIconQuests_Hazard"), count % 65536)
                else
                    server.parts.creatures.remove_icon(player, "hazard")
                end
            end
            return true
        end),
        getHazardSystemPoints = strict(players.hazard_points),
    }
    pair(methods, "BaseXpGain", "base_xp", 100)
    pair(methods, "VoucherXpBoost", "voucher_xp", 0)
    pair(methods, "GrindingXpBoost", "grinding_xp", 0)
    pair(methods, "XpBoostPercent", "xp_boost_percent", 0)
    pair(methods, "StaminaXpBoost", "stamina_xp", 100)
    pair(methods, "XpBoostTime", "xp_boost_time", 0)
    methods.setXpBoostTime = bind.setter("Player", "xp_boost_time", function(value)
        return min(MOST_BOOST, arguments.u16(value))
    end)
    userdata.methods("Player", methods)
    context.use("canary/players/class_canary_things")(server, players, bind)
    context.use("canary/players/class_effects")(server, players, bind)
end
