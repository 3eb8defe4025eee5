--- What is said, and channels.

local context = ...
local raw = context.raw
local byte, char, concat = raw.string.byte, raw.string.char, raw.table.concat

local LONGEST_SAID, LONGEST_NAME = 255, 29
-- Ways to talk that name whom it is said to, or in which channel.
local TO_ONE, IN_CHANNEL = { [5] = true, [16] = true }, { [7] = true, [14] = true }
local MOST_CHANNELS = 255

return function(server, wire, asked)
    local clients, u16, text = server.parts.clients, wire.u16, wire.text
    local read = wire.read

    --- Where what is said stands in a message; nil when it ends before.
    function wire.text_of_talk(data)
        local kind = byte(data, 2)
        if not kind then
            return nil
        elseif TO_ONE[kind] then
            return #data >= 4 and 5 + read.u16(data, 3) or nil
        end
        return IN_CHANNEL[kind] and 5 or 3
    end

    asked[0x96] = function(view, data)
        local kind = byte(data, 2)
        local said = read.text(data, wire.text_of_talk(data))
        if said ~= "" and #said <= LONGEST_SAID then
            local receiver = TO_ONE[kind] and read.text(data, 3) or ""
            clients.deeds.say(view.player, kind, said, receiver, IN_CHANNEL[kind] and read.u16(data, 3) or 0)
        end
    end

    asked[0x97] = function(view)
        local list = {}
        for _, channel in raw.ipairs(server.parts.events.chat.list(view.player)) do
            if #list < MOST_CHANNELS then
                list[#list + 1] = u16(channel.id) .. text(channel.name)
            end
        end
        wire.send(view, "\171" .. char(#list) .. concat(list))
    end
    asked[0x98] = function(view, data)
        server.parts.events.chat.join(view.player, read.u16(data, 2))
    end
    asked[0x99] = function(view, data)
        server.parts.events.chat.leave(view.player, read.u16(data, 2))
    end
    asked[0x9A] = function(view, data)
        local players, player, name = server.parts.players, view.player, read.text(data, 2)
        local other = #name <= LONGEST_NAME and server.parts.creatures.by_name(name)
        if other and other.class_name == "Player" then
            name = other.name
        elseif #name > LONGEST_NAME or server.parts.storage.guid_of(name) == 0 then
            return players.cancel(player, "A player with this name does not exist.")
        end
        if name == player.name then
            return players.cancel(player, "You cannot set up a private message channel with yourself.")
        end
        wire.send(view, "\173" .. text(name))
    end
    asked[0x9E] = function(view)
        server.parts.npcs.close_channel(view.player)
    end

    asked[0xAA] = function(view)
        server.parts.events.chat.open_own(view.player)
    end
    asked[0xAB] = function(view, data)
        server.parts.events.chat.invite(view.player, read.text(data, 2))
    end
    asked[0xAC] = function(view, data)
        server.parts.events.chat.exclude(view.player, read.text(data, 2))
    end
end
