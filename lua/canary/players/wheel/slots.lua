--- The 36 slots of the wheel of destiny: how many points each takes, and what they bring (Canary's io_wheel.cpp).

-- Health, mana and capacity that a point brings, by kind of vocation.
local A_POINT = {
    health = { knight = 3, paladin = 2, sorcerer = 1, druid = 1, monk = 2 },
    mana = { knight = 1, paladin = 3, sorcerer = 6, druid = 6, monk = 2 },
    capacity = { knight = 5, paladin = 4, sorcerer = 2, druid = 2, monk = 5 },
    -- Percent of what is softened anyway.
    mitigation = { knight = 0.03, paladin = 0.03, sorcerer = 0.03, druid = 0.03, monk = 0.03 },
}
-- What a full slot brings once.
local SKILL = { knight = "melee", paladin = "distance", sorcerer = "magic", druid = "magic", monk = "fist" }
local LEECH = { life = 0.75, mana = 0.25 }

local FOCUS = { "Eternal Winter", "Hell's Core", "Rage of the Skies", "Wrath of Nature" }
local SPELLS = {
    A = { knight = "Front Sweep", paladin = "Sharpshooter", sorcerer = FOCUS, druid = "Strong Ice Wave",
        monk = "Sweeping Takedown" },
    B = { knight = "Groundshaker", paladin = "Strong Ethereal Spear", sorcerer = "Magic Shield",
        druid = "Mass Healing", monk = "Mass Spirit Mend" },
    C = { knight = "Chivalrous Challenge", paladin = "Divine Dazzle", sorcerer = "Sap Strength",
        druid = "Nature's Embrace", monk = "Mystic Repulse" },
    D = { knight = "Intense Wound Cleansing", paladin = "Swift Foot", sorcerer = "Energy Wave",
        druid = "Terra Wave", monk = "Chained Penance" },
    E = { knight = "Fierce Berserk", paladin = "Divine Caldera", sorcerer = "Great Fire Wave",
        druid = "Heal Friend", monk = "Flurry of Blows" },
}
local FIRST = { knight = "Battle Instinct", paladin = "Positional Tactics", sorcerer = "Runic Mastery",
    druid = "Healing Link", monk = "Guiding Presence" }
local LAST = { knight = "Battle Healing", paladin = "Ballistic Mastery", sorcerer = "Focus Mastery",
    druid = "Runic Mastery", monk = "Sanctuary" }

-- Quarter, most points, what each point brings (one or two of A_POINT), what a full slot brings. Full slots that only
-- wake a gem have nothing here.
local slots = {
    { "green", 200, "health", "mana", instant = FIRST },
    { "green", 150, "mitigation", leech = "mana" },
    { "green", 100, "health" },
    { "red", 100, "mana", skill = true },
    { "red", 150, "health" },
    { "red", 200, "health", "mana", spell = SPELLS.A },
    { "green", 150, "mitigation" },
    { "green", 100, "health", spell = SPELLS.B },
    { "green", 75, "mana", leech = "life" },
    { "red", 75, "capacity" },
    { "red", 100, "mana", spell = SPELLS.C },
    { "red", 150, "health", leech = "mana" },
    { "green", 100, "health", spell = SPELLS.D },
    { "green", 75, "mana", skill = true },
    { "green", 50, "capacity" },
    { "red", 50, "mitigation", spell = SPELLS.E },
    { "red", 75, "capacity", leech = "life" },
    { "red", 100, "mana" },
    { "blue", 100, "mitigation" },
    { "blue", 75, "health", leech = "mana" },
    { "blue", 50, "mana", spell = SPELLS.A },
    { "purple", 50, "health" },
    { "purple", 75, "mitigation", skill = true },
    { "purple", 100, "capacity", spell = SPELLS.B },
    { "blue", 150, "capacity", leech = "life" },
    { "blue", 100, "mitigation", spell = SPELLS.C },
    { "blue", 75, "health" },
    { "purple", 75, "mitigation", leech = "mana" },
    { "purple", 100, "capacity", spell = SPELLS.D },
    { "purple", 150, "mana" },
    { "blue", 200, "health", "mana", spell = SPELLS.E },
    { "blue", 150, "capacity" },
    { "blue", 100, "mitigation", skill = true },
    { "purple", 100, "capacity" },
    { "purple", 150, "mana", leech = "life" },
    { "purple", 200, "health", "mana", instant = LAST },
}

return { slots = slots, a_point = A_POINT, skill = SKILL, leech = LEECH }
