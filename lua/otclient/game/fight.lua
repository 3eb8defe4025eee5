--- Whom the player attacks and follows, and how; its friends (g_game).

local context = ...
local raw = context.raw

local function copy(list)
    local result = {}
    for index, value in raw.ipairs(list or {}) do
        result[index] = value
    end
    return result
end

return function(engine, game)
    local state = game.state

    local function set_target(field, event, creature)
        local old = state[field]
        if old == creature and not (engine.edubart and field == "following") then
            return
        end
        state[field] = creature
        engine:emit_global("g_game", event, engine.object.of(creature), engine.object.of(old))
    end

    local function set_attacking(creature)
        set_target("attacking", "onAttackingCreatureChange", creature)
    end

    local function set_following(creature)
        set_target("following", "onFollowingCreatureChange", creature)
    end

    -- Newer versions number an order by its target, older ones count.
    local function next_sequence(creature)
        if state.protocol_version < 963 then
            state.sequence = state.sequence + 1
        elseif creature then
            state.sequence = creature.id
        end
        return state.sequence
    end

    --- Attacks a creature; nil, or the one that is attacked already, ends it.
    function game.attack(creature)
        if not game.can_act() or (creature and creature == state.player) then
            return
        end
        if creature and creature == state.attacking then
            creature = nil
        end
        if creature and game.is_target(state.following) then
            game.follow(nil)
        end
        set_attacking(creature)
        game.player.stop_auto_walk(state.player)
        game.send("Attack", creature and creature.id or 0, next_sequence(creature))
    end

    --- Follows a creature; nil, or the one that is followed already, ends it.
    function game.follow(creature)
        if not game.can_act() or (creature and creature == state.player) then
            return
        end
        if creature and creature == state.following then
            creature = nil
        end
        if creature and game.is_target(state.attacking) then
            game.attack(nil)
        end
        set_following(creature)
        game.player.stop_auto_walk(state.player)
        game.send("Follow", creature and creature.id or 0, next_sequence(creature))
    end

    --- Tells the server how the player fights.
    function game.send_fight_modes()
        game.send("ChangeFightModes", state.fight_mode, state.chase_mode, state.safe_fight, state.pvp_mode)
    end

    local function mode_setter(field, event, feature)
        return function(value)
            if not game.can_act() or (feature and not game.features[feature]) or state[field] == value then
                return
            end
            state[field] = value
            game.send_fight_modes()
            engine:emit_global("g_game", event, value)
        end
    end

    -- Friends ------------------------------------------------------------------------------------------------------

    --- A friend as scripts see it.
    function game.vip_entry(vip)
        local entry = { vip.name, vip.status, vip.description, vip.icon, vip.notify }
        if not engine.edubart then
            entry[6] = copy(vip.groups)
        end
        return entry
    end

    --- The server tells of a friend.
    function game.add_vip(id, name, status, description, icon, notify, groups)
        state.vips[id] = {
            name = name,
            status = status,
            description = description,
            icon = icon,
            notify = notify,
            groups = groups or {},
        }
        if engine.edubart then
            engine:emit_global("g_game", "onAddVip", id, name, status, description, icon, notify)
        else
            engine:emit_global("g_game", "onAddVip", id, name, status, description, icon, notify, copy(groups))
        end
    end

    --- The server tells that a friend came or went.
    function game.set_vip_state(id, status)
        local vip = state.vips[id] or { name = "", description = "", icon = 0, notify = false, groups = {} }
        state.vips[id] = vip
        vip.status = status
        if engine.edubart then
            engine:emit_global("g_game", "onVipStateChange", id, status)
        else
            engine:emit_global("g_game", "onVipStateChange", id, status, copy(vip.groups))
        end
    end

    engine:singleton("g_game", {
        attack = game.attack,
        cancelAttack = function()
            game.attack(nil)
        end,
        follow = game.follow,
        cancelFollow = function()
            game.follow(nil)
        end,
        cancelAttackAndFollow = function()
            if not game.can_act() then
                return
            end
            if game.is_target(state.following) then
                set_following(nil)
            end
            if game.is_target(state.attacking) then
                set_attacking(nil)
            end
            game.player.stop_auto_walk(state.player)
            game.send("CancelAttackAndFollow")
            engine:emit_global("g_game", "onCancelAttackAndFollow")
        end,
        setChaseMode = mode_setter("chase_mode", "onChaseModeChange"),
        setFightMode = mode_setter("fight_mode", "onFightModeChange"),
        setSafeFight = mode_setter("safe_fight", "onSafeFightChange"),
        setPVPMode = mode_setter("pvp_mode", "onPVPModeChange", "GamePVPMode"),
        removeVip = function(id)
            if game.can_act() and state.vips[id] then
                state.vips[id] = nil
                game.send("RemoveVip", id)
            end
        end,
        editVip = function(id, description, icon, notify, groups)
            local vip = state.vips[id]
            if not game.can_act() or not vip then
                return
            end
            vip.description, vip.icon, vip.notify = description, icon, notify
            vip.groups = groups or {}
            if game.features.GameAdditionalVipInfo and game.features.GameVipGroups then
                game.send("EditVip", id, description, icon, notify, copy(groups))
            elseif game.features.GameAdditionalVipInfo then
                game.send("EditVip", id, description, icon, notify)
            end
        end,
    })
end
