--- What a player does that is a word to the server and nothing more (g_game).

local context = ...
local raw = context.raw

-- Function to the packet it sends, with the arguments as they are.
local PLAIN = {
    BuyCharmRune = "BuyCharmRune",
    acceptMarketOffer = "MarketAcceptOffer",
    acceptTrade = "AcceptTrade",
    answerModalDialog = "AnswerModalDialog",
    applyImbuement = "ApplyImbuement",
    browseField = "BrowseField",
    browseMarket = "MarketBrowse",
    buyStoreOffer = "BuyStoreOffer",
    cancelMarketOffer = "MarketCancelOffer",
    cancelRuleViolation = "CancelRuleViolation",
    changeMapAwareRange = "ChangeMapAwareRange",
    changeOutfit = "ChangeOutfit",
    clearImbuement = "ClearImbuement",
    closeImbuingWindow = "CloseImbuingWindow",
    closeNpcChannel = "CloseNpcChannel",
    closeNpcTrade = "CloseNpcTrade",
    closeRuleViolation = "CloseRuleViolation",
    createMarketOffer = "MarketCreateOffer",
    editList = "EditList",
    editText = "EditText",
    editVipGroups = "EditVipGroups",
    forgeRequest = "ForgeRequest",
    imbuementDurations = "ImbuementDurations",
    inspectTrade = "InspectTrade",
    inspectionNormalObject = "InspectionNormalObject",
    inspectionObject = "InspectionObject",
    joinChannel = "JoinChannel",
    leaveChannel = "LeaveChannel",
    mount = "MountStatus",
    openContainerQuickLoot = "OpenContainerQuickLoot",
    openOwnChannel = "OpenOwnChannel",
    openPortableForgeRequest = "OpenPortableForge",
    openRuleViolation = "OpenRuleViolation",
    openStore = "OpenStore",
    openTransactionHistory = "OpenTransactionHistory",
    partyInvite = "InviteToParty",
    partyJoin = "JoinParty",
    partyLeave = "LeaveParty",
    partyPassLeadership = "PassLeadership",
    partyRevokeInvitation = "RevokeInvitation",
    partyShareExperience = "ShareExperience",
    preyAction = "PreyAction",
    preyRequest = "PreyRequest",
    rejectTrade = "RejectTrade",
    reportBug = "BugReport",
    reportRuleViolation = "RuleViolation",
    requestBestiary = "RequestBestiary",
    requestBestiaryOverview = "RequestBestiaryOverview",
    requestBestiarySearch = "RequestBestiarySearch",
    requestBless = "RequestBless",
    requestBossSlootInfo = "RequestBossSlootInfo",
    requestBossSlotAction = "RequestBossSlotAction",
    requestBosstiaryInfo = "RequestBosstiaryInfo",
    requestChannels = "RequestChannels",
    requestCharacterInfo = "CyclopediaRequestCharacterInfo",
    requestGetRewardDaily = "GetRewardDaily",
    requestHighscore = "HighscoreInfo",
    requestOpenRewardHistory = "OpenRewardHistory",
    requestOutfit = "RequestOutfit",
    requestQuestLine = "RequestQuestLine",
    requestQuestLog = "RequestQuestLog",
    requestQuickLootBlackWhiteList = "RequestQuickLootBlackWhiteList",
    requestStoreOffers = "RequestStoreOffers",
    requestTransactionHistory = "RequestTransactionHistory",
    seekInContainer = "SeekInContainer",
    sendCyclopediaHouseAuction = "CyclopediaHouseAuction",
    sendForgeBrowseHistoryRequest = "ForgeBrowseHistoryRequest",
    sendGmTeleport = "GmTeleport",
    sendOpenRewardWall = "OpenRewardWall",
    sendRequestStoreHome = "RequestStoreHome",
    sendRequestStoreOfferById = "RequestStoreOfferById",
    sendRequestStorePremiumBoost = "RequestStorePremiumBoost",
    sendRequestStoreSearch = "RequestStoreSearch",
    sendRequestTrackerQuestLog = "RequestTrackerQuestLog",
    sendRequestUsefulThings = "RequestUsefulThings",
    sendStatusTrackerBestiary = "StatusTrackerBestiary",
    stashStowItem = "StashStow",
    stashWithdraw = "StashWithdraw",
    transferCoins = "TransferCoins",
}

-- As PLAIN, for functions that do nothing when their first argument is an empty text.
local NAMED = {
    addVip = "AddVip",
    excludeFromOwnChannel = "ExcludeFromOwnChannel",
    inviteToOwnChannel = "InviteToOwnChannel",
    openPrivateChannel = "OpenPrivateChannel",
}

-- Requests about the party's analyzer, by number.
local ANALYZER = { sendPartyAnalyzerReset = 0, sendPartyAnalyzerPriceType = 1, sendPartyAnalyzerPriceValue = 2 }

return function(engine, game)
    local functions = {}
    for name, packet in raw.pairs(PLAIN) do
        functions[name] = function(...)
            if game.can_act() then
                game.send(packet, ...)
            end
        end
    end
    for name, packet in raw.pairs(NAMED) do
        functions[name] = function(text)
            if game.can_act() and text ~= "" then
                game.send(packet, text)
            end
        end
    end
    for name, action in raw.pairs(ANALYZER) do
        functions[name] = function()
            if game.can_act() then
                game.send("PartyAnalyzerAction", action)
            end
        end
    end

    --- Says a text in a channel.
    ---@param mode integer Otc::MessageMode
    local function talk_channel(mode, channel, text)
        if game.can_act() and text ~= "" then
            game.send("Talk", mode, channel, "", text)
        end
    end

    local SAY = 1

    functions.talk = function(text)
        talk_channel(SAY, 0, text)
    end
    functions.talkChannel = talk_channel
    functions.talkPrivate = function(mode, receiver, text)
        if game.can_act() and receiver ~= "" and text ~= "" then
            game.send("Talk", mode, 0, receiver, text)
        end
    end
    functions.leaveMarket = function()
        if game.can_act() then
            game.send("MarketLeave")
            engine:emit_global("g_game", "onMarketLeave")
        end
    end
    -- The engine sends this one without looking whether it may; without a protocol it crashes.
    functions.debugReport = function(a, b, c, d)
        if game.state.protocol then
            game.send("DebugReport", a, b, c, d)
        end
    end
    engine:singleton("g_game", functions)
end
