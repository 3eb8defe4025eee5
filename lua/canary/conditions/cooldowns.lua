--- Waiting times of spells and of groups of spells. Their sub id is the spell's number, or the group.

return function(server, conditions)
    local base = conditions.base

    local function cooldown(name, tell)
        conditions.kind(name, {
            start = function(condition, creature)
                base.start(condition)
                if condition.sub_id ~= 0 and condition.ticks > 0 then
                    tell(creature, condition)
                end
                return true
            end,
            merge = function(condition, creature, added)
                if base.replaces(condition, added) then
                    conditions.set_ticks(condition, added.ticks)
                    if condition.sub_id ~= 0 and condition.ticks > 0 then
                        tell(creature, condition)
                    end
                end
            end,
            icons = conditions.kinds.generic.icons,
        })
    end

    cooldown("spell_cooldown", function(creature, condition)
        if creature.class_name == "Player" then
            server.parts.clients.send(creature, "spell_cooldown", { spell = condition.sub_id, time = condition.ticks })
        end
    end)
    cooldown("group_cooldown", function(creature, condition)
        if creature.class_name == "Player" then
            server.parts.clients.send(creature, "group_cooldown", { group = condition.sub_id, time = condition.ticks })
        end
    end)
end
