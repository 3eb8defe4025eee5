--- Sound, for clients without ears: channels and sources are objects that take their orders (g_sounds).

return function(engine)
    local channels = {}

    local function channel_of(id)
        if not channels[id] then
            channels[id] = engine.object.new("SoundChannel")
            channels[id].id = id
        end
        return channels[id]
    end

    -- As with a file that does not play: no source.
    local function silent() end

    engine:class("SoundEffect", {})
    engine:class("SoundSource", {}, {
        create = function()
            return engine.object.new("SoundSource")
        end,
    })
    engine:class("SoundChannel", {
        getId = function(channel)
            return channel.id
        end,
        play = silent,
    })
    engine:class("ParticleEffectType", {}, {
        create = function()
            return engine.object.new("ParticleEffectType")
        end,
    })
    engine:singleton("g_sounds", {
        getChannel = channel_of,
        play = silent,
        createSoundEffect = function()
            return engine.object.new("SoundEffect")
        end,
    })
end
