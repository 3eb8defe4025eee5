--- Windows of bosses that a client asks for (Canary).

return function(server, wire, asked)
    if server.tfs then
        return
    end
    asked[0xAE] = function(view)
        wire.tell_bosses(view)
    end
    asked[0xAF] = function(view)
        wire.tell_boss_slots(view)
    end
end
