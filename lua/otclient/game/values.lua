--- Structures of the game as scripts see them: positions, outfits, light; with the arithmetic of positions.
---
--- A position is {x, y, z} and never changed once it is stored: whoever moves sets another one.

local context = ...
local raw = context.raw
local type, tonumber, tostring = raw.type, raw.tonumber, raw.tostring
local abs, atan2, floor, sqrt, pi = raw.math.abs, raw.math.atan2, raw.math.floor, raw.math.sqrt, raw.math.pi

-- Numbers of Otc::Direction and where each leads.
local DX = { [0] = 0, 1, 0, -1, 1, 1, -1, -1 }
local DY = { [0] = -1, 0, 1, 0, -1, 1, 1, -1 }
local INVALID_DIRECTION = 8

return function(engine, game)
    local take, give = engine.convert.take, engine.convert.give

    --- What a position is that nothing set: scripts see it as nil.
    game.NOWHERE = { x = 65535, y = 65535, z = 255 }
    game.INVALID_DIRECTION = INVALID_DIRECTION

    local position = {}
    game.position = position

    ---@return table
    function position.of(x, y, z)
        return { x = x, y = y, z = z % 256 }
    end

    ---@return boolean
    function position.valid(pos)
        return not (pos.x == 65535 and pos.y == 65535 and pos.z == 255)
    end

    ---@return boolean
    function position.on_map(pos)
        return pos.x >= 0 and pos.y >= 0 and pos.x < 65535 and pos.y < 65535 and pos.z <= game.config.map_max_z
    end

    ---@return boolean
    function position.same(a, b)
        return a.x == b.x and a.y == b.y and a.z == b.z
    end

    ---@return table
    function position.translated(pos, dx, dy, dz)
        return { x = pos.x + dx, y = pos.y + dy, z = (pos.z + (dz or 0)) % 256 }
    end

    --- Where a step leads.
    ---@param direction integer
    ---@return table
    function position.step(pos, direction)
        return { x = pos.x + (DX[direction] or 0), y = pos.y + (DY[direction] or 0), z = pos.z }
    end

    ---@return boolean
    function position.diagonal(direction)
        return direction >= 4 and direction <= 7
    end

    --- Radians from 0 to 2 pi; -1 where both are the same point.
    ---@return number
    function position.angle(from, to)
        local dx, dy = to.x - from.x, to.y - from.y
        if dx == 0 and dy == 0 then
            return -1
        end
        local angle = atan2(-dy, dx)
        return angle < 0 and angle + 2 * pi or angle
    end

    -- In steps of 45 degrees from the east, against the clock.
    local COMPASS = { [0] = 1, 4, 0, 7, 3, 6, 2, 5 }

    --- Direction from one position to another, by eighths of the circle.
    ---@return integer
    function position.direction(from, to)
        local angle = position.angle(from, to) * 180 / pi
        if angle >= 360 - 22.5 then
            return 1
        elseif angle < -22.5 then
            return INVALID_DIRECTION
        end
        return COMPASS[floor((angle + 22.5) / 45)]
    end

    ---@return number
    function position.distance(a, b)
        local dx, dy = a.x - b.x, a.y - b.y
        return sqrt(dx * dx + dy * dy)
    end

    -- Moves along the diagonal on which a floor covers another; nil when that leaves the map.
    local function along(pos, by)
        local x, y, z = pos.x + by, pos.y + by, pos.z - by
        if x >= 0 and x <= 65535 and y >= 0 and y <= 65535 and z >= 0 and z <= game.config.map_max_z then
            return { x = x, y = y, z = z }
        end
    end

    --- What lies `floors` above in the picture (one up, one to the south-east); nil outside of the map.
    function position.covered_up(pos, floors)
        return along(pos, floors or 1)
    end

    function position.covered_down(pos, floors)
        return along(pos, -(floors or 1))
    end

    --- One floor up or down at the same place; nil outside of the map.
    function position.floor(pos, by)
        local z = pos.z + by
        return z >= 0 and z <= game.config.map_max_z and { x = pos.x, y = pos.y, z = z } or nil
    end

    ---@return boolean
    function position.in_range(a, b, x_range, y_range)
        return a.z == b.z and abs(a.x - b.x) <= x_range and abs(a.y - b.y) <= y_range
    end

    --- As `in_range`, with another range to each side of `a`.
    ---@return boolean
    function position.in_rect(a, b, left, right, top, bottom)
        return a.z == b.z
            and b.x >= a.x - left
            and b.x <= a.x + right
            and b.y >= a.y - top
            and b.y <= a.y + bottom
    end

    --- A number that no other position on the map has.
    ---@return integer
    function position.key(pos)
        return (pos.z * 65536 + pos.y) * 65536 + pos.x
    end

    ---@return string
    function position.text(pos)
        return pos.x .. "," .. pos.y .. "," .. pos.z
    end

    -- As lua_tointeger on a field: what is no number is 0.
    local function whole(value)
        local number = tonumber(value)
        if not number or number ~= number then
            return 0
        end
        return number < 0 and -floor(-number) or floor(number)
    end

    local function u8(value)
        return whole(value) % 256
    end

    local function u16(value)
        return whole(value) % 65536
    end

    -- Only a table will do, not even nil.
    local function struct(name, read)
        return function(value)
            if type(value) ~= "table" then
                return engine.convert.refuse(value, name)
            end
            return read(value)
        end
    end

    take.Position = struct("Position", function(value)
        return { x = whole(value.x), y = whole(value.y), z = u8(value.z) }
    end)

    function give.Position(pos)
        if pos and not (pos.x == 65535 and pos.y == 65535 and pos.z == 255) then
            return { x = pos.x, y = pos.y, z = pos.z }
        end
    end
    game.give_position = give.Position

    local NEW_CATEGORY, NEW_TYPE = 4, 0
    if engine.edubart then
        NEW_CATEGORY, NEW_TYPE = 1, 128
    end

    --- An outfit that nothing set. `category` is one of ThingCategory, 4 while it is invalid; in edubart it begins as
    --- a citizen.
    ---@return table
    function game.new_outfit()
        return {
            category = NEW_CATEGORY,
            type = NEW_TYPE,
            auxType = 0,
            head = 0,
            body = 0,
            legs = 0,
            feet = 0,
            addons = 0,
            mount = 0,
            familiar = 0,
            wings = 0,
            auras = 0,
            effects = 0,
            shaders = "",
            temp = false,
        }
    end

    local OUTFIT = {
        "category",
        "type",
        "auxType",
        "head",
        "body",
        "legs",
        "feet",
        "addons",
        "mount",
        "familiar",
        "wings",
        "auras",
        "effects",
        "shaders",
    }

    ---@return boolean
    function game.same_outfit(a, b)
        for index = 1, #OUTFIT do
            local key = OUTFIT[index]
            if a[key] ~= b[key] then
                return false
            end
        end
        return true
    end

    ---@return table
    function game.copy_outfit(outfit)
        local copy = {}
        for key, value in raw.pairs(outfit) do
            copy[key] = value
        end
        return copy
    end

    -- What a client version has no word for is neither given nor taken.
    take.Outfit = struct("Outfit", function(value)
        local outfit = game.new_outfit()
        local feature = game.features
        outfit.type, outfit.auxType = u16(value.type), u16(value.auxType)
        outfit.head, outfit.body = u8(value.head), u8(value.body)
        outfit.legs, outfit.feet = u8(value.legs), u8(value.feet)
        if feature.GamePlayerAddons then
            outfit.addons = u8(value.addons)
        end
        if feature.GamePlayerMounts then
            outfit.mount = u16(value.mount)
        end
        if feature.GamePlayerFamiliars then
            outfit.familiar = u16(value.familiar)
        end
        if feature.GameWingsAurasEffectsShader then
            outfit.wings, outfit.auras, outfit.effects = u16(value.wings), u16(value.auras), u16(value.effects)
            outfit.shaders = value.shaders and tostring(value.shaders) or ""
        end
        return outfit
    end)

    function give.Outfit(outfit)
        local feature = game.features
        local winged = feature.GameWingsAurasEffectsShader
        return {
            type = outfit.type,
            auxType = outfit.auxType,
            addons = feature.GamePlayerAddons and outfit.addons or nil,
            head = outfit.head,
            body = outfit.body,
            legs = outfit.legs,
            feet = outfit.feet,
            mount = feature.GamePlayerMounts and outfit.mount or nil,
            familiar = feature.GamePlayerFamiliars and outfit.familiar or nil,
            wings = winged and outfit.wings or nil,
            effects = winged and outfit.effects or nil,
            auras = winged and outfit.auras or nil,
            shaders = winged and outfit.shaders or nil,
        }
    end
    game.give_outfit = give.Outfit

    take.Light = struct("Light", function(value)
        return { color = u8(value.color), intensity = u8(value.intensity) }
    end)

    function give.Light(light)
        return { color = light.color, intensity = light.intensity }
    end

    --- The color of a number of 8 bits, as the minimap and squares have it.
    ---@return table
    function game.color_of_8bit(color)
        if color <= 0 or color >= 216 then
            return { r = 0, g = 0, b = 0, a = 0 }
        end
        local red, green = floor(color / 36) % 6, floor(color / 6) % 6
        return { r = red * 51, g = green * 51, b = color % 6 * 51, a = 255 }
    end

    engine:globals({
        getAngleFromPos = position.angle,
        getDirectionFromPos = position.direction,
        getOutfitColor = function(color)
            return game.outfit_color(color)
        end,
    })

    -- The palette: 19 hues by 7 grades, the first of each row a shade of grey.
    local SATURATION = { [0] = 0.25, 0.25, 0.5, 0.667, 1, 1, 1 }
    local BRIGHTNESS = { [0] = 1, 0.75, 0.75, 0.75, 1, 0.75, 0.5 }

    --- The color of an outfit's number.
    ---@param color integer
    ---@return table
    function game.outfit_color(color)
        if color >= 133 then
            color = 0
        end
        local hue, saturation, value = 0, 0, 1 - color / 19 / 7
        if color % 19 ~= 0 then
            hue = (color % 19) / 18
            local grade = floor(color / 19)
            saturation, value = SATURATION[grade] or 1, BRIGHTNESS[grade] or 1
        end
        if value == 0 then
            return { r = 0, g = 0, b = 0, a = 0 }
        elseif saturation == 0 then
            local grey = floor(value * 255)
            return { r = grey, g = grey, b = grey, a = 255 }
        end
        local low = value * (1 - saturation)
        local sixth = floor(hue * 6)
        local rise = low + (value - low) * (hue * 6 - sixth)
        local fall = value - (value - low) * (hue * 6 - sixth)
        local red, green, blue
        if sixth == 0 then
            red, green, blue = value, rise, low
        elseif sixth == 1 then
            red, green, blue = fall, value, low
        elseif sixth == 2 then
            red, green, blue = low, value, rise
        elseif sixth == 3 then
            red, green, blue = low, fall, value
        elseif sixth == 4 then
            red, green, blue = rise, low, value
        else
            red, green, blue = value, low, fall
        end
        return { r = floor(red * 255), g = floor(green * 255), b = floor(blue * 255), a = 255 }
    end
end
