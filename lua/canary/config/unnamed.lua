--- Settings of TFS that its scripts have no name for: the server reads them, and they have numbers like the others.

local function entry(kind, value, name, default)
    return { kind = kind, value = value, name = name, default = default }
end

return {
    ALLOW_WALKTHROUGH = entry("boolean", 11, "allowWalkthrough", true),
    SCRIPTS_CONSOLE_LOGS = entry("boolean", 21, "showScriptsLogInConsole", true),
    YELL_ALLOW_PREMIUM = entry("boolean", 27, "yellAlwaysAllowPremium", false),
    PREMIUM_TO_SEND_PRIVATE = entry("boolean", 28, "premiumToSendPrivate", false),
    FORCE_MONSTERTYPE_LOAD = entry("boolean", 29, "forceMonsterTypesOnLoad", true),
    HOUSE_OWNED_BY_ACCOUNT = entry("boolean", 30, "houseOwnedByAccount", false),
    CLEAN_PROTECTION_ZONES = entry("boolean", 31, "cleanProtectionZones", false),
    ONLY_INVITED_CAN_MOVE_HOUSE_ITEMS = entry("boolean", 33, "onlyInvitedCanMoveHouseItems", true),
    CONFIG_FILE = entry("string", 16, nil, "config.lua"),
    STATUS_COUNT_MAX_PLAYERS_PER_IP = entry("number", 21, "statusCountMaxPlayersPerIp", 0),
    HTTP_PORT = entry("number", 26, "httpPort", 8080),
    HTTP_WORKERS = entry("number", 27, "httpWorkers", 1),
    YELL_MINIMUM_LEVEL = entry("number", 35, "yellMinimumLevel", 2),
    MINIMUM_LEVEL_TO_SEND_PRIVATE = entry("number", 36, "minimumLevelToSendPrivate", 1),
    VIP_FREE_LIMIT = entry("number", 37, "vipFreeLimit", 20),
    VIP_PREMIUM_LIMIT = entry("number", 38, "vipPremiumLimit", 100),
    DEPOT_FREE_LIMIT = entry("number", 39, "depotFreeLimit", 2000),
    DEPOT_PREMIUM_LIMIT = entry("number", 40, "depotPremiumLimit", 15000),
    PATHFINDING_INTERVAL = entry("number", 45, "pathfindingInterval", 200),
    PATHFINDING_DELAY = entry("number", 46, "pathfindingDelay", 300),
}
