--- Whether a character may come into the game (ProtocolGame::login of the servers): locked names, bans, how many of an
--- account, and the list of those who wait for a place.

local context = ...
local raw = context.raw
local format, ipairs = raw.string.format, raw.ipairs

-- Seconds until one who waits should ask again, by its place: below the first number, the second.
local WAITS = { { 5, 5 }, { 10, 10 }, { 20, 20 }, { 50, 60 } }
local LONGEST_WAIT = 120
-- Seconds for which a place is kept beyond that.
local GRACE = 15

---@param server table
---@param wire table
return function(server, wire)
    local tfs, env = server.tfs, server.env
    -- Who waits, in order: { guid, premium, ends } each.
    local waiting = {}

    --- An IPv4 address as scripts know it: a number whose lowest byte comes first; 0 for any other address.
    ---@param address string|nil
    function wire.ip_of(address)
        local a, b, c, d = raw.string.match(address or "", "^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
        return a and a + b * 256 + c * 65536 + d * 16777216 or 0
    end

    local function ask(operation, what)
        return server.parts.storage.ask(operation, what, server.parts.scheduler.time())
    end

    local function date(seconds)
        return raw.os.date(tfs and "!%d %b %Y" or "!%Y-%m-%d %H:%M:%S", seconds)
    end

    --- What somebody at a banned address is told; nil for one that is not.
    ---@param address string
    function server.controls.wire_ban(address)
        local ban = ask("bans.address", address)
        return ban and format("Your IP has been banned until %s by %s.\n\nReason specified:\n%s", date(ban["until"]),
            ban.by, ban.reason)
    end

    local function account_ban(player)
        local spared = server.parts.players.has_flag(player, "cannotbebanned")
        local ban = not spared and ask("bans.account", player.account_id)
        if not ban then
            return nil
        end
        local how_long = ban["until"] > 0 and "banned until " .. date(ban["until"]) or "permanently banned"
        return format("Your account has been %s by %s.\n\nReason specified:\n%s", how_long, ban.by, ban.reason)
    end

    -- The others of its account who are in the game.
    local function of_account(player)
        local found = {}
        for _, other in ipairs(server.parts.creatures.list("Player")) do
            if other ~= player and other.account_id == player.account_id then
                found[#found + 1] = other
            end
        end
        return found
    end

    local function is_master(player)
        return player.account_type >= env.ACCOUNT_TYPE_GAMEMASTER
    end

    -- How many of an account may be in the game together.
    local function most_together()
        local config = server.parts.config
        if tfs then
            return config.boolean("ONE_PLAYER_ON_ACCOUNT") and 1 or raw.math.huge
        end
        return config.number("MAX_PLAYERS_PER_ACCOUNT")
    end

    local function too_many_together(player)
        local most = most_together()
        if is_master(player) or #of_account(player) < most then
            return nil
        elseif tfs then
            return "You may only login with one character\nof your account at the same time."
        end
        return format("You may only login with %d character%s\nof your account at the same time.", most,
            most > 1 and "s" or "")
    end

    local function is_unpaid(player)
        return not tfs and server.parts.config.boolean("ONLY_PREMIUM_ACCOUNT")
            and not server.parts.players.is_premium(player)
            and (player.group.id < env.GROUP_TYPE_GAMEMASTER or not is_master(player))
    end

    local function is_safe(at)
        local map = server.parts.map
        local tile = at and map.tile(at.x, at.y, at.z)
        return tile ~= nil and map.has_flag(tile, env.TILESTATE_PROTECTIONZONE)
    end

    -- Canary lets a few of an account be where there is danger.
    local function too_many_outside(player)
        local at = player.login_position
        if not at or (at.x == 0 and at.y == 0) then
            at = player.town
        end
        if tfs or most_together() <= 1 or is_master(player) or is_safe(at) then
            return nil
        end
        local outside, most = 0, server.parts.config.number("MAX_PLAYERS_OUTSIDE_PZ_PER_ACCOUNT")
        for _, other in ipairs(of_account(player)) do
            outside = outside + ((other.tile and not is_safe(other.tile)) and 1 or 0)
        end
        local shown = most == 1 and "one character" or most .. " character" .. (most > 1 and "s" or "")
        return outside >= most and "You can only have " .. shown .. " from your account outside of a protection zone."
            or nil
    end

    -- The list of those who wait ------------------------------------------------------------------------------------

    local function wait_of(place)
        for _, step in ipairs(WAITS) do
            if place < step[1] then
                return step[2]
            end
        end
        return LONGEST_WAIT
    end

    local function place_of(player)
        for place, each in ipairs(waiting) do
            if each.guid == player.guid then
                return place
            end
        end
    end

    -- Who pays comes before those who don't.
    local function line_up(player)
        local premium, place = server.parts.players.is_premium(player), #waiting + 1
        while premium and place > 1 and not waiting[place - 1].premium do
            place = place - 1
        end
        raw.table.insert(waiting, place, { guid = player.guid, premium = premium })
        return place
    end

    -- The place of a player on the list; nil when there is room for it.
    local function place_in_line(player)
        local most = server.parts.config.number("MAX_PLAYERS")
        local online = #server.parts.creatures.list("Player")
        if server.parts.players.has_flag(player, "canalwayslogin") or is_master(player) or most == 0
            or (#waiting == 0 and online < most) then
            return nil
        end
        for at = #waiting, 1, -1 do
            if waiting[at].ends <= server.now then
                raw.table.remove(waiting, at)
            end
        end
        local place = place_of(player)
        local known = place ~= nil
        place = place or line_up(player)
        -- In TFS one who has just come waits in any case.
        if online + place <= most and (known or not tfs) then
            raw.table.remove(waiting, place)
            return nil
        end
        waiting[place].ends = server.now + (wait_of(place) + GRACE) * 1000
        return place
    end

    --- Why a character may not come into the game, in the order in which the servers look; nil when it may.
    ---@param player table
    ---@return string|nil problem
    ---@return number|nil seconds after which it may ask again
    function wire.refusal(player)
        local problem = ask("bans.is_locked", player.guid) and "Your character has been namelocked."
            or server.parts.game.refusal(player)
            or is_unpaid(player) and "Your premium time for this account is out.\n\n"
                .. "To play please buy additional premium time from our website"
            or too_many_together(player)
            or account_ban(player)
        if problem then
            return problem
        end
        local place = place_in_line(player)
        if place then
            return format("Too many players online.\nYou are at place %d on the waiting list.", place),
                wait_of(place)
        end
        return too_many_outside(player)
    end
end
