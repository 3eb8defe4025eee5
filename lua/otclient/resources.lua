--- g_resources: the files of a client, folders laid over each other; the host keeps the folders (files.py).

local context = ...
local raw = context.raw
local stack = context.use("otclient/stack")
local find, gsub, match, sub = raw.string.find, raw.string.gsub, raw.string.match, raw.string.sub
local concat, insert, remove, sort = raw.table.concat, raw.table.insert, raw.table.remove, raw.table.sort

-- Bytes that cross to the host at a time.
local PART = 4194304

local function less(a, b)
    return a < b
end

return function(engine)
    local resources = {}
    local host = engine.host
    local search_paths = {}
    local work_dir, user_dir = host("files.work_dir"), host("files.user_dir")
    local write_dir = ""

    --- A path from the root: what is relative is so to the folder of the nearest function of a script.
    ---@param path string
    ---@return string
    function resources.resolve(path)
        if sub(path, 1, 1) ~= "/" then
            path = "/" .. stack.directory() .. "/" .. path
        end
        if find(path, "//", 1, true) then
            -- From left to right, once: of "///" two stay.
            path = gsub(path, "//", "/")
        end
        return path
    end
    local resolve = resources.resolve

    --- Reads a file; the path begins with a slash.
    ---@param path string
    ---@return string|nil text, string|nil problem
    function resources.read(path)
        local answer = host("files.read", path)
        local text = answer[1]
        if text == nil then
            return nil, "unable to open file '" .. path .. "': " .. answer[2]
        elseif answer[2] then
            local parts = { text }
            repeat
                parts[#parts + 1] = host("files.more")
            until parts[#parts] == ""
            text = concat(parts)
        end
        return text
    end

    --- What a path is: "file", "directory" or nil.
    ---@param path string begins with a slash
    function resources.kind(path)
        return host("files.kind", path)
    end

    --- Writes a file below the write folder, whole or not at all.
    ---@param path string
    ---@param text string
    ---@return boolean
    function resources.write(path, text)
        while #text > PART do
            host("files.stage", sub(text, 1, PART))
            text = sub(text, PART + 1)
        end
        local problem = host("files.write", path, text)
        if problem then
            engine:log("error", problem)
            return false
        end
        return true
    end

    --- Names in a folder, sorted; those of all folders that are laid over each other there.
    ---@param path string begins with a slash
    ---@return string[]
    function resources.names(path)
        return host("files.list", path)
    end

    --- The name with the ending, unless it has it.
    function resources.guess(name, kind)
        return resources.is_type(name, kind) and name or name .. "." .. kind
    end

    --- Whether a name has an ending.
    function resources.is_type(name, kind)
        return sub(name, -#kind - 1) == "." .. kind
    end

    local function exists_as_directory(path)
        return host("files.kind", resolve(path)) == "directory"
    end

    --- As g_resources.listDirectoryFiles.
    ---@return string[]
    function resources.list(directory, full, as_it_is, recursive)
        local path = as_it_is and directory or resolve(directory)
        local list = {}
        for _, name in raw.ipairs(host("files.list", path)) do
            if full then
                name = (path == "/" and "/" or path .. "/") .. name
            end
            if recursive and exists_as_directory("/" .. name) then
                for _, deeper in raw.ipairs(resources.list(name, full, as_it_is, true)) do
                    list[#list + 1] = deeper
                end
            else
                list[#list + 1] = name
            end
        end
        sort(list, less)
        return list
    end

    --- The folder on the disk that a path is found in; empty when it is nowhere.
    function resources.real_dir(path)
        return host("files.real_dir", resolve(path)) or ""
    end

    local function mount(path, front)
        local answer = host("files.mount", path, front)
        if answer and answer ~= true then
            engine:log("error", answer)
            return false
        end
        return answer == true
    end

    --- Lays a folder or package over the others, or under them.
    ---@return boolean
    function resources.add_search_path(path, front)
        local saved = path
        if not mount(path, front) then
            saved = nil
            for _, searched in raw.ipairs(search_paths) do
                if mount(searched .. path, front) then
                    saved = searched .. path
                    break
                end
            end
            if not saved then
                return false
            end
        end
        insert(search_paths, front and 1 or #search_paths + 1, saved)
        return true
    end

    function resources.remove_search_path(path)
        if not host("files.unmount", path) then
            return false
        end
        for index = 1, #search_paths do
            if search_paths[index] == path then
                remove(search_paths, index)
                break
            end
        end
        return true
    end

    function resources.set_write_dir(path)
        local problem = host("files.set_write_dir", path)
        if problem then
            engine:log("error", "Unable to set write directory '" .. path .. "': " .. problem)
            return false
        end
        if write_dir ~= "" then
            resources.remove_search_path(write_dir)
        end
        write_dir = path
        if not resources.add_search_path(path, false) then
            engine:log("error", "Unable to add write '" .. path .. "' directory to search path")
        end
        return true
    end

    local function setup_user_write_dir(name)
        local path = user_dir .. "." .. name
        if host("files.set_write_dir", path) then
            local problem = host("files.set_write_dir", user_dir) or host("files.make_dir", "." .. name)
            if problem then
                engine:log("error", "Unable to create write directory '" .. path .. "': " .. problem)
                return false
            end
        end
        return resources.set_write_dir(path)
    end

    local function write_only(operation)
        return function(path)
            return not host(operation, path)
        end
    end
    local delete, make_dir = write_only("files.delete"), write_only("files.make_dir")

    local function real_path(path)
        return resources.real_dir(path) .. "/" .. path
    end

    engine:singleton("g_resources", {
        addSearchPath = resources.add_search_path,
        removeSearchPath = resources.remove_search_path,
        getSearchPaths = function()
            local copy = {}
            for index = 1, #search_paths do
                copy[index] = search_paths[index]
            end
            return copy
        end,
        searchAndAddPackages = function(folder, ending)
            -- Asked for once: a package that was laid over the rest would pass for the folder.
            local names, real = resources.list(folder), resources.real_dir(folder)
            for index = #names, 1, -1 do
                if sub(names[index], -#ending) == ending then
                    local package = real .. "/" .. names[index]
                    if not resources.add_search_path(package, true) then
                        engine:log("error", "Unable to read package '" .. package .. "': not found")
                    end
                end
            end
        end,
        setupUserWriteDir = setup_user_write_dir,
        setWriteDir = resources.set_write_dir,
        getWorkDir = function()
            return work_dir
        end,
        getUserDir = function()
            return user_dir
        end,
        getWriteDir = function()
            return write_dir
        end,
        fileExists = function(path)
            return host("files.kind", resolve(path)) == "file"
        end,
        directoryExists = exists_as_directory,
        getRealDir = resources.real_dir,
        getRealPath = real_path,
        listDirectoryFiles = function(directory, full, as_it_is, recursive)
            return resources.list(directory, full, as_it_is, recursive)
        end,
        getDirectoryFiles = function(path, names_only, recursive)
            local answer = host("files.native_list", path, names_only, recursive)
            for _, folder in raw.ipairs(answer.folders) do
                resources.add_search_path(folder, true)
            end
            return answer.files
        end,
        readFileContents = function(path)
            local text, problem = resources.read(resolve(path))
            return text or engine:fail(problem)
        end,
        writeFileContents = resources.write,
        guessFilePath = resources.guess,
        isFileType = resources.is_type,
        getFileName = function(path)
            return match(path, "[^/]*$")
        end,
        getFileTime = function(path)
            return host("files.time", real_path(path))
        end,
        makeDir = make_dir,
        deleteFile = function(path)
            return delete(resolve(path))
        end,
        resolvePath = function(path)
            return (resolve(path))
        end,
        fileChecksum = function(path)
            return host("files.checksum", path) or ""
        end,
        filesChecksums = function()
            local sums = {}
            for _, path in raw.ipairs(resources.list("/", true, false, true)) do
                sums[path] = host("files.checksum", path)
            end
            return sums
        end,
        selfChecksum = function()
            -- There is no executable that an updater could replace.
            return ""
        end,
        updateFiles = function()
            engine:fail("files of a hosted client are updated by its owner, not by its modules")
        end,
        updateExecutable = function()
            engine:fail("a hosted client has no executable that could be updated")
        end,
        createArchive = function()
            return ""
        end,
        decompressArchive = function()
            return {}
        end,
    })
    return resources
end
