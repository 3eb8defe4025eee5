--- `/reload`: the kinds that the servers know, through the same path as a reload by file. It tells the truth: yes only
--- when all that was to be loaded anew could be.

local context = ...
local raw = context.raw
local ipairs, type = raw.ipairs, raw.type

return function(server, scripts)
    -- Loads anew the files that a test picks, each in its place.
    local function again(picks)
        local all = true
        local paths = {}
        for _, file in ipairs(scripts.list) do
            if picks(file) then
                paths[#paths + 1] = file.path
            end
        end
        for _, path in ipairs(paths) do
            if not server.host("files.exists", path) then
                scripts.unload(path)
            elseif scripts.files[path] then
                all = scripts.reload_one(path) and all
            end
        end
        scripts.forget_code(raw.math.huge)
        return all
    end

    local function new_ones()
        local all = true
        for _, folder in ipairs(scripts.folders) do
            for _, path in ipairs(server.host("files.list", folder.folder)) do
                if not scripts.files[path] and scripts.is_wanted(path, folder.is_lib) then
                    all = scripts.load_new(path) ~= false and all
                end
            end
        end
        return all
    end

    local function of_interface(name)
        return function()
            return again(function(file)
                return file.interface == name
            end)
        end
    end

    local function in_folder(word)
        return function(file)
            return raw.string.find(file.path, word) ~= nil
        end
    end

    local function part(name)
        return function()
            local offered = server.parts[name]
            local reload = type(offered) == "table" and offered.reload
            return reload ~= nil and reload ~= false and reload() ~= false
        end
    end

    local function is_script(file)
        return file.interface == "Scripts Interface" and (not server.tfs or not file.is_lib)
    end

    local function config()
        return server.parts.config.load()
    end

    local function all_scripts()
        local done = again(is_script)
        return new_ones() and done
    end

    local function both(first, second)
        return function()
            local done = first()
            return second() and done
        end
    end

    local function everything()
        local done = config()
        done = again(function()
            return true
        end) and done
        return new_ones() and done
    end

    local kinds = server.tfs
            and {
                ALL = everything,
                ACTIONS = of_interface("Action Interface"),
                CHAT = of_interface("Chat Interface"),
                CONFIG = config,
                CREATURESCRIPTS = of_interface("CreatureScript Interface"),
                EVENTS = of_interface("Event Interface"),
                GLOBALEVENTS = of_interface("GlobalEvent Interface"),
                ITEMS = part("item_types"),
                MONSTERS = part("monsters"),
                MOUNTS = part("players"),
                MOVEMENTS = of_interface("MoveEvents Interface"),
                NPCS = part("npcs"),
                SCRIPTS = all_scripts,
                SPELLS = both(of_interface("Spell Interface"), part("monsters")),
                TALKACTIONS = of_interface("TalkAction Interface"),
                WEAPONS = of_interface("Weapon Interface"),
            }
        or {
            ALL = everything,
            CHAT = of_interface("Chat Interface"),
            CONFIG = config,
            EVENTS = of_interface("Event Interface"),
            MODULES = of_interface("Modules Interface"),
            VOCATIONS = both(part("vocations"), all_scripts),
            CORE = function()
                return again(function(file)
                    return file.is_lib == true
                end)
            end,
            SCRIPTS = all_scripts,
            ITEMS = part("item_types"),
            IMBUEMENTS = function()
                return server.parts.items.reload_imbuements()
            end,
            MONSTERS = function()
                return again(in_folder("/monster/"))
            end,
            NPCS = function()
                return again(in_folder("/npc/"))
            end,
        }

    -- What Canary's log calls the kinds.
    local SAID = {
        CHAT = { "Chat" }, CONFIG = { "Config" }, EVENTS = { "Events" }, IMBUEMENTS = { "Imbuements" },
        ITEMS = { "Items" }, MODULES = { "Modules" }, MONSTERS = { "Monsters" }, NPCS = { "NPCs" },
        SCRIPTS = { "Monsters", "NPCs", "Scripts" },
        VOCATIONS = { "Monsters", "NPCs", "Scripts", "Vocations" },
    }

    local function say(name, done)
        for _, what in ipairs(not server.tfs and SAID[name] or {}) do
            server:log(done and "info" or "error", (done and "Reloaded: " or "Failed to reload: ") .. what)
        end
        return done
    end

    --- Loads anew what a number of the servers' RELOAD_TYPE_… means.
    ---@param number number
    ---@return boolean|nil whether all could be loaded; nil when there is no such kind
    function scripts.reload_kind(number)
        local names = server.parts.enums.all
        for name, reload in raw.pairs(kinds) do
            if names["RELOAD_TYPE_" .. name] == number then
                return say(name, reload())
            end
        end
        if server.tfs then
            -- TFS loads all anew for what it does not know.
            return kinds.ALL()
        end
        for name, value in raw.pairs(names) do
            if value == number and raw.string.sub(name, 1, 12) == "RELOAD_TYPE_" then
                return false
            end
        end
    end

    server.controls.reload_kind = scripts.reload_kind

    local arguments = server.arguments

    local function global_libs()
        local ok = scripts.files["data/global.lua"] ~= nil and scripts.reload_one("data/global.lua")
        local libs = again(function(file)
            return file.is_lib and file.interface == "Scripts Interface"
        end)
        return ok, libs
    end

    local function tfs_reload(kind)
        local number = arguments.enum8(kind)
        if number == server.parts.enums.get("RELOAD_TYPE_GLOBAL") then
            return global_libs()
        end
        return scripts.reload_kind(number) == true
    end

    local function canary_reload(kind)
        local number = arguments.enum8(kind)
        if number == 0 then
            server.parts.report.warn("Reload type is none", "luaGameReload")
            return
        elseif number >= (server.parts.enums.get("RELOAD_TYPE_LAST") or 18) then
            server.parts.report.warn("Reload type not exist", "luaGameReload")
            return
        end
        return scripts.reload_kind(number) == true
    end

    server:table("Game", { reload = server.tfs and tfs_reload or canary_reload })
end
