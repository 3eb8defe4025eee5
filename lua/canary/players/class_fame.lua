--- Player: Canary's achievements, titles, badges, masteries; the wheel of destiny as far as scripts set it.

local context = ...
local raw = context.raw
local max = raw.math.max

---@param server table
---@param players table
return function(server, players)
    local userdata, arguments = server.userdata, server.arguments
    local of, strict, none = players.binders.of, players.binders.strict, players.binders.none

    local function achievement_of(value)
        local game = server.parts.game
        if raw.type(value) == "number" then
            return game.achievement(arguments.u16(value))
        end
        return game.achievement_named(arguments.string(value))
    end

    local function own(player, key)
        local list = player[key]
        if not list then
            list = {}
            player[key] = list
        end
        return list
    end

    local function add_achievement(player, value, message)
        local achievement = achievement_of(value)
        local list = own(player, "achievements")
        if not achievement or list[achievement.id] then
            return false
        end
        list[achievement.id] = server.parts.scheduler.time()
        player.achievement_points = (player.achievement_points or 0) + achievement.points
        if arguments.boolean(message, true) then
            players.text(player, server.env.MESSAGE_EVENT_ADVANCE,
                "Congratulations! You earned the achievement " .. achievement.name .. ".")
        end
        return true
    end

    local function remove_achievement(player, value)
        local achievement = achievement_of(value)
        local list = own(player, "achievements")
        if not achievement or not list[achievement.id] then
            return false
        end
        list[achievement.id] = nil
        player.achievement_points = max(0, (player.achievement_points or 0) - achievement.points)
        return true
    end

    local function change_points(sign)
        return strict(function(player, amount)
            player.achievement_points = max(0, (player.achievement_points or 0) + sign * arguments.u16(amount))
            return true
        end)
    end

    userdata.methods("Player", {
        hasAchievement = strict(function(player, value)
            local achievement = achievement_of(value)
            return achievement ~= nil and own(player, "achievements")[achievement.id] ~= nil
        end),
        addAchievement = strict(add_achievement),
        removeAchievement = strict(remove_achievement),
        getAchievementPoints = strict(function(player)
            return player.achievement_points or 0
        end),
        addAchievementPoints = change_points(1),
        removeAchievementPoints = change_points(-1),
        addBadge = strict(function(player, id)
            own(player, "badges")[arguments.u8(id)] = true
            return true
        end),
        addAnimusMastery = strict(function(player, name)
            own(player, "animus")[raw.string.lower(arguments.string(name))] = true
            return name
        end),
        removeAnimusMastery = strict(function(player, name)
            own(player, "animus")[raw.string.lower(arguments.string(name))] = nil
            return name
        end),
        hasAnimusMastery = strict(function(player, name)
            return own(player, "animus")[raw.string.lower(arguments.string(name))] == true
        end),
        createTransactionSummary = strict(function(player, kind, amount, id)
            if arguments.u8(kind) == 0 then
                server:report("Variant not found")
                return id
            end
            local list = own(player, "transactions")
            list[#list + 1] =
                { type = arguments.u8(kind), amount = arguments.u16(amount, 1), id = arguments.string(id) }
            return true
        end),
        instantSkillWOD = of(function(player, name, ...)
            local list, key = own(player, "wheel_instants"), arguments.string(name)
            if raw.select("#", ...) == 0 then
                return list[key] == true
            end
            list[key] = arguments.boolean((...)) or nil
            return true
        end),
        upgradeSpellsWOD = of(function(player, ...)
            local name, add = ...
            local count = raw.select("#", ...)
            if count == 0 then
                player.wheel_spells = {}
                return
            end
            local list, key = own(player, "wheel_spells"), arguments.string(name)
            if count == 1 then
                return list[key] or 0
            end
            list[key] = max(0, (list[key] or 0) + (arguments.boolean(add) and 1 or -1))
            return true
        end),
        revelationStageWOD = of(function(player, ...)
            local name, value = ...
            local count = raw.select("#", ...)
            if count == 0 then
                player.wheel_spells = {}
                return
            end
            local list, key = own(player, "wheel_stages"), arguments.string(name)
            if count == 1 then
                return list[key] or 0
            end
            list[key] = arguments.u8(value)
            return true
        end),
        onThinkWheelOfDestiny = of(function()
            return true
        end),
        avatarTimer = of(function(player, ...)
            if raw.select("#", ...) == 0 then
                return player.avatar_timer or 0
            end
            player.avatar_timer = arguments.i64((...))
            return true
        end),
        wheelUnlockScroll = none(function(player, name)
            local key = arguments.string(name)
            if key == "" then
                server:report("Scroll name is empty")
                return
            end
            local list = own(player, "wheel_scrolls")
            local new = list[key] == nil
            list[key] = true
            return new
        end),
        getWheelSpellAdditionalArea = none(function(player, name)
            local stages = own(player, "wheel_spells")
            return (stages[arguments.string(name)] or 0) > 1
        end),
        getWheelSpellAdditionalTarget = none(function(player, name)
            return own(player, "wheel_targets")[arguments.string(name)] or 0
        end),
        getWheelSpellAdditionalDuration = none(function(player, name)
            return own(player, "wheel_durations")[arguments.string(name)] or 0
        end),
    })
end
