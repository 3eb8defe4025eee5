--- The items of players as they handle them: open containers, texts being written, depots and inboxes.

local context = ...
local raw = context.raw
local floor = raw.math.floor

-- A client has as many windows of containers.
local MOST_CONTAINERS = 16

---@param server table
---@param players table
return function(server, players)
    local tfs, env = server.tfs, server.env

    local function open_list(player)
        local list = player.containers
        if not list then
            list = {}
            player.containers = list
        end
        return list
    end

    --- The container that a client shows in a window, and the place of its first item there.
    ---@return table|nil container
    ---@return number first
    function players.open_container(player, id)
        local entry = open_list(player)[id]
        if entry and players.is_field(entry.container) then
            players.look_at_field(entry.container)
        end
        return entry and entry.container, entry and entry.first or 0
    end

    --- The window of a container; -1 for none.
    function players.container_id(player, container)
        for id = 0, MOST_CONTAINERS - 1 do
            local entry = open_list(player)[id]
            if entry and entry.container == container then
                return id
            end
        end
        return -1
    end

    local function send_container(player, id, container, first)
        local items = {}
        for at, item in raw.ipairs(container.items) do
            items[at] = { id = item.id, count = item.count }
        end
        players.tell(player, "container", {
            id = id, name = container.type.name, capacity = container.capacity, first = first, items = items,
        })
    end

    --- Opens a container in a window, or closes the one that shows it.
    ---@return number RETURNVALUE_*
    function players.use_container(player, container, window)
        local shown = players.container_id(player, container)
        local list = open_list(player)
        if shown >= 0 then
            list[shown] = nil
            players.tell(player, "container_closed", { id = shown })
            return env.RETURNVALUE_NOERROR or 0
        end
        local id = window
        if not id or id < 0 or id >= MOST_CONTAINERS then
            id = 0
        end
        if not window or list[id] == nil and window == 255 then
            while list[id] and id < MOST_CONTAINERS - 1 do
                id = id + 1
            end
        end
        list[id] = { container = container, first = 0 }
        send_container(player, id, container, 0)
        return env.RETURNVALUE_NOERROR or 0
    end

    --- Closes a window.
    function players.close_container(player, id)
        local list = open_list(player)
        if list[id] then
            list[id] = nil
            players.tell(player, "container_closed", { id = id })
        end
    end

    --- Shows a container's contents anew, where it is shown.
    function players.refresh_container(player, container)
        local id = players.container_id(player, container)
        if id >= 0 then
            send_container(player, id, container, open_list(player)[id].first)
        end
    end

    -- Texts ----------------------------------------------------------------------------------------------------

    --- Shows the text of an item; who may, writes.
    ---@param player table
    ---@param item table
    ---@param can_write boolean|nil as the item says unless given
    ---@param longest number|nil
    function players.use_text(player, item, can_write, longest)
        local kind, items = item.type, server.parts.items
        local writes = can_write
        if writes == nil then
            writes = kind.can_write_text == true
        end
        longest = longest or kind.max_text_length or 0
        player.window_id = (player.window_id or 0) + 1
        player.writing, player.longest = writes and item or nil, longest
        player.write_any = can_write ~= nil
        players.tell(player, "text_window", {
            window = player.window_id, id = item.id, text = items.text(item, "text"), writable = writes,
            length = longest, writer = items.text(item, "writer"),
        })
    end

    --- What a player is writing into.
    ---@return table|nil item
    ---@return number longest
    function players.writing(player, window)
        if player.window_id ~= window then
            return nil, 0
        end
        return player.writing, player.longest or 0
    end

    --- A text is written into an item; events may take it.
    function players.write(player, item, text)
        player.writing = nil
        if not server.parts.events.creature(player, "onTextEdit", item, text) then
            return false
        end
        local items = server.parts.items
        if items.is_removed(item) and not item.virtual then
            return false
        end
        if text == "" then
            items.remove_attribute(item, "text")
            items.remove_attribute(item, "writer")
            items.remove_attribute(item, "date")
        else
            items.set_attribute(item, "text", text)
            items.set_attribute(item, "writer", player.name)
            items.set_attribute(item, "date", server.parts.scheduler.time())
        end
        local kind = item.type
        if (kind.write_once_id or 0) ~= 0 then
            items.transform(item, kind.write_once_id)
        end
        return true
    end

    -- Depots ---------------------------------------------------------------------------------------------------

    local function keep(player, key, id, kind)
        local container = player[key]
        if not container then
            container = server.parts.items.create(id, 1)
            if container then
                container.container_kind = kind
                container.owner_player, container.holder_player = player, player
            end
            player[key] = container
        end
        return container
    end

    --- Where what was bought in the store comes to. In Canary it is worn, in a slot of its own.
    function players.store_inbox(player)
        local slot = env.CONST_SLOT_STORE_INBOX or 11
        local worn = not tfs and player.inventory[slot]
        if worn then
            worn.container_kind, player.store_inbox_item = "store_inbox", worn
            return worn
        elseif not tfs then
            local inbox = server.parts.items.create(env.ITEM_STORE_INBOX or 23396, 1)
            if inbox then
                inbox.container_kind, inbox.parent, inbox.virtual = "store_inbox", player, nil
                player.inventory[slot], player.store_inbox_item = inbox, inbox
            end
            return inbox
        end
        return keep(player, "store_inbox_item", env.ITEM_STORE_INBOX or 26052, "store_inbox")
    end

    --- Money: what it has with it, and in Canary what the bank gives for it.
    function players.remove_money(player, money, flags, use_bank)
        local items = server.parts.items
        local balance = not tfs and use_bank and player.bank or nil
        local taken, missing = items.remove_money(player, money, flags, balance)
        if taken and missing and missing > 0 and balance then
            player.bank = player.bank - missing
        end
        return taken
    end

    --- The whole of a number of coins in a name.
    function players.whole(value)
        return value < 0 and -floor(-value) or floor(value)
    end
end
