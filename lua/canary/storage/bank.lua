--- Bank (Canary): money of players and guilds, also of those who are not in the game.

local context = ...
local raw = context.raw
local gsub, lower, select, type = raw.string.gsub, raw.string.lower, raw.select, raw.type

-- Characters that are there to be copied from; nobody sends them money.
local DENIED = {
    accountmanager = true,
    rooksample = true,
    druidsample = true,
    sorcerersample = true,
    knightsample = true,
    paladinsample = true,
}
-- What 64 bits without a sign hold.
local MODULUS = 2 ^ 64

return function(server, storage)
    if server.tfs then
        return
    end
    local userdata, arguments = server.userdata, server.arguments

    --- The player that a script names: itself, by id or by name; from the database when it is not in the game.
    ---@param who any
    ---@return table|nil player
    function storage.player_named(who)
        local creatures, players = server.parts.creatures, server.parts.players
        local kind = type(who)
        if kind == "userdata" then
            return userdata.get(who, "Player")
        elseif kind == "number" then
            local creature = creatures.by_id(who)
            if creature and creature.class_name == "Player" then
                return creature
            end
            return players.by_guid(who) or storage.load_player(who)
        elseif kind == "string" then
            local creature = creatures.by_name(who)
            if creature and creature.class_name == "Player" then
                return creature
            end
            return storage.load_named(who)
        end
        server:log("warning", "Lua::getPlayer: Invalid argument.")
        return nil
    end

    -- The guild that a script names: itself, by id or by name; from the database when none of it is in the game.
    local function guild_named(who)
        if type(who) == "userdata" then
            return userdata.get(who, "Guild")
        elseif type(who) == "number" or type(who) == "string" then
            return storage.find_guild(who)
        end
        server:log("warning", "Lua::getGuild: Invalid argument.")
        return nil
    end

    local function account(who, is_guild)
        if is_guild or userdata.get(who, "Guild") then
            local guild = guild_named(who)
            return guild and { of = guild, field = "balance" } or nil
        end
        local player = storage.player_named(who)
        return player and { of = player, field = "bank", player = player } or nil
    end

    local function balance(bank)
        return bank.of[bank.field] or 0
    end

    local function set_balance(bank, amount)
        bank.of[bank.field] = amount % MODULUS
        return true
    end

    local function debit(bank, amount)
        return balance(bank) >= amount and set_balance(bank, balance(bank) - amount)
    end

    local function credit(bank, amount)
        return set_balance(bank, balance(bank) + amount)
    end

    -- Who is not in the game is written at once.
    local function finish(bank, ...)
        if bank.player and not bank.player.tile then
            storage.save_player(bank.player)
        elseif not bank.player and server.parts.vocations.guild(bank.of.id) ~= bank.of then
            storage.save_guild(bank.of)
        end
        return ...
    end

    local function town_of(player)
        return player.town and player.town.id or player.town_id or 0
    end

    local function may_transfer(from, to)
        if not from.player or not to.player then
            return true
        end
        local name = gsub(lower(to.player.name), " ", "")
        if DENIED[name] then
            server:log("warning", "Bank::transferTo: denied name: " .. name)
            return false
        end
        local least = server.parts.config.number("MIN_TOWN_ID_TO_BANK_TRANSFER_FROM_MAIN")
        local from_main, to_main = town_of(from.player) >= least, town_of(to.player) >= least
        if from_main ~= to_main then
            server:log("warning", "[transferTo] Player " .. from.player.name .. (from_main and " is from main town"
                or " is not from main town") .. ", trying to transfer money to player " .. to.player.name)
        end
        return from_main == to_main
    end

    local function transfer(from, to, amount)
        return may_transfer(from, to) and debit(from, amount) and credit(to, amount)
    end

    local function withdraw(bank, player, amount)
        if not debit(bank, amount) then
            return false
        end
        local added, result = server.parts.items.add_money(player, amount, 0)
        if added < amount then
            credit(bank, amount - added)
            if added > 0 then
                local why = server.parts.players.return_message and server.parts.players.return_message(result) or ""
                server.parts.players.text(player, server.env.MESSAGE_EVENT_ADVANCE, raw.string.format(
                    "Only %d of %d gold coins were delivered to your inventory. %s", added, amount, why))
            end
        end
        return added ~= 0
    end

    -- Reports push nothing: what comes back is the last argument.
    local function refuse(text, ...)
        server:report(text)
        return arguments.last(...)
    end

    local function of_bank(fn)
        return function(...)
            local bank = account((...))
            if not bank then
                return refuse("Bank is nullptr", ...)
            end
            return finish(bank, fn(bank, arguments.u64((select(2, ...))), select("#", ...)))
        end
    end

    local function transfers(is_guild, no_source, no_destination)
        return function(...)
            local first, second, amount = ...
            local from = account(first)
            if not from then
                return refuse(no_source, ...)
            end
            local to = account(second, is_guild)
            if not to then
                return refuse(no_destination, ...)
            end
            return finish(to, finish(from, transfer(from, to, arguments.u64(amount))))
        end
    end

    server:table("Bank", {
        credit = of_bank(credit),
        debit = of_bank(debit),
        balance = of_bank(function(bank, amount, count)
            if count == 1 then
                return balance(bank)
            end
            return set_balance(bank, amount)
        end),
        hasBalance = of_bank(function(bank, amount)
            return balance(bank) >= amount
        end),
        transfer = transfers(false, "Bank is nullptr", "Bank is nullptr"),
        transferToGuild = transfers(true, "Source is nullptr", "Destination is nullptr"),
        withdraw = function(...)
            local player = server.parts.vocations.bind.player((...))
            if not player then
                return refuse("Player not found", ...)
            end
            local bank = { of = player, field = "bank", player = player }
            if select("#", ...) ~= 2 then
                bank = account((select(3, ...)))
                if not bank then
                    return refuse("Source is nullptr", ...)
                end
            end
            return finish(bank, withdraw(bank, player, arguments.u64((select(2, ...)))))
        end,
        deposit = function(...)
            local player = server.parts.vocations.bind.player((...))
            if not player then
                return refuse("Player not found", ...)
            end
            local given = (select(2, ...))
            local amount = given == nil and server.parts.items.money(player) or arguments.u64(given)
            local bank = { of = player, field = "bank", player = player }
            if select("#", ...) ~= 2 then
                bank = account((select(3, ...)))
                if not bank then
                    return refuse("Destination is nullptr", ...)
                end
            end
            return finish(bank, server.parts.items.remove_money(player, amount) and credit(bank, amount))
        end,
    })
end
