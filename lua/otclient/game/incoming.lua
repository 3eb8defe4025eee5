--- What comes from the server: events of the game by name, for the wire and, through the controls of `controls.lua`,
--- for tests. An event is named as the engine's `Game::process…` is.

local context = ...
local raw = context.raw
local ipairs = raw.ipairs

-- Events that scripts get as they are: name to what is raised on g_game.
local PURE = {
    UpdateNeeded = "onUpdateNeeded",
    LoginError = "onLoginError",
    LoginAdvice = "onLoginAdvice",
    LoginWait = "onLoginWait",
    LoginToken = "onLoginToken",
    SessionEnd = "onSessionEnd",
    PlayerHelpers = "onPlayerHelpersUpdate",
    TextMessage = "onTextMessage",
    Talk = "onTalk",
    ChannelList = "onChannelList",
    OpenChannel = "onOpenChannel",
    OpenPrivateChannel = "onOpenPrivateChannel",
    OpenOwnPrivateChannel = "onOpenOwnPrivateChannel",
    CloseChannel = "onCloseChannel",
    RuleViolationChannel = "onRuleViolationChannel",
    RuleViolationRemove = "onRuleViolationRemove",
    RuleViolationCancel = "onRuleViolationCancel",
    RuleViolationLock = "onRuleViolationLock",
    VipGroupChange = "onVipGroupChange",
    TutorialHint = "onTutorialHint",
    AddAutomapFlag = "onAddAutomapFlag",
    RemoveAutomapFlag = "onRemoveAutomapFlag",
    OpenNpcTrade = "onOpenNpcTrade",
    PlayerGoods = "onPlayerGoods",
    CloseNpcTrade = "onCloseNpcTrade",
    OwnTrade = "onOwnTrade",
    CounterTrade = "onCounterTrade",
    CloseTrade = "onCloseTrade",
    EditText = "onEditText",
    EditList = "onEditList",
    QuestLog = "onQuestLog",
    QuestLine = "onQuestLine",
    ModalDialog = "onModalDialog",
    ItemDetail = "onParseItemDetail",
}

-- Calls of one figure of the player: event name to the figure.
local FIGURES = {
    PlayerHealth = "health",
    PlayerMana = "mana",
    PlayerManaShield = "mana_shield",
    PlayerLevel = "level",
    PlayerMagicLevel = "magic_level",
    PlayerBaseMagicLevel = "base_magic_level",
    PlayerExperience = "experience",
    PlayerFreeCapacity = "free_capacity",
    PlayerTotalCapacity = "total_capacity",
    PlayerSoul = "soul",
    PlayerStamina = "stamina",
    PlayerRegeneration = "regeneration",
    PlayerOfflineTraining = "offline_training",
    PlayerBlessings = "blessings",
    PlayerStates = "states",
    PlayerPremium = "premium",
    PlayerFlatDamage = "flat_damage",
    PlayerAttackInfo = "attack_info",
    PlayerConvertedDamage = "converted_damage",
    PlayerImbuements = "imbuements",
    PlayerDefenseInfo = "defense_info",
    PlayerForgeBonuses = "forge_bonuses",
}

return function(engine, game)
    local state = game.state
    local incoming = {}
    game.incoming = incoming

    local function raise(event, ...)
        engine:emit_global("g_game", event, ...)
    end

    for name, event in raw.pairs(PURE) do
        incoming[name] = function(...)
            raise(event, ...)
        end
    end
    for name, figure in raw.pairs(FIGURES) do
        incoming[name] = function(...)
            game.player.set(state.player, figure, ...)
        end
    end

    -- The session ----------------------------------------------------------------------------------------------------

    --- The server answers the login.
    ---@param data table|nil id, name, world, beat, report_bugs, speed_law {a, b, c}
    function incoming.Login(data)
        data = data or {}
        if not state.player then
            game.open_session(data.name or "Player", data.world or "World")
        end
        state.connected = true
        state.player.id = data.id or state.player.id
        state.server_beat = data.beat or state.server_beat
        state.can_report_bugs = data.report_bugs or false
        if data.speed_law then
            game.walk.formula = { a = data.speed_law[1], b = data.speed_law[2], c = data.speed_law[3] }
            state.player.speed_formula = game.walk.formula
        end
        game.map.add_creature(state.player)
        raise("onLogin")
    end

    --- The server speaks the extended protocol: 0 says so, other numbers are for scripts.
    function incoming.ExtendedOpcode(opcode, buffer)
        engine.parts.net.protocols.extended_opcode(state.protocol, opcode, buffer)
    end

    function incoming.PendingGame()
        state.player.pending = true
        raise("onPendingGame")
        game.send("EnterGame")
    end

    function incoming.EnterGame()
        local player = state.player
        if engine.edubart then
            player.pending = false
        else
            game.add_event(function()
                player.pending = false
            end)
        end
        raise("onEnterGame")
    end

    incoming.GameStart = game.start_session
    incoming.GameEnd = game.end_session
    incoming.Disconnect = game.disconnect

    function incoming.ConnectionError(text, code)
        if state.protocol then
            raise("onConnectionError", text, code)
            game.disconnect()
        end
    end

    function incoming.Death(kind, penalty)
        state.dead = true
        game.walk.stop(state.player)
        raise("onDeath", kind, penalty)
    end

    function incoming.GMActions(actions)
        state.gm_actions = actions
        raise("onGMActions", { raw.unpack(actions) })
    end

    function incoming.PlayerModes(fight, chase, safe, pvp)
        state.fight_mode, state.chase_mode, state.safe_fight, state.pvp_mode = fight, chase, safe, pvp
        raise("onFightModeChange", fight)
        raise("onChaseModeChange", chase)
        raise("onSafeFightChange", safe)
        raise("onPVPModeChange", pvp)
    end

    function incoming.Ping()
        raise("onPing")
        game.send("PingBack")
    end

    function incoming.PingBack()
        state.pings_received = state.pings_received + 1
        local old = state.ping
        if state.pings_received == state.pings_sent then
            state.ping = engine.now - state.ping_since
        else
            engine:log("error", "got an invalid ping from server")
        end
        if engine.edubart or old ~= state.ping then
            raise("onPingBack", state.ping)
        end
        game.plan_ping()
    end

    function incoming.AttackCancel(sequence)
        if game.is_target(state.attacking) and (sequence == 0 or sequence == state.sequence) then
            game.attack(nil)
        end
    end

    function incoming.WalkCancel(direction)
        game.player.cancel_walk(state.player, direction)
    end

    function incoming.UnjustifiedPoints(points)
        if game.can_act() and game.features.GameUnjustifiedPoints then
            local differs = false
            for key, value in raw.pairs(points) do
                differs = differs or (state.unjustified[key] or 0) ~= value
            end
            if differs then
                state.unjustified = points
                raise("onUnjustifiedPointsChange", game.unjustified_points())
            end
        end
    end

    function incoming.OpenPvpSituations(count)
        if game.can_act() and state.open_pvp_situations ~= count then
            state.open_pvp_situations = count
            raise("onOpenPvpSituationsChange", count)
        end
    end

    incoming.VipAdd = game.add_vip
    incoming.VipStateChange = game.set_vip_state

    -- Containers and slots -------------------------------------------------------------------------------------------

    local function items_of(list)
        local items = {}
        for index, data in ipairs(list or {}) do
            items[index] = game.item.from(data)
        end
        return items
    end

    --- A container opens, in place of one with the same number.
    ---@param data table id, item, name, capacity, has_parent, items, unlocked, has_pages, size, first_index
    function incoming.OpenContainer(data)
        local items = items_of(data.items)
        local record = game.container.new({
            id = data.id,
            name = data.name or "",
            capacity = data.capacity or 20,
            item = game.item.from(data.item or 0),
            has_parent = data.has_parent or false,
            unlocked = data.unlocked ~= false,
            has_pages = data.has_pages or false,
            size = data.size or #items,
            first_index = data.first_index or 0,
        })
        local previous = game.containers[data.id]
        game.containers[data.id] = record
        game.container.fill(record, items)
        game.container.opened(record, previous)
        if previous then
            game.container.shut(previous)
        end
    end

    function incoming.CloseContainer(id)
        local record = game.containers[id]
        if record then
            game.containers[id] = nil
            game.container.shut(record)
        end
    end

    function incoming.ContainerAddItem(id, item, slot)
        local record = game.containers[id]
        if record then
            game.container.add(record, game.item.from(item), slot or 0)
        end
    end

    function incoming.ContainerUpdateItem(id, slot, item)
        local record = game.containers[id]
        if record then
            game.container.update(record, slot, game.item.from(item))
        end
    end

    function incoming.ContainerRemoveItem(id, slot, last_item)
        local record = game.containers[id]
        if record then
            game.container.remove(record, slot, game.item.from(last_item))
        end
    end

    function incoming.InventoryChange(slot, item)
        local record = game.item.from(item)
        if record then
            game.thing.set_position(record, { x = 65535, y = slot, z = 0 })
        end
        game.player.set_inventory_item(state.player, slot, record)
    end

    -- The player -----------------------------------------------------------------------------------------------------

    function incoming.PlayerSkill(skill, level, percent, base)
        game.player.set_skill(state.player, skill, level, percent or 0)
        if base then
            game.player.set_base_skill(state.player, skill, base)
        end
    end

    function incoming.PlayerSpells(spells)
        game.player.set_spells(state.player, spells)
    end

    function incoming.PlayerVocation(vocation)
        game.player.set_vocation(state.player, vocation)
    end

    function incoming.PlayerResource(kind, value)
        game.player.set_resource(state.player, kind, value)
    end

    function incoming.PlayerExperienceRate(kind, value)
        game.player.set_experience_rate(state.player, kind, value)
    end

    function incoming.PlayerHarmony(harmony)
        game.player.set_harmony(state.player, harmony)
    end

    function incoming.PlayerSerene(serene)
        game.player.set_serene(state.player, serene)
    end

    function incoming.Screenshot(kind)
        engine:emit_global("LocalPlayer", "onTakeScreenshot", kind)
    end

    -- Outfits --------------------------------------------------------------------------------------------------------

    local function model(outfit)
        local creature = game.creature.new()
        game.creature.set_outfit(creature, outfit)
        return creature
    end

    --- The window in which the player dresses.
    ---@param data table outfit, outfits, mounts, familiars, wings, auras, effects, shaders
    function incoming.OpenOutfitWindow(data)
        local current = engine.convert.take.Outfit(data.outfit or {})
        local dressed, mount = model(current), nil
        for _, effect in ipairs(state.player and state.player.effects or {}) do
            game.attached.attach(dressed, game.attached.clone(effect))
        end
        if game.features.GamePlayerMounts then
            local ridden = game.new_outfit()
            ridden.type, ridden.category = current.mount, 1
            mount = model(ridden)
        end
        if engine.edubart then
            local of = engine.object.of
            return raise("onOpenOutfitWindow", dressed.object, data.outfits or {}, of(mount), data.mounts or {})
        end
        raise(
            "onOpenOutfitWindow",
            dressed.object,
            data.outfits or {},
            engine.object.of(mount),
            data.mounts or {},
            data.familiars or {},
            data.wings or {},
            data.auras or {},
            data.effects or {},
            data.shaders or {}
        )
    end
end
