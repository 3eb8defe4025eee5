--- g_platform, g_crypt and g_stats: a desktop under Linux, of which modules see only what is the client's own.

-- Numbers of upstream's enums, which scripts compare with constants of their own.
local DESKTOP, LINUX = 1, 2
local DEVICES = { [1] = "desktop", [2] = "mobile", [3] = "console" }
local SYSTEMS = { [1] = "windows", [2] = "linux", [3] = "macos", [4] = "android", [5] = "ios", [6] = "browser" }
local SYSTEM_NAME, PROCESSOR = "Linux", "Tibicen"
-- How many kinds of figures g_stats keeps upstream.
local STATS = 7

return function(engine)
    local host = engine.host

    local function no()
        return false
    end
    local function refused(what)
        return function()
            engine:log("warning", what .. ": modules of a hosted client may not; it was left out")
            return false
        end
    end

    engine:singleton("g_platform", {
        spawnProcess = refused("g_platform.spawnProcess"),
        killProcess = refused("g_platform.killProcess"),
        openUrl = refused("g_platform.openUrl"),
        openDir = refused("g_platform.openDir"),
        isProcessRunning = no,
        getProcessId = function()
            return 1
        end,
        getTempPath = function()
            return "/tmp/"
        end,
        fileExists = function(path)
            return host("files.native_exists", path)
        end,
        copyFile = function(from, to)
            return host("files.native_copy", from, to)
        end,
        removeFile = function(path)
            return host("files.native_remove", path)
        end,
        getFileModificationTime = function(path)
            return host("files.time", path)
        end,
        getCPUName = function()
            return PROCESSOR
        end,
        getTotalSystemMemory = function()
            return 8 * 2 ^ 30
        end,
        getMemoryUsage = function()
            return 0
        end,
        getOSName = function()
            return SYSTEM_NAME
        end,
        getDevice = function()
            return { type = DESKTOP, os = LINUX }
        end,
        getDeviceShortName = function(kind)
            return DEVICES[kind == 0 and DESKTOP or kind] or ""
        end,
        getOsShortName = function(system)
            return SYSTEMS[system == 0 and LINUX or system] or ""
        end,
        isDesktop = function()
            return true
        end,
        isMobile = no,
        isBrowser = no,
        isConsole = no,
    })

    local function from_host(operation)
        return function(...)
            return host(operation, ...)
        end
    end
    engine:singleton("g_crypt", {
        genUUID = from_host("crypt.uuid"),
        setMachineUUID = from_host("crypt.set_machine"),
        getMachineUUID = from_host("crypt.machine"),
        encrypt = from_host("crypt.encrypt"),
        decrypt = from_host("crypt.decrypt"),
        rsaSetPublicKey = from_host("crypt.rsa_public"),
        rsaSetPrivateKey = from_host("crypt.rsa_private"),
        rsaGetSize = from_host("crypt.rsa_size"),
    })

    -- What upstream measures is the time that drawing and events take; here profiles of the host tell that.
    local function nothing() end
    local function no_text()
        return ""
    end
    engine:singleton("g_stats", {
        types = function()
            return STATS
        end,
        get = no_text,
        getSlow = no_text,
        getWidgetsInfo = no_text,
        getSleepTime = function()
            return 0
        end,
        clear = nothing,
        clearAll = nothing,
        clearSlow = nothing,
        resetSleepTime = nothing,
    })
    return {}
end
