--- Numbers of charms by their names: charmRune_t of Canary's creatures_definitions.hpp, in its order from 0.

local context = ...

local NAMES = "WOUND ENFLAME POISON FREEZE ZAP CURSE CRIPPLE PARRY DODGE ADRENALINE NUMB CLEANSE BLESS SCAVENGE GUT LOW"
    .. " DIVINE VAMP VOID SAVAGE FATAL VOIDINVERSION CARNAGE OVERPOWER OVERFLUX"

local ids, next_id = {}, 0
for name in context.raw.string.gmatch(NAMES, "%a+") do
    ids[name], next_id = next_id, next_id + 1
end
return ids
