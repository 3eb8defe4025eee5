--- What the wheel of destiny adds to spells (Canary's io_wheel.cpp): by name, the first and the second grade.
---
--- cooldown and second_cooldown in milliseconds, mana in points, damage, heal and critical_damage in percent,
--- critical_chance as it is added, life_leech and mana_leech in hundredths of a percent; area, targets and seconds are
--- asked for by scripts.

local context = ...
local ipairs = context.raw.ipairs

local spells = {
    ["Strong Ice Wave"] = { { mana_leech = 300 }, { damage = 10 } },
    ["Mass Healing"] = { { heal = 4 }, { area = true } },
    ["Nature's Embrace"] = { { heal = 11 }, { cooldown = 10000 } },
    ["Terra Wave"] = { { damage = 7 }, { life_leech = 500 } },
    ["Heal Friend"] = { { mana = 10 }, { heal = 6 } },
    ["Front Sweep"] = { { life_leech = 500 }, { damage = 14 } },
    ["Groundshaker"] = { { damage = 13 }, { cooldown = 2000 } },
    ["Chivalrous Challenge"] = { { mana = 20 }, { targets = 1 } },
    ["Intense Wound Cleansing"] = { { heal = 125 }, { cooldown = 300000 } },
    ["Fierce Berserk"] = { { mana = 30 }, { damage = 10 } },
    ["Sharpshooter"] = { { second_cooldown = 8000 }, { cooldown = 6000 } },
    ["Strong Ethereal Spear"] = { { cooldown = 2000 }, { damage = 380 } },
    ["Divine Dazzle"] = { { targets = 1 }, { seconds = 4, cooldown = 4000 } },
    ["Swift Foot"] = { { second_cooldown = 8000 }, { cooldown = 6000 } },
    ["Divine Caldera"] = { { mana = 20 }, { damage = 9 } },
    ["Magic Shield"] = { {}, { cooldown = 6000 } },
    ["Sap Strength"] = { { area = true }, {} },
    ["Energy Wave"] = { { damage = 5 }, { area = true } },
    ["Great Fire Wave"] = { { critical_damage = 15, critical_chance = 10 }, { damage = 5 } },
    ["Mass Spirit Mend"] = { { heal = 8 }, { area = true } },
    ["Mystic Repulse"] = { { cooldown = 4000 }, { damage = 40 } },
    ["Chained Penance"] = { { targets = 1 }, { targets = 2 } },
    ["Flurry of Blows"] = { { life_leech = 500 }, { damage = 12 } },
    ["Sweeping Takedown"] = { { mana_leech = 300 }, { critical_damage = 25, critical_chance = 10 } },
}
local focus = { { damage = 5 }, { cooldown = 4000, second_cooldown = 4000 } }
for _, name in ipairs({ "Eternal Winter", "Hell's Core", "Rage of the Skies", "Wrath of Nature" }) do
    spells[name] = focus
end

-- What the second and the third stage of a revelation add to spells, each.
local HALF_HOUR = 1800000
local stages = {
    ["Divine Empowerment"] = { { cooldown = 4000 }, { cooldown = 4000 } },
    ["Divine Grenade"] = { { cooldown = 4000 }, { cooldown = 6000 } },
    ["Great Death Beam"] = { { cooldown = 2000, damage = 6 }, { cooldown = 2000, damage = 6 } },
    ["Ice Burst"] = { { cooldown = 4000, second_cooldown = 4000 }, { cooldown = 4000, second_cooldown = 4000 } },
    ["Executioner's Throw"] = { { cooldown = 4000 }, { cooldown = 4000 } },
    ["Spiritual Outburst"] = { { cooldown = 4000 }, { cooldown = 4000 } },
}
stages["Terra Burst"] = stages["Ice Burst"]
for _, name in ipairs({ "Light", "Nature", "Steel", "Storm", "Balance" }) do
    stages["Avatar of " .. name] = { { cooldown = HALF_HOUR }, { cooldown = HALF_HOUR } }
end

return { grades = spells, stages = stages }
