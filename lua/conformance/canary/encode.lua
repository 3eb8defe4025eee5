--- How values of probes are written down: as JSON, the same way as inside the real servers.

local CLASSES = {
    "Player", "Monster", "Npc", "Container", "Teleport", "Podium", "Item", "Tile", "ItemType", "Vocation", "Town",
    "House", "Group", "Guild", "Party", "Combat", "Condition", "Spell", "NetworkMessage", "ModalWindow", "MonsterType",
    "Action", "TalkAction", "CreatureEvent", "GlobalEvent", "MoveEvent", "Weapon", "NpcType", "Mount", "Zone", "KV",
    "Charm", "Loot", "MonsterSpell", "Shop", "Position", "Variant", "Creature", "DBInsert", "DBTransaction",
    "XMLDocument", "XMLNode", "Outfit",
}
local DEEPEST = 5

local function text(value)
    return '"'
        .. value:gsub('[%c"\\\127-\255]', function(char)
            if char == '"' or char == "\\" then
                return "\\" .. char
            elseif char == "\n" then
                return "\\n"
            end
            return string.format("\\u%04x", char:byte())
        end)
        .. '"'
end

local function class_of(value)
    local metatable = getmetatable(value)
    if metatable then
        for _, name in ipairs(CLASSES) do
            if rawget(_G, name) == metatable then
                return name
            end
        end
    end
    return "?"
end

local function number(value)
    if value ~= value then
        return '"<nan>"'
    elseif value == math.huge then
        return '"<inf>"'
    elseif value == -math.huge then
        return '"<-inf>"'
    elseif value == math.floor(value) and math.abs(value) < 2 ^ 53 then
        return string.format("%.0f", value)
    end
    return string.format("%.14g", value)
end

local encode

local function list(value, size, depth)
    local parts = {}
    for index = 1, size do
        parts[index] = encode(value[index], depth + 1)
    end
    return "[" .. table.concat(parts, ",") .. "]"
end

local function is_list(value)
    local size = 0
    for _ in pairs(value) do
        size = size + 1
    end
    for index = 1, size do
        if rawget(value, index) == nil then
            return false
        end
    end
    return size > 0, size
end

local function object(value, depth)
    local keys, parts = {}, {}
    for key in pairs(value) do
        keys[#keys + 1] = key
    end
    table.sort(keys, function(a, b)
        return tostring(a) < tostring(b)
    end)
    for index, key in ipairs(keys) do
        parts[index] = text(tostring(key)) .. ":" .. encode(value[key], depth + 1)
    end
    return "{" .. table.concat(parts, ",") .. "}"
end

function encode(value, depth)
    local kind = type(value)
    if value == nil then
        return "null"
    elseif kind == "boolean" then
        return tostring(value)
    elseif kind == "number" then
        return number(value)
    elseif kind == "string" then
        return text(value)
    elseif kind == "userdata" then
        return text("<userdata " .. class_of(value) .. ">")
    elseif kind ~= "table" then
        return text("<" .. kind .. ">")
    elseif depth > DEEPEST then
        return '"<deep>"'
    end
    local counted = rawget(value, "__n")
    if counted then
        return list(value, counted, depth)
    end
    local whole, size = is_list(value)
    if whole then
        return list(value, size, depth)
    end
    return object(value, depth)
end

--- The JSON text of a value.
function CONF_ENCODE(value)
    return encode(value, 0)
end
