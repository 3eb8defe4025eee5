--- Vocations, and what else a character belongs to or owns: groups, outfits, mounts, familiars, guilds.

local context = ...
local make_bind = context.use("canary/creatures/bind")

local PARTS = { "vocation_class", "group", "appearance", "guild" }

return function(server)
    local bind = make_bind(server)
    local vocations = { bind = bind, read = context.use("canary/vocations/load")(server, bind) }
    for at = 1, #PARTS do
        context.use("canary/vocations/" .. PARTS[at])(server, vocations, bind)
    end
    vocations.load()

    function vocations.reload()
        vocations.reload_appearances()
        if not vocations.load() then
            return false
        end
        for _, player in context.raw.ipairs(server.parts.creatures.players()) do
            player.vocation = vocations.get(player.vocation.id) or player.vocation
        end
        return true
    end
    server.controls.reload_vocations = vocations.reload

    return vocations
end
