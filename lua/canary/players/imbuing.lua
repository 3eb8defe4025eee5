--- The window in which players imbue their items: what it shows, and what its buttons cost (Canary).

local context = ...
local raw = context.raw
local format, ipairs, min = raw.string.format, raw.ipairs, raw.math.min

-- What the window is for: nothing chosen yet, an item, empty scrolls.
local PICK_ITEM, SCROLL = 1, 2
-- Clients before that don't know it; those before the second version know it for items alone.
local SINCE, ALL_SINCE = 1100, 1510
-- How long after a click the next one counts, in milliseconds.
local EXHAUSTED = 250

---@param server table
---@param players table
return function(server, players)
    if server.tfs then
        return
    end
    local items, enum = server.parts.items, server.parts.enums.get
    local EMPTY_SCROLL = enum("ITEM_EMPTY_IMBUEMENT_SCROLL") or 51442

    local function answer(player, text)
        players.tell(player, "imbuement_result", { text = text })
    end

    local function count(player, id)
        return items.player_count(player, id) + (player.stash and player.stash[id] or 0)
    end

    -- How many a player has of what a list of imbuements needs: { { id, count }, … } in the order of the list.
    local function needed_for(player, list, scrolls)
        local needed, seen = {}, {}
        local function add(id)
            if not seen[id] then
                seen[id] = true
                needed[#needed + 1] = { id, min(65535, count(player, id)) }
            end
        end
        for _, imbuement in ipairs(list) do
            for _, item in ipairs(imbuement.items) do
                add(item.itemid)
            end
        end
        if scrolls then
            add(EMPTY_SCROLL)
        end
        return needed
    end

    local function slots_of(item)
        local slots = {}
        for slot = 0, items.imbuement_slots(item) - 1 do
            local imbuement, seconds = items.imbuement_in(item, slot)
            slots[slot + 1] = imbuement and { imbuement = imbuement, seconds = seconds } or false
        end
        return slots
    end

    --- Opens the window.
    ---@param player table
    ---@param action number 0: nothing is chosen yet, 1: an item is to be imbued, 2: empty scrolls are
    ---@param item table|nil the item
    function players.open_imbuing(player, action, item)
        local version = player.client_version or ALL_SINCE
        if version < SINCE then
            return players.cancel(player, "Imbuements are not available on this client version.")
        elseif version < ALL_SINCE and (action ~= PICK_ITEM or not item) then
            return players.cancel(player, "Select an imbuable item to open the imbuement window.")
        elseif action == PICK_ITEM and not item then
            return
        end
        local fields = { action = action }
        if action == PICK_ITEM then
            player.imbuing = item
            fields.things, fields.id, fields.slots = { item }, item.id, slots_of(item)
            fields.available = items.imbuements_for(player, item)
        elseif action == SCROLL then
            fields.available = items.imbuements_for(player)
        end
        fields.needed = needed_for(player, fields.available or {}, action == SCROLL)
        players.tell(player, "imbuement_window", fields)
    end

    --- The window is closed by its player.
    function players.end_imbuing(player)
        player.imbuing = nil
    end

    -- Money and what else an imbuement needs, from the player, the bank and the stash; false when something is missing.
    local function pay(player, imbuement, more)
        for _, item in ipairs(imbuement.items) do
            if count(player, item.itemid) < item.count then
                answer(player, "You don't have all necessary items.")
                return false
            end
        end
        if more and count(player, more) == 0 then
            answer(player, "You don't have all necessary items.")
            return false
        end
        local price = items.imbuement_base(imbuement).price
        if not players.remove_money(player, price, 0, true) then
            answer(player, format("You don't have %d gold coins.", price))
            return false
        end
        local function take(id, amount)
            local carried = min(amount, items.player_count(player, id))
            local rest = amount - carried
            -- What is worn is counted, but taken only when there is no other.
            items.player_take(player, id, carried, -1, rest == 0)
            if rest > 0 then
                player.stash[id] = player.stash[id] > rest and player.stash[id] - rest or nil
                local name = server.parts.item_types.of(id).name
                players.text(player, enum("MESSAGE_STATUS"), format("Using %dx %s from your stash.", rest, name))
            end
        end
        for _, item in ipairs(imbuement.items) do
            take(item.itemid, item.count)
        end
        if more then
            take(more, 1)
        end
        return true
    end

    -- Imbues an empty scroll.
    local function imbue_scroll(player, imbuement)
        if not pay(player, imbuement, EMPTY_SCROLL) then
            return
        end
        local made = imbuement.scroll and items.create(imbuement.scroll, 1)
        if not made or items.add(player, made, -1, 0) ~= enum("RETURNVALUE_NOERROR") then
            return answer(player, "Failed to add imbuement scroll. Please contact administration.")
        end
        players.open_imbuing(player, SCROLL)
    end

    -- Whether a click comes too soon after the last one.
    local function is_exhausted(player)
        if server.now - (player.last_ui or -EXHAUSTED) < EXHAUSTED then
            players.cancel(player, enum("RETURNVALUE_YOUAREEXHAUSTED"))
            return true
        end
        player.last_ui = server.now
        return false
    end

    --- A player imbues the item of the window, or an empty scroll when there is none.
    ---@param player table
    ---@param slot number from 0
    ---@param id number of the imbuement
    function players.apply_imbuement(player, slot, id)
        local imbuement, item = items.imbuement(id), player.imbuing
        if is_exhausted(player) or not imbuement then
            return
        elseif not item then
            return imbue_scroll(player, imbuement)
        elseif items.is_removed(item) or items.top_parent(item) ~= player then
            return answer(player, "An error has occurred, reopen the imbuement window. If the problem persists, contact"
                .. " your administrator.")
        end
        local problem = items.imbuing_problem(item, slot, imbuement)
        if problem then
            return answer(player, problem)
        elseif pay(player, imbuement) then
            items.put_imbuement(player, item, slot, imbuement)
            players.open_imbuing(player, PICK_ITEM, item)
        end
    end

    --- A player pays for an imbuement to be taken out of the item of the window.
    ---@param player table
    ---@param slot number from 0
    function players.clear_imbuement(player, slot)
        local item = player.imbuing
        if is_exhausted(player) or not item then
            return
        end
        local imbuement = not items.is_removed(item) and items.imbuement_in(item, slot)
        if not imbuement then
            return answer(player, "An error occurred, please reopen imbuement window.")
        end
        local cost = items.imbuement_base(imbuement).removeCost
        if players.remove_money(player, cost, 0, true) then
            items.take_imbuement(player, item, slot, imbuement)
        else
            answer(player, format("You don't have %d gold coins.", cost))
        end
        players.open_imbuing(player, PICK_ITEM, item)
    end
end
