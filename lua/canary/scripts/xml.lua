--- Scripts that XML files name: TFS's talkactions, movements, creaturescripts, globalevents, weapons and spells, and
--- what both servers have: events.xml, chat channels, and Canary's modules.

local context = ...
local raw = context.raw
local ipairs, lower, tonumber = raw.ipairs, raw.string.lower, raw.tonumber

return function(server, scripts, load_one)
    local xml = { documents = {} }
    -- The XML file that is being read: which scripts it names, and what is its own.
    local document

    local function read(path, who)
        local ok, root = raw.pcall(server.host, "files.xml", path)
        if not ok or not root then
            server:log("error", "[" .. who .. "] Failed to load " .. path .. (ok and "" or ": " .. raw.tostring(root)))
            return nil
        end
        return root
    end

    -- A file that an XML file names once or more: it runs once a mention, and each time leaves functions behind.
    local function load_mention(path, interface, finish)
        local known = scripts.files[path]
        document.scripts[#document.scripts + 1] = path
        if not known then
            local ok, file = load_one(path, "@" .. path, interface)
            file.finish = function(loaded)
                scripts.as(loaded, finish, loaded)
            end
            if ok then
                file.finish(file)
            end
            return ok
        end
        local first = known.finish
        local function again(file)
            first(file)
            scripts.run_again(file)
            scripts.as(file, finish, file)
        end
        known.finish = again
        return scripts.run_again(known) and (scripts.as(known, finish, known) or true)
    end

    -- Reads an XML file by a function that can do it again.
    local function open_document(path, enter)
        document = { scripts = {}, enter = enter }
        xml.documents[path] = document
        enter()
    end

    --- Reads an XML file anew, with the scripts that it names, each in its old place. One that is no XML changes
    --- nothing.
    ---@return boolean|nil ok nil when the path is no XML file that was read
    ---@return string|nil problem
    function xml.reload(path)
        local old = xml.documents[path]
        if not old then
            return nil
        end
        local ok, root = raw.pcall(server.host, "files.xml", path)
        if not ok or not root then
            local problem = raw.tostring(root or path .. " is not there")
            server.parts.report.syntax(path, problem)
            return false, problem
        end
        if old.own then
            server.registry.withdraw(old.own.entries)
        end
        for _, script in ipairs(old.scripts) do
            scripts.unload(script)
        end
        open_document(path, old.enter)
        return true
    end
    scripts.reload_xml = xml.reload

    -- events.xml --------------------------------------------------------------------------------------------------

    local function enter_events(folder)
        local root = read(folder .. "events.xml", "Events::load")
        local seen, files = {}, {}
        for _, node in ipairs(root and root.children or {}) do
            local attributes = node.attributes
            local enabled = attributes.enabled
            if enabled == "1" or (enabled and lower(enabled) == "true") or enabled == "yes" then
                local class = attributes.class or ""
                local path = folder .. "scripts/" .. lower(class) .. ".lua"
                if not seen[class] then
                    seen[class] = {}
                    files[#files + 1] = { class = class, path = path, methods = seen[class] }
                end
                seen[class][#seen[class] + 1] = attributes.method or ""
            end
        end
        for _, each in ipairs(files) do
            load_mention(each.path, "Event Interface", function()
                for _, method in ipairs(each.methods) do
                    server.parts.events.take_method(each.class, method, each.path)
                end
            end)
        end
    end

    function xml.events(folder)
        open_document(folder .. "events.xml", function()
            enter_events(folder)
        end)
    end

    local function enter_modules(folder)
        local root = read(folder .. "modules.xml", "Modules")
        for _, node in ipairs(root and root.children or {}) do
            local attributes = node.attributes
            if lower(attributes.type or "") == "recvbyte" and attributes.script then
                local path = folder .. "scripts/" .. attributes.script
                load_mention(path, "Modules Interface", function()
                    server.parts.events.enter_byte(attributes, path)
                end)
            end
        end
    end

    function xml.modules(folder)
        local lib = folder .. "lib/modules.lua"
        if server.host("files.exists", lib) then
            local _, file = load_one(lib, "@" .. lib, "Modules Interface")
            file.is_lib = true
        end
        if server.host("files.exists", folder .. "modules.xml") then
            open_document(folder .. "modules.xml", function()
                enter_modules(folder)
            end)
        end
    end

    local function enter_channels(folder)
        document.own = scripts.make_place(folder .. "chatchannels.xml", "Chat Interface")
        local root = read(folder .. "chatchannels.xml", "Chat::load")
        for _, node in ipairs(root and root.children or {}) do
            local attributes = node.attributes
            if attributes.script then
                local path = folder .. "scripts/" .. attributes.script
                load_mention(path, "Chat Interface", function()
                    server.parts.events.enter_channel(attributes, path)
                end)
            else
                scripts.as(document.own, server.parts.events.enter_channel, attributes)
            end
        end
    end

    function xml.channels(folder)
        if server.host("files.exists", folder .. "chatchannels.xml") then
            open_document(folder .. "chatchannels.xml", function()
                enter_channels(folder)
            end)
        end
    end

    -- TFS's own -----------------------------------------------------------------------------------------------------

    local INTERFACES = {
        talkactions = "TalkAction Interface",
        movements = "MoveEvents Interface",
        creaturescripts = "CreatureScript Interface",
        globalevents = "GlobalEvent Interface",
        weapons = "Weapon Interface",
        spells = "Spell Interface",
    }

    local kinds = context.use("canary/scripts/xml_kinds")(server, tonumber)

    local function enter_base_events(kind, folder)
        local path = folder .. kind .. ".xml"
        local root = read(path, "Error - BaseEvents::loadFromXml")
        -- What names no script is of the XML file itself.
        local own = scripts.make_place(path, INTERFACES[kind])
        document.own = own
        for _, node in ipairs(root and root.children or {}) do
            local configure = kinds[kind]
            local attributes = node.attributes
            if attributes.script then
                local script = folder .. "scripts/" .. attributes.script
                load_mention(script, INTERFACES[kind], function(file)
                    configure(node, file, script)
                end)
            else
                scripts.as(own, configure, node, own, nil)
            end
        end
    end

    --- Registers what a `talkactions.xml` and the like name.
    function xml.base_events(kind, folder)
        local path = folder .. kind .. ".xml"
        if not server.host("files.exists", path) then
            return
        end
        local lib = folder .. "lib/" .. kind .. ".lua"
        if server.host("files.exists", lib) then
            local _, file = load_one(lib, "@" .. lib, INTERFACES[kind])
            file.is_lib = true
        end
        open_document(path, function()
            enter_base_events(kind, folder)
        end)
    end

    return xml
end
