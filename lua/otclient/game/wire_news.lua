--- News that the server sends of the player, creatures, containers, talk and windows, as events of the game.

local context = ...
local raw = context.raw
local ipairs, floor = raw.ipairs, raw.math.floor

-- The version of Canary that tells hundredths of a percent of a level; up to 13.10 percents are told.
local LEVEL_IN_HUNDREDTHS = 1525

return function(engine, apply, game, tools)
    local incoming = game.incoming
    local place, modes = tools.place, tools.modes

    -- The player ---------------------------------------------------------------------------------------------------

    function apply.stats(data)
        incoming.PlayerHealth(data.health, data.max_health)
        incoming.PlayerFreeCapacity(data.free_capacity / 100)
        if data.total_capacity then
            incoming.PlayerTotalCapacity(data.total_capacity / 100)
        end
        incoming.PlayerExperience(data.experience)
        local hundredths = game.state.protocol_version >= LEVEL_IN_HUNDREDTHS
        incoming.PlayerLevel(data.level, hundredths and floor(data.level_percent / 100) or data.level_percent)
        incoming.PlayerMana(data.mana, data.max_mana)
        if data.magic_level then
            incoming.PlayerMagicLevel(data.magic_level, data.magic_level_percent or 0)
            incoming.PlayerBaseMagicLevel(data.base_magic_level or data.magic_level)
        end
        if data.mana_shield then
            incoming.PlayerManaShield(data.mana_shield, data.max_mana_shield)
        end
        incoming.PlayerStamina(data.stamina)
        incoming.PlayerSoul(data.soul)
        if data.regeneration then
            incoming.PlayerRegeneration(data.regeneration)
        end
        if data.offline_training then
            incoming.PlayerOfflineTraining(data.offline_training)
        end
    end
    -- From 12.81 on magic stands among the skills, and parts of a level are hundredths of a percent.
    function apply.skills(data)
        local parts = data.magic and 100 or 1
        if data.magic then
            incoming.PlayerMagicLevel(data.magic, floor(data.magic_percent / parts))
            incoming.PlayerBaseMagicLevel(data.base_magic)
        end
        for at, skill in ipairs(data.skills) do
            incoming.PlayerSkill(at - 1, skill.level, floor(skill.percent / parts), skill.base)
        end
        if data.capacity then
            -- In hundredths of an ounce here, as the engine leaves it.
            incoming.PlayerTotalCapacity(data.capacity)
        end
    end
    function apply.resource_balance(data)
        incoming.PlayerResource(data.kind, data.amount)
    end
    function apply.blessings(data)
        incoming.PlayerBlessings(data.glow)
        engine:emit_global("g_game", "onBlessingsChange", data.glow, data.button or 0)
    end
    function apply.unjustified_points(data)
        incoming.UnjustifiedPoints({
            killsDay = data.day, killsDayRemaining = data.day_left, killsWeek = data.week,
            killsWeekRemaining = data.week_left, killsMonth = data.month, killsMonthRemaining = data.month_left,
            skullTime = data.skull_days,
        })
    end
    function apply.pvp_situations(data)
        incoming.OpenPvpSituations(data.situations)
    end
    function apply.icons(data)
        incoming.PlayerStates(data.icons)
    end
    function apply.basic_data(data)
        incoming.PlayerPremium(data.premium == 1)
        incoming.PlayerVocation(data.vocation)
    end
    function apply.fight_modes(data)
        incoming.PlayerModes(data.fight, data.chase, data.secure == 1, data.pvp or 0)
    end
    function apply.cancel_target(data)
        incoming.AttackCancel(data.sequence or 0)
    end
    function apply.cancel_walk(data)
        incoming.WalkCancel(data.direction)
    end
    function apply.inventory_set(data)
        incoming.InventoryChange(data.slot, tools.item_data(data.item))
    end
    -- How many of each kind are carried, with what no window shows; edubart's client only reads it.
    function apply.inventory(data)
        local counts = {}
        for _, entry in ipairs(data.items) do
            local classified = game.things.get(entry.id, 0).classification > 0
            local key = entry.id .. ":" .. (classified and entry.tier or 0)
            counts[key] = (counts[key] or 0) + entry.count
        end
        if not engine.edubart then
            game.state.player.inventory_counts = counts
            engine:emit_global("g_game", "updateInventoryItems")
        end
    end
    function apply.inventory_clear(data)
        incoming.InventoryChange(data.slot, nil)
    end

    -- Creatures and the world --------------------------------------------------------------------------------------

    local function news(field, value_of)
        return function(data)
            if tools.told_creature(data.creature) then
                incoming.Creature({ id = data.creature, [field] = value_of(data) })
            end
        end
    end
    local function of(name)
        return function(data)
            return data[name]
        end
    end
    apply.creature_health = news("health", of("percent"))
    apply.creature_outfit = news("outfit", function(data)
        return tools.outfit_of(data.outfit)
    end)
    apply.creature_skull = news("skull", of("skull"))
    apply.creature_shield = news("shield", of("shield"))
    apply.creature_type = news("type", of("type"))
    apply.creature_blocks = news("passable", function(data)
        return data.blocks == 0
    end)
    function apply.creature_speed(data)
        if tools.told_creature(data.creature) then
            incoming.Creature({ id = data.creature, speed = data.speed, base_speed = data.base })
        end
    end
    function apply.creature_helpers(data)
        if tools.told_creature(data.creature) then
            incoming.PlayerHelpers(data.helpers)
        end
    end
    function apply.creature_square(data)
        incoming.CreatureSquare(data.creature, data.color)
    end
    function apply.creature_mark(data)
        if data.kind == 1 then
            incoming.CreatureSquare(data.creature, data.color)
        end
    end
    function apply.world_time(data)
        engine:emit_global("g_game", "onChangeWorldTime", data.hour, data.minute)
    end
    function apply.world_light(data)
        incoming.WorldLight(data.level, data.color)
    end
    -- From 12.03 on effects and missiles come together: 3 an effect, 4 a missile to what lies so far off, 5 from there.
    local EFFECT, MISSILE_TO, MISSILE_FROM = 3, 4, 5
    local function effects(data)
        local here = place(data.position)
        for _, entry in ipairs(data.entries) do
            if entry.kind == EFFECT then
                incoming.Effect(entry.effect, here)
            elseif entry.kind == MISSILE_TO or entry.kind == MISSILE_FROM then
                local there = { x = here.x + entry.dx, y = here.y + entry.dy, z = here.z }
                local from, to = here, there
                if entry.kind == MISSILE_FROM then
                    from, to = there, here
                end
                incoming.Missile(entry.missile, from, to)
            end
        end
    end
    function apply.effect(data)
        if data.entries then
            effects(data)
        else
            incoming.Effect(data.effect, place(data.position))
        end
    end
    function apply.missile(data)
        incoming.Missile(data.missile, place(data.from), place(data.to))
    end
    function apply.animated_text(data)
        incoming.AnimatedText(place(data.position), data.color, data.text)
    end

    local function mode_of(kind)
        return modes(game.state.protocol_version).from_server(kind)
    end

    -- Talk ---------------------------------------------------------------------------------------------------------

    function apply.talk(data)
        local pos = data.position and place(data.position) or nil
        incoming.Talk(data.name, data.level, mode_of(data.type), data.text, data.channel or 0, pos)
    end
    function apply.text_message(data)
        incoming.TextMessage(mode_of(data.type), data.text)
    end
    function apply.channels(data)
        local list = {}
        for at, channel in ipairs(data.channels) do
            list[at] = { channel.channel, channel.name }
        end
        incoming.ChannelList(list)
    end
    function apply.open_channel(data)
        incoming.OpenChannel(data.channel, data.name)
    end
    function apply.open_private_channel(data)
        incoming.OpenPrivateChannel(data.name)
    end
    function apply.open_own_channel(data)
        incoming.OpenOwnPrivateChannel(data.channel, data.name)
    end
    function apply.close_channel(data)
        incoming.CloseChannel(data.channel)
    end
    function apply.vip_add(data)
        incoming.VipAdd(data.player, data.name, data.state, data.description, data.icon, data.notify == 1, {})
    end
    function apply.vip_state(data)
        incoming.VipStateChange(data.player, data.state)
    end

    -- Containers and windows ---------------------------------------------------------------------------------------

    function apply.open_container(data)
        incoming.OpenContainer({
            id = data.container, item = tools.item_data(data.item), name = data.name, capacity = data.capacity,
            has_parent = data.parent == 1, items = tools.items_data(data.items), unlocked = data.unlocked ~= 0,
            has_pages = data.pages == 1, size = data.size, first_index = data.first,
        })
    end
    function apply.close_container(data)
        incoming.CloseContainer(data.container)
    end
    function apply.container_add(data)
        incoming.ContainerAddItem(data.container, tools.item_data(data.item), data.slot)
    end
    function apply.container_update(data)
        incoming.ContainerUpdateItem(data.container, data.slot, tools.item_data(data.item))
    end
    function apply.container_remove(data)
        incoming.ContainerRemoveItem(data.container, data.slot, tools.item_data(data.last))
    end
    function apply.shop(data)
        local goods = {}
        for at, entry in ipairs(data.items) do
            local item = game.item.from({ id = entry.id, count = entry.count })
            goods[at] = { item.object, entry.name, entry.weight, entry.buy, entry.sell }
        end
        incoming.OpenNpcTrade(goods)
    end
    function apply.player_goods(data)
        local goods = {}
        for at, entry in ipairs(data.goods) do
            goods[at] = { game.item.from({ id = entry.id }).object, entry.count }
        end
        incoming.PlayerGoods(data.money, goods)
    end
    function apply.close_shop()
        incoming.CloseNpcTrade()
    end
    function apply.own_trade(data)
        incoming.OwnTrade(data.name, tools.item_objects(data.items))
    end
    function apply.counter_trade(data)
        incoming.CounterTrade(data.name, tools.item_objects(data.items))
    end
    function apply.close_trade()
        incoming.CloseTrade()
    end
    function apply.text_window(data)
        incoming.EditText(data.window, data.item.id, data.longest, data.text, data.writer, data.date)
    end
    function apply.house_window(data)
        incoming.EditList(data.window, data.kind, data.text)
    end
    function apply.modal_window(data)
        local buttons, choices = {}, {}
        for at, entry in ipairs(data.buttons) do
            buttons[at] = { entry.button, entry.label }
        end
        for at, entry in ipairs(data.choices) do
            choices[at] = { entry.choice, entry.label }
        end
        incoming.ModalDialog(
            data.window, data.title, data.text, buttons, data.enter, data.escape, choices, data.priority == 1
        )
    end
    function apply.outfit_window(data)
        local outfits, mounts = {}, {}
        for at, entry in ipairs(data.outfits or {}) do
            outfits[at] = { entry.look, entry.name, entry.addons, 0 }
        end
        for at, entry in ipairs(data.mounts or {}) do
            mounts[at] = { entry.look, entry.name, 0 }
        end
        -- From 12.81 on what is worn stands in the message itself.
        local worn = tools.outfit_of(data.outfit or data)
        incoming.OpenOutfitWindow({ outfit = worn, outfits = outfits, mounts = mounts })
    end
    function apply.tutorial(data)
        incoming.TutorialHint(data.tutorial)
    end
    function apply.map_marker(data)
        incoming.AddAutomapFlag(place(data.position), data.mark, data.text)
    end
    function apply.quest_log(data)
        local quests = {}
        for at, quest in ipairs(data.quests) do
            quests[at] = { quest.quest, quest.name, quest.completed == 1 }
        end
        incoming.QuestLog(quests)
    end
    function apply.quest_line(data)
        local missions = {}
        for at, entry in ipairs(data.missions) do
            missions[at] = { entry.name, entry.text, entry.mission or 0 }
        end
        incoming.QuestLine(data.quest, missions)
    end
    function apply.use_cooldown(data)
        engine:emit_global("g_game", "onMultiUseCooldown", data.milliseconds)
    end
    function apply.spell_cooldown(data)
        engine:emit_global("g_game", "onSpellCooldown", data.spell, data.milliseconds)
    end
    function apply.spell_group_cooldown(data)
        engine:emit_global("g_game", "onSpellGroupCooldown", data.group, data.milliseconds)
    end
end
