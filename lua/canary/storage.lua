--- What lasts: the database with the servers' functions for it, keys and values (Canary), players and accounts.
---
--- What is kept in memory and written later (keys and values, what was asked for asynchronously) is written when
--- players are saved, by `save_all`, and when the server closes.

local context = ...
local raw = context.raw

-- In this order: each adds to the storage, and may use what those before it added.
local PARTS = {
    "database",
    "results",
    "async",
    "inserts",
    "kv",
    "accounts",
    "coins",
    "player_items",
    "conditions",
    "players",
    "logger",
    "webhook",
    "bank",
    "market",
    "guilds",
}

return function(server)
    local storage = {}
    for _, part in raw.ipairs(PARTS) do
        context.use("canary/storage/" .. part)(server, storage)
    end

    --- Writes all that is to last: players in the game, guilds, houses, keys and values.
    ---@return boolean whether all was written
    function storage.save_all()
        local saved = storage.finish_async()
        for _, player in raw.ipairs(storage.players_online()) do
            saved = server.parts.players.save(player) and saved
        end
        for _, guild in raw.pairs(server.parts.vocations.guilds()) do
            saved = storage.save_guild(guild) and saved
        end
        saved = server.parts.houses.save_all() and saved
        return storage.save_kv() and saved
    end
    server.controls.save = storage.save_all

    --- Forgets what is known of the database: it may have changed.
    function storage.forget_read()
        if storage.forget_kv then
            storage.forget_kv()
        end
    end

    --- Writes what is still in memory before the server goes; players stay as they were last saved, as on a server
    --- that is closed.
    function server.controls.close()
        storage.finish_async()
        storage.save_kv()
    end

    return storage
end
