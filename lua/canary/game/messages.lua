--- What the servers say to each RETURNVALUE_*.

local context = ...
local raw = context.raw

local BOTH = {
    ACTIONNOTPERMITTEDINANOPVPZONE = "This action is not permitted in a non pvp zone.",
    ACTIONNOTPERMITTEDINPROTECTIONZONE = "This action is not permitted in a protection zone.",
    BOTHHANDSNEEDTOBEFREE = "Both hands need to be free.",
    CANNOTBEDRESSED = "You cannot dress this object there.",
    CANNOTPICKUP = "You cannot take this object.",
    CANNOTTHROW = "You cannot throw there.",
    CANNOTUSETHISOBJECT = "You cannot use this object.",
    CANONLYUSEONESHIELD = "You may use only one shield.",
    CANONLYUSEONEWEAPON = "You may only use one weapon.",
    CONTAINERNOTENOUGHROOM = "You cannot put more objects in this container.",
    CREATUREDOESNOTEXIST = "Creature does not exist.",
    CREATUREISNOTREACHABLE = "Creature is not reachable.",
    DEPOTISFULL = "You cannot put more items in this depot.",
    DIRECTPLAYERSHOOT = "You are not allowed to shoot directly on players.",
    DROPTWOHANDEDITEM = "Drop the double-handed object first.",
    FIRSTGODOWNSTAIRS = "First go downstairs.",
    FIRSTGOUPSTAIRS = "First go upstairs.",
    ITEMCANNOTBEMOVEDTHERE = "This item cannot be moved there.",
    NAMEISTOOAMBIGUOUS = "Player name is ambiguous.",
    NEEDEXCHANGE = "There is not enough room.",
    NOPARTYMEMBERSINRANGE = "No party members in range.",
    NOTENOUGHCAPACITY = "This object is too heavy for you to carry.",
    NOTENOUGHMAGICLEVEL = "You do not have enough magic level.",
    NOTENOUGHMANA = "You do not have enough mana.",
    NOTENOUGHROOM = "There is not enough room.",
    NOTENOUGHSOUL = "You do not have enough soul.",
    NOTREQUIREDLEVELTOUSERUNE = "You do not have the required magic level to use this rune.",
    PLAYERISNOTINVITED = "You are not invited.",
    PLAYERISNOTREACHABLE = "Player is not reachable.",
    PLAYERISPZLOCKED = "You can not enter a protection zone after attacking another player.",
    PLAYERISPZLOCKEDENTERPVPZONE = "You can not enter a pvp zone after attacking another player.",
    PLAYERISPZLOCKEDLEAVEPVPZONE = "You can not leave a pvp zone after attacking another player.",
    PLAYERWITHTHISNAMEISNOTONLINE = "A player with this name is not online.",
    PUTTHISOBJECTINBOTHHANDS = "Put this object in both hands.",
    PUTTHISOBJECTINYOURHAND = "Put this object in your hand.",
    THEREISNOWAY = "There is no way.",
    THISISIMPOSSIBLE = "This is impossible.",
    THISPLAYERISALREADYTRADING = "This player is already trading.",
    TRADEPLAYERALREADYOWNSAHOUSE = "Trade player already owns a house.",
    TRADEPLAYERFARAWAY = "Trade player is too far away.",
    TRADEPLAYERHIGHESTBIDDER = "Trade player is currently the highest bidder of an auctioned house.",
    TURNSECUREMODETOATTACKUNMARKEDPLAYERS = "Turn secure mode off if you really want to attack unmarked players.",
    YOUAREALREADYTRADING = "You are already trading. Finish this trade first.",
    YOUAREEXHAUSTED = "You are exhausted.",
    YOUARENOTTHEOWNER = "You are not the owner.",
    YOUCANNOTLOGOUTHERE = "You can not logout here.",
    YOUCANNOTTRADETHISHOUSE = "You can not trade this house.",
    YOUCANONLYUSEITONCREATURES = "You can only use it on creatures.",
    YOUDONTHAVEREQUIREDPROFESSION = "You don't have the required profession.",
    YOUDONTOWNTHISHOUSE = "You don't own this house.",
    YOUMAYNOTATTACKAPERSONINPROTECTIONZONE = "You may not attack a person in a protection zone.",
    YOUMAYNOTATTACKAPERSONWHILEINPROTECTIONZONE = "You may not attack a person while you are in a protection zone.",
    YOUMAYNOTATTACKTHISCREATURE = "You may not attack this creature.",
    YOUMAYNOTLOGOUTDURINGAFIGHT = "You may not logout during or immediately after a fight!",
    YOUNEEDAMAGICITEMTOCASTSPELL = "You need a magic item to cast this spell.",
    YOUNEEDAWEAPONTOUSETHISSPELL = "You need to equip a weapon to use this spell.",
    YOUNEEDPREMIUMACCOUNT = "You need a premium account.",
}
local TFS = {
    CANNOTMOVEITEMISNOTSTOREITEM = "You cannot move this item into your Store inbox as it was not bought in the "
        .. "Store.",
    CANONLYUSETHISRUNEONCREATURES = "You can only use it on creatures.",
    DESTINATIONOUTOFREACH = "Destination is out of range.",
    NOTENOUGHLEVEL = "Your level is too low.",
    NOTMOVEABLE = "You cannot move this object.",
    QUIVERAMMOONLY = "This quiver only holds arrows and bolts.\nYou cannot put any other items in it.",
    TOOFARAWAY = "You are too far away.",
    YOUCANNOTUSEOBJECTSTHATFAST = "You cannot use objects that fast.",
    YOUCANNOTUSETHISBED = "This bed can't be used, but Premium Account players can rent houses and sleep in beds "
        .. "there to regain health and mana.",
    YOUMAYNOTATTACKTHISPLAYER = "You may not attack this person.",
    YOUNEEDTOLEARNTHISSPELL = "You must learn this spell first.",
    YOURVOCATIONCANNOTUSETHISSPELL = "You have the wrong vocation to cast this spell.",
}
local CANARY = {
    ANOTHERRAIDISALREADYEXECUTING = "Another raid is already executing.",
    CANNOTCONJUREITEMHERE = "You cannot conjure items here.",
    CANONLYUSETHISRUNEONCREATURES = "You can only use this rune on creatures.",
    CONTACTADMINISTRATOR = "An error has occurred, please contact your administrator.",
    CONTAINERISFULL = "You cannot put more items in this container.",
    CREATUREBLOCK = "There is not enough room.",
    DESTINATIONOUTOFREACH = "Destination is out of reach.",
    ITEMCANNOTBEMOVEDPOUCH = "This item cannot be moved there. You can only place gold, platinum and crystal coins in "
        .. "your gold pouch.",
    ITEMISNOTYOURS = "This item is not yours.",
    ITEMUNTRADEABLE = "This item is untradeable.",
    NOERROR = "No error.",
    NOSUCHRAIDEXISTS = "No such raid exists.",
    NOTBOUGHTINSTORE = "You cannot move this item into your store inbox as it was not bought in the store.",
    NOTENOUGHAXELEVEL = "You do not have enough axe level",
    NOTENOUGHCLUBLEVEL = "You do not have enough club level",
    NOTENOUGHDISTANCELEVEL = "You do not have enough distance level",
    NOTENOUGHFISHLEVEL = "You do not have enough fishing level",
    NOTENOUGHFISTLEVEL = "You do not have enough fist level",
    NOTENOUGHLEVEL = "You do not have enough level.",
    NOTENOUGHSHIELDLEVEL = "You do not have enough shielding level",
    NOTENOUGHSWORDLEVEL = "You do not have enough sword level",
    NOTMOVABLE = "You cannot move this object.",
    NOTPOSSIBLE = "Sorry, not possible.",
    ONLYAMMOINQUIVER = "This quiver only holds arrows and bolts.\nYou cannot put any other items in it.",
    REWARDCHESTISEMPTY = "The chest is currently empty. You did not take part in any battles in the last seven days "
        .. "or already claimed your reward.",
    REWARDCONTAINERISEMPTY = "You already claimed your reward.",
    TOOFARAWAY = "Too far away.",
    YOUCANTOPENCORPSEADM = "You can't open this corpse, because you are an Admin.",
    YOUMAYNOTATTACKTHISPLAYER = "You may not attack this player.",
    YOUNEEDTOLEARNTHISSPELL = "You need to learn this spell first.",
    YOUNEEDTOSPLITYOURSPEARS = "You need to split your spears first.",
    YOURVOCATIONCANNOTUSETHISSPELL = "Your vocation cannot use this spell.",
}

---@param server table
---@param game table
return function(server, game)
    local texts
    local OTHER = server.tfs and "Sorry, not possible." or "Unknown error."

    local function load()
        texts = {}
        for _, list in raw.ipairs({ BOTH, server.tfs and TFS or CANARY }) do
            for name, text in raw.pairs(list) do
                local value = server.parts.enums.get("RETURNVALUE_" .. name)
                if value then
                    texts[value] = text
                end
            end
        end
    end

    --- The text of a RETURNVALUE_*.
    ---@param code number
    ---@return string
    function game.return_message(code)
        if not texts then
            load()
        end
        return texts[code] or OTHER
    end
end
