--- The order in which the servers load their scripts.

local context = ...
local raw = context.raw
local find, ipairs, match, sub = raw.string.find, raw.ipairs, raw.string.match, raw.string.sub

-- While all is loaded, garbage is collected when so many KiB are in use: once early, when little has to be looked at,
-- and then as late as the memory allows.
local FIRST_LOADING, MOST_LOADING = 72 * 1024, 100 * 1024

return function(server, scripts)
    local texts_of = context.use("canary/scripts/sources")(server)

    local function log(level, text)
        server:log(level, text)
    end

    -- While all is loaded: how much may be in use before garbage is collected.
    local most

    --- To be called after each file: collects garbage when much has been loaded since.
    function scripts.tidy()
        if most and raw.collectgarbage("count") > most then
            server.userdata.collect()
            most = raw.math.max(MOST_LOADING, 1.5 * raw.collectgarbage("count"))
            raw.collectgarbage("stop")
        end
    end

    local function load_one(path, chunk, interface, source)
        local ok, file = scripts.load(path, chunk, interface, nil, source)
        scripts.files[path] = file
        scripts.list[#scripts.list + 1] = file
        scripts.tidy()
        return ok, file
    end

    --- Whether many files are being loaded, between which nothing else runs.
    function scripts.is_sparing()
        return most ~= nil
    end

    --- Calls a function that loads many files. What is made then mostly stays, and most code runs once: collections are
    --- few, and so is the code that is worth compiling.
    function scripts.sparing(fn)
        if most then
            return fn()
        end
        most = FIRST_LOADING
        scripts.classes.unsure()
        raw.collectgarbage("stop")
        raw.jit.opt.start("hotloop=300", "hotexit=60")
        local ok, problem = raw.pcall(fn)
        raw.jit.opt.start("hotloop=56", "hotexit=10")
        raw.collectgarbage("restart")
        most = nil
        if not ok then
            raw.error(problem, 0)
        end
    end

    -- Folders ---------------------------------------------------------------------------------------------------

    local function is_disabled(name)
        if server.tfs then
            return find(name, "#", 1, true) ~= nil
        end
        return sub(name, 1, 1) == "#"
    end

    --- Whether the server would load a file of a folder of scripts.
    function scripts.is_wanted(path, is_lib)
        local folder, name = match(path, "^(.*)/(.*)$")
        if is_disabled(name) then
            return false
        end
        folder = match(folder, "^.*/(.*)$") or folder
        return is_lib or (folder ~= "lib" and (server.tfs or folder ~= "events"))
    end

    local folders = {}
    scripts.folders = folders

    local function complain(path)
        local problem = scripts.last_problem or ""
        if server.tfs then
            log("error", "> " .. match(path, "[^/]*$") .. " [error]\n^ " .. problem)
        else
            log("error", path)
            log("error", problem)
        end
    end

    --- Loads all scripts of a folder.
    ---@param folder string
    ---@param is_lib boolean
    ---@return boolean whether there is such a folder
    function scripts.load_folder(folder, is_lib)
        if not server.host("files.exists", folder) then
            log(
                server.tfs and "warning" or "error",
                server.tfs and "[Warning - Scripts::loadScripts] Can not load folder '" .. folder .. "'."
                    or "Can not load folder " .. folder
            )
            return false
        end
        folders[#folders + 1] = { folder = folder, is_lib = is_lib }
        local shows = server.parts.config.boolean("SCRIPTS_CONSOLE_LOGS")
        local paths, wanted = server.host("files.list", folder), {}
        for _, path in ipairs(paths) do
            if scripts.is_wanted(path, is_lib) and not scripts.files[path] then
                wanted[#wanted + 1] = path
            end
        end
        local text_of, at = texts_of(wanted), 0
        for _, path in ipairs(paths) do
            if path == wanted[at + 1] then
                at = at + 1
                local ok, file = load_one(path, "@./" .. path, "Scripts Interface", text_of(at))
                file.is_lib = is_lib
                if not ok then
                    complain(path)
                end
            elseif shows and is_disabled(match(path, "[^/]*$")) then
                local name = match(path, "[^/]*$")
                log("info", server.tfs and "> " .. name .. " [disabled]" or "[script]: " .. name .. " [disabled]")
            end
        end
        return true
    end

    --- Loads a file that was not there when the folders were loaded; nil when no folder would have it.
    function scripts.load_new(path)
        for _, each in ipairs(folders) do
            if sub(path, 1, #each.folder + 1) == each.folder .. "/" and scripts.is_wanted(path, each.is_lib) then
                local ok, file = load_one(path, "@./" .. path, "Scripts Interface")
                file.is_lib = each.is_lib
                return ok
            end
        end
    end

    local function load_core(path)
        if server.host("files.exists", path) then
            local ok, file = load_one(path, nil, "Main Interface")
            file.is_lib = true
            return ok
        end
    end

    -- Whole servers ---------------------------------------------------------------------------------------------

    local xml = context.use("canary/scripts/xml")(server, scripts, load_one)

    local function load_canary()
        local config = server.parts.config
        local core, pack = config.text("CORE_DIRECTORY"), config.text("DATA_DIRECTORY")
        load_core(core .. "/core.lua")
        scripts.load_folder(core .. "/scripts/lib", true)
        scripts.load_folder(core .. "/scripts", false)
        load_core(core .. "/npclib/load.lua")
        xml.events(core .. "/events/")
        xml.modules(core .. "/modules/")
        if pack ~= core then
            if server.host("files.exists", pack .. "/scripts/lib") then
                scripts.load_folder(pack .. "/scripts/lib", true)
            end
            scripts.load_folder(pack .. "/scripts", false)
            scripts.load_folder(pack .. "/monster", false)
            scripts.load_folder(pack .. "/npc", false)
        end
        if server.host("files.exists", core .. "/json/eventscheduler") then
            server.parts.game.schedule.load()
        end
        xml.channels(core .. "/chatchannels/")
    end

    local function load_tfs()
        load_core("data/global.lua")
        scripts.load_folder("data/scripts/lib", true)
        xml.channels("data/chatchannels/")
        xml.base_events("weapons", "data/weapons/")
        xml.base_events("spells", "data/spells/")
        xml.base_events("talkactions", "data/talkactions/")
        xml.base_events("movements", "data/movements/")
        xml.base_events("creaturescripts", "data/creaturescripts/")
        xml.base_events("globalevents", "data/globalevents/")
        xml.events("data/events/")
        scripts.load_folder("data/scripts", false)
        server.parts.monsters.load_xml()
        if server.host("files.exists", "data/monster") then
            scripts.load_folder("data/monster", false)
        end
    end

    local function load_whole()
        if server.tfs then
            load_tfs()
        else
            load_canary()
        end
        for _, folder in ipairs(server.settings.folders or {}) do
            if server.host("files.exists", folder .. "/lib") then
                scripts.load_folder(folder .. "/lib", true)
            end
            scripts.load_folder(folder, false)
        end
    end

    --- Loads everything, in the server's order. What fails is reported and left out. Once: later all is loaded anew.
    ---@return table results { path, ok, ms, problem } a file
    function scripts.load_all()
        if #scripts.list > 0 then
            scripts.reload_kind(server.parts.enums.get("RELOAD_TYPE_ALL"))
        else
            scripts.sparing(load_whole)
        end
        local results = {}
        for at, file in ipairs(scripts.list) do
            local problem = file.broken or file.problem
            results[at] = { path = file.path, ok = problem == nil, ms = file.ms, problem = problem }
        end
        return results
    end

    -- The map that config.lua names, when it is there.
    local function load_map()
        local config = server.parts.config
        local folder = server.tfs and "data" or config.text("DATA_DIRECTORY")
        local path = folder .. "/world/" .. config.text("MAP_NAME") .. ".otbm"
        local load = server.parts.map.load
        if load and server.host("files.exists", path) then
            load(path)
        else
            log("warning", "There is no map " .. path .. "; the world begins empty.")
        end
    end

    -- Items that actions want at places of the map.
    local function place_wanted_items()
        local items, map = server.parts.items, server.parts.map
        for _, wanted in ipairs(server.parts.events.wanted_items or {}) do
            local tile = map.tile(wanted[1], wanted[2], wanted[3])
            local there = false
            for _, item in ipairs(tile and map.items_in_order(tile) or {}) do
                there = there or item.id == wanted[4]
            end
            if tile and not there and wanted[1] ~= 0 then
                items.add_to_tile(tile, items.create(wanted[4], 1))
            end
        end
    end

    --- Loads the scripts and the map. Nothing has happened in the world yet.
    ---@return table results as of load_all
    function server.controls.prepare()
        local loaded = scripts.load_all()
        load_map()
        -- The world does not begin with what loading left: nobody waits yet.
        server.userdata.collect()
        return loaded
    end

    --- Begins the world that is prepared: what is to lie there, who lives there, its startup events.
    ---@param late boolean|nil whether another server has written into the database since this one was prepared. The
    --- host goes on meanwhile: the startup events come in turns, and time begins when all have been.
    function server.controls.begin(late)
        if late then
            server.parts.storage.forget_read()
            server.parts.houses.load_stored()
        end
        place_wanted_items()
        for _, part in ipairs({ "map", "houses", "monsters", "npcs", "game" }) do
            local start = raw.type(server.parts[part]) == "table" and server.parts[part].start
            if start then
                start()
            end
        end
        local starting = server.parts.events.global_list("onStartup")
        local at = 0
        --- Runs startup events that are still to come, for some milliseconds.
        ---@return boolean whether there are more
        function scripts.begin_more(ms)
            local ends = raw.os.clock() + ms / 1000
            while at < #starting and raw.os.clock() < ends do
                at = at + 1
                server.parts.events.run_global(starting[at])
            end
            return at < #starting
        end
        if not late then
            scripts.begin_more(raw.math.huge)
        end
    end

    --- Nothing has begun, so that nothing is to come.
    function scripts.begin_more()
        return false
    end

    --- Starts the server: its scripts, its map, its startup events.
    function server.controls.start()
        local loaded = server.controls.prepare()
        server.controls.begin()
        return loaded
    end

    --- Whether the startup events are not all done yet.
    function server.controls.starting()
        return scripts.begin_more(0)
    end

    --- Ends the world as its owner would end the server: its events, then players leave, and all is saved.
    function server.controls.shutdown()
        server.parts.events.global("onSave")
        server.parts.events.global("onShutdown")
        local names = {}
        for index, player in ipairs(server.parts.creatures.list("Player")) do
            names[index] = player.name
        end
        for _, name in ipairs(names) do
            server.controls.logout(name, true)
        end
        server.parts.storage.save_all()
    end

    server.controls.load_all = scripts.load_all
    server.controls.load_folder = scripts.load_folder
end
