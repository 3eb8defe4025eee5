--- Windows of containers, what is worn by a hotkey, and lists of houses.

local context = ...
local raw = context.raw
local byte = raw.string.byte

return function(server, wire, asked)
    local clients, read = server.parts.clients, wire.read

    asked[0x87] = function(view, data)
        server.parts.players.close_container(view.player, byte(data, 2))
    end
    asked[0x88] = function(view, data)
        local players = server.parts.players
        local id = byte(data, 2)
        local container = players.open_container(view.player, id)
        local parent = container and container.parent
        if parent and parent.class_name == "Tile" and not players.is_field(container) then
            parent = players.field_of(view.player, parent)
        end
        if parent and parent.class_name == "Container" then
            local items = server.parts.items
            -- The page on which it lies.
            local at = items.has_pagination(parent) and items.container_index(parent, container) or 0
            view.player.containers[id] = { container = parent, first = at - at % parent.capacity }
        end
    end
    asked[0xCA] = function(view, data)
        view.windows[byte(data, 2)] = nil
    end
    asked[0xCC] = function(view, data)
        local id, first = byte(data, 2), read.u16(data, 3)
        local container = server.parts.players.open_container(view.player, id)
        local paged = container and server.parts.items.has_pagination(container)
        if paged and first % container.capacity == 0 and first < #container.items then
            view.player.containers[id].first = first
        end
    end
    asked[0x77] = function(view, data)
        clients.deeds.equip(view.player, read.u16(data, 2))
    end
    asked[0x8A] = function(view, data)
        clients.deeds.write_house_list(view.player, byte(data, 2), read.u32(data, 3), read.text(data, 7))
    end
end
