-- The servers' API as do-nothing stubs, for plain LuaJIT: what loading the scripts costs by itself. Classes make
-- userdata, methods answer by their names what scripts get through their main chunks with. Called with the names of the
-- API and the server's folder; returns a function that reads and runs the files that it is given, and counts.

local names, root = ...
local newproxy, setmetatable, getmetatable = newproxy, setmetatable, getmetatable

local metatables = {}
local env = _G

local function yes() return true end
local function no() return false end
local function zero() return 0 end
local function one() return 1 end
local function text() return "" end
local function list() return {} end
-- Of types of monsters the same function sets and reads.
local function set_or_get(_, value) return value == nil and 1 or true end
local function set_or_name(_, value) return value == nil and "" or true end

local LISTS = {
    getPlayers = true, getSpectators = true, getTowns = true, getHouses = true, getItems = true, getLadderIds = true,
    getSoulCoreItems = true, getPositions = true,
}

local function answer(name)
    if LISTS[name] then
        return list
    elseif name:find("^get.*Name") or name:find("^get.*String") or name:find("Article$") or name:find("^get.*Text") then
        return text
    elseif name:find("^is%u") or name:find("^has%u") or name:find("^can%u") then
        return no
    elseif name == "name" then
        return set_or_name
    elseif name == "getId" or name == "getNumber" or name == "getType" then
        return one
    elseif name:find("^get%u") then
        return zero
    end
    return set_or_get
end

local function make(name)
    return function() return newproxy(metatables[name].template) end
end

local function itself(self) return self end

for name, methods in pairs(names.classes) do
    local class = {}
    for _, method in ipairs(methods) do
        class[method] = method == "scoped" and itself or answer(method)
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
local MADE = {
    createMonsterType = "MonsterType", createNpcType = "NpcType", createBestiaryCharm = "Charm",
    createItemClassification = "ItemClassification",
}
for name, class in pairs(MADE) do
    if env[class] then
        env.Game[name] = make(class)
    end
end
for class, name in pairs({ Zone = "getByName", Item = "createItem" }) do
    local place = class == "Item" and env.Game or env[class]
    if place then
        place[name] = make(class)
    end
end
env.Game.getEventCallbacks = function()
    local found = {}
    for _, name in ipairs(names.callbacks) do
        found[name] = yes
    end
    return found
end
-- `kv.scoped(…)` and `KV.scoped(…)` are functions of tables that make objects.
for _, name in ipairs({ "kv", "KV" }) do
    if env[name] then
        env[name].scoped = metatables.KV and function() return newproxy(metatables.KV.template) end or list
    end
end
env.rawgetmetatable = function(name)
    return metatables[name] and metatables[name].metatable
end
env.configKeys = {}
for key in pairs(names.config) do
    env.configKeys[key] = key
end
-- Each setting as text, as number and as truth.
local function setting(as)
    return function(key)
        return names.config[key][as]
    end
end
env.configManager = {
    getString = setting(1), getNumber = setting(2), getBoolean = setting(3), getFloat = setting(2),
}
env.systemTime, env.createCombatArea, env.addEvent, env.isScriptsInterface = zero, one, one, yes
env.db = { query = yes, storeQuery = no, escapeString = tostring, asyncQuery = yes, tableExists = yes }
os.mtime = zero
table.create = table.create or function() return {} end
table.pack = table.pack or function(...) return { n = select("#", ...), ... } end

-- Scripts look for files, and read some, as if they ran in the server's folder; they write none.
local open, lines = io.open, io.lines
io.open = function(path, mode)
    return not (mode and mode:find("[wa+]")) and open(root .. "/" .. path, mode) or nil
end
io.lines = function(path)
    return lines(root .. "/" .. path)
end

local ran, bytes = {}, 0
local function compiled(path)
    local file = open(root .. "/" .. path, "rb")
    if not file then
        return nil, "no file " .. path
    end
    local source = file:read("*a")
    file:close()
    path = path:gsub("^%./", "")
    ran[path], bytes = true, bytes + #source
    return assert(loadstring(source, "@" .. path))
end
local function run(path)
    local chunk = compiled(path)
    return chunk and chunk()
end
env.dofile, env.loadfile = run, compiled
package.path = "./?.lua;./?/init.lua"
package.loaders = {
    function(name)
        return package.preload[name]
    end,
    function(name)
        for template in package.path:gmatch("[^;]+") do
            local chunk = compiled((template:gsub("%?", (name:gsub("%.", "/")))))
            if chunk then
                return chunk
            end
        end
        return "no module " .. name
    end,
}
-- The real require looks for them where it was made.
env.require = function(name)
    if package.loaded[name] == nil then
        for _, loader in ipairs(package.loaders) do
            local chunk = loader(name)
            if type(chunk) == "function" then
                local value = chunk(name)
                package.loaded[name] = value == nil and true or value
                break
            end
        end
    end
    return package.loaded[name]
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
    local count = 0
    for _ in pairs(ran) do
        count = count + 1
    end
    return failed, first or "", count, bytes
end
