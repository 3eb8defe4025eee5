--- Conditions that change how a creature looks: another outfit, light, or nothing to be seen at all.

local context = ...
local raw = context.raw
local floor, max = raw.math.floor, raw.math.max

return function(server, conditions)
    local tfs, base = server.tfs, conditions.base

    -- Outfit ---------------------------------------------------------------------------------------------------

    -- Canary: clients crash over outfits that they don't have.
    local function is_shown(outfit)
        return tfs or not outfit or (outfit.lookType or 0) == 0
            or not server.parts.config.boolean("WARN_UNSAFE_SCRIPTS")
            or conditions.world.look_type_known(outfit.lookType)
    end

    local function refuse(outfit, place)
        server:log("warning", "[ConditionOutfit::" .. place .. "] An unregistered creature looktype type with id '"
            .. outfit.lookType .. "' was blocked to prevent client crash.")
    end

    local function is_empty(outfit)
        return not outfit or ((outfit.lookType or 0) == 0 and (outfit.lookTypeEx or 0) == 0)
    end

    conditions.kind("outfit", {
        start = function(condition, creature)
            if not is_shown(condition.outfit) then
                refuse(condition.outfit, "startCondition")
                return false
            end
            if condition.monster_name and is_empty(condition.outfit) then
                local outfit = conditions.world.monster_outfit(condition.monster_name)
                if not outfit then
                    server:log("error", "[ConditionOutfit::startCondition] Monster " .. condition.monster_name
                        .. " does not exist")
                    return false
                end
                condition.outfit = outfit
            end
            base.start(condition)
            conditions.world.change_outfit(creature, condition.outfit or {})
            return true
        end,
        finish = function(_, creature)
            conditions.world.change_outfit(creature, nil)
        end,
        merge = function(condition, creature, added)
            if not is_shown(condition.outfit) then
                return refuse(condition.outfit, "addCondition")
            elseif not base.replaces(condition, added) then
                return
            end
            conditions.set_ticks(condition, added.ticks)
            if tfs then
                condition.outfit = added.outfit
            elseif added.monster_name and added.monster_name ~= condition.monster_name then
                local outfit = conditions.world.monster_outfit(added.monster_name)
                if not outfit then
                    server:log("error", "[ConditionOutfit::addCondition] - Monster "
                        .. (condition.monster_name or "") .. " does not exist")
                    return
                end
                condition.outfit = outfit
            elseif not is_empty(added.outfit) then
                condition.outfit = added.outfit
            end
            conditions.world.change_outfit(creature, condition.outfit or {})
        end,
    })

    -- Invisibility ---------------------------------------------------------------------------------------------

    conditions.kind("invisible", {
        start = function(condition, creature)
            base.start(condition)
            if not tfs or not creature.ghost then
                conditions.world.change_visible(creature, false)
            end
            return true
        end,
        finish = function(_, creature)
            local still = conditions.get_type(creature, conditions.types.INVISIBLE)
            if not still and not (tfs and creature.ghost) then
                conditions.world.change_visible(creature, true)
            end
        end,
        merge = conditions.renew,
        icons = conditions.kinds.generic.icons,
    })

    -- Light ----------------------------------------------------------------------------------------------------

    local function shine(condition, creature)
        conditions.world.set_light(creature, condition.light_level, condition.light_color)
    end

    conditions.kind("light", {
        made = function(condition, param)
            condition.light_level, condition.light_color = param % 256, floor(param / 256) % 256
            condition.light_time, condition.light_interval = 0, 0
        end,
        start = function(condition, creature)
            if condition.light_level == 0 then
                -- The servers die of it.
                raw.error("a light needs a level (CONDITION_PARAM_LIGHT_LEVEL)", 0)
            end
            base.start(condition)
            condition.light_time = 0
            condition.light_interval = floor(max(0, condition.ticks) / condition.light_level)
            shine(condition, creature)
            return true
        end,
        execute = function(condition, creature, interval)
            condition.light_time = condition.light_time + interval
            if condition.light_time >= condition.light_interval then
                condition.light_time = 0
                local level, color = conditions.world.light(creature)
                if level > 0 then
                    conditions.world.set_light(creature, level - 1, color)
                end
            end
            return base.execute(condition, creature, interval)
        end,
        finish = function(_, creature)
            conditions.world.set_light(creature, nil)
        end,
        merge = function(condition, creature, added)
            if base.replaces(condition, added) then
                conditions.set_ticks(condition, added.ticks)
                condition.light_level, condition.light_color = added.light_level, added.light_color
                condition.light_interval = floor(condition.ticks / max(1, condition.light_level))
                condition.light_time = 0
                shine(condition, creature)
            end
        end,
        set_param = function(condition, name, value)
            if base.set_param(condition, name, value) then
                return false
            elseif name == "LIGHT_LEVEL" then
                if value < 1 then
                    local text = tfs and "trying to set invalid light value: %d defaulting to 1"
                        or "Trying to set invalid light value: '%d', defaulting to 1."
                    server:log("warning", "[ConditionLight::setParam] " .. raw.string.format(text, value))
                end
                condition.light_level = tfs and max(1, value) % 256 or max(1, value % 256)
                return true
            elseif name == "LIGHT_COLOR" then
                condition.light_color = value % 256
                return true
            end
            return false
        end,
        get_param = function(condition, name)
            if name == "LIGHT_LEVEL" then
                return condition.light_level
            elseif name == "LIGHT_COLOR" then
                return condition.light_color
            end
            return base.get_param(condition, name)
        end,
    })
end
