--- plugin.name, plugin.version, plugin.generation; plugin.reload() and plugin.unload(), done when the call returns.

return function(room, options)
    return {
        name = options.name,
        version = options.version,
        generation = options.generation,
        reload = function()
            room.host("plugin.later", "reload")
        end,
        unload = function()
            room.host("plugin.later", "unload")
        end,
    }
end
