--- What the client sends, by the names that `game.send` has for it: the bytes of each message, opcode first.

local context = ...
local raw = context.raw
local char = raw.string.char
local modes = context.use("otclient/game/wire_modes")

local SINGLE = {
    EnterGame = 0x0F, Logout = 0x14, Ping = 0x1D, PingBack = 0x1E, WalkNorth = 0x65, WalkEast = 0x66, WalkSouth = 0x67,
    WalkWest = 0x68, Stop = 0x69, WalkNorthEast = 0x6A, WalkSouthEast = 0x6B, WalkSouthWest = 0x6C, WalkNorthWest =
    0x6D,
    TurnNorth = 0x6F, TurnEast = 0x70, TurnSouth = 0x71, TurnWest = 0x72, CloseNpcTrade = 0x7C, AcceptTrade = 0x7F,
    RejectTrade = 0x80, RequestChannels = 0x97, CloseNpcChannel = 0x9E, LeaveParty = 0xA7, OpenOwnChannel = 0xAA,
    CancelAttackAndFollow = 0xBE, RequestOutfit = 0xD2, RequestQuestLog = 0xF0,
}
local NUMBER = { CloseContainer = 0x87, UpContainer = 0x88, RefreshContainer = 0xCA }
local CREATURE = {
    LookCreature = 0x8D, InviteToParty = 0xA3, JoinParty = 0xA4, RevokeInvitation = 0xA5, PassLeadership = 0xA6,
    RemoveVip = 0xDD,
}
local CHANNEL = { JoinChannel = 0x98, LeaveChannel = 0x99, RequestQuestLine = 0xF1 }
local NAME = { OpenPrivateChannel = 0x9A, InviteToOwnChannel = 0xAB, ExcludeFromOwnChannel = 0xAC, AddVip = 0xDC }
local OBJECT = { RotateItem = 0x85, OnWrapItem = 0x8B, Look = 0x8C }
-- Otc directions north to north-west, as the message about a way numbers them.
local STEPS = { [0] = 3, 1, 7, 5, 2, 8, 6, 4 }
-- Client's numbers of what is said to one, an answer to a report among them, and of what is said in a channel.
local TO_ONE = { [5] = true, [15] = true, [48] = true }
local IN_CHANNEL = { [6] = true, [7] = true, [8] = true, [13] = true }

return function(_, game, bytes)
    local u16, u32, text = bytes.u16, bytes.u32, bytes.text
    local out = {}

    local function place(pos)
        return u16(pos.x) .. u16(pos.y) .. char(pos.z % 256)
    end
    local function object(pos, id, stack)
        return place(pos) .. u16(id) .. char(stack % 256)
    end
    local function flag(value)
        return value and "\1" or "\0"
    end

    for name, opcode in raw.pairs(SINGLE) do
        out[name] = function()
            return char(opcode)
        end
    end
    for name, opcode in raw.pairs(NUMBER) do
        out[name] = function(number)
            return char(opcode, number % 256)
        end
    end
    for name, opcode in raw.pairs(CREATURE) do
        out[name] = function(id)
            return char(opcode) .. u32(id)
        end
    end
    for name, opcode in raw.pairs(CHANNEL) do
        out[name] = function(id)
            return char(opcode) .. u16(id)
        end
    end
    for name, opcode in raw.pairs(NAME) do
        out[name] = function(who)
            return char(opcode) .. text(who)
        end
    end
    for name, opcode in raw.pairs(OBJECT) do
        out[name] = function(pos, id, stack)
            return char(opcode) .. object(pos, id, stack)
        end
    end

    function out.AutoWalk(path)
        local way = {}
        for at = 1, raw.math.min(#path, 127) do
            way[at] = char(STEPS[path[at]] or 0)
        end
        return char(0x64, #way) .. raw.table.concat(way)
    end

    function out.Talk(mode, channel, receiver, said)
        local head = char(0x96, modes(game.state.protocol_version).to_server(mode))
        if TO_ONE[mode] then
            head = head .. text(receiver)
        elseif IN_CHANNEL[mode] then
            head = head .. u16(channel)
        end
        return #said <= 255 and head .. text(said) or nil
    end

    function out.ChangeFightModes(fight, chase, safe, pvp)
        local message = char(0xA0, fight, chase) .. flag(safe)
        return game.features.GamePVPMode and message .. char(pvp) or message
    end
    local function chasing(opcode)
        return function(id, sequence)
            local message = char(opcode) .. u32(id)
            return game.features.GameAttackSeq and message .. u32(sequence or 0) or message
        end
    end
    out.Attack, out.Follow = chasing(0xA1), chasing(0xA2)

    function out.Move(from, id, stack, to, count)
        return "\120" .. object(from, id, stack) .. place(to) .. char(count % 256)
    end
    function out.UseItem(pos, id, stack, index)
        return "\130" .. object(pos, id, stack) .. char((index or 0) % 256)
    end
    function out.UseItemWith(pos, id, stack, to, to_id, to_stack)
        return "\131" .. object(pos, id, stack) .. object(to, to_id, to_stack)
    end
    function out.UseOnCreature(pos, id, stack, creature)
        return "\132" .. object(pos, id, stack) .. u32(creature)
    end
    function out.RequestTrade(pos, id, stack, creature)
        return "\125" .. object(pos, id, stack) .. u32(creature)
    end
    function out.InspectTrade(counter, index)
        return "\126" .. flag(counter) .. char(index % 256)
    end
    function out.InspectNpcTrade(id, count)
        return "\121" .. u16(id) .. char(count % 256)
    end
    local function amount(value)
        return game.state.client_version >= 1290 and u16(value) or char(value % 256)
    end
    function out.BuyItem(id, count, wanted, ignore_capacity, with_backpack)
        return "\122" .. u16(id) .. char(count % 256) .. amount(wanted) .. flag(ignore_capacity) .. flag(with_backpack)
    end
    function out.SellItem(id, count, wanted, ignore_equipped)
        return "\123" .. u16(id) .. char(count % 256) .. amount(wanted) .. flag(ignore_equipped)
    end
    function out.EditText(id, written)
        return "\137" .. u32(id) .. text(written)
    end
    function out.EditList(id, door, written)
        return "\138" .. char(door % 256) .. u32(id) .. text(written)
    end
    function out.BrowseField(pos)
        return "\203" .. place(pos)
    end
    function out.SeekInContainer(id, index)
        return "\204" .. char(id % 256) .. u16(index)
    end
    function out.ShareExperience(active)
        return "\168" .. flag(active)
    end
    function out.MountStatus(mounted)
        return "\212" .. flag(mounted)
    end
    function out.ChangeOutfit(outfit)
        local version, mount = game.state.client_version, outfit.mount or 0
        -- From 12.81 on a byte says which window it was; the mount's colors are not chosen, and no mount by chance.
        local wide = version >= 1281
        local message = (wide and "\211\0" or "\211") .. u16(outfit.type or 0) .. char(outfit.head or 0,
            outfit.body or 0, outfit.legs or 0, outfit.feet or 0, outfit.addons or 0)
        if game.features.GamePlayerMounts then
            message = message .. u16(mount) .. (wide and "\0\0\0\0" or "")
        end
        if version >= 1334 then
            message = message .. flag(mount ~= 0)
        end
        if game.features.GamePlayerFamiliars then
            message = message .. u16(outfit.familiar or 0)
        end
        return wide and message .. "\0" or message
    end
    function out.AnswerModalDialog(dialog, button, choice)
        return "\249" .. u32(dialog) .. char(button % 256, choice % 256)
    end

    return out
end
