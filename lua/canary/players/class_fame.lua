--- Player: Canary's achievements, titles, badges, masteries.

local context = ...
local raw = context.raw
local max = raw.math.max

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments = server.userdata, server.arguments
    local binders = players.binders
    local left = binders.left

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

    -- Achievements are kept with the keys and values of the player.
    local function place(player, rest)
        return raw.string.format("player.%d.achievements.", player.guid) .. rest
    end

    local function is_unlocked(player, achievement)
        return server.parts.storage.kv_get(place(player, "unlocked." .. achievement.name)) ~= nil
    end

    local function points(player)
        return arguments.u16(server.parts.storage.kv_get(place(player, "points")))
    end

    local function set_points(player, count)
        server.parts.storage.kv_set(place(player, "points"), max(0, count) % 65536)
    end

    local function add_achievement(player, value, ...)
        local achievement = achievement_of(value)
        if not achievement or is_unlocked(player, achievement) then
            return false
        end
        if arguments.flag(true, 1, ...) then
            players.text(player, server.env.MESSAGE_EVENT_ADVANCE,
                "Congratulations! You earned the achievement " .. achievement.name .. ".")
        end
        set_points(player, points(player) + achievement.points)
        server.parts.storage.kv_set(place(player, "unlocked." .. achievement.name), server.parts.scheduler.time())
        players.picture(player, "ACHIEVEMENT")
        return true
    end

    local function remove_achievement(player, value)
        local achievement = achievement_of(value)
        if not achievement or not is_unlocked(player, achievement) then
            return false
        end
        server.parts.storage.kv_remove(place(player, "unlocked." .. achievement.name))
        set_points(player, points(player) - achievement.points)
        return true
    end

    local function change_points(sign)
        return left(function(player, amount)
            set_points(player, points(player) + sign * arguments.u16(amount))
            return true
        end)
    end

    userdata.methods("Player", {
        hasAchievement = left(function(player, value)
            local achievement = achievement_of(value)
            return achievement ~= nil and is_unlocked(player, achievement)
        end),
        addAchievement = left(add_achievement),
        removeAchievement = left(remove_achievement),
        getAchievementPoints = left(points),
        addAchievementPoints = change_points(1),
        removeAchievementPoints = change_points(-1),
        addBadge = left(function(player, id)
            own(player, "badges")[arguments.u8(id)] = true
            return true
        end),
        addAnimusMastery = left(function(player, ...)
            players.add_animus(player, arguments.string((...)))
            return bind.passed(player, ...)
        end),
        removeAnimusMastery = left(function(player, ...)
            players.remove_animus(player, arguments.string((...)))
            return bind.passed(player, ...)
        end),
        hasAnimusMastery = left(function(player, name)
            return players.has_animus(player, arguments.string(name))
        end),
        createTransactionSummary = left(function(player, ...)
            local kind, _, id = ...
            if arguments.u8(kind) == 0 then
                server:report("Variant not found")
                return bind.passed(player, ...)
            end
            local list = own(player, "transactions")
            list[#list + 1] = {
                type = arguments.u8(kind),
                amount = arguments.given(arguments.u16, 1, 2, ...),
                id = arguments.string(id),
            }
            return true
        end),
    })
end
