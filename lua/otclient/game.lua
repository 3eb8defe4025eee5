--- The game: what the client knows of the session, the map and its things, and what scripts may do in it.

local context = ...
local raw = context.raw

-- Declared before anything else, as the results of functions are cast by the classes that are there.
local CLASSES = {
    "AttachableObject",
    "Thing",
    "ThingType",
    "Tile",
    "Item",
    "Creature",
    "Npc",
    "Monster",
    "Player",
    "LocalPlayer",
    "Effect",
    "Missile",
    "StaticText",
    "AnimatedText",
    "Container",
    "AttachedEffect",
    "Paperdoll",
    "ProtocolGame",
    "PainterShaderProgram",
    "UIItem",
    "UICreature",
    "UIMap",
    "UIMinimap",
    "UIMapAnchorLayout",
    "UIProgressRect",
    "UISprite",
    "UIParticles",
    "UIEffect",
    "UIMissile",
    "UIGraph",
}
local ONLY_MEHAH = {
    AttachableObject = true,
    AttachedEffect = true,
    Paperdoll = true,
    UIEffect = true,
    UIMissile = true,
    UIGraph = true,
}

-- In this order: a part may use at once what those before it offer, and later what any offers.
local PARTS = {
    "features",
    "config",
    "values",
    "thing_types",
    "things",
    "dat",
    "xml",
    "appearances",
    "thing",
    "item",
    "item_types",
    "attached",
    "paperdoll",
    "walk",
    "creature",
    "creature_api",
    "player",
    "player_walk",
    "effects",
    "tile",
    "tile_select",
    "tile_tops",
    "minimap",
    "map",
    "map_aware",
    "map_sight",
    "path",
    "path_every",
    "container",
    "state",
    "fight",
    "steps",
    "actions",
    "deeds",
    "incoming",
    "world",
    "controls",
    "wire",
    "map_view",
    "ui_items",
    "ui_creature",
    "ui_map",
    "ui_minimap",
    "ui_progress",
    "creature_types",
    "spawns",
    "estates",
    "map_zones",
    "shaders",
    "sounds",
}

local ONLY_EDUBART = { "House", "Town", "CreatureType", "Spawn", "ItemType" }

return function(engine)
    local game = {
        --- The session; see state.lua.
        state = {
            client_version = 0,
            protocol_version = 0,
            ping_delay = 1000,
            ping_since = 0,
            custom_os = engine.edubart and -1 or 0,
            character = "",
            world = "",
            warned = false,
            connected = false,
            last_read = 0,
            packets = 0,
            packet_bytes = 0,
            open_pvp_situations = 0,
            walk_max_steps = 1,
            last_walk_direction = 8,
            dash_since = 0,
            tile_callbacks = false,
            sent = {},
        },
    }
    engine.parts.game = game

    --- Runs a function with the next event.
    function game.add_event(fn)
        return engine.parts.dispatcher.add(fn)
    end

    --- Runs a function later.
    ---@param ms integer
    ---@param again boolean|nil over and over
    function game.schedule(fn, ms, again)
        return engine.parts.dispatcher.schedule(fn, ms, again)
    end

    --- Cancels an event of `add_event` or `schedule`; nil is none.
    function game.cancel(event)
        if event then
            event.canceled = true
        end
    end

    --- The protocol of a session that begins.
    function game.new_protocol()
        return engine.object.record(engine.object.classes.ProtocolGame.create())
    end

    for _, name in raw.ipairs(CLASSES) do
        if not (engine.edubart and ONLY_MEHAH[name]) then
            engine:class(name, {})
        end
    end
    for _, name in raw.ipairs(engine.edubart and ONLY_EDUBART or {}) do
        engine:class(name, {})
    end
    for _, part in raw.ipairs(PARTS) do
        context.use("otclient/game/" .. part)(engine, game)
    end
    game.reset_state()
    return game
end
