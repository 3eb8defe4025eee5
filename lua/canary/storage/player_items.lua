--- Items of players as rows of the database: { pid, sid, itemtype, count, attributes }. What lies in a container has
--- the container's sid as its pid; what lies nowhere else has its slot, or its depot.

local context = ...
local raw = context.raw

-- What is less is no sid.
local FIRST_SID = 100
local FIRST_SLOT, LAST_SLOT = 1, 11

return function(server, storage)
    --- Rows of items, containers' contents behind them.
    ---@param list table array of { pid, item }
    ---@return table rows
    function storage.item_rows(list)
        local items = server.parts.items
        local rows, containers, sid = {}, {}, FIRST_SID
        local function add(pid, item)
            sid = sid + 1
            rows[#rows + 1] = { pid, sid, item.id, items.sub_type(item), items.serialize(item) }
            if item.items then
                containers[#containers + 1] = { sid, item }
            end
        end
        for _, entry in raw.ipairs(list) do
            add(entry[1], entry[2])
        end
        local at = 1
        while containers[at] do
            for _, item in raw.ipairs(containers[at][2].items) do
                add(containers[at][1], item)
            end
            at = at + 1
        end
        return rows
    end

    local function place_in(container, item)
        container.items[#container.items + 1] = item
        item.parent = container
    end

    --- Makes items of rows; those that lie in none of them are handed to `place`.
    ---@param rows table
    ---@param place function called with an item and its pid
    function storage.place_items(rows, place)
        local items = server.parts.items
        local by_sid = {}
        for _, row in raw.ipairs(rows) do
            local item = items.create(row[3], row[4])
            if item then
                if not items.unserialize(item, row[5] or "") then
                    server:log("warning", "[loadItems] - Failed to deserialize item attributes " .. row[3])
                end
                by_sid[row[2]] = item
            end
        end
        -- By sid, so that what holds others comes before them, and these come in their order.
        for _, row in raw.ipairs(rows) do
            local pid, item = row[1], by_sid[row[2]]
            local holder = pid > FIRST_SID and by_sid[pid] or nil
            if item and holder and holder.items then
                place_in(holder, item)
            elseif item and pid <= FIRST_SID then
                place(item, pid)
            end
        end
    end

    --- The items of a player by list: `items`, `depot`, `inbox`, `store_inbox`.
    ---@param player table
    ---@return table lists
    function storage.lists_of_items(player)
        local worn, stored, mail, bought = {}, {}, {}, {}
        for slot = FIRST_SLOT, LAST_SLOT do
            if player.inventory[slot] then
                worn[#worn + 1] = { slot, player.inventory[slot] }
            end
        end
        local depots = {}
        for depot in raw.pairs(player.depots or {}) do
            depots[#depots + 1] = depot
        end
        raw.table.sort(depots)
        for _, depot in raw.ipairs(depots) do
            for _, item in raw.ipairs(player.depots[depot].items) do
                stored[#stored + 1] = { depot, item }
            end
        end
        for _, item in raw.ipairs(player.inbox and player.inbox.items or {}) do
            mail[#mail + 1] = { 0, item }
        end
        -- Canary wears this container; TFS keeps it beside.
        if server.tfs then
            for _, item in raw.ipairs(player.store_inbox_item and player.store_inbox_item.items or {}) do
                bought[#bought + 1] = { 0, item }
            end
        end
        return {
            items = storage.item_rows(worn),
            depot = storage.item_rows(stored),
            inbox = storage.item_rows(mail),
            store_inbox = storage.item_rows(bought),
        }
    end

    --- Gives a player the items of its lists.
    ---@param player table
    ---@param lists table
    function storage.give_items(player, lists)
        local players = server.parts.players
        storage.place_items(lists.items or {}, function(item, slot)
            if slot >= FIRST_SLOT and slot <= LAST_SLOT and not player.inventory[slot] then
                player.inventory[slot] = item
                item.parent = player
            end
        end)
        storage.place_items(lists.depot or {}, function(item, depot)
            local chest = players.depot_chest(player, depot, true)
            if chest then
                place_in(chest, item)
            end
        end)
        storage.place_items(lists.inbox or {}, function(item)
            local inbox = players.inbox(player)
            if inbox then
                place_in(inbox, item)
            end
        end)
        storage.place_items(lists.store_inbox or {}, function(item)
            local inbox = players.store_inbox(player)
            if inbox then
                place_in(inbox, item)
            end
        end)
    end
end
