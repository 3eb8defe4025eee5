-- The servers' API as do-nothing stubs, for plain LuaJIT: what loading the scripts costs by itself. Classes make userdata,
-- methods answer by their names what scripts get through their main chunks with. Called with the names of the API and the
-- sources by path; returns a function that loads the files that it is given.

local names, sources = ...
local newproxy, setmetatable, getmetatable = newproxy, setmetatable, getmetatable

local metatables = {}
local env = _G

local function yes() return true end
local function no() return false end
local function zero() return 0 end
local function one() return 1 end
local function text() return "" end
local function list() return {} end

local LISTS = { getPlayers = true, getSpectators = true, getTowns = true, getHouses = true, getItems = true }

local function answer(name)
    if LISTS[name] then
        return list
    elseif name:find("^get.*Name") or name:find("^get.*String") or name:find("Article$") or name:find("^get.*Text") then
        return text
    elseif name:find("^is%u") or name:find("^has%u") or name:find("^can%u") then
        return no
    elseif name == "getId" or name == "getNumber" or name == "getType" then
        return one
    elseif name:find("^get%u") then
        return zero
    end
    return yes
end

local function make(name)
    return function() return newproxy(metatables[name].template) end
end

for name, methods in pairs(names.classes) do
    local class = {}
    for _, method in ipairs(methods) do
        class[method] = answer(method)
    end
    local template = newproxy(true)
    local metatable = getmetatable(template)
    metatable.__index, metatable.__metatable = class, class
    metatables[name] = { template = template, metatable = metatable }
    setmetatable(class, { __call = make(name) })
    env[name] = class
end
for name, functions in pairs(names.tables) do
    local place = env[name] or {}
    env[name] = place
    for _, each in ipairs(functions) do
        if place[each] == nil then
            place[each] = answer(each)
        end
    end
end
for _, name in ipairs(names.functions) do
    if env[name] == nil then
        env[name] = answer(name)
    end
end
for name, value in pairs(names.enums) do
    env[name] = value
end

-- What scripts read back, or build on, while they load.
local function position(_, x, y, z)
    if type(x) == "table" then
        x, y, z = x.x, x.y, x.z
    end
    return setmetatable({ x = x or 0, y = y or 0, z = z or 0 }, metatables.Position.metatable)
end
local function tables_of(name, create)
    metatables[name] = { metatable = { __index = env[name] } }
    setmetatable(env[name], { __call = create })
end
tables_of("Position", position)
if env.Variant then
    tables_of("Variant", function(_, value)
        return setmetatable({ type = 0, number = value }, metatables.Variant.metatable)
    end)
end
for _, name in ipairs({ "MonsterType", "NpcType" }) do
    if env[name] then
        env.Game["create" .. name] = make(name)
    end
end
env.Game.getEventCallbacks = function()
    local found = {}
    for _, name in ipairs(names.callbacks) do
        found[name] = yes
    end
    return found
end
env.rawgetmetatable = function(name)
    return metatables[name] and metatables[name].metatable
end
env.configKeys = setmetatable({}, { __index = one })
env.configManager = { getNumber = one, getBoolean = no, getString = text, getFloat = one }
env.systemTime, env.createCombatArea, env.addEvent, env.isScriptsInterface = zero, one, one, yes
env.db = { query = yes, storeQuery = no, escapeString = tostring, asyncQuery = yes, tableExists = yes }
os.mtime = zero
table.create = table.create or function() return {} end
table.pack = table.pack or function(...) return { n = select("#", ...), ... } end

local loaded = {}
local function run(path)
    local source = sources[path:gsub("^%./", "")]
    if not source then
        return nil
    end
    local chunk = assert(loadstring(source, "@" .. path))
    return chunk()
end
env.dofile = run
env.require = function(name)
    if loaded[name] == nil then
        for path in pairs(sources) do
            if path:find(name:gsub("%.", "/") .. ".lua", 1, true) then
                loaded[name] = run(path) or true
                break
            end
        end
    end
    return loaded[name]
end

-- Takes over a global, as the server does with callbacks of combats.
if env.Combat then
    env.Combat.setCallback = function(_, _, name)
        env[name] = nil
        return true
    end
end

return function(files)
    local failed, first = 0, nil
    for index = 1, #files do
        local ok, problem = pcall(run, files[index])
        if not ok then
            failed = failed + 1
            first = first or problem
        end
    end
    return failed, first or ""
end
