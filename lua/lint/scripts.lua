--- Looks over the scripts of a server as bytecode, without running them: which globals, methods and storage keys they
--- name, and which of these exist nowhere. The host adds the files one by one and then asks for the findings.
---
--- Registers are followed in the order of the code: one holds a path (`Storage.Quest.Door`) or a number from the
--- instruction that loads it to the next that writes it. Branches are not told apart.

local bytecode = ...
local bit = require("bit")

local band, rshift = bit.band, bit.rshift
local op = bytecode.op
local MUTABLE_LOCAL, LOCAL = 0x8000, 0x4000

-- Functions that read or write a storage value; the key is the first argument after the object.
local READS = { getStorageValue = true, ["Game.getStorageValue"] = true }
local WRITES = { setStorageValue = true, ["Game.setStorageValue"] = true }
-- Small numbers are everything under the sun.
local FIRST_KEY = 1000

local file, dump
local global_reads, global_writes = {}, {}
local methods_called, names_set = {}, {}
local members_read, members_set = {}, {}
local key_reads, key_writes, key_uses = {}, {}, {}
local number_reads, number_writes, number_uses = {}, {}, {}

-- A place: the first in each file of each name.
local function note(into, name, line)
    local places = into[name]
    if not places then
        places = {}
        into[name] = places
    end
    if places.file ~= file then
        places.file = file
        places[#places + 1] = { file, line }
    end
end

local function count(into, key)
    into[key] = (into[key] or 0) + 1
end

-- Marks what a register holds as used in a way that may write it.
local function used(value)
    if type(value) == "string" then
        key_uses[value] = true
    elseif type(value) == "number" then
        count(number_uses, value)
    end
end

local walk

local Walker = {}
Walker.__index = Walker

function Walker:line(index)
    return bytecode.line(self.fn, self.bytes, index)
end

function Walker:key(index, at, called)
    local value = self.held[at]
    local reading = READS[called]
    if type(value) == "string" then
        note(reading and key_reads or key_writes, value, self:line(index))
    elseif type(value) == "number" and value >= FIRST_KEY then
        note(reading and number_reads or number_writes, value, self:line(index))
    else
        used(value)
    end
end

function Walker:call(index, a, last)
    local held = self.held
    local called = held[a]
    local is_method = type(called) == "table"
    local name = is_method and called[1] or called
    if READS[name] or WRITES[name] then
        local key = a + (is_method and 3 or 2)
        self:key(index, key, name)
        for at = key + 1, last do
            used(held[at])
        end
        return
    end
    for at = a + 2, last do
        used(held[at])
    end
end

local handlers = {}

handlers[op.MOV] = function(self, _, a, d)
    self.held[a] = self.held[d]
end

handlers[op.GGET] = function(self, index, a, d)
    local name = self.fn.objects[d]
    note(global_reads, name, self:line(index))
    self.held[a] = name
end

handlers[op.GSET] = function(self, index, a, d)
    note(global_writes, self.fn.objects[d], self:line(index))
    used(self.held[a])
end

handlers[op.KSHORT] = function(self, _, a, d)
    self.held[a] = d >= 32768 and d - 65536 or d
end

handlers[op.KNUM] = function(self, _, a, d)
    self.held[a] = self.fn.numbers[d]
end

handlers[op.TGETS] = function(self, index, a, d, before)
    local held = self.held
    local object, key = rshift(d, 8), self.fn.objects[band(d, 255)]
    -- `object:key(…)` first copies the object to where the call wants it.
    if band(before, 255) == op.MOV and band(rshift(before, 8), 255) == a + 2 and rshift(before, 16) == object then
        note(methods_called, key, self:line(index))
        held[a] = { key }
        return
    end
    local path = held[object]
    if type(path) == "string" then
        path = path .. "." .. key
        note(members_read, path, self:line(index))
        held[a] = path
    else
        held[a] = nil
    end
end

-- `object[i]` reaches all that the object holds.
local function by_variable(self, _, a, d)
    used(self.held[rshift(d, 8)])
    self.held[a] = nil
end
handlers[op.TGETV], handlers[op.TGETB], handlers[op.TGETR] = by_variable, by_variable, by_variable

handlers[op.TSETS] = function(self, _, a, d)
    local held = self.held
    local object, key = held[rshift(d, 8)], self.fn.objects[band(d, 255)]
    names_set[key] = true
    if type(object) == "string" then
        if object == "_G" then
            note(global_writes, key, 0)
        end
        members_set[object .. "." .. key] = true
    end
    used(held[a])
end

local function stored(self, _, a)
    used(self.held[a])
end
handlers[op.TSETV], handlers[op.TSETB], handlers[op.USETV] = stored, stored, stored
handlers[op.RET1] = stored

handlers[op.TDUP] = function(self, _, a, d)
    local template = self.fn.objects[d]
    for _, key in ipairs(template.keys) do
        if type(key) == "string" then
            names_set[key] = true
        else
            used(key)
        end
    end
    for _, value in ipairs(template.values) do
        if type(value) == "number" then
            used(value)
        end
    end
    self.held[a] = nil
end

handlers[op.UGET] = function(self, _, a, d)
    self.held[a] = self.above[d]
end

handlers[op.FNEW] = function(self, _, a, d)
    local fn = self.fn.objects[d]
    local above = {}
    for index = 0, #fn.upvalues do
        local upvalue = fn.upvalues[index]
        if upvalue and upvalue >= MUTABLE_LOCAL then
            -- Only one that is never assigned again still holds what it holds now.
            above[index] = band(upvalue, LOCAL) ~= 0 and self.held[band(upvalue, 255)] or nil
        elseif upvalue then
            above[index] = self.above[upvalue]
        end
    end
    self.held[a] = nil
    walk(fn, self.bytes, above)
end

local function called(self, index, a, d)
    self:call(index, a, a + band(d, 255))
    for at = a, a + 3 do
        self.held[at] = nil
    end
end
handlers[op.CALL], handlers[op.CALLM] = called, called

local function tail_called(self, index, a, d)
    self:call(index, a, a + d)
end
handlers[op.CALLT], handlers[op.CALLMT] = tail_called, tail_called

local function iterated(self, _, a)
    for at = a, a + 2 do
        self.held[at] = nil
    end
end
handlers[op.ITERC], handlers[op.ITERN], handlers[op.VARG] = iterated, iterated, iterated

handlers[op.RET] = function(self, _, a, d)
    for at = a, a + d - 2 do
        used(self.held[at])
    end
end

local function cleared(self, _, a)
    self.held[a] = nil
end
for number = op.NOT, op.KNIL do
    handlers[number] = handlers[number] or cleared
end
handlers[op.TNEW] = cleared

function walk(fn, bytes, above)
    local self = setmetatable({ fn = fn, bytes = bytes, above = above, held = {} }, Walker)
    local code, before = bytecode.code(fn, bytes), 0
    for index = 0, fn.count - 1 do
        local instruction = code[index]
        local handler = handlers[band(instruction, 255)]
        if handler then
            handler(self, index, band(rshift(instruction, 8), 255), rshift(instruction, 16), before)
        end
        before = instruction
    end
end

local scripts = {}

--- Looks a file over.
---@param name string
---@param source string
---@return string|nil problem with which it does not compile
function scripts.add(name, source)
    local chunk, problem = loadstring(source, "@" .. name)
    if not chunk then
        return problem
    end
    file = name
    -- Held where it is seen to be held: what points into it does not keep it.
    dump = string.dump(chunk)
    local main, bytes = bytecode.read(dump)
    walk(main, bytes, {})
end

local function set_of(text)
    local set = {}
    for word in text:gmatch("%S+") do
        set[word] = true
    end
    return set
end

-- Whether a path, or what it lies in, was used in a way that may write it. Tables of all storages there are, as
-- `Storage` and `Storage.Quest`, are looked through by many and written by none.
local function maybe_written(path)
    while path and path:find("%..*%.") do
        if key_uses[path] then
            return true
        end
        path = path:match("^(.*)%.[^.]*$")
    end
    return key_uses[path] == true and not path:find("^%a*Storage%.?%a*$")
end

--- All that is wrong, a line each: kind, name, file and line with tabs between.
---@param globals string names that the server and Lua have, with spaces between
---@param methods string names of all methods
---@param members string `Game.x` for each function of the global tables
---@param tables string names of those tables
---@return string
function scripts.findings(globals, methods, members, tables)
    local found = {}
    local known_globals, known_methods = set_of(globals), set_of(methods)
    local known_members, known_tables = set_of(members), set_of(tables)
    local function tell(kind, name, places)
        for _, place in ipairs(places) do
            found[#found + 1] = table.concat({ kind, name, place[1], place[2] }, "\t")
        end
    end
    for name, places in pairs(global_reads) do
        if not known_globals[name] and not global_writes[name] then
            tell(name:find("^%u[%u%d]*_[%u%d_]*$") and "enum" or "global", name, places)
        end
    end
    for name, places in pairs(methods_called) do
        if not known_methods[name] and not names_set[name] then
            tell("method", name, places)
        end
    end
    for path, places in pairs(members_read) do
        local owner = path:match("^([^.]+)%.[^.]+$")
        if owner and known_tables[owner] and not known_members[path] and not members_set[path] then
            tell(owner == "configKeys" and "enum" or "function", path, places)
        end
    end
    for path, places in pairs(key_reads) do
        local last = path:match("%.([^.]+)$")
        if last and not names_set[last] then
            tell("no-storage", path, places)
        elseif last and not key_writes[path] and not maybe_written(path) then
            tell("storage", path, places)
        end
    end
    for path, places in pairs(key_writes) do
        local last = path:match("%.([^.]+)$")
        if last and not names_set[last] then
            tell("no-storage", path, places)
        end
    end
    for number, places in pairs(number_reads) do
        if not number_writes[number] and not number_uses[number] then
            tell("storage", tostring(number), places)
        end
    end
    return table.concat(found, "\n")
end

return scripts
