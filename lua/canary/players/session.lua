--- How players come into the game and leave it, and what passes while they are there.

local context = ...
local raw = context.raw
local min = raw.math.min

local MINUTE = 60000
-- The places of items that are worn.
local FIRST_SLOT, LAST_SLOT = 1, 11

---@param server table
---@param players table
return function(server, players)
    local tfs, env = server.tfs, server.env

    local function place_for(player)
        local map = server.parts.map
        local at = player.login_position
        if at and (at.x ~= 0 or at.y ~= 0) then
            if server.parts.creatures.place(player, at.x, at.y, at.z) then
                return true
            end
        end
        local town = player.town
        if not town then
            return false
        end
        local forced = map.tile(town.x, town.y, town.z) ~= nil
        return server.parts.creatures.place(player, town.x, town.y, town.z, false, forced)
    end

    --- Has a player come into the game: one who was made, or one of a name that is loaded or new.
    ---@param name string
    ---@param fields table columns that differ from those of a new one
    ---@param refusal nil|fun(player: table): string|nil why it may not come; by the state of the game unless given
    ---@return table|nil player
    ---@return string|nil problem
    function players.enter(name, fields, refusal)
        local creatures = server.parts.creatures
        local there = creatures.by_name(name)
        if there and there.class_name == "Player" then
            return nil, "it is in the game already"
        end
        local storage = server.parts.storage
        local stored = storage.load_player and storage.load_player(name, fields)
        local player = stored or players.make(name, fields)
        if not server.tfs then
            players.store_inbox(player)
        end
        local refused = (refusal or server.parts.game.refusal)(player)
        if refused then
            return nil, refused
        elseif not place_for(player) then
            return nil, "there is no place for it on the map"
        end
        if player.removed then
            return nil, "a script did not let it in"
        end
        return player
    end

    -- Canary tells whoever comes of the events of these days.
    local function tell_of_events(player)
        local active = tfs and {} or server.parts.game.schedule.active()
        if #active > 0 then
            local names = "Active EventScheduler: " .. raw.table.concat(active, ", ")
            server:log("info", "[" .. player.name .. "] " .. names)
            players.text(player, env.MESSAGE_BOOSTED_CREATURE, names)
        end
    end

    --- A player has come into the game.
    function players.entered(player)
        local conditions = server.parts.conditions
        for _, condition in raw.ipairs(player.stored_conditions or {}) do
            conditions.add(player, condition)
        end
        player.stored_conditions = nil
        if player.guild then
            local members = player.guild.members
            members[#members + 1] = player
        end
        local events = server.parts.events
        for slot = FIRST_SLOT, LAST_SLOT do
            local item = player.inventory[slot]
            if item then
                events.equip(player, item, slot, false)
            end
        end
        if not events.login(player) then
            server.parts.creatures.remove(player)
            return
        end
        tell_of_events(player)
        if player.tile then
            server.parts.monsters.wake_spawns(player.tile.x, player.tile.y)
        end
        player.online = true
        players.tell_vips(player, true)
        player.logged_at = server.parts.scheduler.time()
        player.last_login = player.logged_at
    end

    --- Whether a player may leave the game here and now.
    function players.can_logout(player)
        local map, conditions = server.parts.map, server.parts.conditions
        local tile = player.tile
        if tile and map.has_flag(tile, env.TILESTATE_NOLOGOUT) then
            return false
        elseif tile and map.has_flag(tile, env.TILESTATE_PROTECTIONZONE) then
            return true
        end
        return not player.pz_locked and not conditions.has(player, env.CONDITION_INFIGHT)
    end

    --- A player asks to leave.
    ---@param player table
    ---@param forced boolean|nil whatever scripts and the fight say
    ---@return boolean
    function players.leave(player, forced)
        if player.removed then
            return true
        end
        local map = server.parts.map
        if not forced then
            local access = player.group and player.group.access
            if not access then
                if player.tile and map.has_flag(player.tile, env.TILESTATE_NOLOGOUT) then
                    players.cancel(player, env.RETURNVALUE_YOUCANNOTLOGOUTHERE)
                    return false
                end
                local safe = player.tile and map.has_flag(player.tile, env.TILESTATE_PROTECTIONZONE)
                if not safe and server.parts.conditions.has(player, env.CONDITION_INFIGHT) then
                    players.cancel(player, env.RETURNVALUE_YOUMAYNOTLOGOUTDURINGAFIGHT)
                    return false
                end
            end
        end
        if not server.parts.events.logout(player) and not forced then
            return false
        end
        return server.parts.creatures.remove(player)
    end

    --- Throws a player out, as scripts and the server do.
    ---@param player table
    ---@param show_effect boolean|nil
    ---@param forced boolean|nil whatever scripts say (Canary asks them otherwise)
    function players.kick(player, show_effect, forced)
        if player.removed then
            return
        end
        local said = server.parts.events.logout(player)
        if not tfs and not forced and (not players.can_logout(player) or not said) then
            return
        end
        local tile = player.tile
        if show_effect and tile and not player.ghost then
            server.parts.map.send_effect(tile.x, tile.y, tile.z, env.CONST_ME_POFF)
        end
        server.parts.creatures.remove(player)
    end

    --- A player has left.
    function players.left(player, is_logout)
        local x, y, z = server.parts.creatures.position(player)
        if is_logout then
            player.login_position = { x = x, y = y, z = z }
        elseif player.town then
            player.login_position = { x = player.town.x, y = player.town.y, z = player.town.z }
        end
        player.last_logout, player.online = server.parts.scheduler.time(), false
        players.tell_vips(player, false)
        server.parts.events.chat.forget(player)
        player.follow, player.target = nil, nil
        if player.trade_partner then
            server.parts.trade.close(player)
        end
        server.parts.npcs.close_shop(player)
        server.parts.parties.forget_invitations(player)
        if player.party then
            server.parts.parties.leave(player.party, player, true)
        end
        if player.guild then
            server.parts.vocations.remove_member(player.guild, player)
        end
        local events, storage = server.parts.events, server.parts.storage
        for slot = FIRST_SLOT, LAST_SLOT do
            local item = player.inventory[slot]
            if item then
                events.deequip(player, item, slot)
            end
        end
        if storage.save_player then
            storage.save_player(player)
        end
    end

    --- Keeps a player in the database.
    ---@return boolean
    function players.save(player)
        local storage = server.parts.storage
        if player.tile then
            player.login_position = { x = player.tile.x, y = player.tile.y, z = player.tile.z }
        end
        if storage.save_player then
            return storage.save_player(player) ~= false
        end
        return true
    end

    --- What passes for a player each second.
    function players.think(player, interval)
        player.message_ticks = player.message_ticks + interval
        if player.message_ticks >= 1500 then
            player.message_ticks = 0
            if player.message_buffer > 0 then
                player.message_buffer = player.message_buffer - 1
            end
        end
        if player.wheel then
            players.think_of_wheel(player, false)
        end
        local tile = player.tile
        local counts = tile and not server.parts.map.has_flag(tile, env.TILESTATE_NOLOGOUT)
            and not (player.group and player.group.access)
        if counts or not tfs then
            player.idle_time = player.idle_time + interval
        end
        if counts and not player.training then
            players.check_idle(player)
        end
        if player.removed then
            return
        end
        if server.parts.game.world_type() ~= env.WORLD_TYPE_PVP_ENFORCED then
            players.check_skull(player, interval / 1000)
        end
        players.add_offline_time(player, interval)
        if not tfs then
            server.parts.events.callback("playerOnThink", player, interval)
        end
    end

    --- Throws out who did nothing for long.
    function players.check_idle(player)
        local minutes = server.parts.config.number("KICK_AFTER_MINUTES")
        if player.idle_time > minutes * MINUTE + MINUTE then
            players.kick(player, true, true)
        elseif player.idle_time == minutes * MINUTE then
            players.text(player, tfs and env.MESSAGE_STATUS_WARNING or env.MESSAGE_ADMINISTRATOR,
                "There was no variation in your behaviour for " .. minutes .. " minutes. You will be disconnected in"
                    .. " one minute if there is no change in your actions until then.")
        end
    end

    --- Skulls go after a time.
    function players.check_skull(player, seconds)
        local left = player.skull_ticks - seconds
        player.skull_ticks = left < 0 and 0 or left
        local marked = player.skull == env.SKULL_RED or player.skull == env.SKULL_BLACK
        if marked and player.skull_ticks < 1 and not server.parts.conditions.has(player, env.CONDITION_INFIGHT) then
            player.skull = env.SKULL_NONE or 0
        end
    end

    --- Something near a player has changed: trades with what is no longer there end.
    function players.near_added(player)
        server.parts.trade.check(player)
    end
    function players.near_removed(player)
        server.parts.trade.check(player)
    end

    --- The soul points of a player.
    function players.change_soul(player, change)
        if change > 0 then
            local rate = tfs and 1 or server.parts.config.get("RATE_SOUL_REGEN") or 1
            local most = player.vocation.soul_max - player.soul
            player.soul = player.soul + min(raw.math.floor(change * rate), most)
        else
            player.soul = raw.math.max(0, player.soul + change)
        end
    end

    --- A player logs in: { name = …, columns… }; its name and id.
    function server.controls.login(fields)
        local player, problem = players.enter(fields.name, fields)
        if not player then
            raw.error(fields.name .. " can't come into the game: " .. raw.tostring(problem), 0)
        end
        return { name = player.name, id = player.id }
    end

    --- A player leaves; whether it could.
    function server.controls.logout(name, forced)
        local player = server.parts.creatures.by_name(name)
        return player ~= nil and player.class_name == "Player" and players.leave(player, forced)
    end
end
