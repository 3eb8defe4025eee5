--- Decay: items that last for a time and become others, or nothing.

return function(server, items)
    local tfs = server.tfs
    local FALSE, TRUE, STOPPING = 0, 1, 3
    local SOONEST = tfs and 0 or 50

    -- By item, what will let it decay.
    local waiting = {}

    --- Whether an item decays at all.
    function items.can_decay(item)
        local kind = item.type
        if (tfs and items.decay_to(item) or kind.decay_to) < 0 then
            return false
        elseif kind.decay_time == 0 and (not tfs or kind.decay_time_max == 0) then
            return false
        elseif items.has_attribute(item, "uniqueid") or item.decay_disabled then
            return false
        end
        return not items.is_removed(item)
    end
    local can_decay = items.can_decay

    local function cancel(item)
        local entry = waiting[item]
        if entry then
            waiting[item] = nil
            server.parts.scheduler.cancel(entry)
        end
    end

    local function decay_now(item)
        local kind = item.type
        if not tfs and (kind.id == kind.transform_equip_to or kind.id == kind.transform_deequip_to) then
            items.remove(item)
            return
        end
        local into = tfs and items.decay_to(item) or kind.decay_to
        if into > 0 or (not tfs and into ~= 0) then
            local new = items.transform(item, into % 65536)
            if tfs and new then
                items.start_decay(new)
            end
        elseif not (not tfs and item.loaded_from_map) then
            items.remove(item)
        end
    end

    local function due(item)
        waiting[item] = nil
        if tfs then
            items.set_duration(item, 0)
            item.decay_start = nil
            if can_decay(item) then
                decay_now(item)
            else
                items.set_decaying(item, FALSE)
            end
            return
        end
        if not can_decay(item) then
            items.set_duration(item, items.duration(item))
            items.set_decaying(item, FALSE)
        else
            items.set_decaying(item, FALSE)
            decay_now(item)
        end
    end

    local function wait(item, ms)
        cancel(item)
        waiting[item] = server.parts.scheduler.after(ms > SOONEST and ms or SOONEST, function()
            due(item)
        end)
    end

    --- TFS: an item with a duration came into the world. It is looked at once a second.
    function items.decay_begun(item)
        if waiting[item] then
            return
        end
        items.set_decaying(item, TRUE)
        item.decay_start = server.now
        wait(item, items.number(item, "duration"))
    end

    local function start_tfs(item)
        if not can_decay(item) or items.number(item, "decaystate") == TRUE then
            return
        elseif items.number(item, "duration") > 0 then
            items.decay_begun(item)
        else
            decay_now(item)
        end
    end

    local function start_canary(item)
        local state = items.number(item, "decaystate")
        if state == STOPPING or (state == TRUE and not can_decay(item)) then
            items.stop_decay(item)
            return
        elseif state == TRUE or not can_decay(item) then
            return
        end
        local duration = items.number(item, "duration")
        if duration <= 0 then
            if items.has_attribute(item, "duration") then
                decay_now(item)
            end
            return
        end
        if items.has_attribute(item, "duration_timestamp") then
            items.stop_decay(item)
        end
        items.set_decaying(item, TRUE)
        items.set_attribute(item, "duration_timestamp", server.now + duration)
        wait(item, duration)
    end

    --- Lets an item begin to decay, when it is one that does.
    items.start_decay = tfs and start_tfs or start_canary

    --- Lets an item decay no more for now; it keeps what is left of its time.
    function items.stop_decay(item)
        if tfs then
            if waiting[item] then
                local left = items.duration(item)
                cancel(item)
                item.decay_start = nil
                items.set_duration(item, left)
            end
            return
        elseif not items.has_attribute(item, "decaystate") then
            return
        elseif not items.has_attribute(item, "duration_timestamp") then
            items.remove_attribute(item, "decaystate")
            return
        end
        if waiting[item] then
            if items.has_attribute(item, "duration") then
                items.set_duration(item, items.duration(item))
            end
            cancel(item)
            items.remove_attribute(item, "decaystate")
        else
            items.remove_attribute(item, "duration_timestamp")
        end
    end
end
