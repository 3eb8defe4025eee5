--- Depots of players: behind each locker of the map lies a player's own, with its boxes and its inbox.

local context = ...
local raw = context.raw
local insert = raw.table.insert

-- What both servers have no name for in scripts.
local IDS = {
    canary = { locker = 3497, depot = 3502, inbox = 12902, market = 12903, stash = 28750 },
    tfs = { locker = 2589, depot = 2594, inbox = 14404, market = 14405 },
}
local TFS_BOXES = { first = 25453, [17] = 34571, [18] = 44714, [19] = 44715 }
local CANARY_BOXES = { before_first = 22796, [18] = 31915, [19] = 39723, last = 39724 }
local CANARY_SIZE, INBOX_SIZE = 32, 30
-- The corpse of a boss: who fought it has a reward of its own in there.
local REWARD_OWNER = 2147483647

---@param server table
---@param players table
return function(server, players)
    local tfs, ids = server.tfs, IDS[server.dialect]

    local function box_id(depot)
        if tfs then
            return TFS_BOXES[depot] or (depot < 17 and TFS_BOXES.first + depot or nil)
        elseif depot > 0 and depot < 18 then
            return CANARY_BOXES.before_first + depot
        end
        return CANARY_BOXES[depot] or CANARY_BOXES.last
    end

    local function most_items(player)
        local limit = player.group and player.group.max_depot_items or 0
        if limit ~= 0 then
            return limit
        end
        return server.parts.config.number(players.is_premium(player) and "DEPOT_PREMIUM_LIMIT" or "DEPOT_FREE_LIMIT")
    end

    --- The box of a depot; nil when there is none yet, or none of that number (TFS).
    ---@param player table
    ---@param depot number
    ---@param create boolean|nil
    ---@return table|nil box
    function players.depot_chest(player, depot, create)
        player.depots = player.depots or {}
        local box, id = player.depots[depot], create and box_id(depot)
        if not box and id then
            box = server.parts.items.new_container(id, not tfs and CANARY_SIZE or nil)
            box.container_kind = "depot_chest"
            box.max_depot_items = tfs and most_items(player) or nil
            player.depots[depot] = box
        end
        return box or nil
    end

    --- The container of a player's letters and parcels.
    ---@return table
    function players.inbox(player)
        if not player.inbox then
            local inbox = server.parts.items.new_container(ids.inbox)
            inbox.container_kind, inbox.unlocked, inbox.capacity = "inbox", false, INBOX_SIZE
            inbox.owner_player, inbox.holder_player = player, player
            player.inbox = inbox
        end
        return player.inbox
    end

    local function put_in(holder, item)
        if item then
            insert(holder.items, 1, item)
            item.parent, item.virtual = holder, nil
        end
    end

    local function chest_of_boxes(player)
        local first = tfs and 0 or 1
        local count = tfs and 20 or server.parts.config.number("DEPOT_BOXES")
        local chest = server.parts.items.new_container(ids.depot, not tfs and count or nil)
        chest.container_kind, chest.most = tfs and "depot_chest" or nil, 0
        -- TFS has one box more than there is room for, if it is one that it knows.
        for depot = tfs and chest.capacity or count, first, -1 do
            put_in(chest, players.depot_chest(player, depot, true))
        end
        return chest
    end

    --- A player's own locker: its chest of boxes, its inbox and the market.
    ---@param player table
    ---@param depot number which one; TFS has one for all
    ---@return table locker
    function players.depot_locker(player, depot)
        depot = tfs and 0 or depot
        player.lockers = player.lockers or {}
        local items, locker = server.parts.items, player.lockers[depot]
        if not locker then
            locker = items.new_container(ids.locker, not tfs and 4 or nil)
            locker.container_kind, locker.depot_id = "locker", depot
            put_in(locker, items.create(ids.market, 1))
            put_in(locker, players.inbox(player))
            if not tfs then
                put_in(locker, items.create(ids.stash, 1))
            end
            put_in(locker, chest_of_boxes(player))
            player.lockers[depot] = locker
        elseif not tfs then
            -- The boxes are the same in all lockers: they lie in the one that was opened last.
            local chest = locker.items[1]
            players.inbox(player).parent = locker
            for _, box in raw.ipairs(chest and chest.items or {}) do
                box.parent = chest
            end
        end
        return locker
    end

    local function may_open_corpse(player, owner)
        if player.id == owner then
            return true
        end
        local party, other = player.party, server.parts.creatures.by_id(owner)
        return party ~= nil and other ~= nil and (party.leader == other or other.party == party)
    end

    --- The container that opens for a player who uses one: its own locker for one of the map.
    ---@param player table
    ---@param container table
    ---@return table|nil container nil when it may not
    ---@return string|nil problem RETURNVALUE_*
    function players.container_for(player, container)
        local owner = server.parts.items.number(container, "corpseowner") % 4294967296
        if owner ~= 0 and owner ~= REWARD_OWNER and not may_open_corpse(player, owner) then
            return nil, "RETURNVALUE_YOUARENOTTHEOWNER"
        elseif container.container_kind == "locker" and container.parent then
            local depot = container.depot_id or 0
            local locker = players.depot_locker(player, depot)
            locker.parent = server.parts.items.tile(container)
            if not tfs then
                player.last_depot = depot
            end
            return locker
        end
        return container
    end
end
