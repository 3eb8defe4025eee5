--- TalkAction: words that players say to make something happen.

local context = ...
local raw = context.raw
local find, gmatch, gsub, lower, match, sub =
    raw.string.find, raw.string.gmatch, raw.string.gsub, raw.string.lower, raw.string.match, raw.string.sub

-- Group types by their words, as Canary knows them.
local GROUPS = {
    ["normal"] = 1,
    ["tutor"] = 2,
    ["seniortutor"] = 3,
    ["senior tutor"] = 3,
    ["gamemaster"] = 4,
    ["gm"] = 4,
    ["communitymanager"] = 5,
    ["cm"] = 5,
    ["community manager"] = 5,
    ["god"] = 6,
}
local LAST_GROUP = 6

return function(server, events, base)
    local registry, userdata, arguments = server.registry, server.userdata, server.arguments
    local tfs = server.tfs
    local words_of = registry.places("talkaction")
    local missing = not tfs and "TalkAction not found" or nil

    userdata.class("TalkAction", nil, function(_, ...)
        if not base.allowed("TalkActions", "luaCreateTalkaction") then
            return nil
        end
        local words = {}
        for index = 1, raw.select("#", ...) do
            words[index] = arguments.string((raw.select(index, ...)))
        end
        local talk = base.make("TalkAction", {
            words = words,
            name = raw.table.concat(words, ", "),
            separator = '"',
            group = 0,
            description = "",
            access = false,
            account_type = 0,
        })
        return userdata.push(talk)
    end)

    --- Registers words; whether they were still free.
    function events.register_talk(talk)
        if tfs then
            for _, word in raw.ipairs(talk.words) do
                registry.add(words_of, word, talk)
            end
            return true
        end
        local free = not words_of:first(talk.name)
        registry.add(words_of, talk.name, talk)
        return free
    end

    local function method(fn)
        return base.method("TalkAction", missing, fn)
    end

    local function group_of(value)
        local file = base.script_name({ file = server.parts.scripts.owner() })
        if raw.type(value) == "number" then
            return arguments.u8(value)
        elseif raw.type(value) == "string" then
            local group = GROUPS[value]
            if not group then
                server:report(
                    "Invalid group type string value " .. value .. " for group type for script: " .. file
                )
            end
            return group
        end
        server:report("Expected number or string value for group type for script: " .. file)
        return nil
    end

    userdata.methods("TalkAction", {
        onSay = method(function(talk, ...)
            return base.set_callback(talk, arguments.last(...), "onSay")
        end),
        register = method(function(talk)
            if not talk.loaded then
                return false
            elseif not tfs and talk.group == 0 then
                server:report("TalkAction with name " .. talk.name .. " does't have groupType")
                return false
            end
            return events.register_talk(talk)
        end),
        separator = method(function(talk, separator)
            talk.separator = arguments.string(separator)
            return true
        end),
    })

    if tfs then
        userdata.methods("TalkAction", {
            access = method(function(talk, needs)
                talk.access = needs ~= nil and needs ~= false
                return true
            end),
            accountType = method(function(talk, kind)
                talk.account_type = arguments.u8(kind)
                return true
            end),
        })
    else
        userdata.methods("TalkAction", {
            groupType = method(function(talk, kind)
                local group = group_of(kind)
                if not group then
                    return false
                end
                -- What is no group is none.
                talk.group = group <= LAST_GROUP and group or 0
                return true
            end),
            getName = method(function(talk)
                return talk.name
            end),
            getDescription = method(function(talk)
                return talk.description
            end),
            setDescription = method(function(talk, text)
                talk.description = arguments.string(text)
                return true
            end),
            getGroupType = method(function(talk)
                return talk.group
            end),
        })
    end

    -- Saying --------------------------------------------------------------------------------------------------------

    local function param_of(talk, rest)
        local param = gsub(rest, "^ +", "")
        if talk.separator ~= " " and param ~= "" then
            if param ~= talk.separator then
                return nil
            end
            param = sub(param, 2)
        end
        return param
    end

    local GOD = 6

    local function canary_word(player, kind, words, word, talk)
        if match(words, "^%S*") ~= word then
            return false
        end
        local account = player.account_type or 1
        if account ~= GOD and talk.group > account then
            return false
        end
        local at = find(words, word, 1, true)
        local param = param_of(talk, at and sub(words, at + #word) or "")
        if not param then
            return false
        end
        return base.ask(talk, userdata.push(player), words, param, kind)
    end

    local function canary_say(player, kind, words)
        local list, keys = words_of:sorted()
        -- A script may register words meanwhile.
        for index = 1, #list do
            local talk = list[index]
            if find(keys[index], ",", 1, true) then
                for word in gmatch(keys[index], "[^,]+") do
                    word = match(word, "^ *(.-) *$")
                    if canary_word(player, kind, words, word, talk) then
                        return true
                    end
                end
            elseif canary_word(player, kind, words, keys[index], talk) then
                return true
            end
        end
        return false
    end

    local function tfs_param(talk, rest)
        if rest == "" then
            return ""
        elseif sub(rest, 1, 1) ~= " " then
            return nil
        end
        return param_of(talk, (gsub(rest, "^%s+", "")))
    end

    local function tfs_say(player, kind, words)
        local list, keys = words_of:sorted()
        for index = 1, #list do
            local word, talk = keys[index], list[index]
            if lower(sub(words, 1, #word)) == lower(word) then
                local param = tfs_param(talk, sub(words, #word + 1))
                if param then
                    if not talk.from_xml then
                        local group = player.group
                        if talk.access and not (group and group.access) then
                            return false
                        elseif (player.account_type or 1) < talk.account_type then
                            return false
                        end
                    end
                    return not base.ask(talk, userdata.push(player), word, param, kind)
                end
            end
        end
        return false
    end

    --- A player says something.
    ---@param player table
    ---@param kind number how it is said (TALKTYPE_SAY)
    ---@param words string
    ---@return boolean whether a talkaction took it, so that nobody hears it
    function events.say(player, kind, words)
        if tfs then
            return tfs_say(player, kind, words)
        end
        return canary_say(player, kind, words)
    end

    --- The talkactions that stand, and the words of each.
    ---@return table[] actions
    ---@return string[] words
    function events.talk_actions()
        return words_of:sorted()
    end
    events.places = events.places or {}
    events.places.talk = { words_of }
end
