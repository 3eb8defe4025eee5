--- The session of the game (g_game): whether there is one, whose it is, and how it begins and ends.
---
--- What goes to the server is handed to `game.send`; what comes from it, to the functions of `session.lua` and
--- `incoming.lua`.

local context = ...
local raw = context.raw

local SILENCE_MS = 5000
local CHECK_MS = 1000

-- Otc::OperatingSystem_t of this client, unless a script says otherwise; edubart counts from Linux.
local OS = {
    mehah = { windows = 11, mac = 12, linux = 10 },
    edubart = { windows = 10, mac = 12, linux = 11 },
}

return function(engine, game)
    local state = game.state

    local function reset()
        state.online, state.dead = false, false
        state.server_beat, state.sequence, state.ping = 50, 0, -1
        state.can_report_bugs = false
        state.fight_mode, state.chase_mode, state.pvp_mode, state.safe_fight = 2, 0, 0, true
        state.following, state.attacking, state.player = nil, nil, nil
        state.pings_sent, state.pings_received = 0, 0
        state.unjustified = {}
        for _, id in raw.ipairs(game.container.ids()) do
            game.container.shut(game.containers[id])
        end
        game.cancel(state.ping_event)
        game.cancel(state.check_event)
        game.cancel(state.walk_event)
        state.ping_event, state.check_event, state.walk_event = nil, nil, nil
        game.containers = {}
        state.vips, state.vip_order = {}, {}
        state.gm_actions = {}
        game.map.reset_aware()
    end
    game.reset_state = reset

    ---@return boolean
    function game.is_online()
        return state.online
    end

    ---@return integer
    function game.client_version()
        return state.client_version
    end

    ---@return boolean whether a protocol is there and its connection open
    function game.is_connected()
        return state.protocol ~= nil and state.connected
    end

    --- Whether scripts may act: online, alive and connected.
    ---@return boolean
    function game.can_act()
        local player = state.player
        if not state.online or not player or state.dead or not game.is_connected() then
            return false
        end
        return not (engine.edubart and game.creature.dead(player))
    end

    --- Hands an action to the server's side; `game_sent` tells what was sent.
    ---@param name string as ProtocolGame names it, without `send`
    function game.send(name, ...)
        local action = { name, ... }
        state.sent[#state.sent + 1] = action
        if game.wire then
            game.wire.send(name, ...)
        end
    end

    local function sending_control()
        local sent = state.sent
        state.sent = {}
        return sent
    end
    engine.controls.game_sent = sending_control

    -- Beginning and end --------------------------------------------------------------------------------------------

    --- Makes the player and the protocol of a session that is about to begin.
    ---@param character string
    ---@param world string
    function game.open_session(character, world)
        reset()
        state.player = game.player.new()
        if not engine.edubart then
            engine:emit(state.player, "onCreate")
        end
        game.creature.set_name(state.player, character)
        state.protocol = game.new_protocol()
        state.connected = false
        state.character, state.world = character, world
    end

    local function refuse_login()
        if state.protocol or state.online then
            engine:fail("Unable to login into a world while already online or logging.")
        elseif state.protocol_version == 0 then
            engine:fail("Must set a valid game protocol version before logging.")
        end
    end

    local function login(account, password, world, host, port, character, token, session_key)
        refuse_login()
        game.open_session(character, world)
        game.send("Login", account, password, host, port % 65536, character, token, session_key)
    end

    --- Ends what there is of a session.
    function game.disconnect()
        if state.online then
            game.end_session()
        end
        if state.protocol then
            state.protocol, state.connected = nil, false
            if game.wire then
                game.wire.disconnect()
            end
        end
    end

    local function check_connection()
        local ok = game.is_connection_ok()
        if ok == state.warned then
            engine:emit_global("g_game", "onConnectionFailing", not ok)
            state.warned = not ok
        end
    end

    ---@return boolean whether the server was heard of lately
    function game.is_connection_ok()
        return state.protocol ~= nil and engine.now - state.last_read < SILENCE_MS
    end

    local function pings()
        return game.features.GameClientPing or game.features.GameExtendedClientPing
    end

    local function plan_ping()
        state.ping_event = game.schedule(game.ping, state.ping_delay)
    end
    game.plan_ping = plan_ping

    local function watch()
        if pings() then
            plan_ping()
        end
        state.check_event = game.schedule(check_connection, CHECK_MS, true)
    end

    --- The server lets the player in: modules begin.
    function game.start_session()
        state.online = true
        state.last_read = engine.now
        game.send_fight_modes()
        if engine.edubart then
            engine:emit_global("g_game", "onGameStart")
            watch()
        else
            watch()
            engine:emit_global("g_game", "onGameStart")
        end
    end

    --- The session is over: modules end theirs, and the model is as before it.
    function game.end_session()
        state.online = false
        engine:emit_global("g_game", "onGameEnd")
        if state.warned then
            engine:emit_global("g_game", "onConnectionFailing", false)
            state.warned = false
        end
        reset()
        state.world, state.character = "", ""
        game.map.clean_dynamic()
    end

    --- Asks the server for a sign of life, unless the last one is outstanding.
    function game.ping()
        if game.is_connected() and state.pings_received == state.pings_sent then
            game.send("Ping")
            state.pings_sent = state.pings_sent + 1
            state.ping_since = engine.now
        end
    end

    local function get_os()
        local none = engine.edubart and -1 or 0
        if state.custom_os > none then
            return state.custom_os
        end
        local systems = OS[engine.dialect]
        local platform = engine.parts.app and engine.parts.app.os or "linux"
        return systems[platform] or systems.linux
    end

    local function getter(field)
        return function()
            return state[field]
        end
    end

    local function alive(creature)
        return creature ~= nil and not creature.removed
    end
    game.is_target = alive

    local function unjustified_points()
        local points = {}
        local keys = { "killsDay", "killsDayRemaining", "killsWeek", "killsWeekRemaining", "killsMonth" }
        for _, key in raw.ipairs(keys) do
            points[key] = state.unjustified[key] or 0
        end
        points.killsMonthRemaining = state.unjustified.killsMonthRemaining or 0
        points.skullTime = state.unjustified.skullTime or 0
        return points
    end
    game.unjustified_points = unjustified_points

    local function vips()
        local list = {}
        for id, vip in raw.pairs(state.vips) do
            list[id] = game.vip_entry(vip)
        end
        return list
    end

    engine:singleton("g_game", {
        loginWorld = login,
        playRecord = function(file)
            refuse_login()
            game.open_session("Player", "Record")
            game.send("PlayRecord", file)
        end,
        cancelLogin = function()
            if state.protocol then
                game.send("Logout")
            end
            game.disconnect()
        end,
        forceLogout = function()
            if state.online then
                game.send("Logout")
                game.disconnect()
            end
        end,
        safeLogout = function()
            if state.online then
                game.send("Logout")
            end
        end,
        ping = game.ping,
        setPingDelay = function(delay)
            state.ping_delay = delay
        end,
        canReportBugs = getter("can_report_bugs"),
        canPerformGameAction = game.can_act,
        checkBotProtection = function()
            return true
        end,
        isOnline = getter("online"),
        isLogging = function()
            return not state.online and state.protocol ~= nil
        end,
        isDead = getter("dead"),
        isAttacking = function()
            return alive(state.attacking)
        end,
        isFollowing = function()
            return alive(state.following)
        end,
        isConnectionOk = game.is_connection_ok,
        getPing = getter("ping"),
        getServerBeat = getter("server_beat"),
        getLocalPlayer = getter("player"),
        getProtocolGame = getter("protocol"),
        getAttackingCreature = getter("attacking"),
        getFollowingCreature = getter("following"),
        getCharacterName = getter("character"),
        getWorldName = getter("world"),
        getChaseMode = getter("chase_mode"),
        getFightMode = getter("fight_mode"),
        getPVPMode = getter("pvp_mode"),
        isSafeFight = getter("safe_fight"),
        getUnjustifiedPoints = unjustified_points,
        getOpenPvpSituations = getter("open_pvp_situations"),
        getContainer = function(index)
            return game.containers[index]
        end,
        getContainers = function()
            return game.containers
        end,
        getVips = vips,
        getGMActions = function()
            return { raw.unpack(state.gm_actions) }
        end,
        isGM = function()
            return #state.gm_actions > 0
        end,
        getOs = get_os,
        setCustomOs = function(os)
            state.custom_os = os
        end,
        getRecivedPacketsCount = getter("packets"),
        getRecivedPacketsSize = getter("packet_bytes"),
        getWalkMaxSteps = getter("walk_max_steps"),
        setWalkMaxSteps = function(steps)
            state.walk_max_steps = steps
        end,
        getLastWalkDir = getter("last_walk_direction"),
        enableTileThingLuaCallback = function(enable)
            state.tile_callbacks = enable
        end,
        isTileThingLuaCallbackEnabled = getter("tile_callbacks"),
    })
end
