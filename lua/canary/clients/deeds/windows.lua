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
end
