--- What the server knows of items, of the map editor (class ItemType, g_things, Item): edubart's alone.

local context = ...
local raw = context.raw
local byte, find, format, gmatch, insert, lower, sub =
    raw.string.byte,
    raw.string.find,
    raw.string.format,
    raw.string.gmatch,
    raw.table.insert,
    raw.string.lower,
    raw.string.sub

local NODE_START, NODE_END, ESCAPE = 0xFE, 0xFF, 0xFD
local ROOT_VERSION, VERSION_SIZE = 0x01, 4 + 4 + 4 + 128
local SERVER_ID, CLIENT_ID, NAME, WRITABLE = 16, 17, 18, 29
local WEAPON, AMMUNITION, ARMOR, CHARGES = 3, 4, 5, 6
local BY_KEY = { weapontype = WEAPON, ammotype = AMMUNITION, armor = ARMOR, charges = CHARGES }
local BY_TYPE = { key = 10, magicfield = 8, teleport = 7, door = 13 }

return function(engine, game)
    if not engine.edubart then
        return
    end
    local xml, things = game.xml, game.things
    local item_types = { otb_loaded = false, major = 0, minor = 0 }
    game.item_types = item_types

    local function new_type(server_id)
        local kind = engine.object.new("ItemType")
        kind.server_id, kind.client_id = server_id or 0, 0
        kind.name, kind.description = "", ""
        kind.category, kind.writable = 0, false
        return kind
    end
    local null = new_type()
    -- By the server's number, from 0 to `last`; numbers without a type have the null one. And by the client's.
    local list, last, by_client = {}, 0, {}
    -- The server's number read last, of all files.
    local last_id = 99

    local function add(kind)
        last = raw.math.max(last, kind.server_id)
        list[kind.server_id] = kind
    end

    --- The type of a server's number; the null one, and a line in the log, where there is none.
    ---@param id integer
    ---@return table
    function item_types.get(id)
        if not list[id] then
            engine:log("error", format("invalid thing type, server id: %d", id))
        end
        return list[id] or null
    end

    --- The type of a client's number, which may be the null one.
    ---@param id integer
    ---@return table
    function item_types.of_client(id)
        return by_client[id] or null
    end

    engine:class("ItemType", {
        getServerId = function(kind)
            return kind.server_id
        end,
        getClientId = function(kind)
            return kind.client_id
        end,
        isWritable = function(kind)
            return kind.writable
        end,
    })

    -- Files --------------------------------------------------------------------------------------------------------

    -- A node of a tree in a file: its bytes and its children, and where it ends.
    local function read_node(data, at)
        local bytes, children = {}, {}
        while true do
            local code = byte(data, at)
            if code == NODE_START then
                local child
                child, at = read_node(data, at + 1)
                children[#children + 1] = child
            elseif code == NODE_END then
                return { bytes = raw.table.concat(bytes), children = children }, at + 1
            elseif code == nil then
                raw.error("read failed", 0)
            else
                if code == ESCAPE then
                    at = at + 1
                end
                bytes[#bytes + 1] = sub(data, at, at)
                at = at + 1
            end
        end
    end

    -- Numbers left out between two are there too, and take the place of the first of the two, as in the engine.
    local function fill_gap(server_id)
        while last_id ~= server_id - 1 do
            add(new_type(last_id))
            last_id = (last_id + 1) % 65536
        end
    end

    local function read_type(node)
        local reader = game.reader(node.bytes)
        local kind = new_type()
        kind.category = reader.u8()
        reader.u32()
        local left = #node.bytes - 5
        local special = game.state.client_version < 960 and 20000 or 30000
        while left > 0 do
            local attribute = reader.u8()
            if attribute == 0 or attribute == 255 then
                break
            end
            local size = reader.u16()
            left = left - 3 - size
            local value = size > 0 and reader.bytes(size) or ""
            local number = (byte(value, 1) or 0) + (byte(value, 2) or 0) * 256
            if attribute == SERVER_ID then
                if number > special and number < special + 100 then
                    number = number - special
                elseif last_id > 99 then
                    fill_gap(number)
                end
                kind.server_id, last_id = number, number
            elseif attribute == CLIENT_ID then
                kind.client_id = number
            elseif attribute == NAME then
                kind.name = value
            elseif attribute == WRITABLE then
                kind.writable = true
            end
        end
        return kind
    end

    local function load_otb(file)
        local data = game.read_file(file)
        if game.reader(data).u32() ~= 0 then
            raw.error("invalid otb file", 0)
        end
        local start = byte(data, 5)
        if start ~= NODE_START then
            raw.error(format("failed to read node start (getBinaryTree): %d", start or 0), 0)
        end
        local root = read_node(data, 6)
        local reader = game.reader(root.bytes)
        reader.u8()
        if reader.u32() ~= 0 then
            raw.error("invalid otb file", 0)
        end
        if reader.u8() == ROOT_VERSION then
            if reader.u16() ~= VERSION_SIZE then
                raw.error("invalid otb root attr version size", 0)
            end
            item_types.major, item_types.minor = reader.u32(), reader.u32()
        end
        by_client = {}
        last = raw.math.max(last, #root.children)
        for _, node in raw.ipairs(root.children) do
            local kind = read_type(node)
            add(kind)
            by_client[kind.client_id] = kind
        end
        by_client[0] = nil
        item_types.otb_loaded = true
        engine:emit_global("g_things", "onLoadOtb", file)
    end

    local function describe(server_id, element)
        local special = game.state.client_version < 960 and 20000 or 30000
        local kind
        if server_id > special and server_id < special + 100 then
            kind = new_type(server_id - special)
            add(kind)
        else
            kind = item_types.get(server_id)
        end
        kind.name = element.attributes.name or ""
        for _, child in raw.ipairs(element.children) do
            local key, value = lower(child.attributes.key or ""), child.attributes.value or ""
            if key == "description" then
                kind.description = value
            elseif key == "type" then
                kind.category = BY_TYPE[lower(value)] or kind.category
            else
                kind.category = BY_KEY[key] or kind.category
            end
        end
    end

    local function numbers(text)
        local found = {}
        for number in gmatch(text or "", "%d+") do
            insert(found, raw.tonumber(number))
        end
        return found
    end

    local function load_xml(file)
        if not item_types.otb_loaded then
            raw.error("OTB must be loaded before XML", 0)
        end
        local root = xml.load(file, "failed to parse '" .. raw.string.gsub(file, "%%", "%%%%") .. "': '%s'")
        if root.name ~= "items" then
            raw.error("invalid root tag name", 0)
        end
        for _, element in raw.ipairs(root.children) do
            local from, to = {}, {}
            if element.name == "item" and xml.number(element, "id") ~= 0 then
                for part in gmatch(element.attributes.id, "[^;]+") do
                    local ends = numbers(part)
                    insert(from, ends[1] or 0)
                    insert(to, ends[2] or ends[1] or 0)
                end
            elseif element.name == "item" then
                from, to = numbers(element.attributes.fromid), numbers(element.attributes.toid)
                if from[1] == 0 or #from ~= #to then
                    from = {}
                end
            end
            for index = 1, #from do
                for id = from[index], to[index] do
                    describe(id % 65536, element)
                end
            end
        end
        engine:log("debug", "items.xml read successfully.")
    end

    local function all(matches, value)
        local found = {}
        for id = 0, last do
            local kind = list[id] or null
            if matches(kind, value) then
                insert(found, kind)
            end
        end
        return found
    end
    local function is_named(kind, name)
        return kind.name == name
    end

    engine:singleton("g_things", {
        isOtbLoaded = function()
            return item_types.otb_loaded
        end,
        getItemType = item_types.get,
        findItemTypeByClientId = item_types.of_client,
        findItemTypeByName = function(name)
            return all(is_named, name)[1] or null
        end,
        findItemTypesByName = function(name)
            return all(is_named, name)
        end,
        findItemTypesByString = function(text)
            return all(function(kind)
                return find(kind.name, text, 1, true) ~= nil
            end)
        end,
        findItemTypeByCategory = function(category)
            return all(function(kind)
                return kind.category == category
            end)
        end,
        loadOtb = function(file)
            local ok, problem = raw.pcall(load_otb, file)
            if not ok then
                engine:log("error", format("Failed to load '%s' (OTB file): %s", file, xml.reason(problem)))
            end
        end,
        loadXml = function(file)
            local ok, problem = raw.pcall(load_xml, file)
            if not ok then
                engine:log("error", format("Failed to load '%s' (XML file): %s", file, xml.reason(problem)))
            end
        end,
    })

    -- Items --------------------------------------------------------------------------------------------------------

    local function attribute(key, default)
        return function(record)
            return record[key] or default
        end, function(record, value)
            record[key] = value
        end
    end
    local get_text, set_text = attribute("written", "")
    local get_description, set_description = attribute("description", "")
    local get_destination, set_destination = attribute("destination", game.NOWHERE)
    -- The engine reads each of these two where it keeps the other.
    local get_action, set_unique = attribute("unique_id", 0)
    local get_unique, set_action = attribute("action_id", 0)

    local function contents(record)
        record.contents = record.contents or {}
        return record.contents
    end

    engine:class("Item", {
        getServerId = function(record)
            return record.server_id
        end,
        getName = function(record)
            return item_types.of_client(record.client_id).name
        end,
        getText = get_text,
        setText = set_text,
        getDescription = get_description,
        setDescription = set_description,
        getTeleportDestination = get_destination,
        setTeleportDestination = set_destination,
        getActionId = get_action,
        setActionId = set_action,
        getUniqueId = get_unique,
        setUniqueId = set_unique,
        getContainerItems = function(record)
            local found = {}
            for index = 1, contents(record).count or 0 do
                insert(found, contents(record)[index])
            end
            return found
        end,
        getContainerItem = function(record, slot)
            return contents(record)[slot + 1]
        end,
        addContainerItem = function(record, item)
            local inside = contents(record)
            inside.count = (inside.count or 0) + 1
            inside[inside.count] = item
        end,
        addContainerItemIndexed = function(record, item, slot)
            contents(record)[slot + 1] = item
        end,
        removeContainerItem = function(record, slot)
            contents(record)[slot + 1] = nil
        end,
        clearContainerItems = function(record)
            record.contents = nil
        end,
    }, {
        createOtb = function(id)
            local known = id >= 1 and id <= last
            local kind = item_types.get(known and id or 0)
            local record = game.item.new(0)
            record.client_id = things.valid(kind.client_id, 0) and kind.client_id or 0
            record.server_id = known and id or 0
            return record
        end,
    })
end
