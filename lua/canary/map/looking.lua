--- What one looks for on a tile: the uppermost thing, a field, a teleport, whom one sees.

return function(server, map)
    --- The creature that came last.
    function map.top_creature(tile)
        return tile.creatures and tile.creatures[1] or nil
    end

    --- Whether there is a depot next to a creature.
    function map.is_near_depot(creature)
        local here = creature.tile
        for y = here and here.y - 1 or 0, here and here.y + 1 or -1 do
            for x = here.x - 1, here.x + 1 do
                local tile = map.tile(x % 65536, y % 65536, here.z)
                if tile and map.has_flag(tile, map.STATE.DEPOT) then
                    return true
                end
            end
        end
        return false
    end

    --- The newest of the things laid down.
    function map.top_down_item(tile)
        return tile.down_count > 0 and tile.items[1] or nil
    end

    --- The uppermost of the things on top.
    function map.top_top_item(tile)
        local items = tile.items
        return items and #items > tile.down_count and items[#items] or nil
    end

    -- The last one of a kind, the ground if that is one.
    local function finder(flag, test, ground_too)
        return function(tile)
            if not map.has_flag(tile, flag) then
                return nil
            end
            if ground_too and tile.ground and test(tile.ground) then
                return tile.ground
            end
            local items = tile.items
            for at = items and #items or 0, 1, -1 do
                if test(items[at]) then
                    return items[at]
                end
            end
        end
    end

    map.field_item = finder(map.STATE.MAGICFIELD, map.is_field, true)
    map.teleport_item = finder(map.STATE.TELEPORT, map.is_teleport, false)
    map.trash_holder = finder(map.STATE.TRASHHOLDER, map.is_trash_holder, true)
    map.mailbox = finder(map.STATE.MAILBOX, map.is_mailbox, true)
    map.bed_item = finder(map.STATE.BED, map.is_bed, true)

    local function is_seen(creature, by)
        local creatures = server.parts.creatures
        if by then
            return creatures.can_see_creature(by, creature)
        end
        return not creatures.is_invisible(creature)
            and not (creature.class_name == "Player" and creature.ghost)
    end

    --- The creature that one sees uppermost; of a tile as nobody in particular sees it unless `by` is given.
    function map.top_visible_creature(tile, by)
        local creatures = tile.creatures
        for at = 1, creatures and #creatures or 0 do
            if is_seen(creatures[at], by) then
                return creatures[at]
            end
        end
    end

    --- The creature that one sees undermost.
    function map.bottom_visible_creature(tile, by)
        local creatures = tile.creatures
        for at = creatures and #creatures or 0, 1, -1 do
            if is_seen(creatures[at], by) then
                return creatures[at]
            end
        end
    end

    --- What a creature that looks at the tile sees.
    function map.top_visible_thing(tile, by)
        local creature = map.top_visible_creature(tile, by)
        if creature then
            return creature
        end
        local items = tile.items
        if items then
            for at = 1, tile.down_count do
                if not items[at].type.look_through then
                    return items[at]
                end
            end
            for at = #items, tile.down_count + 1, -1 do
                if not items[at].type.look_through then
                    return items[at]
                end
            end
        end
        return tile.ground
    end
end
