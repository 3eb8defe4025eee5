--- TFS's npcs: `data/npc/NAME.xml` with a script, whose callbacks are globals; each npc has its own.

local context = ...
local raw = context.raw
local tonumber = raw.tonumber

-- What the server takes from the globals when a script has run.
local CALLBACKS = {
    onSay = "onCreatureSay",
    onDisappear = "onCreatureDisappear",
    onAppear = "onCreatureAppear",
    onMove = "onCreatureMove",
    onCloseChannel = "onPlayerCloseChannel",
    onEndTrade = "onPlayerEndTrade",
    onThink = "onThink",
}
local TAKES = {
    onSay = { "player", "talktype", "text" }, onDisappear = { "creature" }, onAppear = { "creature" },
    onMove = { "creature", "position", "position" }, onCloseChannel = { "player" }, onEndTrade = { "player" },
    onThink = {},
}

---@param server table
---@param npcs table
return function(server, npcs)
    local INTERFACE = "Npc interface"
    local LIB = "data/npc/lib/npc.lua"

    --- The npc whose script is running.
    ---@return table|nil
    function npcs.current()
        local running = server.parts.report.running()
        return running and running.npc or nil
    end

    local function truth(text)
        local first = raw.string.sub(text or "", 1, 1)
        return first == "1" or first == "t" or first == "T" or first == "y" or first == "Y"
    end

    local function number(text, otherwise)
        return tonumber(text or "") or otherwise
    end

    local function child(node, tag)
        for _, each in raw.ipairs(node.children) do
            if each.tag == tag then
                return each
            end
        end
    end

    -- A callback is called with the npc around it, as the functions of npc scripts need it.
    local function record_of(npc, fn, event, path)
        local record = {
            class_name = "NpcCallback", event = event, callback = fn, name = npc.name, loaded = true, npc = npc,
            interface = INTERFACE, script = path .. ":" .. (CALLBACKS[event] or event),
            label = "Npc " .. npc.name .. " " .. event, takes = TAKES[event],
        }
        server.registry.own(record)
        record.file = npc.file or record.file
        return record
    end
    npcs.record_of = record_of

    local function run_file(npc, path)
        local scripts, report = server.parts.scripts, server.parts.report
        local source = server.host("files.read", path)
        if not source then
            server:log("warning", "[Warning - NpcScript::NpcScript] Can not load script: " .. path)
            return false
        end
        local fn, problem = scripts.compile(path, source)
        if not fn then
            server:log("warning", "[Warning - NpcScript::NpcScript] Can not load script: " .. path)
            server:log("error", raw.tostring(problem))
            return false
        end
        local ok = report.call({
            interface = INTERFACE, script = path, label = path, npc = npc, file = scripts.owner() or npc.file,
        }, fn)
        return ok
    end

    local function load_script(npc, name)
        local path = "data/npc/scripts/" .. name
        if not run_file(npc, LIB) or not run_file(npc, path) then
            return false
        end
        npc.callbacks = {}
        for event, global in raw.pairs(CALLBACKS) do
            local fn = server.parts.scripts.take_global(global)
            if fn then
                npc.callbacks[event] = record_of(npc, fn, event, path)
            end
        end
        return true
    end

    local SKULLS = { yellow = 1, green = 2, white = 3, red = 4, black = 5, orange = 6 }

    local function read_look(npc, look)
        local has = look.attributes
        npc.default_outfit = server.parts.creatures.outfit({
            lookType = number(has.type, 0), lookTypeEx = has.type and 0 or number(has.typeex, 0),
            lookHead = number(has.head, 0), lookBody = number(has.body, 0), lookLegs = number(has.legs, 0),
            lookFeet = number(has.feet, 0), lookAddons = number(has.addons, 0), lookMount = number(has.mount, 0),
        })
        npc.outfit = server.parts.creatures.copy_outfit(npc.default_outfit)
    end

    local function read(npc, node)
        local has = node.attributes
        npc.name = has.name or ""
        npc.name_description = npc.name
        npc.attackable, npc.floor_change = truth(has.attackable), truth(has.floorchange)
        npc.base_speed = number(has.speed, 100)
        npc.pushable = has.pushable == nil or truth(has.pushable)
        npc.walk_interval = number(has.walkinterval, 1500)
        npc.walk_radius = number(has.walkradius, -1)
        npc.ignores_height = truth(has.ignoreheight)
        npc.speech_bubble = number(has.speechbubble, 0)
        npc.skull = SKULLS[raw.string.lower(has.skull or "")] or 0
        local health = child(node, "health")
        if health then
            npc.max_health = number(health.attributes.max, 100)
            npc.health = raw.math.min(number(health.attributes.now, 100), npc.max_health)
        end
        local look = child(node, "look")
        if look then
            read_look(npc, look)
        end
        local parameters = child(node, "parameters")
        for _, parameter in raw.ipairs(parameters and parameters.children or {}) do
            npc.parameters[parameter.attributes.key or ""] = parameter.attributes.value or ""
        end
        if has.script then
            return load_script(npc, has.script)
        end
        return true
    end

    --- Names of all npcs that have a file.
    ---@return string[]
    function npcs.names()
        local names = {}
        for _, path in raw.ipairs(server.host("files.list", "data/npc", ".xml")) do
            local name = raw.string.match(path, "([^/]*)%.xml$")
            if name and not raw.string.find(path, "/lib/", 1, true) then
                names[#names + 1] = name
            end
        end
        return names
    end

    --- Makes the npc of a file; nil when there is none, or its script fails.
    ---@param name string
    ---@return table|nil npc
    function npcs.create(name)
        local path = "data/npc/" .. name .. ".xml"
        local ok, document = raw.pcall(server.host, "files.xml", path)
        if not ok or not document then
            server:log("error", "[Error - Npc::loadFromXml] Failed to load " .. path)
            return nil
        elseif document.tag ~= "npc" then
            server:log("error", "[Error - Npc::loadFromXml] Missing npc tag in " .. path)
            return nil
        end
        local npc = npcs.init({ class_name = "Npc", name = name, parameters = {}, filename = path, type = {} })
        if not read(npc, document) then
            return nil
        end
        return npc
    end

    --- Loads the files of all npcs anew.
    function npcs.reload()
        for _, npc in raw.ipairs(server.parts.creatures.list("Npc")) do
            npcs.close_shops(npc)
            local document = server.host("files.xml", npc.filename)
            npc.parameters, npc.callbacks, npc.focus = {}, nil, nil
            if document then
                read(npc, document)
                npcs.call(npc, "onAppear", server.userdata.push(npc))
            end
        end
        return true
    end

    --- Visits the callbacks of all npcs that are in the game.
    function npcs.each_callback(visit)
        for _, npc in raw.ipairs(server.parts.creatures.list("Npc")) do
            for _, event in raw.ipairs({ "onAppear", "onDisappear", "onMove", "onSay", "onCloseChannel", "onEndTrade",
                "onThink" }) do
                local record = npc.callbacks and npc.callbacks[event]
                if record then
                    visit(record, "npc", npc.name)
                end
            end
        end
    end

    --- A player has bought or sold: the script of the npc does what is to be done.
    function npcs.traded(shop, callback, player, id, sub_type, amount, ignore, in_backpacks)
        if callback then
            server.parts.report.call(callback, callback.callback, server.userdata.push(player), id, sub_type, amount,
                ignore == true, in_backpacks == true)
        end
        server.parts.clients.send(player, "sale_list", {})
    end
end
