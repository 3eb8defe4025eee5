--- Versions of client and protocol, and the features that a version has.

local context = ...
local raw = context.raw
local format = raw.string.format

-- Otc::GameFeature, as far as the engine itself asks for them.
local NUMBERS = {
    GameProtocolChecksum = 1,
    GameAccountNames = 2,
    GameChallengeOnLogin = 3,
    GamePenalityOnDeath = 4,
    GameNameOnNpcTrade = 5,
    GameDoubleFreeCapacity = 6,
    GameDoubleExperience = 7,
    GameTotalCapacity = 8,
    GameSkillsBase = 9,
    GamePlayerRegenerationTime = 10,
    GameChannelPlayerList = 11,
    GamePlayerMounts = 12,
    GameEnvironmentEffect = 13,
    GameCreatureEmblems = 14,
    GameItemAnimationPhase = 15,
    GameMagicEffectU16 = 16,
    GamePlayerMarket = 17,
    GameSpritesU32 = 18,
    GameOfflineTrainingTime = 20,
    GamePurseSlot = 21,
    GameFormatCreatureName = 22,
    GameSpellList = 23,
    GameClientPing = 24,
    GameExtendedClientPing = 25,
    GameDoubleHealth = 28,
    GameDoubleSkills = 29,
    GameChangeMapAwareRange = 30,
    GameMapMovePosition = 31,
    GameAttackSeq = 32,
    GameBlueNpcNameColor = 33,
    GameDiagonalAnimatedText = 34,
    GameLoginPending = 35,
    GameNewSpeedLaw = 36,
    GameForceFirstAutoWalkStep = 37,
    GameMinimapRemove = 38,
    GameDoubleShopSellAmount = 39,
    GameContainerPagination = 40,
    GameThingMarks = 41,
    GameLooktypeU16 = 42,
    GamePlayerStamina = 43,
    GamePlayerAddons = 44,
    GameMessageStatements = 45,
    GameMessageLevel = 46,
    GameNewFluids = 47,
    GamePlayerStateU16 = 48,
    GameNewOutfitProtocol = 49,
    GamePVPMode = 50,
    GameWritableDate = 51,
    GameAdditionalVipInfo = 52,
    GameBaseSkillU16 = 53,
    GameCreatureIcons = 54,
    GameHideNpcNames = 55,
    GameSpritesAlphaChannel = 56,
    GamePremiumExpiration = 57,
    GameBrowseField = 58,
    GameEnhancedAnimations = 59,
    GameOGLInformation = 60,
    GameMessageSizeCheck = 61,
    GamePreviewState = 62,
    GameLoginPacketEncryption = 63,
    GameClientVersion = 64,
    GameContentRevision = 65,
    GameExperienceBonus = 66,
    GameAuthenticator = 67,
    GameUnjustifiedPoints = 68,
    GameSessionKey = 69,
    GameDeathType = 70,
    GameIdleAnimations = 71,
    GameKeepUnawareTiles = 72,
    GameIngameStore = 73,
    GameIngameStoreHighlights = 74,
    GameIngameStoreServiceType = 75,
    GameAdditionalSkills = 76,
    GameDistanceEffectU16 = 77,
    GameLevelU16 = 78,
    GameSoul = 79,
    GameMapOldEffectRendering = 80,
    GameMapDontCorrectCorpse = 81,
    GamePrey = 82,
    GameThingQuickLoot = 83,
    GameThingQuiver = 84,
    GameThingPodium = 85,
    GameThingUpgradeClassification = 86,
    GameThingCounter = 87,
    GameThingClock = 88,
    GameThingPodiumItemType = 89,
    GameSequencedPackets = 90,
    GameUshortSpell = 91,
    GameTournamentPackets = 92,
    GameDynamicForgeVariables = 93,
    GameConcotions = 94,
    GameAnthem = 95,
    GameVipGroups = 96,
    GameBosstiary = 97,
    GameDoublePlayerGoodsMoney = 98,
    GameLoadSprInsteadProtobuf = 100,
    GameItemShader = 101,
    GameCreatureShader = 102,
    GameCreatureAttachedEffect = 103,
    GameCountU16 = 104,
    GameEffectU16 = 105,
    GameContainerTypes = 106,
    GameBosstiaryTracker = 107,
    GamePlayerStateCounter = 108,
    GameLeechAmount = 109,
    GameItemAugment = 110,
    GameDynamicBugReporter = 111,
    GameWrapKit = 112,
    GameContainerFilter = 113,
    GameEnterGameShowAppearance = 114,
    GameSmoothWalkElevation = 115,
    GameNegativeOffset = 116,
    GameItemTooltipV8 = 117,
    GameWingsAurasEffectsShader = 118,
    GameForgeConvergence = 119,
    GameAllowCustomBotScripts = 120,
    GameColorizedLootValue = 121,
    GameAllowPreWalk = 122,
    GamePlayerFamiliars = 123,
    GameTileAddThingWithStackpos = 124,
    GameMapCache = 125,
    GameForgeSkillStats = 126,
    GameCharacterSkillStats = 127,
    GameCreaturePaperdoll = 128,
    GameMultiSpr = 129,
    GameVocationMonk = 130,
}

-- What edubart's engine enables by itself, from which version on; mehah leaves that to its modules.
local SINCE = {
    { 770, "GameLooktypeU16", "GameMessageStatements", "GameLoginPacketEncryption" },
    { 780, "GamePlayerAddons", "GamePlayerStamina", "GameNewFluids", "GameMessageLevel" },
    { 780, "GamePlayerStateU16", "GameNewOutfitProtocol" },
    { 790, "GameWritableDate" },
    { 840, "GameProtocolChecksum", "GameAccountNames", "GameDoubleFreeCapacity" },
    { 841, "GameChallengeOnLogin", "GameMessageSizeCheck" },
    { 854, "GameCreatureEmblems" },
    { 860, "GameAttackSeq" },
    { 862, "GamePenalityOnDeath" },
    { 870, "GameDoubleExperience", "GamePlayerMounts", "GameSpellList" },
    { 910, "GameNameOnNpcTrade", "GameTotalCapacity", "GameSkillsBase", "GamePlayerRegenerationTime" },
    { 910, "GameChannelPlayerList", "GameEnvironmentEffect", "GameItemAnimationPhase" },
    { 940, "GamePlayerMarket" },
    { 953, "GamePurseSlot", "GameClientPing" },
    { 960, "GameSpritesU32", "GameOfflineTrainingTime" },
    { 963, "GameAdditionalVipInfo" },
    { 980, "GamePreviewState", "GameClientVersion" },
    { 981, "GameLoginPending", "GameNewSpeedLaw" },
    { 984, "GameContainerPagination", "GameBrowseField" },
    { 1000, "GameThingMarks", "GamePVPMode" },
    { 1035, "GameDoubleSkills", "GameBaseSkillU16" },
    { 1036, "GameCreatureIcons", "GameHideNpcNames" },
    { 1038, "GamePremiumExpiration" },
    { 1050, "GameEnhancedAnimations" },
    { 1053, "GameUnjustifiedPoints" },
    { 1054, "GameExperienceBonus" },
    { 1055, "GameDeathType" },
    { 1057, "GameIdleAnimations" },
    { 1061, "GameOGLInformation" },
    { 1071, "GameContentRevision" },
    { 1072, "GameAuthenticator" },
    { 1074, "GameSessionKey" },
    { 1080, "GameIngameStore" },
    { 1092, "GameIngameStoreServiceType" },
    { 1093, "GameIngameStoreHighlights" },
    { 1094, "GameAdditionalSkills" },
}

local EDUBART_FEATURES = 101
local OLDEST, EDUBART_NEWEST = 740, 1099

local names = {}
for name, number in raw.pairs(NUMBERS) do
    names[number] = name
end

return function(engine, game)
    local state = game.state
    -- Numbers of the features that are on; `game.features` has the same by name.
    local on = {}
    game.features = {}

    -- The number as the engine's set takes it: 8 bits in mehah, checked in edubart.
    local function index(feature)
        if engine.edubart then
            if feature < 0 or feature >= EDUBART_FEATURES then
                -- What LuaJIT makes of an exception that the engine does not catch.
                raw.error("C++ exception", 0)
            end
            return feature
        end
        return feature % 256
    end

    local function set(feature, enabled)
        feature = index(feature)
        on[feature] = enabled or nil
        if names[feature] then
            game.features[names[feature]] = enabled or nil
        end
    end

    local function check(what, version)
        local newest = engine.edubart and EDUBART_NEWEST or game.config.last_supported_version
        if game.is_online() then
            engine:fail(format("Unable to change %s version while online", raw.string.lower(what)))
        elseif version ~= 0 and (version < OLDEST or version > newest) then
            engine:fail(format("%s version %d not supported", what, version))
        end
    end

    --- Sets the version whose behaviour the client has; raises for one that it does not know.
    ---@param version integer
    function game.set_client_version(version)
        if state.client_version == version then
            return
        end
        check("Client", version)
        on = {}
        for name in raw.pairs(game.features) do
            game.features[name] = nil
        end
        if engine.edubart then
            set(NUMBERS.GameFormatCreatureName, true)
            for _, entry in raw.ipairs(SINCE) do
                if version >= entry[1] then
                    for at = 2, #entry do
                        set(NUMBERS[entry[at]], true)
                    end
                end
            end
        end
        state.client_version = version
        engine:emit_global("g_game", "onClientVersionChange", version)
    end

    ---@param version integer
    function game.set_protocol_version(version)
        if state.protocol_version == version then
            return
        end
        check("Protocol", version)
        state.protocol_version = version
        engine:emit_global("g_game", "onProtocolVersionChange", version)
    end

    --- A creature's name as the client shows it: words with a capital where the version asks for it.
    ---@param name string
    ---@return string
    function game.format_name(name)
        if not game.features.GameFormatCreatureName then
            return name
        end
        local titled = raw.string.gsub(" " .. name, " %l", raw.string.upper)
        return raw.string.sub(titled, 2)
    end

    engine:singleton("g_game", {
        getFeature = function(feature)
            return on[index(feature)] == true
        end,
        setFeature = function(feature, enabled)
            set(feature, enabled)
        end,
        enableFeature = function(feature)
            set(feature, true)
        end,
        disableFeature = function(feature)
            set(feature, false)
        end,
        getClientVersion = function()
            return state.client_version
        end,
        setClientVersion = function(version)
            game.set_client_version(version)
        end,
        getProtocolVersion = function()
            return state.protocol_version
        end,
        setProtocolVersion = function(version)
            game.set_protocol_version(version)
        end,
        isUsingProtobuf = function()
            return state.protocol_version >= 1281 and not game.features.GameLoadSprInsteadProtobuf
        end,
    })
end
