--- News that the server sends of the player, creatures, containers, talk and windows, as events of the game.

local context = ...
local raw = context.raw
local ipairs = raw.ipairs

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
        incoming.PlayerLevel(data.level, data.level_percent)
        incoming.PlayerMana(data.mana, data.max_mana)
        if data.magic_level then
            incoming.PlayerMagicLevel(data.magic_level, data.magic_level_percent or 0)
            incoming.PlayerBaseMagicLevel(data.base_magic_level or data.magic_level)
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
    function apply.skills(data)
        for at, skill in ipairs(data.skills or {}) do
            incoming.PlayerSkill(at - 1, skill.level, skill.percent or 0, skill.base)
        end
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
    function apply.creature_square(data)
        incoming.CreatureSquare(data.creature, data.color)
    end
    function apply.creature_mark(data)
        if data.kind == 1 then
            incoming.CreatureSquare(data.creature, data.color)
        end
    end
    function apply.world_light(data)
        incoming.WorldLight(data.level, data.color)
    end
    function apply.effect(data)
        if data.effect then
            incoming.Effect(data.effect, place(data.position))
        end
    end
    function apply.missile(data)
        incoming.Missile(data.missile, place(data.from), place(data.to))
    end
    function apply.animated_text(data)
        incoming.AnimatedText(place(data.position), data.color, data.text)
    end

    -- Talk ---------------------------------------------------------------------------------------------------------

    function apply.talk(data)
        local pos = data.position and place(data.position) or nil
        incoming.Talk(data.name, data.level, modes.from_server(data.type), data.text, data.channel or 0, pos)
    end
    function apply.text_message(data)
        incoming.TextMessage(modes.from_server(data.type), data.text)
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
        incoming.OpenOutfitWindow({ outfit = tools.outfit_of(data.outfit), outfits = outfits, mounts = mounts })
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
    function apply.spell_cooldown(data)
        engine:emit_global("g_game", "onSpellCooldown", data.spell, data.milliseconds)
    end
    function apply.spell_group_cooldown(data)
        engine:emit_global("g_game", "onSpellGroupCooldown", data.group, data.milliseconds)
    end
end
