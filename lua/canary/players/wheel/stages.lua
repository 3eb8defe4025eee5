--- Revelations of the wheel of destiny: what each quarter of it brings to a kind of vocation (Canary's
--- player_wheel.cpp).

local context = ...
local ipairs, pairs = context.raw.ipairs, context.raw.pairs

-- Points of a quarter from which a stage is reached, and what each adds to damage and healing.
local POINTS, GAIN = { 250, 500, 1000 }, { 4, 9, 20 }

-- The stage that counts the quarter, the spells that it upgrades, each once a stage (`more`: once more).
local quarters = {
    green = {
        knight = { "Gift of Life" }, paladin = { "Gift of Life" }, sorcerer = { "Gift of Life" },
        druid = { "Gift of Life" }, monk = { "Gift of Life" },
    },
    red = {
        knight = { "Executioner's Throw", { "Executioner's Throw" } },
        paladin = { "Divine Grenade", { "Divine Grenade" } },
        sorcerer = { "Beam Mastery", { "Great Death Beam" } },
        druid = { "Blessing of the Grove" },
        monk = { "Spiritual Outburst", { "Spiritual Outburst" } },
    },
    purple = {
        knight = { "Avatar of Steel", { "Avatar of Steel" } },
        paladin = { "Avatar of Light", { "Avatar of Light" } },
        sorcerer = { "Avatar of Storm", { "Avatar of Storm" } },
        druid = { "Avatar of Nature", { "Avatar of Nature" } },
        monk = { "Avatar of Balance", { "Avatar of Balance" } },
    },
    blue = {
        knight = { "Combat Mastery" },
        paladin = { "Divine Empowerment", { "Divine Empowerment" }, more = 1 },
        sorcerer = { "Drain Body", { "Drain_Body_Spells" }, more = 1 },
        druid = { "Twin Burst", { "Terra Burst", "Ice Burst" } },
        monk = { "Ascetic" },
    },
}

local names = {}
for _, kinds in pairs(quarters) do
    for _, entry in pairs(kinds) do
        names[entry[1]] = true
    end
end
local instants = {}
for _, name in ipairs({ "Battle Instinct", "Battle Healing", "Positional Tactics", "Ballistic Mastery",
    "Healing Link", "Runic Mastery", "Focus Mastery", "Sanctuary", "Guiding Presence" }) do
    instants[name] = true
end

return { quarters = quarters, points = POINTS, gain = GAIN, names = names, instants = instants }
