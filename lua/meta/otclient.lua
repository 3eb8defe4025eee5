---@meta
-- luacheck: ignore
-- Made by `tibicen reference` from manifests/api/otclient.yaml; a change here is lost.

---@class Color
---@field r integer
---@field g integer
---@field b integer
---@field a integer

---@class Light
---@field color integer
---@field intensity integer

---@alias OTMLNode table

---@class Outfit
---@field type integer
---@field auxType integer
---@field addons integer
---@field head integer
---@field body integer
---@field legs integer
---@field feet integer
---@field mount integer
---@field familiar integer
---@field wings integer
---@field effects integer
---@field auras integer
---@field shaders string

---@class Point
---@field x integer
---@field y integer

---@class Position
---@field x integer
---@field y integer
---@field z integer

---@class Rect
---@field x integer
---@field y integer
---@field width integer
---@field height integer

---@class Size
---@field width integer
---@field height integer

---@class AnimatedText: LuaObject
AnimatedText = {}

--- Only in mehah.
---@return Color
function AnimatedText:getColor() end

--- Only in mehah.
---@return Point
function AnimatedText:getOffset() end

--- Only in mehah.
---@return string
function AnimatedText:getText() end

--- Only in mehah.
---@class AttachableObject: LuaObject
AttachableObject = {}

---@param obj AttachedEffect
function AttachableObject:attachEffect(obj) end

--- Takes its arguments and does nothing here.
---@param name string
function AttachableObject:attachParticleEffect(name) end

---@param widget UIWidget
function AttachableObject:attachWidget(widget) end

---@param ignoreLuaEvent? boolean
function AttachableObject:clearAttachedEffects(ignoreLuaEvent) end

--- Takes its arguments and does nothing here.
function AttachableObject:clearAttachedParticlesEffect() end

---@param obj AttachedEffect
---@return boolean
function AttachableObject:detachEffect(obj) end

---@param id integer
---@return boolean
function AttachableObject:detachEffectById(id) end

--- Takes its arguments and does nothing here.
---@param name string
---@return boolean
function AttachableObject:detachParticleEffectByName(name) end

---@param widget UIWidget
---@return boolean
function AttachableObject:detachWidget(widget) end

---@param id string
---@return boolean
function AttachableObject:detachWidgetById(id) end

---@param id integer
---@return AttachedEffect
function AttachableObject:getAttachedEffectById(id) end

---@return AttachedEffect[]
function AttachableObject:getAttachedEffects() end

---@param id string
---@return UIWidget
function AttachableObject:getAttachedWidgetById(id) end

---@return UIWidget[]
function AttachableObject:getAttachedWidgets() end

--- Only in mehah.
---@class AttachedEffect: LuaObject
AttachedEffect = {}

---@param thingId integer
---@param category integer
---@return AttachedEffect
function AttachedEffect.create(thingId, category) end

---@param e AttachedEffect
function AttachedEffect:attachEffect(e) end

---@return boolean
function AttachedEffect:canDrawOnUI() end

---@return AttachedEffect
function AttachedEffect:clone() end

---@return integer
function AttachedEffect:getDirection() end

---@return integer
function AttachedEffect:getDuration() end

---@return integer
function AttachedEffect:getId() end

---@return number
function AttachedEffect:getSpeed() end

---@return boolean
function AttachedEffect:isFollowingOwner() end

---@return boolean
function AttachedEffect:isPermanent() end

---@param fromPosition Position
---@param toPosition Position
function AttachedEffect:move(fromPosition, toPosition) end

---@param minHeight integer
---@param height integer
---@param speed integer
function AttachedEffect:setBounce(minHeight, height, speed) end

---@param canDraw boolean
function AttachedEffect:setCanDrawOnUI(canDraw) end

---@param direction integer
---@param x integer
---@param y integer
---@param onTop? boolean
function AttachedEffect:setDirOffset(direction, x, y, onTop) end

---@param dir integer
function AttachedEffect:setDirection(dir) end

---@param v boolean
function AttachedEffect:setDisableWalkAnimation(v) end

---@param drawOrder integer
function AttachedEffect:setDrawOrder(drawOrder) end

---@param v integer
function AttachedEffect:setDuration(v) end

---@param start integer
---@param stop integer
---@param speed integer
function AttachedEffect:setFade(start, stop, speed) end

---@param v boolean
function AttachedEffect:setFollowOwner(v) end

---@param v boolean
function AttachedEffect:setHideOwner(v) end

---@param light Light
function AttachedEffect:setLight(light) end

---@param v integer
function AttachedEffect:setLoop(v) end

---@param x integer
---@param y integer
function AttachedEffect:setOffset(x, y) end

---@param onTop boolean
function AttachedEffect:setOnTop(onTop) end

---@param direction integer
---@param onTop boolean
function AttachedEffect:setOnTopByDir(direction, onTop) end

---@param opacity number
function AttachedEffect:setOpacity(opacity) end

---@param permanent boolean
function AttachedEffect:setPermanent(permanent) end

---@param minHeight integer
---@param height integer
---@param speed integer
function AttachedEffect:setPulse(minHeight, height, speed) end

--- Takes its arguments and does nothing here.
---@param name string
function AttachedEffect:setShader(name) end

---@param s Size
function AttachedEffect:setSize(s) end

---@param speed number
function AttachedEffect:setSpeed(speed) end

---@param v boolean
function AttachedEffect:setTransform(v) end

---@class CombinedSoundSource: SoundSource
CombinedSoundSource = {}

---@class Config: LuaObject
Config = {}

--- Only in mehah.
function Config:clear() end

---@param key string
---@return boolean
function Config:exists(key) end

---@return string
function Config:getFileName() end

---@param key string
---@return string[]
function Config:getList(key) end

---@param key string
---@return OTMLNode
function Config:getNode(key) end

--- Only in mehah.
---@param key string
---@return integer
function Config:getNodeSize(key) end

--- Only in mehah.
---@param key string
---@param ifNotExists OTMLNode
---@return OTMLNode
function Config:getOrCreateNode(key, ifNotExists) end

---@param key string
---@return string
function Config:getValue(key) end

---@param key string
---@param node OTMLNode
function Config:mergeNode(key, node) end

---@param key string
function Config:remove(key) end

---@return boolean
function Config:save() end

---@param key string
---@param list string[]
function Config:setList(key, list) end

---@param key string
---@param node OTMLNode
function Config:setNode(key, node) end

---@param key string
---@param value string
function Config:setValue(key, value) end

---@class Connection: LuaObject
Connection = {}

---@return integer
function Connection:getIp() end

---@class Container: LuaObject
Container = {}

---@return integer
function Container:getCapacity() end

---@return Item
function Container:getContainerItem() end

---@return integer
function Container:getFirstIndex() end

---@return integer
function Container:getId() end

---@param slot integer
---@return Item
function Container:getItem(slot) end

---@return Item[]
function Container:getItems() end

---@return integer
function Container:getItemsCount() end

---@return string
function Container:getName() end

---@return integer
function Container:getSize() end

---@param slot integer
---@return Position
function Container:getSlotPosition(slot) end

---@return boolean
function Container:hasPages() end

---@return boolean
function Container:hasParent() end

---@return boolean
function Container:isClosed() end

---@return boolean
function Container:isUnlocked() end

---@class Creature: Thing
Creature = {}

---@return Creature
function Creature.create() end

--- Only in mehah.
---@param obj Paperdoll
function Creature:attachPaperdoll(obj) end

---@return boolean
function Creature:canBeSeen() end

--- Only in mehah.
---@param distance integer
---@return boolean
function Creature:canShoot(distance) end

--- Only in mehah.
function Creature:clearPaperdolls() end

--- Only in mehah.
function Creature:clearText() end

--- Only in mehah.
---@param id integer
---@return boolean
function Creature:detachPaperdollById(id) end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: Creature): number
function Creature:getBaseSpeed() end

---@return integer
function Creature:getDirection() end

---@return integer
function Creature:getEmblem() end

---@return integer
function Creature:getHealthPercent() end

---@return integer
function Creature:getIcon() end

--- Only in mehah.
---@return table[]
function Creature:getIcons() end

---@return integer
function Creature:getId() end

--- Only in mehah.
---@return integer
function Creature:getManaPercent() end

--- Only in mehah.
---@return integer
function Creature:getMasterId() end

---@return string
function Creature:getName() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@return string
function Creature:getNameShader() end

---@return Outfit
function Creature:getOutfit() end

--- Only in mehah.
---@param id integer
---@return Paperdoll
function Creature:getPaperdollById(id) end

--- Only in mehah.
---@return Paperdoll[]
function Creature:getPaperdolls() end

---@return integer
function Creature:getShield() end

---@return integer
function Creature:getSkull() end

---@return integer
function Creature:getSpeed() end

--- Only in mehah.
---@return Color
function Creature:getStaticSquareColor() end

---@param ignoreDiagonal? boolean
---@param dir? integer
---@return integer
--- In edubart it has the other signature.
---@overload fun(self: Creature, ignoreDiagonal?: boolean, dir?: integer): integer
function Creature:getStepDuration(ignoreDiagonal, dir) end

---@return number
function Creature:getStepProgress() end

---@return number
function Creature:getStepTicksLeft() end

--- Only in mehah.
---@return string
function Creature:getText() end

--- Only in mehah.
---@return Color
function Creature:getTimedSquareColor() end

---@return integer
function Creature:getType() end

--- Only in mehah.
---@return boolean
function Creature:getTyping() end

--- Only in mehah.
---@return integer
function Creature:getVocation() end

---@return integer
function Creature:getWalkTicksElapsed() end

--- Only in mehah.
---@return UIWidget
function Creature:getWidgetInformation() end

function Creature:hideStaticSquare() end

--- Only in mehah.
---@return boolean
function Creature:isCovered() end

---@return boolean
function Creature:isDead() end

--- Only in mehah.
---@return boolean
function Creature:isDisabledWalkAnimation() end

--- Only in mehah.
---@return boolean
function Creature:isFullHealth() end

---@return boolean
function Creature:isInvisible() end

---@return boolean
function Creature:isRemoved() end

--- Only in mehah.
---@return boolean
function Creature:isStaticSquareVisible() end

--- Only in mehah.
---@return boolean
function Creature:isTimedSquareVisible() end

---@return boolean
function Creature:isWalking() end

---@param height integer
---@param duration integer
function Creature:jump(height, duration) end

--- Only in mehah.
function Creature:sendTyping() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param minHeight integer
---@param height integer
---@param speed integer
function Creature:setBounce(minHeight, height, speed) end

---@param direction integer
function Creature:setDirection(direction) end

--- Only in mehah.
---@param v boolean
function Creature:setDisableWalkAnimation(v) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param draw boolean
function Creature:setDrawOutfitColor(draw) end

--- Takes its arguments and does nothing here.
---@param filename string
function Creature:setEmblemTexture(filename) end

--- Takes its arguments and does nothing here.
---@param filename string
function Creature:setIconTexture(filename) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param filename string
---@param clip Rect
---@param count integer
function Creature:setIconsTexture(filename, clip, count) end

--- Only in mehah.
---@param value integer
function Creature:setManaPercent(value) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function Creature:setMountShader(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function Creature:setNameShader(name) end

---@param outfit Outfit
---@param fireEvent? boolean
--- In edubart it has the other signature.
---@overload fun(self: Creature, outfit: Outfit)
function Creature:setOutfit(outfit, fireEvent) end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@param color Color
---@param duration integer
function Creature:setOutfitColor(color, duration) end

--- Takes its arguments and does nothing here.
---@param filename string
---@param blink boolean
function Creature:setShieldTexture(filename, blink) end

--- Takes its arguments and does nothing here.
---@param filename string
function Creature:setSkullTexture(filename) end

--- Only in mehah.
---@param v integer
function Creature:setStaticWalking(v) end

--- Only in mehah.
---@param text string
---@param color Color
function Creature:setText(text, color) end

--- Takes its arguments and does nothing here.
---@param filename string
function Creature:setTypeTexture(filename) end

--- Only in mehah.
---@param typing boolean
function Creature:setTyping(typing) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param filename string
function Creature:setTypingIconTexture(filename) end

--- Only in mehah.
---@param vocation integer
function Creature:setVocation(vocation) end

--- Only in mehah.
---@param info UIWidget
function Creature:setWidgetInformation(info) end

---@param color Color
function Creature:showStaticSquare(color) end

--- Only in edubart.
---@class CreatureType: LuaObject
CreatureType = {}

---@return CreatureType
function CreatureType.create() end

---@return Creature
function CreatureType:cast() end

---@return string
function CreatureType:getName() end

---@return Outfit
function CreatureType:getOutfit() end

---@return integer
function CreatureType:getSpawnTime() end

---@param name string
function CreatureType:setName(name) end

---@param o Outfit
function CreatureType:setOutfit(o) end

---@param spawnTime integer
function CreatureType:setSpawnTime(spawnTime) end

---@class Effect: Thing
Effect = {}

---@return Effect
function Effect.create() end

---@param id integer
function Effect:setId(id) end

---@class Event: LuaObject
Event = {}

function Event:cancel() end

function Event:execute() end

---@return boolean
function Event:isCanceled() end

---@return boolean
function Event:isExecuted() end

--- Only in edubart.
---@class House: LuaObject
House = {}

---@return House
function House.create() end

---@param door Item
function House:addDoor(door) end

---@return Position
function House:getEntry() end

---@return integer
function House:getId() end

---@return string
function House:getName() end

---@return integer
function House:getRent() end

---@return integer
function House:getSize() end

---@param pos Position
---@return Tile
function House:getTile(pos) end

---@return integer
function House:getTownId() end

---@param door Item
function House:removeDoor(door) end

---@param doorId integer
function House:removeDoorById(doorId) end

---@param p Position
function House:setEntry(p) end

---@param hId integer
function House:setId(hId) end

---@param name string
function House:setName(name) end

---@param r integer
function House:setRent(r) end

---@param s integer
function House:setSize(s) end

---@param tile Tile
function House:setTile(tile) end

---@param tid integer
function House:setTownId(tid) end

---@class InputMessage: LuaObject
InputMessage = {}

---@return InputMessage
function InputMessage.create() end

---@param size integer
---@return boolean
function InputMessage:decryptRsa(size) end

---@return boolean
function InputMessage:eof() end

---@return string
function InputMessage:getBuffer() end

---@return integer
function InputMessage:getMessageSize() end

---@return integer
function InputMessage:getReadSize() end

---@return string
function InputMessage:getString() end

---@return integer
function InputMessage:getU16() end

---@return integer
function InputMessage:getU32() end

---@return integer
function InputMessage:getU64() end

---@return integer
function InputMessage:getU8() end

---@return integer
function InputMessage:getUnreadSize() end

---@return integer
function InputMessage:peekU16() end

---@return integer
function InputMessage:peekU32() end

---@return integer
function InputMessage:peekU64() end

---@return integer
function InputMessage:peekU8() end

---@param buffer string
function InputMessage:setBuffer(buffer) end

---@param bytes integer
function InputMessage:skipBytes(bytes) end

---@class Item: Thing
Item = {}

---@param id integer
---@return Item
function Item.create(id) end

--- Only in edubart.
---@param id integer
---@return Item
function Item.createOtb(id) end

--- Only in edubart.
---@param i Item
function Item:addContainerItem(i) end

--- Only in edubart.
---@param i Item
---@param slot integer
function Item:addContainerItemIndexed(i, slot) end

--- Only in edubart.
function Item:clearContainerItems() end

---@return Item
function Item:clone() end

--- Only in edubart.
---@return integer
function Item:getActionId() end

--- Only in mehah.
---@return integer
function Item:getCharges() end

---@return integer
function Item:getClothSlot() end

--- Only in edubart.
---@param slot integer
---@return Item
function Item:getContainerItem(slot) end

--- Only in edubart.
---@return Item[]
function Item:getContainerItems() end

---@return integer
function Item:getCount() end

--- Only in mehah.
---@return integer
function Item:getCountOrSubType() end

--- Only in edubart.
---@return string
function Item:getDescription() end

--- Only in mehah.
---@return integer
function Item:getDurationTime() end

---@return integer
function Item:getId() end

---@return table
function Item:getMarketData() end

--- Only in mehah.
---@return integer
function Item:getMeanPrice() end

--- Only in edubart.
---@return string
function Item:getName() end

--- Only in mehah.
---@return table[]
function Item:getNpcSaleData() end

--- Only in edubart.
---@return integer
function Item:getServerId() end

---@return integer
function Item:getSubType() end

--- Only in edubart.
---@return Position
function Item:getTeleportDestination() end

--- Only in edubart.
---@return string
function Item:getText() end

--- Only in mehah.
---@return integer
function Item:getTier() end

--- Only in mehah.
---@return string
function Item:getTooltip() end

--- Only in edubart.
---@return integer
function Item:getUniqueId() end

--- Only in mehah.
---@return boolean
function Item:hasClockExpire() end

--- Only in mehah.
---@return boolean
function Item:hasExpire() end

--- Only in mehah.
---@return boolean
function Item:hasExpireStop() end

--- Only in mehah.
---@return boolean
function Item:hasWearOut() end

--- Only in mehah.
---@return boolean
function Item:isDualWield() end

---@return boolean
function Item:isFluidContainer() end

---@return boolean
function Item:isMarketable() end

---@return boolean
function Item:isStackable() end

--- Only in edubart.
---@param slot integer
function Item:removeContainerItem(slot) end

--- Only in edubart.
---@param actionId integer
function Item:setActionId(actionId) end

---@param count integer
function Item:setCount(count) end

--- Only in edubart.
---@param desc string
function Item:setDescription(desc) end

--- Only in edubart.
---@param pos Position
function Item:setTeleportDestination(pos) end

--- Only in edubart.
---@param txt string
function Item:setText(txt) end

--- Only in mehah.
---@param tier integer
function Item:setTier(tier) end

--- Only in mehah.
---@param str string
function Item:setTooltip(str) end

--- Only in edubart.
---@param uniqueId integer
function Item:setUniqueId(uniqueId) end

--- Only in edubart.
---@class ItemType: LuaObject
ItemType = {}

---@return integer
function ItemType:getClientId() end

---@return integer
function ItemType:getServerId() end

---@return boolean
function ItemType:isWritable() end

---@class LocalPlayer: Player
LocalPlayer = {}

---@param destination Position
---@param retry? boolean
---@return boolean
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, destination: Position): boolean
function LocalPlayer:autoWalk(destination, retry) end

---@param ignoreLock? boolean
---@return boolean
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, direction: integer): boolean
function LocalPlayer:canWalk(ignoreLock) end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getBaseMagicLevel() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): integer
function LocalPlayer:getBlessings() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getExperience() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getFreeCapacity() end

--- Only in mehah.
---@return integer
function LocalPlayer:getHarmony() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getHealth() end

--- Only in mehah.
---@param itemId integer
---@param tier integer
---@return integer
function LocalPlayer:getInventoryCount(itemId, tier) end

---@param inventory integer
---@return Item
function LocalPlayer:getInventoryItem(inventory) end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getLevel() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getLevelPercent() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getMagicLevel() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getMagicLevelPercent() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getMana() end

--- Only in mehah.
---@return integer
function LocalPlayer:getManaShield() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getMaxHealth() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getMaxMana() end

--- Only in mehah.
---@return integer
function LocalPlayer:getMaxManaShield() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getOfflineTrainingTime() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getRegenerationTime() end

--- Only in mehah.
---@param type integer
---@return integer
function LocalPlayer:getResourceBalance(type) end

---@param skill integer
---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, skill: integer): integer
function LocalPlayer:getSkillBaseLevel(skill) end

---@param skill integer
---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, skill: integer): integer
function LocalPlayer:getSkillLevel(skill) end

---@param skill integer
---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, skill: integer): integer
function LocalPlayer:getSkillLevelPercent(skill) end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getSoul() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getStamina() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): integer
function LocalPlayer:getStates() end

--- Only in mehah.
---@return integer
function LocalPlayer:getStoreExpBoostTime() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): number
function LocalPlayer:getTotalCapacity() end

--- Only in mehah.
---@return integer
function LocalPlayer:getTotalMoney() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer): integer
function LocalPlayer:getVocation() end

--- Only in mehah.
---@param itemId integer
---@param tier integer
---@return boolean
function LocalPlayer:hasEquippedItemId(itemId, tier) end

---@param pos Position
---@return boolean
function LocalPlayer:hasSight(pos) end

---@return boolean
function LocalPlayer:isAutoWalking() end

---@return boolean
function LocalPlayer:isKnown() end

---@return boolean
function LocalPlayer:isPreWalking() end

---@return boolean
function LocalPlayer:isPremium() end

--- Only in mehah.
---@return boolean
function LocalPlayer:isSerene() end

---@return boolean
function LocalPlayer:isServerWalking() end

--- Only in mehah.
---@return boolean
function LocalPlayer:isSupplyStashAvailable() end

--- Only in mehah.
---@return boolean
function LocalPlayer:isWalkLocked() end

---@param millis? integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, millis?: integer)
function LocalPlayer:lockWalk(millis) end

--- Only in mehah.
---@param direction integer
function LocalPlayer:preWalk(direction) end

---@param experience integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, experience: number)
function LocalPlayer:setExperience(experience) end

---@param freeCapacity integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, freeCapacity: number)
function LocalPlayer:setFreeCapacity(freeCapacity) end

---@param health integer
---@param maxHealth integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, health: number, maxHealth: number)
function LocalPlayer:setHealth(health, maxHealth) end

---@param inventory integer
---@param item? Item
function LocalPlayer:setInventoryItem(inventory, item) end

---@param known boolean
function LocalPlayer:setKnown(known) end

---@param level integer
---@param levelPercent integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, level: number, levelPercent: number)
function LocalPlayer:setLevel(level, levelPercent) end

---@param magicLevel integer
---@param magicLevelPercent integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, magicLevel: number, magicLevelPercent: number)
function LocalPlayer:setMagicLevel(magicLevel, magicLevelPercent) end

---@param mana integer
---@param maxMana integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, mana: number, maxMana: number)
function LocalPlayer:setMana(mana, maxMana) end

--- Only in mehah.
---@param manaShield integer
---@param maxManaShield integer
function LocalPlayer:setManaShield(manaShield, maxManaShield) end

--- Only in mehah.
---@param type integer
---@param value integer
function LocalPlayer:setResourceBalance(type, value) end

---@param skillId integer
---@param level integer
---@param levelPercent integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, skill: integer, level: integer, levelPercent: integer)
function LocalPlayer:setSkill(skillId, level, levelPercent) end

---@param soul integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, soul: number)
function LocalPlayer:setSoul(soul) end

---@param stamina integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, stamina: number)
function LocalPlayer:setStamina(stamina) end

---@param states integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, states: integer)
function LocalPlayer:setStates(states) end

---@param totalCapacity integer
--- In edubart it has the other signature.
---@overload fun(self: LocalPlayer, totalCapacity: number)
function LocalPlayer:setTotalCapacity(totalCapacity) end

function LocalPlayer:stopAutoWalk() end

function LocalPlayer:unlockWalk() end

--- Only in mehah.
---@class LoginHttp: LuaObject
LoginHttp = {}

---@return LoginHttp
function LoginHttp.create() end

---@param host string
---@param path string
---@param port integer
---@param email string
---@param password string
---@param request_id integer
---@param httpLogin boolean
---@param token string
function LoginHttp:httpLogin(host, path, port, email, password, request_id, httpLogin, token) end

---@class LuaObject
LuaObject = {}

---@return string
function LuaObject:getClassName() end

---@return any
function LuaObject:getFieldsTable() end

---@class Missile: Thing
Missile = {}

---@return Missile
function Missile.create() end

---@param id integer
function Missile:setId(id) end

---@param fromPosition Position
---@param toPosition Position
function Missile:setPath(fromPosition, toPosition) end

---@class Module: LuaObject
Module = {}

---@return boolean
function Module:canReload() end

---@return boolean
function Module:canUnload() end

---@return string
function Module:getAuthor() end

---@return integer
function Module:getAutoLoadPriority() end

---@return string
function Module:getDescription() end

---@return string
function Module:getName() end

---@return any
function Module:getSandbox() end

---@return string
function Module:getVersion() end

---@return string
function Module:getWebsite() end

---@return boolean
function Module:isAutoLoad() end

---@return boolean
function Module:isLoaded() end

---@return boolean
function Module:isReloadble() end

---@return boolean
function Module:isSandboxed() end

---@return boolean
function Module:load() end

---@return boolean
function Module:reload() end

function Module:unload() end

---@class Monster: Creature
Monster = {}

---@class Npc: Creature
Npc = {}

---@class OutputMessage: LuaObject
OutputMessage = {}

---@return OutputMessage
function OutputMessage.create() end

--- Only in mehah.
---@param buffer string
function OutputMessage:addBytes(buffer) end

---@param bytes integer
---@param byte? integer
function OutputMessage:addPaddingBytes(bytes, byte) end

--- Only in edubart.
---@param buffer string
function OutputMessage:addRawString(buffer) end

---@param buffer string
function OutputMessage:addString(buffer) end

---@param value integer
function OutputMessage:addU16(value) end

---@param value integer
function OutputMessage:addU32(value) end

---@param value integer
function OutputMessage:addU64(value) end

---@param value integer
function OutputMessage:addU8(value) end

function OutputMessage:encryptRsa() end

---@return string
function OutputMessage:getBuffer() end

---@return integer
function OutputMessage:getMessageSize() end

---@return integer
function OutputMessage:getWritePos() end

function OutputMessage:reset() end

---@param buffer string
function OutputMessage:setBuffer(buffer) end

---@param messageSize integer
function OutputMessage:setMessageSize(messageSize) end

---@param writePos integer
function OutputMessage:setWritePos(writePos) end

---@class PainterShaderProgram: LuaObject
PainterShaderProgram = {}

--- Takes its arguments and does nothing here.
---@param file string
function PainterShaderProgram:addMultiTexture(file) end

--- Only in mehah.
---@class Paperdoll: LuaObject
Paperdoll = {}

---@return boolean
function Paperdoll:canDrawOnUI() end

---@return Paperdoll
function Paperdoll:clone() end

---@return integer
function Paperdoll:getBodyColor() end

---@return integer
function Paperdoll:getFeetColor() end

---@return integer
function Paperdoll:getHeadColor() end

---@return integer
function Paperdoll:getId() end

---@return integer
function Paperdoll:getLegsColor() end

---@return number
function Paperdoll:getSpeed() end

---@param addon integer
---@return integer
function Paperdoll:hasAddon(addon) end

---@param addon integer
function Paperdoll:removeAddon(addon) end

function Paperdoll:reset() end

---@param addon integer
function Paperdoll:setAddon(addon) end

---@param addons integer
function Paperdoll:setAddons(addons) end

---@param c integer
function Paperdoll:setBodyColor(c) end

---@param canDraw boolean
function Paperdoll:setCanDrawOnUI(canDraw) end

---@param c integer
function Paperdoll:setColor(c) end

---@param outfit Outfit
function Paperdoll:setColorByOutfit(outfit) end

---@param direction integer
---@param x integer
---@param y integer
---@param onTop? boolean
function Paperdoll:setDirOffset(direction, x, y, onTop) end

---@param c integer
function Paperdoll:setFeetColor(c) end

---@param c integer
function Paperdoll:setHeadColor(c) end

---@param c integer
function Paperdoll:setLegsColor(c) end

---@param direction integer
---@param x integer
---@param y integer
---@param onTop? boolean
function Paperdoll:setMountDirOffset(direction, x, y, onTop) end

---@param x integer
---@param y integer
function Paperdoll:setMountOffset(x, y) end

---@param direction integer
---@param onTop boolean
function Paperdoll:setMountOnTopByDir(direction, onTop) end

---@param x integer
---@param y integer
function Paperdoll:setOffset(x, y) end

---@param onTop boolean
function Paperdoll:setOnTop(onTop) end

---@param direction integer
---@param onTop boolean
function Paperdoll:setOnTopByDir(direction, onTop) end

---@param s boolean
function Paperdoll:setOnlyAddon(s) end

---@param opacity number
function Paperdoll:setOpacity(opacity) end

---@param priority integer
function Paperdoll:setPriority(priority) end

--- Takes its arguments and does nothing here.
---@param name string
function Paperdoll:setShader(name) end

---@param b boolean
function Paperdoll:setShowOnMount(b) end

---@param s number
function Paperdoll:setSizeFactor(s) end

---@param speed number
function Paperdoll:setSpeed(speed) end

---@param b boolean
function Paperdoll:setUseMountPattern(b) end

---@class ParticleEffectType: LuaObject
ParticleEffectType = {}

---@return ParticleEffectType
function ParticleEffectType.create() end

--- Takes its arguments and does nothing here.
---@return string
function ParticleEffectType:getDescription() end

--- Takes its arguments and does nothing here.
---@return string
function ParticleEffectType:getName() end

---@class Player: Creature
Player = {}

---@class Protocol: LuaObject
Protocol = {}

---@return Protocol
function Protocol.create() end

---@param host string
---@param port integer
function Protocol:connect(host, port) end

function Protocol:disconnect() end

function Protocol:enableChecksum() end

function Protocol:enableXteaEncryption() end

--- Only in mehah.
function Protocol:enabledSequencedPackets() end

function Protocol:generateXteaKey() end

---@return Connection
function Protocol:getConnection() end

---@return integer[]
function Protocol:getXteaKey() end

---@return boolean
function Protocol:isConnected() end

---@return boolean
function Protocol:isConnecting() end

function Protocol:recv() end

---@param outputMessage OutputMessage
function Protocol:send(outputMessage) end

---@param connection Connection
function Protocol:setConnection(connection) end

---@param a integer
---@param b integer
---@param c integer
---@param d integer
function Protocol:setXteaKey(a, b, c, d) end

---@class ProtocolGame: Protocol
ProtocolGame = {}

---@return ProtocolGame
function ProtocolGame.create() end

--- Only in edubart.
---@param msg OutputMessage
---@param position Position
function ProtocolGame:addPosition(msg, position) end

--- Only in edubart.
---@param msg InputMessage
---@return Position
function ProtocolGame:getPosition(msg) end

---@param opcode integer
---@param buffer string
function ProtocolGame:sendExtendedOpcode(opcode, buffer) end

--- Only in edubart.
---@class ProtocolHttp: LuaObject
ProtocolHttp = {}

---@return ProtocolHttp
function ProtocolHttp.create() end

---@param host string
---@param port integer
function ProtocolHttp:connect(host, port) end

function ProtocolHttp:disconnect() end

function ProtocolHttp:recv() end

---@param message string
function ProtocolHttp:send(message) end

---@class ScheduledEvent: Event
ScheduledEvent = {}

---@return integer
function ScheduledEvent:cyclesExecuted() end

---@return integer
function ScheduledEvent:delay() end

---@return integer
function ScheduledEvent:maxCycles() end

---@return boolean
function ScheduledEvent:nextCycle() end

---@return integer
function ScheduledEvent:remainingTicks() end

---@return integer
function ScheduledEvent:ticks() end

---@class Server: LuaObject
Server = {}

---@param port integer
---@return Server
function Server.create(port) end

function Server:acceptNext() end

function Server:close() end

---@return boolean
function Server:isOpen() end

---@class ShaderProgram: LuaObject
ShaderProgram = {}

---@class SoundChannel: LuaObject
SoundChannel = {}

--- Takes its arguments and does nothing here.
function SoundChannel:disable() end

--- Takes its arguments and does nothing here.
function SoundChannel:enable() end

--- Takes its arguments and does nothing here.
---@param filename string
---@param fadetime? number
---@param gain? number
---@param pitch? number
--- In edubart it has the other signature.
---@overload fun(self: SoundChannel, filename: string, fadetime?: number, gain?: number)
function SoundChannel:enqueue(filename, fadetime, gain, pitch) end

--- Takes its arguments and does nothing here.
---@return number
function SoundChannel:getGain() end

---@return integer
function SoundChannel:getId() end

--- Takes its arguments and does nothing here.
---@return boolean
function SoundChannel:isEnabled() end

---@param filename string
---@param fadetime? number
---@param gain? number
---@param pitch? number
---@return SoundSource
--- In edubart it has the other signature.
---@overload fun(self: SoundChannel, filename: string, fadetime?: number, gain?: number): SoundSource
function SoundChannel:play(filename, fadetime, gain, pitch) end

--- Takes its arguments and does nothing here.
---@param enable boolean
function SoundChannel:setEnabled(enable) end

--- Takes its arguments and does nothing here.
---@param gain number
function SoundChannel:setGain(gain) end

--- Takes its arguments and does nothing here.
---@param fadetime? number
function SoundChannel:stop(fadetime) end

--- Only in mehah.
---@class SoundEffect: LuaObject
SoundEffect = {}

--- Takes its arguments and does nothing here.
---@param presetName string
function SoundEffect:setPreset(presetName) end

---@class SoundSource: LuaObject
SoundSource = {}

--- Only in mehah.
---@return SoundSource
function SoundSource.create() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@return boolean
function SoundSource:isPlaying() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
function SoundSource:play() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
function SoundSource:removeEffect() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param soundEffect SoundEffect
function SoundSource:setEffect(soundEffect) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param state integer
---@param fadeTime number
function SoundSource:setFading(state, fadeTime) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param gain number
function SoundSource:setGain(gain) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param looping boolean
function SoundSource:setLooping(looping) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function SoundSource:setName(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param pos Point
function SoundSource:setPosition(pos) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param distance number
function SoundSource:setReferenceDistance(distance) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param relative boolean
function SoundSource:setRelative(relative) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param velocity Point
function SoundSource:setVelocity(velocity) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
function SoundSource:stop() end

--- Only in edubart.
---@class Spawn: LuaObject
Spawn = {}

---@return Spawn
function Spawn.create() end

---@param placePos Position
---@param cType? CreatureType
function Spawn:addCreature(placePos, cType) end

---@return Position
function Spawn:getCenterPos() end

---@return CreatureType[]
function Spawn:getCreatures() end

---@return integer
function Spawn:getRadius() end

---@param pos Position
function Spawn:removeCreature(pos) end

---@param pos Position
function Spawn:setCenterPos(pos) end

---@param r integer
function Spawn:setRadius(r) end

---@class StaticText: LuaObject
StaticText = {}

---@return StaticText
function StaticText.create() end

---@param name string
---@param mode integer
---@param text string
---@return boolean
function StaticText:addMessage(name, mode, text) end

---@return Color
function StaticText:getColor() end

---@param color Color
function StaticText:setColor(color) end

---@param fontName string
function StaticText:setFont(fontName) end

---@param text string
function StaticText:setText(text) end

---@class StreamSoundSource: SoundSource
StreamSoundSource = {}

---@class Thing: AttachableObject
Thing = {}

--- Only in mehah.
---@return boolean
function Thing:canAnimate() end

--- Only in edubart.
---@return integer
function Thing:getAnimationPhases() end

--- Only in mehah.
---@return integer
function Thing:getClassification() end

--- Only in mehah.
---@return integer
function Thing:getDefaultAction() end

--- Only in mehah.
---@param layer? integer
---@param xPattern? integer
---@param yPattern? integer
---@param zPattern? integer
---@param animationPhase? integer
---@return integer
function Thing:getExactSize(layer, xPattern, yPattern, zPattern, animationPhase) end

---@return integer
function Thing:getId() end

---@return table
function Thing:getMarketData() end

--- Only in mehah.
---@return integer
function Thing:getMeanPrice() end

--- Only in mehah.
---@return table[]
function Thing:getNpcSaleData() end

---@return Container
function Thing:getParentContainer() end

---@return Position
function Thing:getPosition() end

--- Only in mehah.
---@return number
function Thing:getScaleFactor() end

---@return integer
function Thing:getStackPos() end

---@return integer
function Thing:getStackPriority() end

---@return Tile
function Thing:getTile() end

--- Only in mehah.
---@return boolean
function Thing:hasExpireStop() end

--- Only in mehah.
---@return boolean
function Thing:hasWearout() end

--- Only in mehah.
---@return boolean
function Thing:isAmmo() end

--- Only in edubart.
---@return boolean
function Thing:isAnimatedText() end

---@return boolean
function Thing:isContainer() end

---@return boolean
function Thing:isCreature() end

---@return boolean
function Thing:isEffect() end

---@return boolean
function Thing:isForceUse() end

---@return boolean
function Thing:isFullGround() end

---@return boolean
function Thing:isGround() end

---@return boolean
function Thing:isGroundBorder() end

--- Only in mehah.
---@return boolean
function Thing:isHighlighted() end

---@return boolean
function Thing:isHookSouth() end

---@return boolean
function Thing:isIgnoreLook() end

---@return boolean
function Thing:isItem() end

---@return boolean
function Thing:isLocalPlayer() end

---@return boolean
function Thing:isLyingCorpse() end

--- Only in mehah.
---@return boolean
function Thing:isMarked() end

---@return boolean
function Thing:isMarketable() end

---@return boolean
function Thing:isMissile() end

---@return boolean
function Thing:isMonster() end

---@return boolean
function Thing:isMultiUse() end

---@return boolean
function Thing:isNotMoveable() end

---@return boolean
function Thing:isNpc() end

---@return boolean
function Thing:isOnBottom() end

---@return boolean
function Thing:isOnTop() end

---@return boolean
function Thing:isPickupable() end

---@return boolean
function Thing:isPlayer() end

---@return boolean
function Thing:isRotateable() end

---@return boolean
function Thing:isStackable() end

--- Only in edubart.
---@return boolean
function Thing:isStaticText() end

---@return boolean
function Thing:isTopEffect() end

---@return boolean
function Thing:isTranslucent() end

---@return boolean
function Thing:isUnwrapable() end

---@return boolean
function Thing:isUsable() end

---@return boolean
function Thing:isWrapable() end

--- Only in mehah.
---@param aniamte boolean
function Thing:setAnimate(aniamte) end

--- Only in mehah.
---@param color string
function Thing:setHighlight(color) end

---@param id integer
function Thing:setId(id) end

--- Only in mehah.
---@param color string
function Thing:setMarked(color) end

---@param position Position
---@param stackPos? integer
--- In edubart it has the other signature.
---@overload fun(self: Thing, position: Position)
function Thing:setPosition(position, stackPos) end

--- Only in mehah.
---@param v number
---@param ms? integer
function Thing:setScaleFactor(v, ms) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function Thing:setShader(name) end

---@class ThingType: LuaObject
ThingType = {}

---@return ThingType
function ThingType.create() end

---@return boolean
function ThingType:blockProjectile() end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@param fileName string
function ThingType:exportImage(fileName) end

---@return integer
function ThingType:getAnimationPhases() end

---@return integer
function ThingType:getCategory() end

--- Only in mehah.
---@return integer
function ThingType:getClassification() end

---@return integer
function ThingType:getClothSlot() end

--- Only in mehah.
---@return integer
function ThingType:getDefaultAction() end

--- Only in mehah.
---@return string
function ThingType:getDescription() end

---@return Point
function ThingType:getDisplacement() end

---@return integer
function ThingType:getDisplacementX() end

---@return integer
function ThingType:getDisplacementY() end

---@return integer
function ThingType:getElevation() end

--- Only in edubart.
---@param layer? integer
---@param xPattern? integer
---@param yPattern? integer
---@param zPattern? integer
---@param animationPhase? integer
---@return integer
function ThingType:getExactSize(layer, xPattern, yPattern, zPattern, animationPhase) end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: ThingType): integer
function ThingType:getGroundSpeed() end

---@return integer
function ThingType:getHeight() end

---@return integer
function ThingType:getId() end

---@return integer
function ThingType:getLayers() end

---@return integer
function ThingType:getLensHelp() end

---@return Light
function ThingType:getLight() end

---@return table
function ThingType:getMarketData() end

---@return integer
function ThingType:getMaxTextLength() end

--- Only in mehah.
---@return integer
function ThingType:getMeanPrice() end

---@return integer
function ThingType:getMinimapColor() end

--- Only in mehah.
---@return string
function ThingType:getName() end

--- Only in mehah.
---@return table[]
function ThingType:getNpcSaleData() end

---@return integer
function ThingType:getNumPatternX() end

---@return integer
function ThingType:getNumPatternY() end

---@return integer
function ThingType:getNumPatternZ() end

---@return integer
function ThingType:getRealSize() end

---@return Size
function ThingType:getSize() end

--- Only in mehah.
---@return integer
function ThingType:getSkillWheelGemQualityId() end

--- Only in mehah.
---@return integer
function ThingType:getSkillWheelGemVocationId() end

---@return integer[]
--- In edubart it has the other signature.
---@overload fun(self: ThingType): integer[]
function ThingType:getSprites() end

---@return integer
function ThingType:getWidth() end

---@param attr integer
---@return boolean
function ThingType:hasAttribute(attr) end

--- Only in mehah.
---@return boolean
function ThingType:hasClockExpire() end

---@return boolean
function ThingType:hasDisplacement() end

---@return boolean
function ThingType:hasElevation() end

--- Only in mehah.
---@return boolean
function ThingType:hasExpire() end

--- Only in mehah.
---@return boolean
function ThingType:hasExpireStop() end

--- Only in mehah.
---@return boolean
function ThingType:hasFloorChange() end

---@return boolean
function ThingType:hasLensHelp() end

---@return boolean
function ThingType:hasLight() end

---@return boolean
function ThingType:hasMiniMapColor() end

--- Only in mehah.
---@return boolean
function ThingType:hasSkillWheelGem() end

--- Only in mehah.
---@return boolean
function ThingType:hasWearOut() end

--- Only in mehah.
---@return boolean
function ThingType:isAmmo() end

---@return boolean
function ThingType:isAnimateAlways() end

---@return boolean
function ThingType:isChargeable() end

---@return boolean
function ThingType:isCloth() end

---@return boolean
function ThingType:isContainer() end

---@return boolean
function ThingType:isDontHide() end

--- Only in mehah.
---@return boolean
function ThingType:isDualWield() end

---@return boolean
function ThingType:isFluidContainer() end

---@return boolean
function ThingType:isForceUse() end

---@return boolean
function ThingType:isFullGround() end

---@return boolean
function ThingType:isGround() end

---@return boolean
function ThingType:isGroundBorder() end

---@return boolean
function ThingType:isHangable() end

---@return boolean
function ThingType:isHookEast() end

---@return boolean
function ThingType:isHookSouth() end

---@return boolean
function ThingType:isIgnoreLook() end

---@return boolean
function ThingType:isLyingCorpse() end

---@return boolean
function ThingType:isMarketable() end

---@return boolean
function ThingType:isMultiUse() end

---@return boolean
function ThingType:isNotMoveable() end

---@return boolean
function ThingType:isNotPathable() end

---@return boolean
function ThingType:isNotWalkable() end

---@return boolean
function ThingType:isOnBottom() end

---@return boolean
function ThingType:isOnTop() end

---@return boolean
function ThingType:isPickupable() end

--- Only in mehah.
---@return boolean
function ThingType:isPodium() end

---@return boolean
function ThingType:isRotateable() end

---@return boolean
function ThingType:isSplash() end

---@return boolean
function ThingType:isStackable() end

---@return boolean
function ThingType:isTopEffect() end

---@return boolean
function ThingType:isTranslucent() end

---@return boolean
function ThingType:isUnwrapable() end

---@return boolean
function ThingType:isUsable() end

---@return boolean
function ThingType:isWrapable() end

---@return boolean
function ThingType:isWritable() end

---@return boolean
function ThingType:isWritableOnce() end

---@param var boolean
function ThingType:setPathable(var) end

---@class Tile: AttachableObject
Tile = {}

---@param thing Thing
---@param stackPos integer
function Tile:addThing(thing, stackPos) end

--- Only in mehah.
---@param distance integer
---@return boolean
function Tile:canShoot(distance) end

function Tile:clean() end

---@return Creature[]
function Tile:getCreatures() end

--- Only in edubart.
---@return integer
function Tile:getDrawElevation() end

--- Only in edubart.
---@return integer
function Tile:getFlags() end

---@return Item
function Tile:getGround() end

---@return Item[]
function Tile:getItems() end

---@return Position
function Tile:getPosition() end

--- Only in mehah.
---@return string
function Tile:getText() end

---@param stackPos integer
---@return Thing
function Tile:getThing(stackPos) end

---@return integer
function Tile:getThingCount() end

---@param thing Thing
---@return integer
function Tile:getThingStackPos(thing) end

---@return Thing[]
function Tile:getThings() end

--- Only in mehah.
---@return integer
function Tile:getTimer() end

---@param checkAround? boolean
---@return Creature
--- In edubart it has the other signature.
---@overload fun(self: Tile): Creature
function Tile:getTopCreature(checkAround) end

---@return Thing
function Tile:getTopLookThing() end

---@return Thing
function Tile:getTopMoveThing() end

---@return Thing
function Tile:getTopMultiUseThing() end

---@return Thing
function Tile:getTopThing() end

---@return Thing
function Tile:getTopUseThing() end

--- Only in edubart.
---@return boolean
function Tile:hasCreature() end

--- Only in mehah.
---@return boolean
function Tile:hasCreatures() end

--- Only in mehah.
---@param elevation? integer
---@return boolean
function Tile:hasElevation(elevation) end

--- Only in edubart.
---@param flag integer
---@return boolean
function Tile:hasFlag(flag) end

--- Only in mehah.
---@return boolean
function Tile:hasFloorChange() end

---@return boolean
function Tile:isClickable() end

--- Only in mehah.
---@param firstFloor integer
---@param resetCache boolean
---@return boolean
function Tile:isCompletelyCovered(firstFloor, resetCache) end

--- Only in mehah.
---@param firstFloor integer
---@return boolean
function Tile:isCovered(firstFloor) end

---@return boolean
function Tile:isEmpty() end

---@return boolean
function Tile:isFullGround() end

---@return boolean
function Tile:isFullyOpaque() end

--- Only in edubart.
---@return boolean
function Tile:isHouseTile() end

---@return boolean
function Tile:isLookPossible() end

---@return boolean
function Tile:isPathable() end

---@return boolean
function Tile:isSelected() end

---@param ignoreCreatures? boolean
---@return boolean
function Tile:isWalkable(ignoreCreatures) end

--- Only in edubart.
---@param color integer
function Tile:overwriteMinimapColor(color) end

--- Only in edubart.
---@param flag integer
function Tile:remFlag(flag) end

---@param thing Thing
---@return boolean
function Tile:removeThing(thing) end

---@param selectType? integer
--- In edubart it has the other signature.
---@overload fun(self: Tile)
function Tile:select(selectType) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param color Color
function Tile:setFill(color) end

--- Only in edubart.
---@param flag integer
function Tile:setFlag(flag) end

--- Only in edubart.
---@param flags integer
function Tile:setFlags(flags) end

--- Only in mehah.
---@param text string
---@param color Color
function Tile:setText(text, color) end

--- Only in mehah.
---@param time integer
---@param color Color
function Tile:setTimer(time, color) end

function Tile:unselect() end

--- Only in edubart.
---@class Town: LuaObject
Town = {}

---@return Town
function Town.create() end

---@return integer
function Town:getId() end

---@return string
function Town:getName() end

---@return Position
function Town:getPos() end

---@return Position
function Town:getTemplePos() end

---@param tid integer
function Town:setId(tid) end

---@param name string
function Town:setName(name) end

---@param pos Position
function Town:setPos(pos) end

---@param pos Position
function Town:setTemplePos(pos) end

---@class UIAnchorLayout: UILayout
UIAnchorLayout = {}

---@param parent UIWidget
---@return UIAnchorLayout
function UIAnchorLayout.create(parent) end

---@param anchoredWidget UIWidget
---@param hookedWidgetId string
function UIAnchorLayout:centerIn(anchoredWidget, hookedWidgetId) end

---@param anchoredWidget UIWidget
---@param hookedWidgetId string
function UIAnchorLayout:fill(anchoredWidget, hookedWidgetId) end

---@param anchoredWidget UIWidget
function UIAnchorLayout:removeAnchors(anchoredWidget) end

---@class UIBoxLayout: UILayout
UIBoxLayout = {}

---@param fitParent boolean
function UIBoxLayout:setFitChildren(fitParent) end

---@param spacing integer
--- In edubart it has the other signature.
---@overload fun(self: UIBoxLayout, spacing: integer)
function UIBoxLayout:setSpacing(spacing) end

---@class UICreature: UIWidget
UICreature = {}

---@return UICreature
function UICreature.create() end

---@return Creature
function UICreature:getCreature() end

--- Only in mehah.
---@return integer
function UICreature:getCreatureSize() end

--- Only in mehah.
---@return integer
function UICreature:getDirection() end

--- Only in mehah.
---@return boolean
function UICreature:isCentered() end

--- Only in edubart.
---@return boolean
function UICreature:isFixedCreatureSize() end

--- Only in mehah.
---@param v boolean
function UICreature:setCenter(v) end

---@param creature Creature
function UICreature:setCreature(creature) end

--- Only in mehah.
---@param size integer
function UICreature:setCreatureSize(size) end

--- Only in mehah.
---@param dir integer
function UICreature:setDirection(dir) end

--- Only in edubart.
---@param fixed boolean
function UICreature:setFixedCreatureSize(fixed) end

---@param outfit Outfit
function UICreature:setOutfit(outfit) end

--- Only in mehah.
---@class UIEffect: UIWidget
UIEffect = {}

---@return UIEffect
function UIEffect.create() end

function UIEffect:clearEffect() end

---@return Effect
function UIEffect:getEffect() end

---@return integer
function UIEffect:getEffectId() end

---@return boolean
function UIEffect:isEffectVisible() end

---@return boolean
function UIEffect:isVirtual() end

---@param effect Effect
function UIEffect:setEffect(effect) end

---@param id integer
function UIEffect:setEffectId(id) end

---@param visible boolean
function UIEffect:setEffectVisible(visible) end

---@param virt boolean
function UIEffect:setVirtual(virt) end

--- Only in mehah.
---@class UIGraph: UIWidget
UIGraph = {}

---@return UIGraph
function UIGraph.create() end

---@param index integer
---@param value integer
---@param ignoreSmallValues? boolean
function UIGraph:addValue(index, value, ignoreSmallValues) end

function UIGraph:clear() end

---@return integer
function UIGraph:createGraph() end

---@return integer
function UIGraph:getGraphsCount() end

---@param capacity integer
function UIGraph:setCapacity(capacity) end

---@param index integer
---@param visible boolean
function UIGraph:setGraphVisible(index, visible) end

---@param index integer
---@param color Color
function UIGraph:setInfoLineColor(index, color) end

---@param index integer
---@param text string
function UIGraph:setInfoText(index, text) end

---@param index integer
---@param color Color
function UIGraph:setLineColor(index, color) end

---@param index integer
---@param width integer
function UIGraph:setLineWidth(index, width) end

---@param value boolean
function UIGraph:setShowInfo(value) end

---@param value boolean
function UIGraph:setShowLabels(value) end

---@param index integer
---@param color Color
function UIGraph:setTextBackground(index, color) end

---@param title string
function UIGraph:setTitle(title) end

---@class UIGridLayout: UILayout
UIGridLayout = {}

---@param parent UIWidget
---@return UIGridLayout
function UIGridLayout.create(parent) end

---@return Size
function UIGridLayout:getCellSize() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: UIGridLayout): integer
function UIGridLayout:getCellSpacing() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: UIGridLayout): integer
function UIGridLayout:getNumColumns() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: UIGridLayout): integer
function UIGridLayout:getNumLines() end

---@return boolean
function UIGridLayout:isUIGridLayout() end

---@param height integer
function UIGridLayout:setCellHeight(height) end

---@param size Size
function UIGridLayout:setCellSize(size) end

---@param spacing integer
--- In edubart it has the other signature.
---@overload fun(self: UIGridLayout, spacing: integer)
function UIGridLayout:setCellSpacing(spacing) end

---@param width integer
function UIGridLayout:setCellWidth(width) end

---@param enable boolean
function UIGridLayout:setFlow(enable) end

---@param columns integer
--- In edubart it has the other signature.
---@overload fun(self: UIGridLayout, columns: integer)
function UIGridLayout:setNumColumns(columns) end

---@param lines integer
--- In edubart it has the other signature.
---@overload fun(self: UIGridLayout, lines: integer)
function UIGridLayout:setNumLines(lines) end

---@class UIHorizontalLayout: UIBoxLayout
UIHorizontalLayout = {}

---@param parent UIWidget
---@return UIHorizontalLayout
function UIHorizontalLayout.create(parent) end

---@param aliginRight boolean
function UIHorizontalLayout:setAlignRight(aliginRight) end

---@class UIItem: UIWidget
UIItem = {}

---@return UIItem
function UIItem.create() end

function UIItem:clearItem() end

--- Only in mehah.
---@return integer
function UIItem:getFlipDirection() end

---@return Item
function UIItem:getItem() end

---@return integer
function UIItem:getItemCount() end

--- Only in mehah.
---@return integer
function UIItem:getItemCountOrSubType() end

---@return integer
function UIItem:getItemId() end

---@return integer
function UIItem:getItemSubType() end

---@return boolean
function UIItem:isItemVisible() end

---@return boolean
function UIItem:isVirtual() end

--- Only in mehah.
---@param direction integer
function UIItem:setFlipDirection(direction) end

---@param item Item
function UIItem:setItem(item) end

---@param count integer
function UIItem:setItemCount(count) end

---@param id integer
function UIItem:setItemId(id) end

---@param subType integer
function UIItem:setItemSubType(subType) end

---@param visible boolean
function UIItem:setItemVisible(visible) end

--- Only in mehah.
---@param value boolean
function UIItem:setShowCount(value) end

---@param virt boolean
function UIItem:setVirtual(virt) end

---@class UILayout: LuaObject
UILayout = {}

---@param widget UIWidget
function UILayout:addWidget(widget) end

---@param style OTMLNode
function UILayout:applyStyle(style) end

function UILayout:disableUpdates() end

function UILayout:enableUpdates() end

---@return UIWidget
function UILayout:getParentWidget() end

---@return boolean
function UILayout:isUIAnchorLayout() end

---@return boolean
function UILayout:isUIBoxLayout() end

---@return boolean
function UILayout:isUIGridLayout() end

---@return boolean
function UILayout:isUIHorizontalLayout() end

---@return boolean
function UILayout:isUIVerticalLayout() end

---@return boolean
function UILayout:isUpdateDisabled() end

---@return boolean
function UILayout:isUpdating() end

---@param widget UIWidget
function UILayout:removeWidget(widget) end

---@param parentWidget UIWidget
function UILayout:setParent(parentWidget) end

function UILayout:update() end

function UILayout:updateLater() end

---@class UIMap: UIWidget
UIMap = {}

---@return UIMap
function UIMap.create() end

--- Only in mehah.
function UIMap:clearTiles() end

--- Takes its arguments and does nothing here.
---@param drawPane integer
function UIMap:drawSelf(drawPane) end

---@param creature Creature
function UIMap:followCreature(creature) end

---@return Position
function UIMap:getCameraPosition() end

--- Only in edubart.
---@return integer
function UIMap:getDrawFlags() end

--- Only in mehah.
---@return integer
function UIMap:getFloorViewMode() end

---@return Creature
function UIMap:getFollowingCreature() end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@return PainterShaderProgram
function UIMap:getMapShader() end

---@return integer
function UIMap:getMaxZoomIn() end

---@return integer
function UIMap:getMaxZoomOut() end

---@return number
function UIMap:getMinimumAmbientLight() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@return PainterShaderProgram
function UIMap:getNextShader() end

---@param mousePos Point
---@return Position
function UIMap:getPosition(mousePos) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@return PainterShaderProgram
function UIMap:getShader() end

--- Only in mehah.
---@param multiFloor? boolean
---@return Creature[]
function UIMap:getSightSpectators(multiFloor) end

--- Only in mehah.
---@param multiFloor? boolean
---@return Creature[]
function UIMap:getSpectators(multiFloor) end

---@param mousePos Point
---@return Tile
function UIMap:getTile(mousePos) end

--- Only in edubart.
---@return integer
function UIMap:getViewMode() end

---@return Size
function UIMap:getVisibleDimension() end

---@return integer
function UIMap:getZoom() end

--- Only in edubart.
---@return boolean
function UIMap:isAnimating() end

--- Only in edubart.
---@return boolean
function UIMap:isAutoViewModeEnabled() end

---@return boolean
function UIMap:isDrawingHealthBars() end

---@return boolean
function UIMap:isDrawingLights() end

---@return boolean
function UIMap:isDrawingManaBar() end

---@return boolean
function UIMap:isDrawingNames() end

--- Only in edubart.
---@return boolean
function UIMap:isDrawingTexts() end

--- Only in mehah.
---@param pos Position
---@return boolean
function UIMap:isInRange(pos) end

---@return boolean
function UIMap:isKeepAspectRatioEnabled() end

---@return boolean
function UIMap:isLimitVisibleRangeEnabled() end

--- Only in mehah.
---@return boolean
function UIMap:isLimitedVisibleDimension() end

--- Only in edubart.
---@return boolean
function UIMap:isMultifloor() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@return boolean
function UIMap:isSwitchingShader() end

---@param floor integer
function UIMap:lockVisibleFloor(floor) end

---@param x integer
---@param y integer
function UIMap:movePixels(x, y) end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@param add boolean
function UIMap:setAddLightMethod(add) end

--- Only in edubart.
---@param enable boolean
function UIMap:setAnimated(enable) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param mode integer
function UIMap:setAntiAliasingMode(mode) end

--- Only in edubart.
---@param enable boolean
function UIMap:setAutoViewMode(enable) end

---@param pos Position
function UIMap:setCameraPosition(pos) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param texturePath string
function UIMap:setCrosshairTexture(texturePath) end

--- Only in edubart.
---@param drawFlags integer
function UIMap:setDrawFlags(drawFlags) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param enable boolean
function UIMap:setDrawHarmony(enable) end

---@param enable boolean
function UIMap:setDrawHealthBars(enable) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param enable boolean
function UIMap:setDrawHighlightTarget(enable) end

---@param enable boolean
function UIMap:setDrawLights(enable) end

---@param enable boolean
function UIMap:setDrawManaBar(enable) end

---@param enable boolean
function UIMap:setDrawNames(enable) end

--- Only in edubart.
---@param enable boolean
function UIMap:setDrawTexts(enable) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param force boolean
function UIMap:setDrawViewportEdge(force) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param v integer
function UIMap:setFloorFading(v) end

--- Only in mehah.
---@param viewMode integer
function UIMap:setFloorViewMode(viewMode) end

---@param enable boolean
function UIMap:setKeepAspectRatio(enable) end

--- Only in mehah.
---@param enable boolean
function UIMap:setLimitVisibleDimension(enable) end

---@param limitVisibleRange boolean
function UIMap:setLimitVisibleRange(limitVisibleRange) end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@param shader PainterShaderProgram
---@param fadeout number
---@param fadein number
function UIMap:setMapShader(shader, fadeout, fadein) end

---@param maxZoomIn integer
function UIMap:setMaxZoomIn(maxZoomIn) end

---@param maxZoomOut integer
function UIMap:setMaxZoomOut(maxZoomOut) end

---@param intensity number
function UIMap:setMinimumAmbientLight(intensity) end

--- Only in edubart.
---@param enable boolean
function UIMap:setMultifloor(enable) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
---@param fadein number
---@param fadeout number
function UIMap:setShader(name, fadein, fadeout) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param intensity number
function UIMap:setShadowFloorIntensity(intensity) end

--- Only in edubart.
---@param viewMode integer
function UIMap:setViewMode(viewMode) end

---@param visibleDimension Size
function UIMap:setVisibleDimension(visibleDimension) end

---@param zoom integer
---@return boolean
function UIMap:setZoom(zoom) end

function UIMap:unlockVisibleFloor() end

---@return boolean
function UIMap:zoomIn() end

---@return boolean
function UIMap:zoomOut() end

---@class UIMapAnchorLayout: UIAnchorLayout
UIMapAnchorLayout = {}

---@class UIMinimap: UIWidget
UIMinimap = {}

---@return UIMinimap
function UIMinimap.create() end

---@param anchoredWidget UIWidget
---@param anchoredEdge integer
---@param hookedPosition Position
---@param hookedEdge integer
function UIMinimap:anchorPosition(anchoredWidget, anchoredEdge, hookedPosition, hookedEdge) end

---@param anchoredWidget UIWidget
---@param hookedPosition Position
function UIMinimap:centerInPosition(anchoredWidget, hookedPosition) end

---@param anchoredWidget UIWidget
---@param hookedPosition Position
function UIMinimap:fillPosition(anchoredWidget, hookedPosition) end

---@return boolean
function UIMinimap:floorDown() end

---@return boolean
function UIMinimap:floorUp() end

---@return Position
function UIMinimap:getCameraPosition() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: UIMinimap): integer
function UIMinimap:getMaxZoom() end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: UIMinimap): integer
function UIMinimap:getMinZoom() end

---@return number
function UIMinimap:getScale() end

---@param pos Position
---@return Point
function UIMinimap:getTilePoint(pos) end

---@param mousePos Point
---@return Position
function UIMinimap:getTilePosition(mousePos) end

---@param pos Position
---@return Rect
function UIMinimap:getTileRect(pos) end

---@return integer
--- In edubart it has the other signature.
---@overload fun(self: UIMinimap): integer
function UIMinimap:getZoom() end

---@param pos Position
function UIMinimap:setCameraPosition(pos) end

---@param maxZoom integer
--- In edubart it has the other signature.
---@overload fun(self: UIMinimap, maxZoom: integer)
function UIMinimap:setMaxZoom(maxZoom) end

---@param minZoom integer
--- In edubart it has the other signature.
---@overload fun(self: UIMinimap, minZoom: integer)
function UIMinimap:setMixZoom(minZoom) end

---@param zoom integer
---@return boolean
--- In edubart it has the other signature.
---@overload fun(self: UIMinimap, zoom: integer): boolean
function UIMinimap:setZoom(zoom) end

---@return boolean
function UIMinimap:zoomIn() end

---@return boolean
function UIMinimap:zoomOut() end

--- Only in mehah.
---@class UIMissile: UIWidget
UIMissile = {}

---@return UIMissile
function UIMissile.create() end

function UIMissile:clearMissile() end

---@return integer
function UIMissile:getDirection() end

---@return Missile
function UIMissile:getMissile() end

---@return integer
function UIMissile:getMissileId() end

---@return boolean
function UIMissile:isMissileVisible() end

---@return boolean
function UIMissile:isVirtual() end

---@param dir integer
function UIMissile:setDirection(dir) end

---@param missile Missile
function UIMissile:setMissile(missile) end

---@param id integer
function UIMissile:setMissileId(id) end

---@param visible boolean
function UIMissile:setMissileVisible(visible) end

---@param virt boolean
function UIMissile:setVirtual(virt) end

---@class UIParticles: UIWidget
UIParticles = {}

---@return UIParticles
function UIParticles.create() end

--- Takes its arguments and does nothing here.
---@param name string
function UIParticles:addEffect(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
function UIParticles:clearEffects() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function UIParticles:setEffect(name) end

---@class UIProgressRect: UIWidget
UIProgressRect = {}

---@return UIProgressRect
function UIProgressRect.create() end

--- Only in mehah.
---@return integer
function UIProgressRect:getDuration() end

---@return number
function UIProgressRect:getPercent() end

--- Only in mehah.
---@return integer
function UIProgressRect:getTimeElapsed() end

--- Only in mehah.
---@param duration integer
function UIProgressRect:setDuration(duration) end

---@param percent number
function UIProgressRect:setPercent(percent) end

--- Only in mehah.
---@param showProgress boolean
function UIProgressRect:showProgress(showProgress) end

--- Only in mehah.
---@param showTime boolean
function UIProgressRect:showTime(showTime) end

--- Only in mehah.
function UIProgressRect:start() end

--- Only in mehah.
function UIProgressRect:stop() end

--- Only in mehah.
---@class UIQrCode: UIWidget
UIQrCode = {}

---@return UIQrCode
function UIQrCode.create() end

---@return string
function UIQrCode:getCode() end

---@return integer
function UIQrCode:getCodeBorder() end

---@param code string
---@param border integer
function UIQrCode:setCode(code, border) end

---@param border integer
function UIQrCode:setCodeBorder(border) end

---@class UISprite: UIWidget
UISprite = {}

---@return UISprite
function UISprite.create() end

function UISprite:clearSprite() end

---@return integer
function UISprite:getSpriteId() end

---@return boolean
function UISprite:hasSprite() end

---@param color Color
function UISprite:setSpriteColor(color) end

---@param id integer
function UISprite:setSpriteId(id) end

---@class UITextEdit: UIWidget
UITextEdit = {}

---@return UITextEdit
function UITextEdit.create() end

---@param text string
function UITextEdit:appendText(text) end

function UITextEdit:blinkCursor() end

function UITextEdit:clearSelection() end

---@return string
function UITextEdit:copy() end

---@return string
function UITextEdit:cut() end

---@param right? boolean
function UITextEdit:del(right) end

---@return integer
function UITextEdit:getCursorPos() end

---@return string
function UITextEdit:getDisplayedText() end

---@return integer
function UITextEdit:getMaxLength() end

---@return string
function UITextEdit:getSelection() end

---@return Color
function UITextEdit:getSelectionBackgroundColor() end

---@return Color
function UITextEdit:getSelectionColor() end

---@return integer
function UITextEdit:getSelectionEnd() end

---@return integer
function UITextEdit:getSelectionStart() end

---@param pos Point
---@return integer
function UITextEdit:getTextPos(pos) end

---@return Size
function UITextEdit:getTextTotalSize() end

---@return Point
function UITextEdit:getTextVirtualOffset() end

---@return Size
function UITextEdit:getTextVirtualSize() end

---@return boolean
function UITextEdit:hasSelection() end

---@return boolean
function UITextEdit:isChangingCursorImage() end

---@return boolean
function UITextEdit:isCursorVisible() end

---@return boolean
function UITextEdit:isEditable() end

---@return boolean
function UITextEdit:isMultiline() end

---@return boolean
function UITextEdit:isSelectable() end

---@return boolean
function UITextEdit:isShiftNavigation() end

---@return boolean
function UITextEdit:isTextHidden() end

---@param right boolean
function UITextEdit:moveCursorHorizontally(right) end

---@param up boolean
function UITextEdit:moveCursorVertically(up) end

---@param text string
function UITextEdit:paste(text) end

---@param right boolean
function UITextEdit:removeCharacter(right) end

function UITextEdit:selectAll() end

---@param enable boolean
function UITextEdit:setChangeCursorImage(enable) end

---@param pos integer
---@param focusCursor? boolean
--- In edubart it has the other signature.
---@overload fun(self: UITextEdit, pos: integer)
function UITextEdit:setCursorPos(pos, focusCursor) end

---@param enable boolean
function UITextEdit:setCursorVisible(enable) end

---@param editable boolean
function UITextEdit:setEditable(editable) end

---@param maxLength integer
function UITextEdit:setMaxLength(maxLength) end

---@param enable boolean
function UITextEdit:setMultiline(enable) end

---@param selectable boolean
function UITextEdit:setSelectable(selectable) end

---@param start integer
---@param stop integer
function UITextEdit:setSelection(start, stop) end

---@param color Color
function UITextEdit:setSelectionBackgroundColor(color) end

---@param color Color
function UITextEdit:setSelectionColor(color) end

---@param enable boolean
function UITextEdit:setShiftNavigation(enable) end

---@param hidden boolean
function UITextEdit:setTextHidden(hidden) end

---@param offset Point
function UITextEdit:setTextVirtualOffset(offset) end

---@param validCharacters string
function UITextEdit:setValidCharacters(validCharacters) end

function UITextEdit:wrapText() end

---@class UIVerticalLayout: UIBoxLayout
UIVerticalLayout = {}

---@param parent UIWidget
---@return UIVerticalLayout
function UIVerticalLayout.create(parent) end

---@return boolean
function UIVerticalLayout:isAlignBottom() end

---@param aliginBottom boolean
function UIVerticalLayout:setAlignBottom(aliginBottom) end

---@class UIWidget: LuaObject
UIWidget = {}

---@return UIWidget
function UIWidget.create() end

---@param anchoredEdge integer
---@param hookedWidgetId string
---@param hookedEdge integer
function UIWidget:addAnchor(anchoredEdge, hookedWidgetId, hookedEdge) end

---@param child UIWidget
function UIWidget:addChild(child) end

--- Only in mehah.
---@param html string
---@return UIWidget
function UIWidget:append(html) end

---@param styleNode OTMLNode
function UIWidget:applyStyle(styleNode) end

---@param id string
---@return UIWidget
function UIWidget:backwardsGetWidgetById(id) end

function UIWidget:bindRectToParent() end

function UIWidget:breakAnchors() end

---@param hookedWidgetId string
function UIWidget:centerIn(hookedWidgetId) end

function UIWidget:clearText() end

---@param point Point
---@return boolean
function UIWidget:containsMarginPoint(point) end

---@param point Point
---@return boolean
function UIWidget:containsPaddingPoint(point) end

---@param point Point
---@return boolean
function UIWidget:containsPoint(point) end

function UIWidget:destroy() end

function UIWidget:destroyChildren() end

function UIWidget:disable() end

--- Only in mehah.
function UIWidget:disableUpdateTemporarily() end

function UIWidget:enable() end

---@param hookedWidgetId string
function UIWidget:fill(hookedWidgetId) end

function UIWidget:focus() end

---@param child UIWidget
---@param reason integer
function UIWidget:focusChild(child, reason) end

---@param reason integer
---@param rotate? boolean
function UIWidget:focusNextChild(reason, rotate) end

---@param reason integer
---@param rotate? boolean
function UIWidget:focusPreviousChild(reason, rotate) end

--- Only in mehah.
---@param anchorType integer
---@return integer
function UIWidget:getAnchorType(anchorType) end

---@return UIAnchorLayout
function UIWidget:getAnchoredLayout() end

--- Only in mehah.
---@return integer[]
function UIWidget:getAnchors() end

---@return integer
function UIWidget:getAutoFocusPolicy() end

---@return integer
function UIWidget:getAutoRepeatDelay() end

---@return Color
function UIWidget:getBackgroundColor() end

---@return integer
function UIWidget:getBackgroundHeight() end

---@return Point
function UIWidget:getBackgroundOffset() end

---@return integer
function UIWidget:getBackgroundOffsetX() end

---@return integer
function UIWidget:getBackgroundOffsetY() end

---@return Rect
function UIWidget:getBackgroundRect() end

---@return Size
function UIWidget:getBackgroundSize() end

---@return integer
function UIWidget:getBackgroundWidth() end

---@return Color
function UIWidget:getBorderBottomColor() end

---@return integer
function UIWidget:getBorderBottomWidth() end

---@return Color
function UIWidget:getBorderLeftColor() end

---@return integer
function UIWidget:getBorderLeftWidth() end

---@return Color
function UIWidget:getBorderRightColor() end

---@return integer
function UIWidget:getBorderRightWidth() end

---@return Color
function UIWidget:getBorderTopColor() end

---@return integer
function UIWidget:getBorderTopWidth() end

--- Only in mehah.
---@return Point
function UIWidget:getCenter() end

---@param relativeChild UIWidget
---@return UIWidget
function UIWidget:getChildAfter(relativeChild) end

---@param relativeChild UIWidget
---@return UIWidget
function UIWidget:getChildBefore(relativeChild) end

---@param childId string
---@return UIWidget
function UIWidget:getChildById(childId) end

---@param index integer
---@return UIWidget
function UIWidget:getChildByIndex(index) end

---@param childPos Point
---@return UIWidget
function UIWidget:getChildByPos(childPos) end

--- Only in mehah.
---@param state integer
---@return UIWidget
function UIWidget:getChildByState(state) end

--- Only in mehah.
---@param styleName string
---@return UIWidget
function UIWidget:getChildByStyleName(styleName) end

---@return integer
function UIWidget:getChildCount() end

---@param child? UIWidget
---@return integer
function UIWidget:getChildIndex(child) end

---@return UIWidget[]
function UIWidget:getChildren() end

---@return Rect
function UIWidget:getChildrenRect() end

---@return Color
function UIWidget:getColor() end

--- Only in mehah.
---@return integer
function UIWidget:getDisplay() end

---@return string
function UIWidget:getDrawText() end

---@return UIWidget
function UIWidget:getFirstChild() end

---@return UIWidget
function UIWidget:getFocusedChild() end

---@return string
function UIWidget:getFont() end

---@return integer
function UIWidget:getHeight() end

--- Only in mehah.
---@return UIWidget
function UIWidget:getHoveredChild() end

--- Only in mehah.
---@return string
function UIWidget:getHtmlId() end

---@return integer
function UIWidget:getIconAlign() end

---@return Rect
function UIWidget:getIconClip() end

---@return Color
function UIWidget:getIconColor() end

---@return integer
function UIWidget:getIconHeight() end

---@return Point
function UIWidget:getIconOffset() end

---@return integer
function UIWidget:getIconOffsetX() end

---@return integer
function UIWidget:getIconOffsetY() end

---@return Rect
function UIWidget:getIconRect() end

---@return Size
function UIWidget:getIconSize() end

---@return integer
function UIWidget:getIconWidth() end

---@return string
function UIWidget:getId() end

---@return integer
function UIWidget:getImageBorderBottom() end

---@return integer
function UIWidget:getImageBorderLeft() end

---@return integer
function UIWidget:getImageBorderRight() end

---@return integer
function UIWidget:getImageBorderTop() end

---@return Rect
function UIWidget:getImageClip() end

---@return Color
function UIWidget:getImageColor() end

---@return integer
function UIWidget:getImageHeight() end

---@return Point
function UIWidget:getImageOffset() end

---@return integer
function UIWidget:getImageOffsetX() end

---@return integer
function UIWidget:getImageOffsetY() end

---@return Rect
function UIWidget:getImageRect() end

---@return Size
function UIWidget:getImageSize() end

--- Only in mehah.
---@return string
function UIWidget:getImageSource() end

---@return integer
function UIWidget:getImageTextureHeight() end

---@return integer
function UIWidget:getImageTextureWidth() end

---@return integer
function UIWidget:getImageWidth() end

---@return UIWidget
function UIWidget:getLastChild() end

---@return Point
function UIWidget:getLastClickPosition() end

---@return integer
function UIWidget:getLastFocusReason() end

---@return UILayout
function UIWidget:getLayout() end

---@return integer
function UIWidget:getMarginBottom() end

---@return integer
function UIWidget:getMarginLeft() end

---@return Rect
function UIWidget:getMarginRect() end

---@return integer
function UIWidget:getMarginRight() end

---@return integer
function UIWidget:getMarginTop() end

--- Only in mehah.
---@return integer
function UIWidget:getMaxHeight() end

--- Only in mehah.
---@return Size
function UIWidget:getMaxSize() end

--- Only in mehah.
---@return integer
function UIWidget:getMaxWidth() end

--- Only in mehah.
---@return integer
function UIWidget:getMinHeight() end

--- Only in mehah.
---@return Size
function UIWidget:getMinSize() end

--- Only in mehah.
---@return integer
function UIWidget:getMinWidth() end

--- Only in mehah.
---@return UIWidget
function UIWidget:getNextWidget() end

---@return number
function UIWidget:getOpacity() end

---@return integer
function UIWidget:getPaddingBottom() end

---@return integer
function UIWidget:getPaddingLeft() end

---@return Rect
function UIWidget:getPaddingRect() end

---@return integer
function UIWidget:getPaddingRight() end

---@return integer
function UIWidget:getPaddingTop() end

---@return UIWidget
function UIWidget:getParent() end

---@return Point
function UIWidget:getPosition() end

--- Only in mehah.
---@return UIWidget
function UIWidget:getPrevWidget() end

---@return Rect
function UIWidget:getRect() end

--- Only in mehah.
---@return UIWidget[]
function UIWidget:getReverseChildren() end

---@return UIWidget
function UIWidget:getRootParent() end

---@return number
function UIWidget:getRotation() end

---@return Size
function UIWidget:getSize() end

--- Only in mehah.
---@return string
function UIWidget:getSource() end

---@return OTMLNode
function UIWidget:getStyle() end

---@return string
function UIWidget:getStyleName() end

---@return string
function UIWidget:getText() end

---@return integer
function UIWidget:getTextAlign() end

--- Only in mehah.
---@param mousePos Point
---@return string
function UIWidget:getTextByPos(mousePos) end

---@return Point
function UIWidget:getTextOffset() end

---@return Size
function UIWidget:getTextSize() end

--- Only in edubart.
---@return boolean
function UIWidget:getTextWrap() end

---@return Point
function UIWidget:getVirtualOffset() end

---@return integer
function UIWidget:getWidth() end

---@return integer
function UIWidget:getX() end

---@return integer
function UIWidget:getY() end

function UIWidget:grabKeyboard() end

function UIWidget:grabMouse() end

--- Only in mehah.
---@return boolean
function UIWidget:hasAnchoredLayout() end

---@param child UIWidget
---@return boolean
function UIWidget:hasChild(child) end

---@return boolean
function UIWidget:hasChildren() end

--- Only in mehah.
---@param event integer
---@return boolean
function UIWidget:hasEventListener(event) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@return boolean
function UIWidget:hasShader() end

function UIWidget:hide() end

--- Only in mehah.
function UIWidget:hideChildren() end

--- Only in mehah.
---@param html string
---@return UIWidget
function UIWidget:html(html) end

--- Only in mehah.
---@param index integer
---@param html string
---@return UIWidget
function UIWidget:insert(index, html) end

---@param index integer
---@param child? UIWidget
function UIWidget:insertChild(index, child) end

--- Only in mehah.
---@param rect Rect
---@return boolean
function UIWidget:intersects(rect) end

--- Only in mehah.
---@param rect Rect
---@return boolean
function UIWidget:intersectsMargin(rect) end

--- Only in mehah.
---@param rect Rect
---@return boolean
function UIWidget:intersectsPadding(rect) end

---@return boolean
function UIWidget:isActive() end

---@return boolean
function UIWidget:isAlternate() end

---@return boolean
function UIWidget:isChecked() end

--- Only in mehah.
---@return boolean
function UIWidget:isChildHovered() end

---@param child UIWidget
---@return boolean
function UIWidget:isChildLocked(child) end

---@return boolean
function UIWidget:isClipping() end

---@return boolean
function UIWidget:isDestroyed() end

---@return boolean
function UIWidget:isDisabled() end

---@return boolean
function UIWidget:isDraggable() end

---@return boolean
function UIWidget:isDragging() end

--- Only in mehah.
---@return boolean
function UIWidget:isEffectivelyVisible() end

---@return boolean
function UIWidget:isEnabled() end

---@return boolean
function UIWidget:isExplicitlyEnabled() end

---@return boolean
function UIWidget:isExplicitlyVisible() end

---@return boolean
function UIWidget:isFirst() end

--- Only in mehah.
---@return boolean
function UIWidget:isFirstOnStyle() end

---@return boolean
function UIWidget:isFixedSize() end

---@return boolean
function UIWidget:isFocusable() end

---@return boolean
function UIWidget:isFocused() end

---@return boolean
function UIWidget:isHidden() end

---@param orChild? boolean
---@return boolean
--- In edubart it has the other signature.
---@overload fun(self: UIWidget): boolean
function UIWidget:isHovered(orChild) end

---@return boolean
function UIWidget:isImageAutoResize() end

---@return boolean
function UIWidget:isImageFixedRatio() end

---@return boolean
function UIWidget:isImageSmooth() end

---@return boolean
function UIWidget:isLast() end

---@return boolean
function UIWidget:isMiddle() end

---@return boolean
function UIWidget:isOn() end

--- Only in mehah.
---@return boolean
function UIWidget:isOnHtml() end

---@return boolean
function UIWidget:isPhantom() end

---@return boolean
function UIWidget:isPressed() end

--- Only in mehah.
---@return boolean
function UIWidget:isTextWrap() end

---@return boolean
function UIWidget:isVisible() end

function UIWidget:lock() end

---@param child UIWidget
function UIWidget:lockChild(child) end

function UIWidget:lower() end

---@param child UIWidget
function UIWidget:lowerChild(child) end

---@param styleNode OTMLNode
function UIWidget:mergeStyle(styleNode) end

---@param x integer
---@param y integer
function UIWidget:move(x, y) end

---@param child UIWidget
---@param index integer
function UIWidget:moveChildToIndex(child, index) end

--- Only in mehah.
---@param queryString string
---@return UIWidget
function UIWidget:prepend(queryString) end

--- Only in mehah.
---@param selector string
---@return UIWidget
function UIWidget:querySelector(selector) end

--- Only in mehah.
---@param selector string
---@return UIWidget[]
function UIWidget:querySelectorAll(selector) end

function UIWidget:raise() end

---@param child UIWidget
function UIWidget:raiseChild(child) end

---@param id string
---@return UIWidget
function UIWidget:recursiveGetChildById(id) end

---@param childPos Point
---@param wantsPhantom boolean
---@return UIWidget
function UIWidget:recursiveGetChildByPos(childPos, wantsPhantom) end

--- Only in mehah.
---@param state integer
---@param wantsPhantom boolean
---@return UIWidget
function UIWidget:recursiveGetChildByState(state, wantsPhantom) end

---@return UIWidget[]
function UIWidget:recursiveGetChildren() end

---@param childPos Point
---@return UIWidget[]
function UIWidget:recursiveGetChildrenByMarginPos(childPos) end

---@param childPos Point
---@return UIWidget[]
function UIWidget:recursiveGetChildrenByPos(childPos) end

--- Only in mehah.
---@param state integer
---@return UIWidget[]
function UIWidget:recursiveGetChildrenByState(state) end

--- Only in mehah.
---@param styleName string
---@return UIWidget[]
function UIWidget:recursiveGetChildrenByStyleName(styleName) end

--- Only in mehah.
---@param html string
---@return integer
function UIWidget:remove(html) end

---@param anchoredEdge integer
function UIWidget:removeAnchor(anchoredEdge) end

---@param child UIWidget
function UIWidget:removeChild(child) end

--- Only in mehah.
---@param index integer
function UIWidget:removeChildByIndex(index) end

--- Only in mehah.
function UIWidget:removeChildren() end

--- Only in mehah.
---@param event integer
function UIWidget:removeEventListener(event) end

--- Only in mehah.
---@param childrens UIWidget[]
function UIWidget:reorderChildren(childrens) end

---@param width integer
---@param height integer
function UIWidget:resize(width, height) end

function UIWidget:resizeToText() end

---@param degrees number
function UIWidget:rotate(degrees) end

---@param policy integer
function UIWidget:setAutoFocusPolicy(policy) end

---@param delay integer
function UIWidget:setAutoRepeatDelay(delay) end

---@param color Color
function UIWidget:setBackgroundColor(color) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param order integer
function UIWidget:setBackgroundDrawOrder(order) end

---@param height integer
function UIWidget:setBackgroundHeight(height) end

---@param pos Point
function UIWidget:setBackgroundOffset(pos) end

---@param x integer
function UIWidget:setBackgroundOffsetX(x) end

---@param y integer
function UIWidget:setBackgroundOffsetY(y) end

---@param rect Rect
function UIWidget:setBackgroundRect(rect) end

---@param size Size
function UIWidget:setBackgroundSize(size) end

---@param width integer
function UIWidget:setBackgroundWidth(width) end

---@param color Color
function UIWidget:setBorderColor(color) end

---@param color Color
function UIWidget:setBorderColorBottom(color) end

---@param color Color
function UIWidget:setBorderColorLeft(color) end

---@param color Color
function UIWidget:setBorderColorRight(color) end

---@param color Color
function UIWidget:setBorderColorTop(color) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param order integer
function UIWidget:setBorderDrawOrder(order) end

---@param width integer
function UIWidget:setBorderWidth(width) end

---@param width integer
function UIWidget:setBorderWidthBottom(width) end

---@param width integer
function UIWidget:setBorderWidthLeft(width) end

---@param width integer
function UIWidget:setBorderWidthRight(width) end

---@param width integer
function UIWidget:setBorderWidthTop(width) end

--- Only in mehah.
---@param v integer
function UIWidget:setBottom(v) end

---@param checked boolean
function UIWidget:setChecked(checked) end

---@param clipping boolean
function UIWidget:setClipping(clipping) end

---@param color Color
function UIWidget:setColor(color) end

--- Only in mehah.
---@param coloredText string
---@param dontFireLuaCall? boolean
function UIWidget:setColoredText(coloredText, dontFireLuaCall) end

--- Only in mehah.
---@param v boolean
function UIWidget:setConditionIf(v) end

--- Only in mehah.
---@param disabled boolean
function UIWidget:setDisabled(disabled) end

--- Only in mehah.
---@param type integer
function UIWidget:setDisplay(type) end

---@param draggable boolean
function UIWidget:setDraggable(draggable) end

---@param enabled boolean
function UIWidget:setEnabled(enabled) end

--- Only in mehah.
---@param event integer
function UIWidget:setEventListener(event) end

---@param fixed boolean
function UIWidget:setFixedSize(fixed) end

---@param focusable boolean
function UIWidget:setFocusable(focusable) end

---@param fontName string
function UIWidget:setFont(fontName) end

--- Only in mehah.
---@param scale number
function UIWidget:setFontScale(scale) end

---@param heightStr string
--- In edubart it has the other signature.
---@overload fun(self: UIWidget, height: integer)
function UIWidget:setHeight(heightStr) end

---@param iconFile string
function UIWidget:setIcon(iconFile) end

---@param align integer
function UIWidget:setIconAlign(align) end

---@param rect Rect
function UIWidget:setIconClip(rect) end

---@param color Color
function UIWidget:setIconColor(color) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param order integer
function UIWidget:setIconDrawOrder(order) end

---@param height integer
function UIWidget:setIconHeight(height) end

---@param pos Point
function UIWidget:setIconOffset(pos) end

---@param x integer
function UIWidget:setIconOffsetX(x) end

---@param y integer
function UIWidget:setIconOffsetY(y) end

---@param rect Rect
function UIWidget:setIconRect(rect) end

---@param size Size
function UIWidget:setIconSize(size) end

---@param width integer
function UIWidget:setIconWidth(width) end

---@param id string
function UIWidget:setId(id) end

---@param autoResize boolean
function UIWidget:setImageAutoResize(autoResize) end

---@param border integer
function UIWidget:setImageBorder(border) end

---@param border integer
function UIWidget:setImageBorderBottom(border) end

---@param border integer
function UIWidget:setImageBorderLeft(border) end

---@param border integer
function UIWidget:setImageBorderRight(border) end

---@param border integer
function UIWidget:setImageBorderTop(border) end

---@param clipRect Rect
function UIWidget:setImageClip(clipRect) end

---@param color Color
function UIWidget:setImageColor(color) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param order integer
function UIWidget:setImageDrawOrder(order) end

---@param fixedRatio boolean
function UIWidget:setImageFixedRatio(fixedRatio) end

---@param height integer
function UIWidget:setImageHeight(height) end

---@param pos Point
function UIWidget:setImageOffset(pos) end

---@param x integer
function UIWidget:setImageOffsetX(x) end

---@param y integer
function UIWidget:setImageOffsetY(y) end

---@param rect Rect
function UIWidget:setImageRect(rect) end

---@param repeated boolean
function UIWidget:setImageRepeated(repeated) end

---@param size Size
function UIWidget:setImageSize(size) end

---@param smooth boolean
function UIWidget:setImageSmooth(smooth) end

---@param source string
---@param base64 boolean
--- In edubart it has the other signature.
---@overload fun(self: UIWidget, source: string)
function UIWidget:setImageSource(source, base64) end

---@param width integer
function UIWidget:setImageWidth(width) end

---@param reason integer
function UIWidget:setLastFocusReason(reason) end

---@param layout UILayout
function UIWidget:setLayout(layout) end

--- Only in mehah.
---@param v integer
function UIWidget:setLeft(v) end

---@param margin integer
function UIWidget:setMargin(margin) end

---@param margin integer
function UIWidget:setMarginBottom(margin) end

---@param margin integer
function UIWidget:setMarginHorizontal(margin) end

---@param margin integer
function UIWidget:setMarginLeft(margin) end

---@param margin integer
function UIWidget:setMarginRight(margin) end

---@param margin integer
function UIWidget:setMarginTop(margin) end

---@param margin integer
function UIWidget:setMarginVertical(margin) end

--- Only in mehah.
---@param maxHeight integer
function UIWidget:setMaxHeight(maxHeight) end

--- Only in mehah.
---@param maxSize Size
function UIWidget:setMaxSize(maxSize) end

--- Only in mehah.
---@param maxWidth integer
function UIWidget:setMaxWidth(maxWidth) end

--- Only in mehah.
---@param minHeight integer
function UIWidget:setMinHeight(minHeight) end

--- Only in mehah.
---@param minSize Size
function UIWidget:setMinSize(minSize) end

--- Only in mehah.
---@param minWidth integer
function UIWidget:setMinWidth(minWidth) end

---@param on boolean
function UIWidget:setOn(on) end

---@param opacity number
function UIWidget:setOpacity(opacity) end

---@param padding integer
function UIWidget:setPadding(padding) end

---@param padding integer
function UIWidget:setPaddingBottom(padding) end

---@param padding integer
function UIWidget:setPaddingHorizontal(padding) end

---@param padding integer
function UIWidget:setPaddingLeft(padding) end

---@param padding integer
function UIWidget:setPaddingRight(padding) end

---@param padding integer
function UIWidget:setPaddingTop(padding) end

---@param padding integer
function UIWidget:setPaddingVertical(padding) end

---@param parent UIWidget
function UIWidget:setParent(parent) end

---@param phantom boolean
function UIWidget:setPhantom(phantom) end

--- Only in mehah.
---@param placement string
function UIWidget:setPlacement(placement) end

---@param pos Point
function UIWidget:setPosition(pos) end

---@param rect Rect
---@return boolean
function UIWidget:setRect(rect) end

--- Only in mehah.
---@param v integer
function UIWidget:setRight(v) end

---@param degrees number
function UIWidget:setRotation(degrees) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function UIWidget:setShader(name) end

---@param size Size
function UIWidget:setSize(size) end

--- Only in mehah.
---@param strokeWidth integer
---@param strokeColor? Color
function UIWidget:setStroke(strokeWidth, strokeColor) end

---@param styleName string
function UIWidget:setStyle(styleName) end

---@param styleNode OTMLNode
function UIWidget:setStyleFromNode(styleNode) end

--- Only in mehah.
---@param fontName string
---@param fontSize? integer
---@param strokeWidth? integer
---@param strokeColor? Color
function UIWidget:setTTFFont(fontName, fontSize, strokeWidth, strokeColor) end

---@param text string
---@param dontFireLuaCall? boolean
function UIWidget:setText(text, dontFireLuaCall) end

---@param align integer
function UIWidget:setTextAlign(align) end

---@param textAutoResize boolean
function UIWidget:setTextAutoResize(textAutoResize) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param order integer
function UIWidget:setTextDrawOrder(order) end

---@param textAutoResize boolean
function UIWidget:setTextHorizontalAutoResize(textAutoResize) end

---@param offset Point
function UIWidget:setTextOffset(offset) end

--- Only in mehah.
---@param character string
function UIWidget:setTextOverflowCharacter(character) end

--- Only in mehah.
---@param length integer
function UIWidget:setTextOverflowLength(length) end

---@param textAutoResize boolean
function UIWidget:setTextVerticalAutoResize(textAutoResize) end

---@param textWrap boolean
function UIWidget:setTextWrap(textWrap) end

--- Only in mehah.
---@param v integer
function UIWidget:setTop(v) end

---@param offset Point
function UIWidget:setVirtualOffset(offset) end

---@param visible boolean
function UIWidget:setVisible(visible) end

--- Only in mehah.
---@param id string
function UIWidget:setWidgetId(id) end

---@param widthStr string
--- In edubart it has the other signature.
---@overload fun(self: UIWidget, width: integer)
function UIWidget:setWidth(widthStr) end

---@param x integer
function UIWidget:setX(x) end

---@param y integer
function UIWidget:setY(y) end

function UIWidget:show() end

--- Only in mehah.
function UIWidget:showChildren() end

function UIWidget:ungrabKeyboard() end

function UIWidget:ungrabMouse() end

function UIWidget:unlock() end

---@param child UIWidget
function UIWidget:unlockChild(child) end

function UIWidget:updateLayout() end

function UIWidget:updateParentLayout() end

g_app = {}

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param file string
function g_app.doMapScreenshot(file) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param file string
function g_app.doScreenshot(file) end

function g_app.exit() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param optimize boolean
function g_app.forceEffectOptimization(optimize) end

--- Only in edubart.
---@return integer
function g_app.getBackgroundPaneFps() end

--- Only in edubart.
---@return integer
function g_app.getBackgroundPaneMaxFps() end

---@return string
function g_app.getBuildArch() end

---@return string
function g_app.getBuildCommit() end

---@return string
function g_app.getBuildCompiler() end

---@return string
function g_app.getBuildDate() end

---@return string
function g_app.getBuildRevision() end

---@return string
function g_app.getBuildType() end

---@return string
function g_app.getCompactName() end

--- Only in edubart.
---@return integer
function g_app.getForegroundPaneFps() end

--- Only in edubart.
---@return integer
function g_app.getForegroundPaneMaxFps() end

--- Only in mehah.
---@return integer
function g_app.getFps() end

--- Only in mehah.
---@return integer
function g_app.getGraphicsFps() end

--- Only in mehah.
---@return integer
function g_app.getMaxFps() end

---@return string
function g_app.getName() end

---@return string
function g_app.getOs() end

--- Only in mehah.
---@return integer
function g_app.getProcessingFps() end

---@return string
function g_app.getStartupOptions() end

--- Only in mehah.
---@return integer
function g_app.getTargetFps() end

---@return string
function g_app.getVersion() end

--- Only in mehah.
---@return boolean
function g_app.isDrawingTexts() end

--- Only in mehah.
---@return boolean
function g_app.isEncrypted() end

---@return boolean
function g_app.isOnInputEvent() end

---@return boolean
function g_app.isRunning() end

--- Only in mehah.
---@return boolean
function g_app.isScaled() end

---@return boolean
function g_app.isStopping() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param optimize boolean
function g_app.optimize(optimize) end

--- Only in mehah.
function g_app.resetTargetFps() end

--- Only in mehah.
function g_app.restart() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param v number
function g_app.setAnimatedTextScale(v) end

--- Only in edubart.
---@param maxFps integer
function g_app.setBackgroundPaneMaxFps(maxFps) end

---@param name string
function g_app.setCompactName(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param v number
function g_app.setCreatureInformationScale(v) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param draw boolean
function g_app.setDrawEffectOnTop(draw) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param v boolean
function g_app.setDrawTexts(v) end

--- Only in edubart.
---@param maxFps integer
function g_app.setForegroundPaneMaxFps(maxFps) end

--- Only in mehah.
---@param v number
function g_app.setHUDScale(v) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param v boolean
function g_app.setLoadingAsyncTexture(v) end

--- Only in mehah.
---@param maxFps integer
function g_app.setMaxFps(maxFps) end

---@param name string
function g_app.setName(name) end

--- Only in mehah.
---@param name string
function g_app.setOrganizationName(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param v number
function g_app.setStaticTextScale(v) end

--- Only in mehah.
---@param targetFps integer
function g_app.setTargetFps(targetFps) end

--- Only in edubart.
---@param version string
function g_app.setVersion(version) end

--- Only in mehah.
g_atlas = {}

--- Takes its arguments and does nothing here.
---@return string
function g_atlas.getStats() end

--- Only in mehah.
g_attachedEffects = {}

function g_attachedEffects.clear() end

---@param id integer
---@return AttachedEffect
function g_attachedEffects.getById(id) end

---@param id integer
---@param name string
---@param path string
---@param smooth boolean
---@return AttachedEffect
function g_attachedEffects.registerByImage(id, name, path, smooth) end

---@param id integer
---@param name string
---@param thingId integer
---@param category integer
---@return AttachedEffect
function g_attachedEffects.registerByThing(id, name, thingId, category) end

---@param id integer
function g_attachedEffects.remove(id) end

--- Only in mehah.
g_client = {}

--- Takes its arguments and does nothing here.
---@param v number
function g_client.setEffectAlpha(v) end

--- Takes its arguments and does nothing here.
---@param v number
function g_client.setMissileAlpha(v) end

g_clock = {}

---@return integer
function g_clock.micros() end

---@return integer
function g_clock.millis() end

--- Only in mehah.
---@return integer
function g_clock.realMicros() end

--- Only in mehah.
---@return integer
function g_clock.realMillis() end

---@return number
function g_clock.seconds() end

g_configs = {}

---@param file string
---@return Config
function g_configs.create(file) end

---@param file string
---@return Config
function g_configs.get(file) end

---@return Config
function g_configs.getSettings() end

---@param file string
---@return Config
function g_configs.load(file) end

---@param file string
---@return Config
function g_configs.loadSettings(file) end

--- Only in mehah.
function g_configs.saveSettings() end

---@param file string
---@return boolean
function g_configs.unload(file) end

--- Only in edubart.
g_creatures = {}

---@param centerPos Position
---@param radius integer
---@return Spawn
function g_creatures.addSpawn(centerPos, radius) end

function g_creatures.clear() end

function g_creatures.clearSpawns() end

---@param spawn Spawn
function g_creatures.deleteSpawn(spawn) end

---@param look integer
---@return CreatureType
function g_creatures.getCreatureByLook(look) end

---@param name string
---@return CreatureType
function g_creatures.getCreatureByName(name) end

---@return CreatureType[]
function g_creatures.getCreatures() end

---@param centerPos Position
---@return Spawn
function g_creatures.getSpawn(centerPos) end

---@param pos Position
---@return Spawn
function g_creatures.getSpawnForPlacePos(pos) end

---@return Spawn[]
function g_creatures.getSpawns() end

---@return boolean
function g_creatures.isLoaded() end

---@return boolean
function g_creatures.isSpawnLoaded() end

---@param file string
function g_creatures.loadMonsters(file) end

---@param folder string
function g_creatures.loadNpcs(folder) end

---@param file string
function g_creatures.loadSingleCreature(file) end

---@param fileName string
function g_creatures.loadSpawns(fileName) end

---@param fileName string
function g_creatures.saveSpawns(fileName) end

g_crypt = {}

---@param encrypted_string string
---@return string
function g_crypt.decrypt(encrypted_string) end

---@param decrypted_string string
---@return string
function g_crypt.encrypt(decrypted_string) end

---@return string
function g_crypt.genUUID() end

---@return string
function g_crypt.getMachineUUID() end

---@return integer
function g_crypt.rsaGetSize() end

---@param p string
---@param q string
---@param d string
function g_crypt.rsaSetPrivateKey(p, q, d) end

---@param n string
---@param e string
function g_crypt.rsaSetPublicKey(n, e) end

---@param uuidstr string
---@return boolean
function g_crypt.setMachineUUID(uuidstr) end

g_dispatcher = {}

---@param callback function
---@return Event
--- In edubart it has the other signature.
---@overload fun(callback: function, pushFront?: boolean): Event
function g_dispatcher.addEvent(callback) end

--- Only in mehah.
---@param name string
---@param callback? function
---@return Event
function g_dispatcher.addEventEx(name, callback) end

---@param callback function
---@param delay integer
---@return ScheduledEvent
function g_dispatcher.cycleEvent(callback, delay) end

--- Only in mehah.
---@param name string
---@param callback function
---@param delay integer
---@return ScheduledEvent
function g_dispatcher.cycleEventEx(name, callback, delay) end

--- Only in mehah.
---@param callback function
function g_dispatcher.deferEvent(callback) end

--- Only in mehah.
---@param name string
---@param callback? function
function g_dispatcher.deferEventEx(name, callback) end

---@param callback function
---@param delay integer
---@return ScheduledEvent
function g_dispatcher.scheduleEvent(callback, delay) end

--- Only in mehah.
---@param name string
---@param callback function
---@param delay integer
---@return ScheduledEvent
function g_dispatcher.scheduleEventEx(name, callback, delay) end

g_fonts = {}

function g_fonts.clearFonts() end

---@param fontName string
---@return boolean
function g_fonts.fontExists(fontName) end

---@param file string
---@return boolean
function g_fonts.importFont(file) end

--- Only in mehah.
---@param file string
---@param fontSize integer
---@return boolean
function g_fonts.importFontWithSize(file, fontSize) end

--- Only in edubart.
---@param fontName string
function g_fonts.setDefaultFont(fontName) end

g_game = {}

--- Only in mehah.
---@param runeId integer
---@param action integer
---@param raceId integer
function g_game.BuyCharmRune(runeId, action, raceId) end

--- Only in mehah.
---@param timestamp integer
---@param counter integer
---@param amount integer
function g_game.acceptMarketOffer(timestamp, counter, amount) end

function g_game.acceptTrade() end

---@param name string
function g_game.addVip(name) end

---@param dialog integer
---@param button integer
---@param choice integer
--- In edubart it has the other signature.
---@overload fun(dialog: integer, button: integer, choice: integer)
function g_game.answerModalDialog(dialog, button, choice) end

--- Only in mehah.
---@param slot integer
---@param imbuementId integer
---@param protectionCharm boolean
function g_game.applyImbuement(slot, imbuementId, protectionCharm) end

---@param creature Creature
function g_game.attack(creature) end

---@param dirs integer[]
---@param startPos Position
--- In edubart it has the other signature.
---@overload fun(dirs: integer[])
function g_game.autoWalk(dirs, startPos) end

---@param position Position
function g_game.browseField(position) end

--- Only in mehah.
---@param browseId integer
---@param browseType integer
---@param tier? integer
function g_game.browseMarket(browseId, browseType, tier) end

---@param item Item
---@param amount integer
---@param ignoreCapacity boolean
---@param buyWithBackpack boolean
--- In edubart it has the other signature.
---@overload fun(item: Item, amount: integer, ignoreCapacity: boolean, buyWithBackpack: boolean)
function g_game.buyItem(item, amount, ignoreCapacity, buyWithBackpack) end

---@param offerId integer
---@param action integer
---@param name string
---@param type integer
---@param location string
--- In edubart it has the other signature.
---@overload fun(offerId: integer, productType: integer, name?: string)
function g_game.buyStoreOffer(offerId, action, name, type, location) end

--- Only in edubart.
---@return boolean
function g_game.canPerformGameAction() end

---@return boolean
function g_game.canReportBugs() end

function g_game.cancelAttack() end

function g_game.cancelAttackAndFollow() end

function g_game.cancelFollow() end

function g_game.cancelLogin() end

--- Only in mehah.
---@param timestamp integer
---@param counter integer
function g_game.cancelMarketOffer(timestamp, counter) end

function g_game.cancelRuleViolation() end

---@param xrange integer
---@param yrange integer
--- In edubart it has the other signature.
---@overload fun(xrange: integer, yrange: integer)
function g_game.changeMapAwareRange(xrange, yrange) end

---@param outfit Outfit
function g_game.changeOutfit(outfit) end

--- Only in edubart.
---@return boolean
function g_game.checkBotProtection() end

--- Only in mehah.
---@param slot integer
function g_game.clearImbuement(slot) end

---@param container Container
function g_game.close(container) end

--- Only in mehah.
function g_game.closeImbuingWindow() end

function g_game.closeNpcChannel() end

function g_game.closeNpcTrade() end

---@param reporter string
function g_game.closeRuleViolation(reporter) end

--- Only in mehah.
---@param type integer
---@param itemId integer
---@param itemTier integer
---@param amount integer
---@param price integer
---@param anonymous integer
function g_game.createMarketOffer(type, itemId, itemTier, amount, price, anonymous) end

--- Only in edubart.
---@param direction integer
---@return boolean
function g_game.dashWalk(direction) end

---@param a string
---@param b string
---@param c string
---@param d string
function g_game.debugReport(a, b, c, d) end

---@param feature integer
function g_game.disableFeature(feature) end

---@param id integer
---@param doorId integer
---@param text string
--- In edubart it has the other signature.
---@overload fun(id: integer, doorId: integer, text: string)
function g_game.editList(id, doorId, text) end

---@param id integer
---@param text string
function g_game.editText(id, text) end

---@param playerId integer
---@param description string
---@param iconId integer
---@param notifyLogin boolean
---@param groupID? integer[]
--- In edubart it has the other signature.
---@overload fun(playerId: integer, description: string, iconId: integer, notifyLogin: boolean)
function g_game.editVip(playerId, description, iconId, notifyLogin, groupID) end

--- Only in mehah.
---@param action integer
---@param groupId integer
---@param groupName string
function g_game.editVipGroups(action, groupId, groupName) end

---@param feature integer
function g_game.enableFeature(feature) end

--- Only in mehah.
---@param value boolean
function g_game.enableTileThingLuaCallback(value) end

---@param item Item
function g_game.equipItem(item) end

--- Only in mehah.
---@param itemId integer
---@param tier integer
function g_game.equipItemId(itemId, tier) end

---@param name string
function g_game.excludeFromOwnChannel(name) end

---@param itemId integer
---@param subType integer
---@param tier integer
---@return Item
--- In edubart it has the other signature.
---@overload fun(itemId: integer, subType: integer): Item
function g_game.findItemInContainers(itemId, subType, tier) end

---@param creature Creature
function g_game.follow(creature) end

function g_game.forceLogout() end

---@param direction integer
function g_game.forceWalk(direction) end

--- Only in mehah.
---@param actionType integer
---@param convergence? boolean
---@param firstItemid? integer
---@param firstItemTier? integer
---@param secondItemId? integer
---@param improveChance? boolean
---@param tierLoss? boolean
function g_game.forgeRequest(actionType, convergence, firstItemid, firstItemTier, secondItemId, improveChance, tierLoss) end

---@return Creature
function g_game.getAttackingCreature() end

---@return string
function g_game.getCharacterName() end

---@return integer
function g_game.getChaseMode() end

---@return integer
function g_game.getClientVersion() end

---@param index integer
---@return Container
function g_game.getContainer(index) end

---@return table<integer, Container>
function g_game.getContainers() end

---@param feature integer
---@return boolean
function g_game.getFeature(feature) end

---@return integer
function g_game.getFightMode() end

---@return Creature
function g_game.getFollowingCreature() end

---@return integer[]
function g_game.getGMActions() end

--- Only in edubart.
---@return integer
function g_game.getLastWalkDir() end

---@return LocalPlayer
function g_game.getLocalPlayer() end

---@return integer
function g_game.getOpenPvpSituations() end

---@return integer
function g_game.getOs() end

---@return integer
function g_game.getPVPMode() end

---@return integer
function g_game.getPing() end

---@return ProtocolGame
function g_game.getProtocolGame() end

---@return integer
function g_game.getProtocolVersion() end

--- Only in mehah.
---@return integer
function g_game.getRecivedPacketsCount() end

--- Only in mehah.
---@return integer
function g_game.getRecivedPacketsSize() end

---@return integer
function g_game.getServerBeat() end

---@return table
function g_game.getUnjustifiedPoints() end

---@return table<integer, table>
function g_game.getVips() end

--- Only in mehah.
---@return integer
function g_game.getWalkMaxSteps() end

---@return string
function g_game.getWorldName() end

--- Only in mehah.
---@param isOpen? boolean
function g_game.imbuementDurations(isOpen) end

---@param item Item
function g_game.inspectNpcTrade(item) end

---@param counterOffer boolean
---@param index integer
--- In edubart it has the other signature.
---@overload fun(counterOffer: boolean, index: integer)
function g_game.inspectTrade(counterOffer, index) end

--- Only in mehah.
---@param position Position
function g_game.inspectionNormalObject(position) end

--- Only in mehah.
---@param inspectionType integer
---@param itemId integer
---@param itemCount integer
function g_game.inspectionObject(inspectionType, itemId, itemCount) end

---@param name string
function g_game.inviteToOwnChannel(name) end

---@return boolean
function g_game.isAttacking() end

---@return boolean
function g_game.isConnectionOk() end

---@return boolean
function g_game.isDead() end

---@return boolean
function g_game.isFollowing() end

---@return boolean
function g_game.isGM() end

---@return boolean
function g_game.isLogging() end

---@return boolean
function g_game.isOnline() end

---@return boolean
function g_game.isSafeFight() end

--- Only in mehah.
---@return boolean
function g_game.isTileThingLuaCallbackEnabled() end

--- Only in mehah.
---@return boolean
function g_game.isUsingProtobuf() end

---@param channelId integer
--- In edubart it has the other signature.
---@overload fun(channelId: integer)
function g_game.joinChannel(channelId) end

---@param channelId integer
--- In edubart it has the other signature.
---@overload fun(channelId: integer)
function g_game.leaveChannel(channelId) end

--- Only in mehah.
function g_game.leaveMarket() end

---@param account string
---@param password string
---@param worldName string
---@param worldHost string
---@param worldPort integer
---@param characterName string
---@param authenticatorToken string
---@param sessionKey string
---@param recordTo string
--- In edubart it has the other signature.
---@overload fun(account: string, password: string, worldName: string, worldHost: string, worldPort: integer, characterName: string, authenticatorToken: string, sessionKey: string)
function g_game.loginWorld(account, password, worldName, worldHost, worldPort, characterName, authenticatorToken, sessionKey, recordTo) end

---@param thing Thing
---@param isBattleList? boolean
function g_game.look(thing, isBattleList) end

---@param mount boolean
function g_game.mount(mount) end

---@param thing Thing
---@param toPos Position
---@param count integer
function g_game.move(thing, toPos, count) end

---@param thing Thing
---@param count integer
function g_game.moveToParentContainer(thing, count) end

---@param item Item
---@param previousContainer? Container
---@return integer
function g_game.open(item, previousContainer) end

--- Only in mehah.
---@param action integer
---@param category integer
---@param pos Position
---@param itemId integer
---@param stackpos integer
---@param useMainAsFallback boolean
function g_game.openContainerQuickLoot(action, category, pos, itemId, stackpos, useMainAsFallback) end

function g_game.openOwnChannel() end

---@param container Container
function g_game.openParent(container) end

--- Only in mehah.
function g_game.openPortableForgeRequest() end

---@param receiver string
function g_game.openPrivateChannel(receiver) end

---@param reporter string
function g_game.openRuleViolation(reporter) end

---@param serviceType? integer
---@param category? string
--- In edubart it has the other signature.
---@overload fun(serviceType?: integer, category?: string)
function g_game.openStore(serviceType, category) end

---@param entriesPerPage integer
--- In edubart it has the other signature.
---@overload fun(entriesPerPage: integer)
function g_game.openTransactionHistory(entriesPerPage) end

---@param creatureId integer
--- In edubart it has the other signature.
---@overload fun(creatureId: integer)
function g_game.partyInvite(creatureId) end

---@param creatureId integer
--- In edubart it has the other signature.
---@overload fun(creatureId: integer)
function g_game.partyJoin(creatureId) end

function g_game.partyLeave() end

---@param creatureId integer
--- In edubart it has the other signature.
---@overload fun(creatureId: integer)
function g_game.partyPassLeadership(creatureId) end

---@param creatureId integer
--- In edubart it has the other signature.
---@overload fun(creatureId: integer)
function g_game.partyRevokeInvitation(creatureId) end

---@param active boolean
function g_game.partyShareExperience(active) end

function g_game.ping() end

--- Only in mehah.
---@param file string
function g_game.playRecord(file) end

--- Only in mehah.
---@param slot integer
---@param actionType integer
---@param index integer
function g_game.preyAction(slot, actionType, index) end

--- Only in mehah.
function g_game.preyRequest() end

---@param container Container
function g_game.refreshContainer(container) end

function g_game.rejectTrade() end

---@param playerId integer
--- In edubart it has the other signature.
---@overload fun(playerId: integer)
function g_game.removeVip(playerId) end

---@param comment string
function g_game.reportBug(comment) end

---@param target string
---@param reason integer
---@param action integer
---@param comment string
---@param statement string
---@param statementId integer
---@param ipBanishment boolean
--- In edubart it has the other signature.
---@overload fun(target: string, reason: integer, action: integer, comment: string, statement: string, statementId: integer, ipBanishment: boolean)
function g_game.reportRuleViolation(target, reason, action, comment, statement, statementId, ipBanishment) end

--- Only in mehah.
function g_game.requestBestiary() end

--- Only in mehah.
---@param catName string
---@param search? boolean
---@param raceIds? integer[]
function g_game.requestBestiaryOverview(catName, search, raceIds) end

--- Only in mehah.
---@param raceId integer
function g_game.requestBestiarySearch(raceId) end

--- Only in mehah.
function g_game.requestBless() end

--- Only in mehah.
function g_game.requestBossSlootInfo() end

--- Only in mehah.
---@param action integer
---@param raceId integer
function g_game.requestBossSlotAction(action, raceId) end

--- Only in mehah.
function g_game.requestBosstiaryInfo() end

function g_game.requestChannels() end

--- Only in mehah.
---@param playerId integer
---@param characterInfoType integer
---@param entriesPerPage? integer
---@param page? integer
function g_game.requestCharacterInfo(playerId, characterInfoType, entriesPerPage, page) end

--- Only in mehah.
---@param bonusShrine integer
---@param items table<integer, integer>
function g_game.requestGetRewardDaily(bonusShrine, items) end

--- Only in mehah.
---@param action integer
---@param category integer
---@param vocation integer
---@param world string
---@param worldType integer
---@param battlEye integer
---@param page integer
---@param totalPages integer
function g_game.requestHighscore(action, category, vocation, world, worldType, battlEye, page, totalPages) end

---@param item Item
---@param index integer
--- In edubart it has the other signature.
---@overload fun(item: Item, index: integer)
function g_game.requestItemInfo(item, index) end

--- Only in mehah.
function g_game.requestOpenRewardHistory() end

function g_game.requestOutfit() end

---@param questId integer
--- In edubart it has the other signature.
---@overload fun(questId: integer)
function g_game.requestQuestLine(questId) end

function g_game.requestQuestLog() end

--- Only in mehah.
---@param filter integer
---@param size integer
---@param listedItems integer[]
function g_game.requestQuickLootBlackWhiteList(filter, size, listedItems) end

---@param categoryName string
---@param subCategory string
---@param sortOrder integer
---@param serviceType integer
--- In edubart it has the other signature.
---@overload fun(categoryName: string, serviceType?: integer)
function g_game.requestStoreOffers(categoryName, subCategory, sortOrder, serviceType) end

---@param item Item
---@param creature? Creature
function g_game.requestTrade(item, creature) end

---@param page integer
---@param entriesPerPage integer
--- In edubart it has the other signature.
---@overload fun(page: integer, entriesPerPage: integer)
function g_game.requestTransactionHistory(page, entriesPerPage) end

---@param thing Thing
function g_game.rotate(thing) end

function g_game.safeLogout() end

---@param containerId integer
---@param index integer
--- In edubart it has the other signature.
---@overload fun(cid: integer, index: integer)
function g_game.seekInContainer(containerId, index) end

---@param item Item
---@param amount integer
---@param ignoreEquipped boolean
--- In edubart it has the other signature.
---@overload fun(item: Item, amount: integer, ignoreEquipped: boolean)
function g_game.sellItem(item, amount, ignoreEquipped) end

--- Only in mehah.
---@param type integer
---@param houseId integer
---@param timestamp? integer
---@param bidValue? integer
---@param name? string
function g_game.sendCyclopediaHouseAuction(type, houseId, timestamp, bidValue, name) end

--- Only in mehah.
---@param page integer
function g_game.sendForgeBrowseHistoryRequest(page) end

--- Only in mehah.
---@param pos Position
function g_game.sendGmTeleport(pos) end

--- Only in mehah.
function g_game.sendOpenRewardWall() end

--- Only in mehah.
function g_game.sendPartyAnalyzerPriceType() end

--- Only in mehah.
function g_game.sendPartyAnalyzerPriceValue() end

--- Only in mehah.
function g_game.sendPartyAnalyzerReset() end

--- Only in mehah.
---@param variant integer
---@param item? Item
function g_game.sendQuickLoot(variant, item) end

--- Only in mehah.
function g_game.sendRequestStoreHome() end

--- Only in mehah.
---@param offerId integer
---@param sortOrder integer
---@param serviceType integer
function g_game.sendRequestStoreOfferById(offerId, sortOrder, serviceType) end

--- Only in mehah.
function g_game.sendRequestStorePremiumBoost() end

--- Only in mehah.
---@param searchText string
---@param sortOrder integer
---@param serviceType integer
function g_game.sendRequestStoreSearch(searchText, sortOrder, serviceType) end

--- Only in mehah.
---@param quests table<integer, string>
function g_game.sendRequestTrackerQuestLog(quests) end

--- Only in mehah.
---@param serviceType integer
function g_game.sendRequestUsefulThings(serviceType) end

--- Only in mehah.
---@param raceId integer
---@param status boolean
function g_game.sendStatusTrackerBestiary(raceId, status) end

---@param chaseMode integer
function g_game.setChaseMode(chaseMode) end

---@param version integer
--- In edubart it has the other signature.
---@overload fun(version: integer)
function g_game.setClientVersion(version) end

---@param os integer
function g_game.setCustomOs(os) end

---@param feature integer
---@param enabled boolean
function g_game.setFeature(feature, enabled) end

---@param fightMode integer
function g_game.setFightMode(fightMode) end

---@param pvpMode integer
function g_game.setPVPMode(pvpMode) end

---@param delay integer
function g_game.setPingDelay(delay) end

---@param version integer
--- In edubart it has the other signature.
---@overload fun(version: integer)
function g_game.setProtocolVersion(version) end

---@param on boolean
function g_game.setSafeFight(on) end

--- Only in mehah.
---@param v integer
function g_game.setWalkMaxSteps(v) end

--- Only in mehah.
---@param position Position
---@param itemId integer
---@param count integer
---@param stackpos integer
---@param action integer
function g_game.stashStowItem(position, itemId, count, stackpos, action) end

--- Only in mehah.
---@param itemId integer
---@param count integer
---@param stackpos integer
function g_game.stashWithdraw(itemId, count, stackpos) end

function g_game.stop() end

---@param message string
function g_game.talk(message) end

---@param mode integer
---@param channelId integer
---@param message string
--- In edubart it has the other signature.
---@overload fun(mode: integer, channelId: integer, message: string)
function g_game.talkChannel(mode, channelId, message) end

---@param mode integer
---@param receiver string
---@param message string
function g_game.talkPrivate(mode, receiver, message) end

---@param recipient string
---@param amount integer
--- In edubart it has the other signature.
---@overload fun(recipient: string, amount: integer)
function g_game.transferCoins(recipient, amount) end

---@param direction integer
function g_game.turn(direction) end

---@param thing Thing
function g_game.use(thing) end

---@param itemId integer
--- In edubart it has the other signature.
---@overload fun(itemId: integer)
function g_game.useInventoryItem(itemId) end

---@param itemId integer
---@param toThing? Thing
--- In edubart it has the other signature.
---@overload fun(itemId: integer, toThing?: Thing)
function g_game.useInventoryItemWith(itemId, toThing) end

---@param item Item
---@param toThing? Thing
function g_game.useWith(item, toThing) end

---@param direction integer
---@return boolean
--- In edubart it has the other signature.
---@overload fun(direction: integer, dash?: boolean): boolean
function g_game.walk(direction) end

--- Only in mehah.
---@param thing Thing
function g_game.wrap(thing) end

--- Only in mehah.
g_gameConfig = {}

---@return string
function g_gameConfig.getAnimatedTextFontName() end

---@return string
function g_gameConfig.getCreatureNameFontName() end

---@return integer
function g_gameConfig.getShieldBlinkTicks() end

---@return integer
function g_gameConfig.getSpriteSize() end

---@return string
function g_gameConfig.getStaticTextFontName() end

---@return string
function g_gameConfig.getWidgetTextFontName() end

---@return boolean
function g_gameConfig.isAdjustCreatureInformationBasedCropSize() end

---@return boolean
function g_gameConfig.isDrawingInformationByWidget() end

---@return boolean
function g_gameConfig.isUseCropSizeForUIDraw() end

function g_gameConfig.loadFonts() end

g_graphics = {}

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@return boolean
function g_graphics.canCacheBackbuffer() end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@return boolean
function g_graphics.canUseShaders() end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@return integer
function g_graphics.getPainterEngine() end

--- Takes its arguments and does nothing here.
---@return string
function g_graphics.getRenderer() end

--- Takes its arguments and does nothing here.
---@return string
function g_graphics.getVendor() end

--- Takes its arguments and does nothing here.
---@return string
function g_graphics.getVersion() end

---@return Size
function g_graphics.getViewportSize() end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@param painterEngine integer
---@return boolean
function g_graphics.isPainterEngineAvailable(painterEngine) end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@param painterEngine integer
---@return boolean
function g_graphics.selectPainterEngine(painterEngine) end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@param enable boolean
function g_graphics.setShouldUseShaders(enable) end

--- Only in edubart.
--- Takes its arguments and does nothing here.
---@return boolean
function g_graphics.shouldUseShaders() end

--- Only in edubart.
g_houses = {}

---@param house House
function g_houses.addHouse(house) end

function g_houses.clear() end

---@param townId integer
---@return House[]
function g_houses.filterHouses(townId) end

---@param houseId integer
---@return House
function g_houses.getHouse(houseId) end

---@param name string
---@return House
function g_houses.getHouseByName(name) end

---@return House[]
function g_houses.getHouseList() end

---@param fileName string
function g_houses.load(fileName) end

---@param houseId integer
function g_houses.removeHouse(houseId) end

---@param fileName string
function g_houses.save(fileName) end

function g_houses.sort() end

--- Only in mehah.
g_html = {}

---@param style string
function g_html.addGlobalStyle(style) end

---@param html string
---@param parent UIWidget
---@param htmlId integer
---@return UIWidget
function g_html.createWidgetFromHTML(html, parent, htmlId) end

---@param id integer
function g_html.destroy(id) end

---@param htmlId integer
---@return UIWidget
function g_html.getRootWidget(htmlId) end

---@param moduleName string
---@param htmlPath string
---@param parent? UIWidget
---@return integer
function g_html.load(moduleName, htmlPath, parent) end

--- Only in mehah.
g_http = {}

---@param name string
---@param value string
function g_http.addCustomHeader(name, value) end

---@param id integer
---@return boolean
function g_http.cancel(id) end

---@param url string
---@param path string
---@param timeout? integer
---@return integer
function g_http.download(url, path, timeout) end

---@param url string
---@param timeout? integer
---@return integer
function g_http.get(url, timeout) end

---@param url string
---@param data string
---@param timeout? integer
---@param isJson? boolean
---@param checkContentLength? boolean
---@return integer
function g_http.post(url, data, timeout, isJson, checkContentLength) end

---@param enable_time_out_on_read_write boolean
function g_http.setEnableTimeOutOnReadWrite(enable_time_out_on_read_write) end

---@param userAgent string
function g_http.setUserAgent(userAgent) end

---@param url string
---@param timeout? integer
---@return integer
function g_http.ws(url, timeout) end

---@param operationId integer
---@return boolean
function g_http.wsClose(operationId) end

---@param operationId integer
---@param message string
---@return boolean
function g_http.wsSend(operationId, message) end

g_logger = {}

---@param what string
function g_logger.debug(what) end

---@param what string
function g_logger.error(what) end

---@param what string
function g_logger.fatal(what) end

function g_logger.fireOldMessages() end

--- Only in mehah.
---@return integer
function g_logger.getLevel() end

---@param what string
function g_logger.info(what) end

---@param level integer
---@param message string
function g_logger.log(level, message) end

--- Only in mehah.
---@param level integer
function g_logger.setLevel(level) end

---@param file string
function g_logger.setLogFile(file) end

---@param onLog function
function g_logger.setOnLog(onLog) end

---@param what string
function g_logger.warning(what) end

g_map = {}

--- Only in mehah.
---@param txt AnimatedText
---@param pos Position
function g_map.addAnimatedText(txt, pos) end

--- Only in mehah.
---@param txt StaticText
---@param pos Position
function g_map.addStaticText(txt, pos) end

---@param thing Thing
---@param pos Position
---@param stackPos? integer
--- In edubart it has the other signature.
---@overload fun(thing: Thing, pos: Position, stackPos?: integer)
function g_map.addThing(thing, pos, stackPos) end

--- Takes its arguments and does nothing here.
---@param opacity number
function g_map.beginGhostMode(opacity) end

function g_map.clean() end

function g_map.cleanTexts() end

---@param pos Position
function g_map.cleanTile(pos) end

--- Only in edubart.
function g_map.clearDescriptions() end

---@param thing Thing
---@param color Color
function g_map.colorizeThing(thing, color) end

---@param pos Position
---@return Tile
function g_map.createTile(pos) end

--- Takes its arguments and does nothing here.
function g_map.endGhostMode() end

--- Only in mehah.
---@param start Position
---@param maxDistance integer
---@param params table<string, string>
---@return table<string, table>
function g_map.findEveryPath(start, maxDistance, params) end

---@param clientId integer
---@param max integer
---@return table<Position, Item>
function g_map.findItemsById(clientId, max) end

--- Two results: a list of directions and what came of the search.
---@param start Position
---@param goal Position
---@param maxComplexity integer
---@param flags? integer
---@return any ...
function g_map.findPath(start, goal, maxComplexity, flags) end

---@return Position
function g_map.getCentralPosition() end

---@param id integer
---@return Creature
function g_map.getCreatureById(id) end

--- Only in edubart.
---@return string[]
function g_map.getDescriptions() end

--- Only in edubart.
---@return string
function g_map.getHouseFile() end

--- Only in mehah.
---@param pos Position
---@return integer
function g_map.getMinimapColor(pos) end

---@return Size
function g_map.getSize() end

--- Only in edubart.
---@return string
function g_map.getSpawnFile() end

---@param centerPos Position
---@param multiFloor boolean
---@return Creature[]
function g_map.getSpectators(centerPos, multiFloor) end

--- Only in mehah.
---@param centerPos Position
---@param pattern string
---@param direction integer
---@return Creature[]
function g_map.getSpectatorsByPattern(centerPos, pattern, direction) end

--- Only in mehah.
---@param centerPos Position
---@param multiFloor boolean
---@param xRange integer
---@param yRange integer
---@return Creature[]
function g_map.getSpectatorsInRange(centerPos, multiFloor, xRange, yRange) end

--- Only in mehah.
---@param centerPos Position
---@param multiFloor boolean
---@param minXRange integer
---@param maxXRange integer
---@param minYRange integer
---@param maxYRange integer
---@return Creature[]
function g_map.getSpectatorsInRangeEx(centerPos, multiFloor, minXRange, maxXRange, minYRange, maxYRange) end

---@param pos Position
---@param stackPos integer
---@return Thing
--- In edubart it has the other signature.
---@overload fun(pos: Position, stackPos: integer): Thing
function g_map.getThing(pos, stackPos) end

---@param pos Position
---@return Tile
function g_map.getTile(pos) end

---@param floor? integer
---@return Tile[]
--- In edubart it has the other signature.
---@overload fun(floor?: integer): Tile[]
function g_map.getTiles(floor) end

--- Only in edubart.
---@param flag integer
---@return Color
function g_map.getZoneColor(flag) end

--- Only in edubart.
---@return number
function g_map.getZoneOpacity() end

--- Only in edubart.
---@param pos Position
---@param firstFloor? integer
---@return boolean
function g_map.isCompletelyCovered(pos, firstFloor) end

--- Only in edubart.
---@param pos Position
---@param firstFloor? integer
---@return boolean
function g_map.isCovered(pos, firstFloor) end

--- Only in mehah.
---@return boolean
function g_map.isDrawingFloatingEffects() end

--- Only in edubart.
---@return boolean
function g_map.isForcingAnimations() end

---@param pos Position
---@return boolean
function g_map.isLookPossible(pos) end

--- Only in edubart.
---@return boolean
function g_map.isShowingAnimations() end

--- Only in mehah.
---@param fromPos Position
---@param toPos Position
---@return boolean
function g_map.isSightClear(fromPos, toPos) end

---@param id integer
function g_map.removeCreatureById(id) end

---@param thing Thing
---@return boolean
function g_map.removeThing(thing) end

---@param pos Position
---@param stackPos integer
---@return boolean
--- In edubart it has the other signature.
---@overload fun(pos: Position, stackPos: integer): boolean
function g_map.removeThingByPos(pos, stackPos) end

---@param thing Thing
function g_map.removeThingColor(thing) end

---@param centralPosition Position
function g_map.setCentralPosition(centralPosition) end

--- Only in edubart.
---@param desc string
function g_map.setDescription(desc) end

--- Only in mehah.
---@param enable boolean
function g_map.setFloatingEffect(enable) end

--- Only in edubart.
---@param force boolean
function g_map.setForceShowAnimations(force) end

---@param h integer
function g_map.setHeight(h) end

--- Only in edubart.
---@param file string
function g_map.setHouseFile(file) end

--- Only in edubart.
---@param show boolean
function g_map.setShowAnimations(show) end

--- Only in edubart.
---@param zone integer
---@param show boolean
function g_map.setShowZone(zone, show) end

--- Only in edubart.
---@param show boolean
function g_map.setShowZones(show) end

--- Only in edubart.
---@param file string
function g_map.setSpawnFile(file) end

---@param w integer
function g_map.setWidth(w) end

--- Only in edubart.
---@param zone integer
---@param color Color
function g_map.setZoneColor(zone, color) end

--- Only in edubart.
---@param opacity number
function g_map.setZoneOpacity(opacity) end

--- Only in edubart.
---@param zone integer
---@return boolean
function g_map.showZone(zone) end

--- Only in edubart.
---@return boolean
function g_map.showZones() end

g_minimap = {}

function g_minimap.clean() end

---@param fileName string
---@return boolean
function g_minimap.loadOtmm(fileName) end

---@param fileName string
---@param mapRect Rect
function g_minimap.saveImage(fileName, mapRect) end

---@param fileName string
function g_minimap.saveOtmm(fileName) end

g_modules = {}

---@param maxPriority integer
function g_modules.autoLoadModules(maxPriority) end

---@param moduleFile string
---@return Module
function g_modules.discoverModule(moduleFile) end

function g_modules.discoverModules() end

--- The host watches modules and reloads them itself.
--- Only in mehah.
--- Takes its arguments and does nothing here.
function g_modules.enableAutoReload() end

---@param moduleName string
function g_modules.ensureModuleLoaded(moduleName) end

--- Only in mehah.
---@return Module
function g_modules.getCurrentModule() end

---@param moduleName string
---@return Module
function g_modules.getModule(moduleName) end

---@return Module[]
function g_modules.getModules() end

function g_modules.reloadModules() end

function g_modules.unloadModules() end

g_mouse = {}

---@param name string
---@param file string
---@param hotSpot Point
function g_mouse.addCursor(name, file, hotSpot) end

---@return boolean
function g_mouse.isCursorChanged() end

---@param mouseButton integer
---@return boolean
function g_mouse.isPressed(mouseButton) end

---@param filename string
function g_mouse.loadCursors(filename) end

---@param name string
function g_mouse.popCursor(name) end

---@param name string
---@return boolean
function g_mouse.pushCursor(name) end

--- Only in mehah.
g_paperdolls = {}

function g_paperdolls.clear() end

---@param id integer
---@return Paperdoll
function g_paperdolls.getById(id) end

---@param id integer
---@param thingId integer
---@return Paperdoll
function g_paperdolls.register(id, thingId) end

---@param id integer
function g_paperdolls.remove(id) end

g_particles = {}

--- Takes its arguments and does nothing here.
---@return table<string, ParticleEffectType>
function g_particles.getEffectsTypes() end

--- Takes its arguments and does nothing here.
---@param file string
---@return boolean
function g_particles.importParticle(file) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
function g_particles.terminate() end

g_platform = {}

---@param from string
---@param to string
---@return boolean
function g_platform.copyFile(from, to) end

---@param file string
---@return boolean
function g_platform.fileExists(file) end

---@return string
function g_platform.getCPUName() end

--- Only in mehah.
---@return table
function g_platform.getDevice() end

--- Only in mehah.
---@param type? integer
---@return string
function g_platform.getDeviceShortName(type) end

---@param file string
---@return integer
function g_platform.getFileModificationTime(file) end

--- Only in mehah.
---@return number
function g_platform.getMemoryUsage() end

---@return string
function g_platform.getOSName() end

--- Only in mehah.
---@param os? integer
---@return string
function g_platform.getOsShortName(os) end

---@return integer
function g_platform.getProcessId() end

---@return string
function g_platform.getTempPath() end

---@return number
function g_platform.getTotalSystemMemory() end

--- Only in mehah.
---@return boolean
function g_platform.isBrowser() end

--- Only in mehah.
---@return boolean
function g_platform.isConsole() end

--- Only in mehah.
---@return boolean
function g_platform.isDesktop() end

--- Only in mehah.
---@return boolean
function g_platform.isMobile() end

---@param name string
---@return boolean
function g_platform.isProcessRunning(name) end

---@param name string
---@return boolean
function g_platform.killProcess(name) end

--- Only in mehah.
---@param path string
---@param now? boolean
---@return boolean
function g_platform.openDir(path, now) end

---@param url string
---@param now? boolean
---@return boolean
--- In edubart it has the other signature.
---@overload fun(url: string)
function g_platform.openUrl(url, now) end

---@param file string
---@return boolean
function g_platform.removeFile(file) end

---@param process string
---@param args string[]
---@return boolean
function g_platform.spawnProcess(process, args) end

--- Only in mehah.
g_proxy = {}

---@param host string
---@param port integer
---@param priority integer
function g_proxy.addProxy(host, port, priority) end

function g_proxy.clear() end

---@return integer
function g_proxy.getPing() end

---@return table<string, integer>
function g_proxy.getProxies() end

---@return table<string, string>
function g_proxy.getProxiesDebugInfo() end

---@param host string
---@param port integer
function g_proxy.removeProxy(host, port) end

--- Takes its arguments and does nothing here.
---@param value integer
function g_proxy.setMaxActiveProxies(value) end

g_resources = {}

---@param path string
---@param pushFront? boolean
---@return boolean
function g_resources.addSearchPath(path, pushFront) end

--- Only in mehah.
---@param files table<string, string>
---@return string
function g_resources.createArchive(files) end

--- Only in mehah.
---@param dataOrPath string
---@return table<string, string>
function g_resources.decompressArchive(dataOrPath) end

---@param fileName string
---@return boolean
function g_resources.deleteFile(fileName) end

---@param directoryName string
---@return boolean
function g_resources.directoryExists(directoryName) end

--- Only in mehah.
---@param path string
---@return string
function g_resources.fileChecksum(path) end

---@param fileName string
---@return boolean
function g_resources.fileExists(fileName) end

--- Only in mehah.
---@return table<string, string>
function g_resources.filesChecksums() end

---@param path string
---@param filenameOnly boolean
---@param recursive boolean
---@return string[]
function g_resources.getDirectoryFiles(path, filenameOnly, recursive) end

--- Only in mehah.
---@param filePath string
---@return string
function g_resources.getFileName(filePath) end

---@param filename string
---@return integer
function g_resources.getFileTime(filename) end

---@param path string
---@return string
function g_resources.getRealDir(path) end

---@param path string
---@return string
function g_resources.getRealPath(path) end

---@return string[]
function g_resources.getSearchPaths() end

---@return string
function g_resources.getUserDir() end

---@return string
function g_resources.getWorkDir() end

---@return string
function g_resources.getWriteDir() end

---@param filename string
---@param type string
---@return string
function g_resources.guessFilePath(filename, type) end

---@param filename string
---@param type string
---@return boolean
function g_resources.isFileType(filename, type) end

---@param directoryPath? string
---@param fullPath? boolean
---@param raw? boolean
---@param recursive? boolean
---@return string[]
--- In edubart it has the other signature.
---@overload fun(directoryPath?: string): string[]
function g_resources.listDirectoryFiles(directoryPath, fullPath, raw, recursive) end

---@param directory string
---@return boolean
function g_resources.makeDir(directory) end

---@param fileName string
---@return string
function g_resources.readFileContents(fileName) end

---@param path string
---@return boolean
function g_resources.removeSearchPath(path) end

---@param path string
---@return string
function g_resources.resolvePath(path) end

---@param packagesDir string
---@param packageExt string
function g_resources.searchAndAddPackages(packagesDir, packageExt) end

--- Only in mehah.
---@return string
function g_resources.selfChecksum() end

---@param writeDir string
---@param create? boolean
---@return boolean
function g_resources.setWriteDir(writeDir, create) end

---@param appWriteDirName string
---@return boolean
function g_resources.setupUserWriteDir(appWriteDirName) end

--- Only in mehah.
---@param fileName string
function g_resources.updateExecutable(fileName) end

--- Only in mehah.
---@param files string[]
function g_resources.updateFiles(files) end

---@param fileName string
---@param data string
---@return boolean
function g_resources.writeFileContents(fileName, data) end

g_shaders = {}

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
---@param file string
function g_shaders.addMultiTexture(name, file) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
function g_shaders.clear() end

---@param name string
---@param file string
---@param useFramebuffer? boolean
--- In edubart it has the other signature.
---@overload fun(name: string, file: string): PainterShaderProgram
function g_shaders.createFragmentShader(name, file, useFramebuffer) end

---@param name string
---@param code string
---@param useFramebuffer? boolean
--- In edubart it has the other signature.
---@overload fun(name: string, code: string): PainterShaderProgram
function g_shaders.createFragmentShaderFromCode(name, code, useFramebuffer) end

--- Only in edubart.
---@param name string
---@param file string
---@return PainterShaderProgram
function g_shaders.createItemShader(name, file) end

--- Only in edubart.
---@param name string
---@param file string
---@return PainterShaderProgram
function g_shaders.createMapShader(name, file) end

---@param name string
---@param useFramebuffer? boolean
--- In edubart it has the other signature.
---@overload fun(name: string): PainterShaderProgram
function g_shaders.createShader(name, useFramebuffer) end

--- Only in edubart.
---@return PainterShaderProgram
function g_shaders.getDefaultItemShader() end

--- Only in edubart.
---@return PainterShaderProgram
function g_shaders.getDefaultMapShader() end

---@param name string
---@return PainterShaderProgram
function g_shaders.getShader(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function g_shaders.setupItemShader(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function g_shaders.setupMapShader(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function g_shaders.setupMountShader(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function g_shaders.setupOutfitShader(name) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param name string
function g_shaders.setupTextShader(name) end

g_sounds = {}

--- Only in mehah.
---@return SoundEffect
function g_sounds.createSoundEffect() end

--- Takes its arguments and does nothing here.
function g_sounds.disableAudio() end

--- Takes its arguments and does nothing here.
function g_sounds.enableAudio() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param audioFileId integer
---@return string
function g_sounds.getAudioFileNameById(audioFileId) end

---@param channel integer
---@return SoundChannel
function g_sounds.getChannel(channel) end

--- Takes its arguments and does nothing here.
---@return boolean
function g_sounds.isAudioEnabled() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@return boolean
function g_sounds.isEaxEnabled() end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param directory string
---@return boolean
function g_sounds.loadClientFiles(directory) end

---@param filename string
---@param fadetime? number
---@param gain? number
---@param pitch? number
---@return SoundSource
--- In edubart it has the other signature.
---@overload fun(filename: string, fadetime?: number, gain?: number): SoundSource
function g_sounds.play(filename, fadetime, gain, pitch) end

--- Takes its arguments and does nothing here.
---@param filename string
function g_sounds.preload(filename) end

--- Takes its arguments and does nothing here.
---@param enable boolean
function g_sounds.setAudioEnabled(enable) end

--- Only in mehah.
--- Takes its arguments and does nothing here.
---@param pos Point
function g_sounds.setPosition(pos) end

--- Takes its arguments and does nothing here.
function g_sounds.stopAll() end

--- Only in mehah.
g_spriteAppearances = {}

--- Takes its arguments and does nothing here.
---@param id integer
---@param file string
function g_spriteAppearances.saveSheetToFileBySprite(id, file) end

--- Takes its arguments and does nothing here.
---@param id integer
---@param file string
function g_spriteAppearances.saveSpriteToFile(id, file) end

g_sprites = {}

---@return integer
function g_sprites.getSprSignature() end

---@return integer
function g_sprites.getSpritesCount() end

---@return boolean
function g_sprites.isLoaded() end

---@param file string
---@return boolean
function g_sprites.loadSpr(file) end

function g_sprites.unload() end

--- Only in mehah.
g_stats = {}

---@param type integer
function g_stats.clear(type) end

function g_stats.clearAll() end

---@param type integer
function g_stats.clearSlow(type) end

---@param type integer
---@param limit integer
---@param pretty boolean
---@return string
function g_stats.get(type, limit, pretty) end

---@return integer
function g_stats.getSleepTime() end

---@param type integer
---@param limit integer
---@param minTime integer
---@param pretty boolean
---@return string
function g_stats.getSlow(type, limit, minTime, pretty) end

---@param limit integer
---@param pretty boolean
---@return string
function g_stats.getWidgetsInfo(limit, pretty) end

function g_stats.resetSleepTime() end

---@return integer
function g_stats.types() end

g_textures = {}

function g_textures.clearCache() end

--- Takes its arguments and does nothing here.
function g_textures.liveReload() end

--- Takes its arguments and does nothing here.
---@param fileName string
---@param smooth? boolean
--- In edubart it has the other signature.
---@overload fun(fileName: string)
function g_textures.preload(fileName, smooth) end

g_things = {}

--- Only in edubart.
---@param category integer
---@return ItemType[]
function g_things.findItemTypeByCategory(category) end

--- Only in edubart.
---@param id integer
---@return ItemType
function g_things.findItemTypeByClientId(id) end

--- Only in edubart.
---@param name string
---@return ItemType
function g_things.findItemTypeByName(name) end

--- Only in edubart.
---@param name string
---@return ItemType[]
function g_things.findItemTypesByName(name) end

--- Only in edubart.
---@param name string
---@return ItemType[]
function g_things.findItemTypesByString(name) end

---@param attr integer
---@param category integer
---@return ThingType[]
function g_things.findThingTypeByAttr(attr, category) end

---@return integer
function g_things.getContentRevision() end

---@return integer
function g_things.getDatSignature() end

--- Only in edubart.
---@param id integer
---@return ItemType
function g_things.getItemType(id) end

--- Only in mehah.
---@param raceId integer
---@return table
function g_things.getRaceData(raceId) end

--- Only in mehah.
---@param searchString string
---@return table[]
function g_things.getRacesByName(searchString) end

---@param id integer
---@param category integer
---@return ThingType
function g_things.getThingType(id, category) end

---@param category integer
---@return ThingType[]
function g_things.getThingTypes(category) end

---@return boolean
function g_things.isDatLoaded() end

--- Only in edubart.
---@return boolean
function g_things.isOtbLoaded() end

--- Only in mehah.
---@param file string
---@return boolean
function g_things.loadAppearances(file) end

---@param file string
---@return boolean
function g_things.loadDat(file) end

--- Only in edubart.
---@param file string
function g_things.loadOtb(file) end

---@param file string
---@return boolean
function g_things.loadOtml(file) end

--- Only in mehah.
---@param file string
---@return boolean
function g_things.loadStaticData(file) end

--- Only in edubart.
---@param file string
function g_things.loadXml(file) end

--- Only in edubart.
g_towns = {}

---@param town Town
function g_towns.addTown(town) end

---@param townId integer
---@return Town
function g_towns.getTown(townId) end

---@param name string
---@return Town
function g_towns.getTownByName(name) end

---@return Town[]
function g_towns.getTowns() end

---@param townId integer
function g_towns.removeTown(townId) end

function g_towns.sort() end

g_ui = {}

function g_ui.clearStyles() end

---@param styleName string
---@param parent? UIWidget
---@return UIWidget
function g_ui.createWidget(styleName, parent) end

---@param widgetNode OTMLNode
---@param parent? UIWidget
---@return UIWidget
function g_ui.createWidgetFromOTML(widgetNode, parent) end

---@param file string
---@return UIWidget
function g_ui.displayUI(file) end

---@return UIWidget
function g_ui.getDraggingWidget() end

---@return UIWidget
function g_ui.getPressedWidget() end

---@return UIWidget
function g_ui.getRootWidget() end

---@param sn string
---@return OTMLNode
function g_ui.getStyle(sn) end

---@param styleName string
---@return string
function g_ui.getStyleClass(styleName) end

--- Only in mehah.
---@param styleName string
---@return string
function g_ui.getStyleName(styleName) end

---@param fl string
---@param checkDeviceStyles? boolean
---@return boolean
--- In edubart it has the other signature.
---@overload fun(file: string): boolean
function g_ui.importStyle(fl, checkDeviceStyles) end

---@return boolean
function g_ui.isDrawingDebugBoxes() end

---@return boolean
function g_ui.isKeyboardGrabbed() end

---@return boolean
function g_ui.isMouseGrabbed() end

---@param file string
---@param parent? UIWidget
---@return UIWidget
function g_ui.loadUI(file, parent) end

--- Only in mehah.
---@param data string
---@param parent? UIWidget
---@return UIWidget
function g_ui.loadUIFromString(data, parent) end

---@param enabled boolean
function g_ui.setDebugBoxesDrawing(enabled) end

g_window = {}

---@return string
function g_window.getClipboardText() end

--- Only in mehah.
---@return number
function g_window.getDisplayDensity() end

---@return integer
function g_window.getDisplayHeight() end

---@return Size
function g_window.getDisplaySize() end

---@return integer
function g_window.getDisplayWidth() end

---@return integer
function g_window.getHeight() end

---@return integer
function g_window.getKeyboardModifiers() end

---@return Point
function g_window.getMousePosition() end

---@return string
function g_window.getPlatformType() end

---@return Point
function g_window.getPosition() end

---@return Size
function g_window.getSize() end

---@return Point
function g_window.getUnmaximizedPos() end

---@return Size
function g_window.getUnmaximizedSize() end

---@return integer
function g_window.getWidth() end

---@return integer
function g_window.getX() end

---@return integer
function g_window.getY() end

---@return boolean
function g_window.hasFocus() end

function g_window.hide() end

--- Takes its arguments and does nothing here.
function g_window.hideMouse() end

---@return boolean
function g_window.isFullscreen() end

---@param keyCode integer
---@return boolean
function g_window.isKeyPressed(keyCode) end

---@return boolean
function g_window.isMaximized() end

---@param mouseButton integer
---@return boolean
function g_window.isMouseButtonPressed(mouseButton) end

---@return boolean
function g_window.isVisible() end

function g_window.maximize() end

---@param pos Point
function g_window.move(pos) end

function g_window.poll() end

---@param size Size
function g_window.resize(size) end

--- Takes its arguments and does nothing here.
function g_window.restoreMouseCursor() end

---@param text string
function g_window.setClipboardText(text) end

---@param fullscreen boolean
function g_window.setFullscreen(fullscreen) end

--- Takes its arguments and does nothing here.
---@param iconFile string
function g_window.setIcon(iconFile) end

--- Only in mehah.
---@param key integer
---@param delay integer
function g_window.setKeyDelay(key, delay) end

---@param minimumSize Size
function g_window.setMinimumSize(minimumSize) end

--- Takes its arguments and does nothing here.
---@param cursorId integer
function g_window.setMouseCursor(cursorId) end

---@param title string
function g_window.setTitle(title) end

--- Takes its arguments and does nothing here.
---@param enable boolean
function g_window.setVerticalSync(enable) end

function g_window.show() end

--- Takes its arguments and does nothing here.
function g_window.showMouse() end

---@param color Color
---@return string
function colortostring(color) end

---@param fromPos Position
---@param toPos Position
---@return number
function getAngleFromPos(fromPos, toPos) end

---@param fromPos Position
---@param toPos Position
---@return integer
function getDirectionFromPos(fromPos, toPos) end

---@param color integer
---@return Color
function getOutfitColor(color) end

---@param ip integer
---@return string
function iptostring(ip) end

---@param address integer
---@param mask integer
---@return integer[]
function listSubnetAddresses(address, mask) end

---@param point Point
---@return string
function pointtostring(point) end

---@param rect Rect
---@return string
function recttostring(rect) end

--- Only in mehah.
---@param text string
---@param pattern string
---@return string[][]
function regexMatch(text, pattern) end

---@param size Size
---@return string
function sizetostring(size) end

---@param text string
---@return integer
function stringtoip(text) end

---@param text string
---@return Color
function tocolor(text) end

---@param text string
---@return Point
function topoint(text) end

---@param text string
---@return Rect
function torect(text) end

---@param text string
---@return Size
function tosize(text) end

--- The engine changes a copy and returns nothing.
---@param text string
function ucwords(text) end
