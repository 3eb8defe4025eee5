--- Answers to windows that the server opened: modal windows, texts to write.

return function(server, _, deeds)
    --- A button of a modal window was pressed.
    function deeds.answer_modal(player, window, button, choice)
        server.parts.players.answer_modal(player, window, button, choice)
    end

    --- A text was written into an item.
    function deeds.write_text(player, window, text)
        local players = server.parts.players
        local item, longest = players.writing(player, window)
        if not item or #text > longest then
            return
        end
        players.write(player, item, text, window)
    end

    --- A list of those whom a house lets in was written. The client's number of the list says nothing.
    function deeds.write_house_list(player, list, window, text)
        local house, number = player.edit_house, player.edit_list
        player.edit_house = nil
        if house and list == 0 and player.window_id == window
            and server.parts.houses.can_edit_list(house, number, player) then
            server.parts.houses.set_list(house, number, text)
        end
    end
end
