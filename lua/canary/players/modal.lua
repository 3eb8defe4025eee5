--- ModalWindow: a question with buttons and choices that a client shows.

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs

    userdata.class("ModalWindow", nil, function(_, id, title, message)
        return userdata.push({
            class_name = "ModalWindow",
            id = bind.u32(id, 2),
            title = arguments.string(title),
            message = arguments.string(message),
            buttons = {},
            choices = {},
            enter = 255,
            escape = 255,
            priority = false,
        })
    end)
    userdata.metamethod("ModalWindow", "__eq")

    local function of(fn)
        return bind.of("ModalWindow", fn)
    end
    local function adder(list)
        return of(function(window, id, text)
            local entries = window[list]
            entries[#entries + 1] = { id = arguments.u8(id), text = arguments.string(text) }
            return true
        end)
    end

    userdata.methods("ModalWindow", {
        getId = bind.field("ModalWindow", "id"),
        getTitle = bind.field("ModalWindow", "title"),
        getMessage = bind.field("ModalWindow", "message"),
        setTitle = bind.setter("ModalWindow", "title", arguments.string),
        setMessage = bind.setter("ModalWindow", "message", arguments.string),
        getButtonCount = of(function(window)
            return #window.buttons
        end),
        getChoiceCount = of(function(window)
            return #window.choices
        end),
        addButton = adder("buttons"),
        addChoice = adder("choices"),
        getDefaultEnterButton = bind.field("ModalWindow", "enter"),
        setDefaultEnterButton = bind.setter("ModalWindow", "enter", arguments.u8),
        getDefaultEscapeButton = bind.field("ModalWindow", "escape"),
        setDefaultEscapeButton = bind.setter("ModalWindow", "escape", arguments.u8),
        hasPriority = bind.field("ModalWindow", "priority"),
        setPriority = bind.setter("ModalWindow", "priority"),
        sendToPlayer = function(...)
            local self, who = ...
            local player = bind.player(who)
            if not player and tfs then
                return nil
            elseif not player then
                server:report("Player not found")
                -- Nothing is pushed: the last argument is what the caller finds.
                return arguments.last(...)
            end
            local window = userdata.get(self, "ModalWindow")
            if not window then
                return nil
            end
            local open = player.modal_windows or {}
            player.modal_windows = open
            if open[window.id] then
                return true
            end
            open[window.id] = window
            players.tell(player, "modal", {
                id = window.id, title = window.title, message = window.message, buttons = window.buttons,
                choices = window.choices, enter = window.enter, escape = window.escape, priority = window.priority,
            })
            return true
        end,
    })
    if tfs then
        local function delete(self)
            local window = userdata.get(self, "ModalWindow")
            if window then
                userdata.drop(window)
            end
        end
        userdata.methods("ModalWindow", { delete = delete })
        userdata.metamethod("ModalWindow", "__gc", delete)
    end

    --- A client answers a window: the player's events are told.
    ---@param player table
    ---@param id number
    ---@param button number
    ---@param choice number
    function players.answer_modal(player, id, button, choice)
        local open = player.modal_windows
        if not open or not open[id] then
            return false
        end
        open[id] = nil
        server.parts.events.creature(player, "onModalWindow", id, button, choice)
        return true
    end
end
