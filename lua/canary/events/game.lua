--- What the game asks scripts about, by the methods of events.xml and by Canary's callbacks: may it be, and what of it.

local context = ...
local abs = context.raw.math.abs

return function(server, events, base)
    local push = server.userdata.push
    local tfs = server.tfs

    -- Both say yes, the method first.
    local function allowed(class, method, callback, ...)
        if not events.ask_meta(class, method, true, ...) then
            return false
        end
        return not callback or events.check_callback(callback, ...)
    end

    -- Both are told.
    local function tell(class, method, callback, ...)
        events.meta(class, method, ...)
        if callback then
            events.callback(callback, ...)
        end
    end

    --- A number that a method of events.xml may change.
    ---@param value number what it is without one
    ---@return number
    function events.ask_number(class, method, value, ...)
        local ok, answer = events.meta(class, method, ...)
        if ok then
            return server.arguments.number(answer)
        end
        return value
    end

    --- A return value that a method of events.xml answers with; an error is RETURNVALUE_NOTPOSSIBLE.
    function events.ask_code(class, method, ...)
        local get = server.parts.enums.get
        local ok, answer = events.meta(class, method, ...)
        if ok == nil then
            return get("RETURNVALUE_NOERROR") or 0
        elseif not ok then
            return get("RETURNVALUE_NOTPOSSIBLE") or 0
        end
        return server.arguments.number(answer)
    end

    -- Looks -----------------------------------------------------------------------------------------------------

    --- A player looks at a thing.
    function events.player_look(player, thing, at, stack, distance)
        events.meta("Player", "onLook", player, thing, base.position(at.x, at.y, at.z, stack), distance)
        events.callback("playerOnLook", player, thing, base.position(at.x, at.y, at.z), distance)
    end

    --- A player looks at a creature in the list of those around.
    function events.player_look_in_battle_list(player, creature, distance)
        if tfs then
            local tile = creature.tile
            local at = base.position(tile.x, tile.y, tile.z)
            events.meta("Player", "onLookInBattleList", player, creature, at, distance)
            return
        end
        tell("Player", "onLookInBattleList", "playerOnLookInBattleList", player, creature, distance)
    end

    --- A player looks at what a partner offers.
    function events.player_look_in_trade(player, partner, item, distance)
        tell("Player", "onLookInTrade", "playerOnLookInTrade", player, partner, item, distance)
    end

    --- A player looks at what an npc sells; whether the server goes on.
    function events.player_look_in_shop(player, item_type, count)
        return allowed("Player", "onLookInShop", "playerOnLookInShop", player, item_type, count)
    end

    function events.player_look_in_market(player, item_type)
        events.meta("Player", "onLookInMarket", player, item_type)
    end

    -- Moves -----------------------------------------------------------------------------------------------------

    --- Whether a player may move an item: TFS answers with a return value, see `move_item_code`.
    function events.player_move_item(player, item, count, from, to, source, target)
        return events.check_callback("playerOnMoveItem", player, item, count, from, to, source, target)
            and events.ask_meta("Player", "onMoveItem", true, player, item, count, from, to, source, target)
    end

    function events.move_item_code(player, item, count, from, to, source, target)
        return events.ask_code("Player", "onMoveItem", player, item, count, from, to, source, target)
    end

    function events.player_item_moved(player, item, count, from, to, source, target)
        tell("Player", "onItemMoved", "playerOnItemMoved", player, item, count, from, to, source, target)
    end

    local function place_of(at)
        return base.position(at.x, at.y, at.z)
    end

    --- Whether a player may push a creature.
    function events.player_move_creature(player, creature, from, to)
        return allowed(
            "Player",
            "onMoveCreature",
            "playerOnMoveCreature",
            player,
            creature,
            place_of(from),
            place_of(to)
        )
    end

    --- A player turns an item around; whether Canary's server does it.
    function events.player_rotate(player, item, from)
        if tfs then
            events.meta("Player", "onRotateItem", player, item)
            return false
        end
        if not events.check_callback("playerOnRotateItem", player, item, from) then
            return false
        end
        local items = server.parts.items
        if items.transform and item.type.rotate_to then
            items.transform(item, item.type.rotate_to)
        end
        return true
    end

    function events.player_wrap(player, item)
        events.meta("Player", "onWrapItem", player, item)
    end

    --- Whether a player may turn.
    function events.player_turn(player, direction)
        return allowed("Player", "onTurn", "playerOnTurn", player, direction)
    end

    function events.player_browse_field(player, at)
        return allowed("Player", "onBrowseField", "playerOnBrowseField", player, place_of(at))
    end

    -- Trade, reports, quests ------------------------------------------------------------------------------------

    function events.player_trade_request(player, partner, item)
        return allowed("Player", "onTradeRequest", "playerOnTradeRequest", player, partner, item)
    end

    function events.player_trade_accept(player, partner, item, other)
        return allowed("Player", "onTradeAccept", "playerOnTradeAccept", player, partner, item, other)
    end

    function events.player_trade_completed(player, partner, item, other, done)
        events.meta("Player", "onTradeCompleted", player, partner, item, other, done)
    end

    function events.player_report_bug(player, text, at, category)
        tell("Player", "onReportBug", "playerOnReportBug", player, text, at and place_of(at) or nil, category)
    end

    function events.player_inventory_update(player, item, slot, came)
        tell("Player", "onInventoryUpdate", not tfs and "playerOnInventoryUpdate" or nil, player, item, slot, came)
    end

    -- Creatures ----------------------------------------------------------------------------------------------------

    --- Whether a creature may change its outfit.
    function events.change_outfit(creature, outfit)
        return allowed("Creature", "onChangeOutfit", "creatureOnChangeOutfit", creature, outfit)
    end

    --- TFS: a creature hears another.
    function events.hear(hearer, speaker, words, kind)
        if events.method("Creature", "onHear") then
            events.meta("Creature", "onHear", hearer, speaker, words, kind)
        end
    end

    --- Whether what is said now is said by a script that heard something.
    function events.in_hear()
        local running = server.parts.report.running()
        return running ~= nil and running.name == "Creature.onHear"
    end

    --- Canary: a creature loses health; the method of events.xml may change how much.
    ---@param damage table
    ---@param color number|nil of the text that shows it
    function events.drain_health(target, attacker, damage, color)
        local first, second = damage.primary, damage.secondary
        color = color or 0
        local ok, kind, value, other_kind, other = events.meta(
            "Creature",
            "onDrainHealth",
            target,
            attacker,
            first.type,
            first.value,
            second.type,
            second.value,
            color,
            color
        )
        local arguments = server.arguments
        if ok then
            first.type, first.value = arguments.number(kind), arguments.i32(value)
            second.type, second.value = arguments.number(other_kind), arguments.i32(other)
        end
        events.callback(
            "creatureOnDrainHealth",
            target,
            attacker,
            first.type,
            first.value,
            second.type,
            second.value,
            color,
            color
        )
    end

    --- Canary: a player strikes; the method of events.xml may change how hard.
    ---@param damage table
    function events.player_combat(player, target, weapon, damage)
        local first, second = damage.primary, damage.secondary
        local ok, value, kind, other, other_kind = events.meta("Player", "onCombat", player, target, weapon,
            first.value, first.type, second.value, second.type)
        if not ok then
            return
        end
        local arguments = server.arguments
        local sign = arguments.enum8(kind) == server.env.COMBAT_HEALING and 1 or -1
        first.value, first.type = sign * abs(arguments.i32(value)), arguments.enum8(kind)
        second.value, second.type = sign * abs(arguments.i32(other)), arguments.enum8(other_kind)
    end

    --- Whether an area of a combat may lie on a tile: a return value.
    function events.area_combat(caster, tile, aggressive)
        local code = events.ask_code("Creature", "onAreaCombat", caster, tile, aggressive)
        if code == (server.parts.enums.get("RETURNVALUE_NOERROR") or 0) then
            return events.callback_code("creatureOnAreaCombat", caster, tile, aggressive)
        end
        return code
    end

    --- Whether a combat may strike a creature: a return value.
    function events.target_combat(attacker, target)
        local code = events.ask_code("Creature", "onTargetCombat", attacker, target)
        if code == (server.parts.enums.get("RETURNVALUE_NOERROR") or 0) then
            return events.callback_code("creatureOnTargetCombat", attacker, target)
        end
        return code
    end

    --- Loot falls into a corpse.
    function events.drop_loot(monster, corpse)
        events.meta("Monster", "onDropLoot", monster, corpse)
        events.callback("monsterOnDropLoot", monster, corpse)
        events.callback("monsterPostDropLoot", monster, corpse)
    end

    --- TFS: whether a monster may appear.
    function events.monster_spawn(monster, at, startup, artificial)
        return events.ask_meta("Monster", "onSpawn", true, monster, place_of(at), startup, artificial)
    end

    --- Light of day and night changed its state.
    function events.period_change(state, level)
        events.global("onPeriodChange", state, level)
    end

    --- Why a player may not put on an item; nil when it may.
    function events.can_equip(player, item, slot)
        local code = events.equip(player, item, slot, true)
        if code ~= (server.parts.enums.get("RETURNVALUE_NOERROR") or 0) then
            return code
        end
    end

    -- Parties ------------------------------------------------------------------------------------------------------

    local PARTY = {
        join = { "onJoin", "partyOnJoin" },
        leave = { "onLeave", "partyOnLeave" },
        disband = { "onDisband", "partyOnDisband" },
        invite = { "onInvite" },
        revoke = { "onRevokeInvitation" },
        pass = { "onPassLeadership" },
    }

    --- Whether something may be done with a party: join, leave, disband, invite, revoke, pass.
    ---@param what string
    function events.party(what, party, player)
        local names = PARTY[what]
        if player == nil then
            return allowed("Party", names[1], not tfs and names[2] or nil, party)
        end
        return allowed("Party", names[1], not tfs and names[2] or nil, party, player)
    end

    --- The experience that each of a party gets.
    function events.party_experience(party, experience)
        experience = events.ask_number("Party", "onShareExperience", experience, party, experience)
        events.callback("partyOnShareExperience", party, experience)
        return experience
    end

    events.push = push
end
