--- Packets: records of a filter that lie in the core, many of them handed to one chain in one crossing.
---
--- A packet's own keys are there at once. Its `fields` are made when somebody asks for them, because most handlers
--- look at the bytes, or at nothing: until then they wait as MessagePack under a key that plugins don't have.

local context = ...
local ffi, core, raw = context.ffi, context.core, context.raw
local border, chains, failure = context.use("border"), context.use("chains"), context.use("failure")
local xpcall, next, rawget, rawset, type = raw.xpcall, raw.next, raw.rawget, raw.rawset, raw.type
local setmetatable, tonumber, new_string = raw.setmetatable, raw.tonumber, ffi.string
local handler, stand = failure.handler, chains.stand
local waiting, PAUSED = border.waiting, failure.status.paused

local packets = {}

-- After so long the host gets to look whether a packet took too much of its time; by then others wait for theirs, too.
local LONGEST = 1000000

local SIDES = { [0] = "client", "server" }

local known, array = 0, nil
local function bind(address)
    if address ~= known then
        known, array = address, ffi.cast("tib_packet *", ffi.cast("uintptr_t", address))
    end
end

-- The packet to which a handler added a key most recently.
local extended

local META = {
    __metatable = "packet",
    __index = function(packet, key)
        if key == "fields" and rawget(packet, waiting) then
            return border.make_fields(packet)
        end
    end,
    __newindex = function(packet, key, value)
        extended = packet
        rawset(packet, key, value)
    end,
}

-- The record of a packet, and its texts. Small functions by themselves are what the JIT compiles.
local function packet_of(index)
    local cell = array[index]
    local name, data = new_string(cell.name, cell.name_length), new_string(cell.data, cell.data_length)
    local packet = {
        session = cell.session,
        version = cell.version,
        side = SIDES[cell.side],
        opcode = cell.opcode,
        name = name,
        data = data,
    }
    if cell.fields ~= nil then
        packet[waiting] = new_string(cell.fields, cell.fields_length)
    end
    return setmetatable(packet, META), name, data
end

local function same(a, b)
    if a == b then
        return true
    elseif type(a) ~= "table" or type(b) ~= "table" then
        return false
    end
    for key, value in next, a do
        if not same(value, rawget(b, key)) then
            return false
        end
    end
    for key in next, b do
        if rawget(a, key) == nil then
            return false
        end
    end
    return true
end

local function fields_stand(fields, index)
    local cell = array[index]
    return cell.fields ~= nil and same(fields, border.thaw(new_string(cell.fields, cell.fields_length)))
end

-- Whether a handler left a packet as it was.
local function untouched(packet, index, name, data)
    local cell = array[index]
    if
        extended == packet
        or rawget(packet, "data") ~= data
        or rawget(packet, "opcode") ~= cell.opcode
        or rawget(packet, "name") ~= name
        or rawget(packet, "session") ~= cell.session
        or rawget(packet, "version") ~= cell.version
        or rawget(packet, "side") ~= SIDES[cell.side]
    then
        return false
    end
    local fields = rawget(packet, "fields")
    return fields == nil and (cell.fields == nil or rawget(packet, waiting) ~= nil) or fields_stand(fields, index)
end

local function now()
    return tonumber(core.tib_clock_ns())
end

local begun = 0

--- How many packets were begun in the last crossing, for one that failed as a whole.
function packets.begun()
    return begun
end

--- Shows `count` packets to a chain, one after the other, until something comes of one.
---
---@return number|nil status what came of the last one, as from chains.dispatch; 0: nothing yet; nil: nothing at all
---@return any value
---@return number|nil by
---@return number done how many the chain is through with
function packets.dispatch(chain_id, address, from, count)
    bind(address)
    local chain = chains.of(chain_id)
    local handlers, number = chain.handlers, #chain.handlers
    local outer_base, outer_at = chains.position()
    local last = from + count - 1
    local asked, since = context.asked, from < last and now() or 0
    for index = from, last do
        begun = index - from + 1
        local packet, name, data = packet_of(index)
        local before = (index - from) * number
        for at = 1, number do
            stand(before, at)
            local ok, answer = xpcall(handlers[at], handler, packet)
            if not ok or answer ~= nil and answer ~= packet or not untouched(packet, index, name, data) then
                local kind, value, by = chains.go_on(chain, at, (packet_of(index)), packet, ok, answer)
                stand(outer_base, outer_at)
                return kind or PAUSED, value, by, index - from + 1
            end
        end
        if index < last and (context.asked ~= asked or now() - since > LONGEST) then
            stand(outer_base, outer_at)
            return PAUSED, nil, nil, index - from + 1
        end
    end
    stand(outer_base, outer_at)
end

--- Has the sandbox's functions that pass over metatables see `fields`, and be seen.
---@param env table
function packets.furnish(env)
    local raw_next, raw_pairs, each = raw.next, raw.pairs, env.table.foreach
    function env.table.foreach(subject, visit)
        if type(subject) == "table" and rawget(subject, waiting) then
            border.make_fields(subject)
        end
        return each(subject, visit)
    end
    function env.next(subject, key)
        if type(subject) == "table" and rawget(subject, waiting) then
            border.make_fields(subject)
        end
        return raw_next(subject, key)
    end
    function env.pairs(subject)
        if type(subject) == "table" and rawget(subject, waiting) then
            border.make_fields(subject)
        end
        return raw_pairs(subject)
    end
    function env.rawget(subject, key)
        if key == "fields" and type(subject) == "table" and rawget(subject, waiting) then
            border.make_fields(subject)
        end
        return rawget(subject, key)
    end
    function env.rawset(subject, key, value)
        if raw.debug.getmetatable(subject) == META then
            extended = subject
        end
        return rawset(subject, key, value)
    end
end

return packets
