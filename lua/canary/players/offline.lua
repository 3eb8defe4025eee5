--- Training while a player is away: for how long it may, and what it brings.

local context = ...
local raw = context.raw
local floor, format, gsub, max, min, upper =
    raw.math.floor, raw.string.format, raw.string.gsub, raw.math.max, raw.math.min, raw.string.upper

local MOST_TIME = 12 * 3600 * 1000

---@param server table
---@param players table
return function(server, players)
    local tfs, env = server.tfs, server.env

    --- Time in which it may train offline, in milliseconds.
    function players.add_offline_time(player, ms)
        player.offline_time = min(MOST_TIME, player.offline_time + ms)
    end
    function players.remove_offline_time(player, ms)
        local left = player.offline_time - ms
        -- More than 32 bits with a sign hold turns into a debt.
        player.offline_time = left < 2 ^ 31 and max(0, left) or 0
    end

    -- What is trained, as numbers that it is read from and written to: a skill, or the magic level.
    local function magic_of(player)
        return {
            level = player.magic_level, tries = player.mana_spent, percent = player.magic_percent,
            needed = function(level)
                return server.parts.vocations.mana_spent(player.vocation, level)
            end,
            write = function(state)
                player.magic_level, player.mana_spent, player.magic_percent = state.level, state.tries, state.percent
            end,
            text = "magic level ",
        }
    end

    local function skill_of(player, skill)
        local own = player.skills[skill]
        return own and {
            level = own.level, tries = own.tries, percent = own.percent,
            needed = function(level)
                return server.parts.vocations.skill_tries(player.vocation, skill, level)
            end,
            write = function(state)
                own.level, own.tries, own.percent = state.level, state.tries, state.percent
            end,
            text = players.skill_name(skill) .. " level ",
        }
    end

    -- The servers cut the percent to 8 bits here.
    local function percent(tries, needed)
        local value = players.percent(tries, needed)
        return tfs and value % 256 or floor(value)
    end

    local function share(tries, needed)
        return needed ~= 0 and tries * 100 / needed or 0
    end

    local function title(text)
        return (gsub(text, "%f[%a]%a", upper))
    end

    local function tell(player, skill, before, share_before, state, share_now)
        players.text(player, env.MESSAGE_EVENT_ADVANCE, format(
            "Your %s skill changed from level %d (with %.2f%% progress towards level %d) to level %d "
                .. "(with %.2f%% progress towards level %d)",
            title(players.skill_name(skill)), before, share_before, before + 1, state.level, share_now, state.level + 1
        ))
    end

    --- Adds what was trained while a player was away.
    ---@param player table
    ---@param skill number SKILL_*
    ---@param tries number
    ---@return boolean whether anything of it shows
    function players.add_offline_tries(player, skill, tries)
        if tries == 0 or skill == env.SKILL_LEVEL then
            return false
        end
        local state = skill == env.SKILL_MAGLEVEL and magic_of(player) or skill_of(player, skill)
        if not state then
            return false
        end
        local now, next_level = state.needed(state.level), state.needed(state.level + 1)
        if now >= next_level then
            return false
        end
        local before, share_before, shows = state.level, share(state.tries, next_level), false
        tries = players.ask(player, "onGainSkillTries", tries, skill, tries)
        while state.tries + tries >= next_level do
            tries = tries - (next_level - state.tries)
            state.level, state.tries, state.percent, shows = state.level + 1, 0, 0, true
            state.write(state)
            server.parts.events.advance(player, skill, state.level - 1, state.level)
            now, next_level = next_level, state.needed(state.level + 1)
            if now >= next_level then
                tries = 0
                break
            end
        end
        state.tries = state.tries + tries
        if state.level ~= before then
            players.text(player, env.MESSAGE_EVENT_ADVANCE, "You advanced to " .. state.text .. state.level .. ".")
            players.picture(player, "SKILLUP")
        end
        local rises = next_level > now
        local value = rises and percent(state.tries, next_level) or 0
        if value ~= state.percent then
            state.percent, shows = value, true
        end
        state.write(state)
        tell(player, skill, before, share_before, state, rises and share(state.tries, next_level) or 0)
        return shows
    end
end
