---@meta
-- luacheck: ignore
-- Made by `tibicen reference` from manifests/api/canary.yaml; a change here is lost.

---@class Action
Action = {}

---@param aids integer
---@return boolean
function Action:aid(aids) end

---@param value boolean
---@return boolean
function Action:allowFarUse(value) end

---@param value boolean
---@return boolean
function Action:blockWalls(value) end

---@param value boolean
---@return boolean
function Action:checkFloor(value) end

---@param ids integer
---@return boolean
function Action:id(ids) end

---@param callback function
---@return boolean
function Action:onUse(callback) end

---@param positions Position
---@param itemIdOrName? any
---@return boolean
function Action:position(positions, itemIdOrName) end

---@return boolean
function Action:register() end

---@param uids integer
---@return boolean
function Action:uid(uids) end

---@class BatchUpdate
BatchUpdate = {}

---@param container Container
---@return boolean
function BatchUpdate:add(container) end

function BatchUpdate:delete() end

---@class Charm
Charm = {}

---@param arg2? integer
---@return any
function Charm:castSound(arg2) end

---@param arg2? integer
---@return any
function Charm:category(arg2) end

---@param arg2? table
---@return table
function Charm:chance(arg2) end

---@param arg2? integer
---@return any
function Charm:damageType(arg2) end

---@param arg2? string
---@return any
function Charm:description(arg2) end

---@param arg2? integer
---@return any
function Charm:effect(arg2) end

---@param arg2? integer
---@return any
function Charm:impactSound(arg2) end

---@param arg2? string
---@return any
function Charm:messageCancel(arg2) end

---@param arg2? boolean
---@return boolean
function Charm:messageServerLog(arg2) end

---@param arg2? string
---@return any
function Charm:name(arg2) end

---@param arg2? number
---@return any
function Charm:percentage(arg2) end

---@param arg2? table
---@return table
function Charm:points(arg2) end

---@param arg2? integer
---@return any
function Charm:type(arg2) end

---@class Combat
Combat = {}

---@param condition Condition
---@return boolean
function Combat:addCondition(condition) end

---@param creature Creature
---@param variant? Variant
---@return boolean
function Combat:execute(creature, variant) end

---@param area integer
---@return boolean
function Combat:setArea(area) end

---@param key integer
---@param callback string
---@return boolean
function Combat:setCallback(key, callback) end

---@param type integer
---@param mina number
---@param minb number
---@param maxa number
---@param maxb number
---@return boolean
function Combat:setFormula(type, mina, minb, maxa, maxb) end

---@param origin integer
---@return boolean
function Combat:setOrigin(origin) end

---@param key integer
---@param value? any
---@return boolean
function Combat:setParameter(key, value) end

---@class Condition
Condition = {}

---@param rounds integer
---@param time integer
---@param value integer
---@return boolean
function Condition:addDamage(rounds, time, value) end

---@return Condition
function Condition:clone() end

function Condition:delete() end

---@return number
function Condition:getEndTime() end

---@return table
function Condition:getIcons() end

---@return number
function Condition:getId() end

---@return number
function Condition:getSubId() end

---@return number
function Condition:getTicks() end

---@return number
function Condition:getType() end

---@param mina number
---@param minb number
---@param maxa number
---@param maxb number
---@return boolean
function Condition:setFormula(mina, minb, maxa, maxb) end

---@param outfit number
---@return boolean
function Condition:setOutfit(outfit) end

---@param key integer
---@param value? any
---@return boolean
function Condition:setParameter(key, value) end

---@param ticks integer
---@return boolean
function Condition:setTicks(ticks) end

---@class Container: Item
Container = {}

---@param itemId any
---@param countOrSubType? integer
---@param index? integer
---@param flags? integer
---@return Item
function Container:addItem(itemId, countOrSubType, index, flags) end

---@param item Item
---@param index? integer
---@param flags? integer
---@return number
function Container:addItemEx(item, index, flags) end

---@return number
function Container:getCapacity() end

---@param oldProtocol? boolean
---@return string
function Container:getContentDescription(oldProtocol) end

---@return number
function Container:getCorpseOwner() end

---@param recursive? boolean
---@return number
function Container:getEmptySlots(recursive) end

---@param index integer
---@return Item
function Container:getItem(index) end

---@param itemId any
---@param subType? integer
---@return number
function Container:getItemCountById(itemId, subType) end

---@return number
function Container:getItemHoldingCount() end

---@param recursive? boolean
---@return table
function Container:getItems(recursive) end

---@return number
function Container:getMaxCapacity() end

---@return number
function Container:getSize() end

---@param item Item
---@return boolean
function Container:hasItem(item) end

---@return boolean
function Container:registerReward() end

---@param actor Player
---@param recursive? boolean
---@return number
function Container:removeAllItems(actor, recursive) end

---@param itemId any
---@param count? integer
---@param subType? integer
---@return boolean
function Container:removeItemById(itemId, count, subType) end

---@class Creature
Creature = {}

---@param condition Condition
---@return boolean
function Creature:addCondition(condition) end

---@param healthChange integer
---@param combatType integer
---@return boolean
function Creature:addHealth(healthChange, combatType) end

---@param effectId integer
---@param temporary? boolean
---@return any
function Creature:attachEffectById(effectId, temporary) end

---@param position Position
---@return boolean
function Creature:canSee(position) end

---@param creature Creature
---@return boolean
function Creature:canSeeCreature(creature) end

---@param delta integer
---@return boolean
function Creature:changeSpeed(delta) end

---@return boolean
function Creature:clearIcons() end

---@param effectId integer
---@return any
function Creature:detachEffectById(effectId) end

---@return table
function Creature:getAttachedEffects() end

---@return number
function Creature:getBaseSpeed() end

---@param conditionType integer
---@param conditionId? integer
---@param subId? integer
---@return Condition
function Creature:getCondition(conditionType, conditionId, subId) end

---@return table
function Creature:getDamageMap() end

---@param distance integer
---@return string
function Creature:getDescription(distance) end

---@return number
function Creature:getDirection() end

---@param type integer
---@return table
function Creature:getEvents(type) end

---@return Creature
function Creature:getFollowCreature() end

---@return number
function Creature:getHealth() end

---@param key string
---@return table
function Creature:getIcon(key) end

---@return table
function Creature:getIcons() end

---@return number
function Creature:getId() end

---@return any ...
function Creature:getLight() end

---@return Creature
function Creature:getMaster() end

---@return number
function Creature:getMaxHealth() end

---@return string
function Creature:getName() end

---@return table
function Creature:getOutfit() end

---@return any
function Creature:getParent() end

---@param pos Position
---@param minTargetDist? integer
---@param maxTargetDist? integer
---@param fullPathSearch? boolean
---@param clearSight? boolean
---@param maxSearchDist? integer
---@return table
function Creature:getPathTo(pos, minTargetDist, maxTargetDist, fullPathSearch, clearSight, maxSearchDist) end

---@return Position
function Creature:getPosition() end

---@return string
function Creature:getShader() end

---@return number
function Creature:getSkull() end

---@return number
function Creature:getSpeed() end

---@return table
function Creature:getSummons() end

---@return Creature
function Creature:getTarget() end

---@return Tile
function Creature:getTile() end

---@return string
function Creature:getTypeName() end

---@return number
function Creature:getZoneType() end

---@return table
function Creature:getZones() end

---@return boolean
function Creature:hasBeenSummoned() end

---@param conditionType integer
---@param subId? integer
---@return boolean
function Creature:hasCondition(conditionType, subId) end

---@return boolean
function Creature:isCreature() end

---@return boolean
function Creature:isDirectionLocked() end

---@return boolean
function Creature:isHealthHidden() end

---@param conditionOrConditionType Condition
---@return boolean
function Creature:isImmune(conditionOrConditionType) end

---@return boolean
function Creature:isInGhostMode() end

---@return boolean
function Creature:isMoveLocked() end

---@return boolean
function Creature:isRemoved() end

---@param direction Tile
---@return number
function Creature:move(direction) end

---@param name string
---@return boolean
function Creature:registerEvent(name) end

---@return boolean
function Creature:reload() end

---@param forced? boolean
---@return boolean
function Creature:remove(forced) end

---@param conditionType integer
---@param conditionId? integer
---@param subId? integer
---@param force? boolean
---@return boolean
function Creature:removeCondition(conditionType, conditionId, subId, force) end

---@param key string
---@return boolean
function Creature:removeIcon(key) end

---@param text string
---@param type? integer
---@param ghost? boolean
---@param target? Creature
---@param position? Position
---@return boolean
function Creature:say(text, type, ghost, target, position) end

---@param direction integer
---@return boolean
function Creature:setDirection(direction) end

---@param directionLocked boolean
---@return boolean
function Creature:setDirectionLocked(directionLocked) end

---@param doDrop boolean
---@return boolean
function Creature:setDropLoot(doDrop) end

---@param followedCreature Creature
---@return boolean
function Creature:setFollowCreature(followedCreature) end

---@param health integer
---@return boolean
function Creature:setHealth(health) end

---@param hide boolean
---@return boolean
function Creature:setHiddenHealth(hide) end

---@param key string
---@param category integer
---@param icon integer
---@param value? integer
---@return boolean
function Creature:setIcon(key, category, icon, value) end

---@param color integer
---@param level integer
---@return boolean
function Creature:setLight(color, level) end

---@param master Creature
---@return boolean
function Creature:setMaster(master) end

---@param maxHealth integer
---@return boolean
function Creature:setMaxHealth(maxHealth) end

---@param moveLocked boolean
---@return boolean
function Creature:setMoveLocked(moveLocked) end

---@param outfit table
---@return boolean
function Creature:setOutfit(outfit) end

---@param shaderName string
---@return boolean
function Creature:setShader(shaderName) end

---@param skillLoss boolean
---@return boolean
function Creature:setSkillLoss(skillLoss) end

---@param skull integer
---@return boolean
function Creature:setSkull(skull) end

---@param speed integer
---@return boolean
function Creature:setSpeed(speed) end

---@param target Creature
---@return boolean
function Creature:setTarget(target) end

---@param position Position
---@param pushMovement? boolean
---@return boolean
function Creature:teleportTo(position, pushMovement) end

---@param name string
---@return boolean
function Creature:unregisterEvent(name) end

---@class CreatureEvent
CreatureEvent = {}

---@param callback function
---@return boolean
function CreatureEvent:onAdvance(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onDeath(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onExtendedOpcode(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onHealthChange(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onKill(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onLogin(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onLogout(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onManaChange(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onModalWindow(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onPrepareDeath(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onTextEdit(callback) end

---@param callback function
---@return boolean
function CreatureEvent:onThink(callback) end

---@return boolean
function CreatureEvent:register() end

---@param callback string
---@return boolean
function CreatureEvent:type(callback) end

---@class EventCallback
EventCallback = {}

---@param ... any
function EventCallback:register(...) end

---@param ... any
function EventCallback:type(...) end

---@class GlobalEvent
GlobalEvent = {}

---@param interval integer
---@return boolean
function GlobalEvent:interval(interval) end

---@param callback function
---@return boolean
function GlobalEvent:onPeriodChange(callback) end

---@param callback function
---@return boolean
function GlobalEvent:onRecord(callback) end

---@param callback function
---@return boolean
function GlobalEvent:onSave(callback) end

---@param callback function
---@return boolean
function GlobalEvent:onShutdown(callback) end

---@param callback function
---@return boolean
function GlobalEvent:onStartup(callback) end

---@param callback function
---@return boolean
function GlobalEvent:onThink(callback) end

---@param callback function
---@return boolean
function GlobalEvent:onTime(callback) end

---@return boolean
function GlobalEvent:register() end

---@param time string
---@return boolean
function GlobalEvent:time(time) end

---@param callback string
---@return boolean
function GlobalEvent:type(callback) end

---@class Group
Group = {}

---@return boolean
function Group:getAccess() end

---@return number
function Group:getFlags() end

---@return number
function Group:getId() end

---@return number
function Group:getMaxDepotItems() end

---@return number
function Group:getMaxVipEntries() end

---@return string
function Group:getName() end

---@param flag integer
---@return boolean
function Group:hasFlag(flag) end

---@class Guild
Guild = {}

---@param id integer
---@param name string
---@param level integer
---@return boolean
function Guild:addRank(id, name, level) end

---@return number
function Guild:getBankBalance() end

---@return number
function Guild:getId() end

---@return table
function Guild:getMembersOnline() end

---@return string
function Guild:getMotd() end

---@return string
function Guild:getName() end

---@param id integer
---@return table
function Guild:getRankById(id) end

---@param level integer
---@return table
function Guild:getRankByLevel(level) end

---@param bankBalance integer
---@return boolean
function Guild:setBankBalance(bankBalance) end

---@param motd string
---@return boolean
function Guild:setMotd(motd) end

---@class House
House = {}

---@param listId integer
---@param player? Player
---@return boolean
function House:canEditAccessList(listId, player) end

---@param listId integer
---@return string
function House:getAccessList(listId) end

---@return number
function House:getBedCount() end

---@return table
function House:getBeds() end

---@return number
function House:getDoorCount() end

---@param position Position
---@return number
function House:getDoorIdByPosition(position) end

---@return table
function House:getDoors() end

---@return Position
function House:getExitPosition() end

---@return number
function House:getId() end

---@return table
function House:getItems() end

---@return string
function House:getName() end

---@return number
function House:getOwnerGuid() end

---@return number
function House:getPrice() end

---@return number
function House:getRent() end

---@return number
function House:getTileCount() end

---@return table
function House:getTiles() end

---@return Town
function House:getTown() end

---@return boolean
function House:hasItemOnTile() end

---@param guid number
---@return boolean
function House:hasNewOwnership(guid) end

---@param player Player
---@return boolean
function House:isInvited(player) end

---@param player Player
---@param targetPlayer? Player
---@return boolean
function House:kickPlayer(player, targetPlayer) end

---@param listId integer
---@param list string
---@return boolean
function House:setAccessList(listId, list) end

---@param guid integer
---@param updateDatabase? boolean
---@return boolean
function House:setHouseOwner(guid, updateDatabase) end

---@param guid? integer
---@param updateDatabase? boolean
---@return boolean
function House:setNewOwnerGuid(guid, updateDatabase) end

---@param player Player
---@param tradePartner? Player
---@return number
function House:startTrade(player, tradePartner) end

---@class Imbuement
Imbuement = {}

---@return table
function Imbuement:getBase() end

---@return table
function Imbuement:getCategory() end

---@return number
function Imbuement:getCombatType() end

---@return number
function Imbuement:getElementDamage() end

---@return number
function Imbuement:getId() end

---@return table
function Imbuement:getItems() end

---@return string
function Imbuement:getName() end

---@return boolean
function Imbuement:isPremium() end

---@class Item
Item = {}

---@param arg2? boolean
---@return boolean
function Item:actor(arg2) end

---@return boolean
function Item:canBeMoved() end

---@return boolean
function Item:canReceiveAutoCarpet() end

---@return Item
function Item:clone() end

---@param decayId integer
---@return boolean
function Item:decay(decayId) end

---@return number
function Item:getActionId() end

---@return string
function Item:getArticle() end

---@param key string
---@return any
function Item:getAttribute(key) end

---@return number
function Item:getCharges() end

---@return number
function Item:getClassification() end

---@return any
function Item:getContainer() end

---@return number
function Item:getCount() end

---@param key any
---@return any
function Item:getCustomAttribute(key) end

---@param distance integer
---@return string
function Item:getDescription(distance) end

---@return number
function Item:getFluidType() end

---@return number
function Item:getId() end

---@return table
function Item:getImbuement() end

---@return number
function Item:getImbuementSlot() end

---@return string
function Item:getName() end

---@return number
function Item:getOwnerId() end

---@return string
function Item:getOwnerName() end

---@return any
function Item:getParent() end

---@return string
function Item:getPluralName() end

---@return Position
function Item:getPosition() end

---@return string
function Item:getShader() end

---@return number
function Item:getSubType() end

---@return number
function Item:getTier() end

---@return Tile
function Item:getTile() end

---@return any
function Item:getTopParent() end

---@return number
function Item:getUniqueId() end

---@return number
function Item:getWeight() end

---@param key string
---@return boolean
function Item:hasAttribute(key) end

---@return boolean
function Item:hasOwner() end

---@param property integer
---@return boolean
function Item:hasProperty(property) end

---@return boolean
function Item:hasShader() end

---@return boolean
function Item:isContainer() end

---@param includeInbox? boolean
---@return boolean
function Item:isInsideDepot(includeInbox) end

---@return boolean
function Item:isItem() end

---@param creatureOrCreatureId any
---@return boolean
function Item:isOwner(creatureOrCreatureId) end

---@param positionOrCylinder any
---@param flags? integer
---@return boolean
function Item:moveTo(positionOrCylinder, flags) end

---@param player Player
---@param slot? integer
---@return boolean
function Item:moveToSlot(player, slot) end

---@param count? integer
---@return boolean
function Item:remove(count) end

---@param key string
---@return boolean
function Item:removeAttribute(key) end

---@param key any
---@return boolean
function Item:removeCustomAttribute(key) end

---@return string
function Item:serializeAttributes() end

---@param actionId integer
---@return boolean
function Item:setActionId(actionId) end

---@param key string
---@param value? any
---@return boolean
function Item:setAttribute(key, value) end

---@param key any
---@param value? any
---@return boolean
function Item:setCustomAttribute(key, value) end

---@param minDuration? integer
---@param maxDuration? integer
---@param decayTo? integer
---@param showDuration? boolean
---@return boolean
function Item:setDuration(minDuration, maxDuration, decayTo, showDuration) end

---@param owner Creature
---@return boolean
function Item:setExpertPvpFieldContext(owner) end

---@param creatureOrCreatureId any
---@return boolean
function Item:setOwner(creatureOrCreatureId) end

---@param shaderName string
---@return boolean
function Item:setShader(shaderName) end

---@param tier integer
---@return boolean
function Item:setTier(tier) end

---@param count? integer
---@return Item
function Item:split(count) end

---@param itemId any
---@param countOrSubType? integer
---@return boolean
function Item:transform(itemId, countOrSubType) end

---@class ItemClassification
ItemClassification = {}

---@param id integer
---@param core integer
---@param regularPrice integer
---@param convergenceFusionPrice integer
---@param convergenceTransferPrice integer
---@return boolean
function ItemClassification:addTier(id, core, regularPrice, convergenceFusionPrice, convergenceTransferPrice) end

---@class ItemType
ItemType = {}

---@return number
function ItemType:getAmmoType() end

---@return number
function ItemType:getArmor() end

---@return string
function ItemType:getArticle() end

---@return number
function ItemType:getAttack() end

---@return number
function ItemType:getBaseSpeed() end

---@return number
function ItemType:getCapacity() end

---@return number
function ItemType:getCharges() end

---@return number
function ItemType:getDecayId() end

---@return number
function ItemType:getDecayTime() end

---@return number
function ItemType:getDefense() end

---@param count? integer
---@return string
function ItemType:getDescription(count) end

---@return number
function ItemType:getDestroyId() end

---@return number
function ItemType:getElementDamage() end

---@return number
function ItemType:getElementType() end

---@return number
function ItemType:getElementalBond() end

---@return number
function ItemType:getExtraDefense() end

---@return number
function ItemType:getFluidSource() end

---@return number
function ItemType:getHitChance() end

---@return number
function ItemType:getId() end

---@return number
function ItemType:getImbuementSlot() end

---@return string
function ItemType:getName() end

---@return string
function ItemType:getPluralName() end

---@return number
function ItemType:getRequiredLevel() end

---@return number
function ItemType:getShootRange() end

---@return boolean
function ItemType:getShowDuration() end

---@return number
function ItemType:getSlotPosition() end

---@return number
function ItemType:getSpeed() end

---@return number
function ItemType:getStackSize() end

---@return number
function ItemType:getTransformDeEquipId() end

---@return number
function ItemType:getTransformEquipId() end

---@return number
function ItemType:getType() end

---@return string
function ItemType:getVocationString() end

---@return number
function ItemType:getWeaponType() end

---@param count? integer
---@return number
function ItemType:getWeight(count) end

---@return number
function ItemType:getWrapableTo() end

---@return boolean
function ItemType:hasSubType() end

---@return boolean
function ItemType:isBlocking() end

---@return boolean
function ItemType:isContainer() end

---@return boolean
function ItemType:isCorpse() end

---@return boolean
function ItemType:isDoor() end

---@return boolean
function ItemType:isFluidContainer() end

---@return boolean
function ItemType:isGroundTile() end

---@return boolean
function ItemType:isKey() end

---@return boolean
function ItemType:isMagicField() end

---@return boolean
function ItemType:isMovable() end

---@return boolean
function ItemType:isMultiUse() end

---@return boolean
function ItemType:isPickupable() end

---@return boolean
function ItemType:isPodium() end

---@return boolean
function ItemType:isQuiver() end

---@return boolean
function ItemType:isReadable() end

---@return boolean
function ItemType:isRune() end

---@return boolean
function ItemType:isStackable() end

---@return boolean
function ItemType:isStowable() end

---@return boolean
function ItemType:isWeapon() end

---@return boolean
function ItemType:isWritable() end

---@class KV
KV = {}

---@param key any
---@param forceLoad? boolean
---@return any
function KV:get(key, forceLoad) end

---@param prefix? any
---@return table
function KV:keys(prefix) end

---@param key any
---@return any
function KV:remove(key) end

---@param key any
---@return KV
function KV:scoped(key) end

---@param key any
---@param value number
---@return boolean
function KV:set(key, value) end

---@class Loot
Loot = {}

---@param loot Loot
---@return boolean
function Loot:addChildLoot(loot) end

---@param ... any
---@return any
function Loot:setActionId(...) end

---@param ... any
---@return any
function Loot:setArmor(...) end

---@param ... any
---@return any
function Loot:setArticle(...) end

---@param ... any
---@return any
function Loot:setAttack(...) end

---@param ... any
---@return any
function Loot:setChance(...) end

---@param ... any
---@return any
function Loot:setDefense(...) end

---@param ... any
---@return any
function Loot:setExtraDefense(...) end

---@param ... any
---@return any
function Loot:setHitChance(...) end

---@param ... any
---@return any
function Loot:setId(...) end

---@param name string
---@return boolean
function Loot:setIdFromName(name) end

---@param ... any
---@return any
function Loot:setMaxCount(...) end

---@param ... any
---@return any
function Loot:setMinCount(...) end

---@param ... any
---@return any
function Loot:setNameItem(...) end

---@param ... any
---@return any
function Loot:setShootRange(...) end

---@param ... any
---@return any
function Loot:setSubType(...) end

---@param ... any
---@return any
function Loot:setText(...) end

---@param value? boolean
---@return boolean
function Loot:setUnique(value) end

---@class ModalWindow
ModalWindow = {}

---@param id integer
---@param text string
---@return boolean
function ModalWindow:addButton(id, text) end

---@param id integer
---@param text string
---@return boolean
function ModalWindow:addChoice(id, text) end

---@return number
function ModalWindow:getButtonCount() end

---@return number
function ModalWindow:getChoiceCount() end

---@return number
function ModalWindow:getDefaultEnterButton() end

---@return number
function ModalWindow:getDefaultEscapeButton() end

---@return number
function ModalWindow:getId() end

---@return string
function ModalWindow:getMessage() end

---@return string
function ModalWindow:getTitle() end

---@return boolean
function ModalWindow:hasPriority() end

---@param player Player
---@return boolean
function ModalWindow:sendToPlayer(player) end

---@param buttonId integer
---@return boolean
function ModalWindow:setDefaultEnterButton(buttonId) end

---@param buttonId integer
---@return boolean
function ModalWindow:setDefaultEscapeButton(buttonId) end

---@param text string
---@return boolean
function ModalWindow:setMessage(text) end

---@param priority boolean
---@return boolean
function ModalWindow:setPriority(priority) end

---@param text string
---@return boolean
function ModalWindow:setTitle(text) end

---@class Monster: Creature
Monster = {}

---@param monsterspell MonsterSpell
---@return any
function Monster:addAttackSpell(monsterspell) end

---@param defense integer
---@return boolean
function Monster:addDefense(defense) end

---@param monsterspell MonsterSpell
---@return any
function Monster:addDefenseSpell(monsterspell) end

---@param creature Creature
---@return boolean
function Monster:addFriend(creature) end

---@param type integer
---@param percent integer
---@return boolean
function Monster:addReflectElement(type, percent) end

---@param creature Creature
---@param pushFront? boolean
---@return boolean
function Monster:addTarget(creature, pushFront) end

---@param distance? integer
---@param duration? integer
---@return boolean
function Monster:changeTargetDistance(distance, duration) end

---@return boolean
function Monster:clearFiendishStatus() end

---@param stack? integer
---@return boolean
function Monster:configureForgeSystem(stack) end

---@param critical? integer
---@return boolean
function Monster:criticalChance(critical) end

---@param damage? integer
---@return boolean
function Monster:criticalDamage(damage) end

---@param defense any
---@return number
function Monster:getDefense(defense) end

---@return number
function Monster:getForgeStack() end

---@return number
function Monster:getFriendCount() end

---@return table
function Monster:getFriendList() end

---@return number
function Monster:getMonsterForgeClassification() end

---@return string
function Monster:getName() end

---@return any ...
function Monster:getRespawnType() end

---@return Position
function Monster:getSpawnPosition() end

---@return number
function Monster:getTargetCount() end

---@return table
function Monster:getTargetList() end

---@return number
function Monster:getTimeToChangeFiendish() end

---@return MonsterType
function Monster:getType() end

---@param hazard? boolean
---@return boolean
function Monster:hazard(hazard) end

---@param hazardCrit? boolean
---@return boolean
function Monster:hazardCrit(hazardCrit) end

---@param hazardDamageBoost? boolean
---@return boolean
function Monster:hazardDamageBoost(hazardDamageBoost) end

---@param hazardDefenseBoost? boolean
---@return boolean
function Monster:hazardDefenseBoost(hazardDefenseBoost) end

---@param hazardDodge? boolean
---@return boolean
function Monster:hazardDodge(hazardDodge) end

---@param arg2? boolean
---@return boolean
function Monster:immune(arg2) end

---@return boolean
function Monster:isChallenged() end

---@return boolean
function Monster:isDead() end

---@return boolean
function Monster:isForgeable() end

---@param creature Creature
---@return boolean
function Monster:isFriend(creature) end

---@return boolean
function Monster:isIdle() end

---@param position? Position
---@return boolean
function Monster:isInSpawnRange(position) end

---@return boolean
function Monster:isMonster() end

---@param creature Creature
---@return boolean
function Monster:isOpponent(creature) end

---@param creature Creature
---@return boolean
function Monster:isTarget(creature) end

---@param creature Creature
---@return boolean
function Monster:removeFriend(creature) end

---@param creature Creature
---@return boolean
function Monster:removeTarget(creature) end

---@param searchType? integer
---@return boolean
function Monster:searchTarget(searchType) end

---@param creature Creature
---@return boolean
function Monster:selectTarget(creature) end

---@param stack? integer
---@return boolean
function Monster:setForgeStack(stack) end

---@param idle boolean
---@return boolean
function Monster:setIdle(idle) end

---@param classication integer
---@return boolean
function Monster:setMonsterForgeClassification(classication) end

---@param name string
---@param nameDescription? string
---@return boolean
function Monster:setName(name, nameDescription) end

---@param interval? integer
---@return boolean
function Monster:setSpawnPosition(interval) end

---@param endTime? integer
---@return boolean
function Monster:setTimeToChangeFiendish(endTime) end

---@param nameOrRaceId any
---@param restoreHealth? boolean
---@return boolean
function Monster:setType(nameOrRaceId, restoreHealth) end

---@param soulPit? boolean
---@return boolean
function Monster:soulPit(soulPit) end

---@class MonsterSpell
MonsterSpell = {}

---@param arg2? integer
---@return any
function MonsterSpell:castSound(arg2) end

---@param arg2? integer
---@return any
function MonsterSpell:impactSound(arg2) end

---@param attack integer
---@param skill integer
---@return boolean
function MonsterSpell:setAttackValue(attack, skill) end

---@param chance integer
---@return boolean
function MonsterSpell:setChance(chance) end

---@param effect integer
---@return boolean
function MonsterSpell:setCombatEffect(effect) end

---@param length integer
---@return boolean
function MonsterSpell:setCombatLength(length) end

---@param radius integer
---@return boolean
function MonsterSpell:setCombatRadius(radius) end

---@param effect integer
---@return boolean
function MonsterSpell:setCombatShootEffect(effect) end

---@param spread integer
---@return boolean
function MonsterSpell:setCombatSpread(spread) end

---@param arg1 integer
---@return boolean
function MonsterSpell:setCombatType(arg1) end

---@param min integer
---@param max integer
---@return boolean
function MonsterSpell:setCombatValue(min, max) end

---@param min integer
---@param max integer
---@param start integer
---@return boolean
function MonsterSpell:setConditionDamage(min, max, start) end

---@param duration integer
---@return boolean
function MonsterSpell:setConditionDuration(duration) end

---@param speed integer
---@return boolean
function MonsterSpell:setConditionSpeedChange(speed) end

---@param interval integer
---@return boolean
function MonsterSpell:setConditionTickInterval(interval) end

---@param type integer
---@return boolean
function MonsterSpell:setConditionType(type) end

---@param interval integer
---@return boolean
function MonsterSpell:setInterval(interval) end

---@param value boolean
---@return boolean
function MonsterSpell:setNeedTarget(value) end

---@param effect integer
---@return boolean
function MonsterSpell:setOutfitItem(effect) end

---@param effect string
---@return boolean
function MonsterSpell:setOutfitMonster(effect) end

---@param range integer
---@return boolean
function MonsterSpell:setRange(range) end

---@param name string
---@return boolean
function MonsterSpell:setScriptName(name) end

---@param type string
---@return boolean
function MonsterSpell:setType(type) end

---@class MonsterType
MonsterType = {}

---@param arg2? integer
---@return any
function MonsterType:BestiaryCharmsPoints(arg2) end

---@param arg2? integer
---@return any
function MonsterType:BestiaryFirstUnlock(arg2) end

---@param arg2? string
---@return any
function MonsterType:BestiaryLocations(arg2) end

---@param arg2? integer
---@return any
function MonsterType:BestiaryOccurrence(arg2) end

---@param arg2? integer
---@return any
function MonsterType:BestiarySecondUnlock(arg2) end

---@param arg2? integer
---@return any
function MonsterType:BestiaryStars(arg2) end

---@param arg2? string
---@return any
function MonsterType:Bestiaryclass(arg2) end

---@param race? integer
---@return any
function MonsterType:Bestiaryrace(race) end

---@param arg2? integer
---@return any
function MonsterType:BestiarytoKill(arg2) end

---@param monsterspell MonsterSpell
---@return any
function MonsterType:addAttack(monsterspell) end

---@param monsterspell MonsterSpell
---@return any
function MonsterType:addDefense(monsterspell) end

---@param type integer
---@param percent integer
---@return boolean
function MonsterType:addElement(type, percent) end

---@param type integer
---@param percent integer
---@return boolean
function MonsterType:addHealing(type, percent) end

---@param loot Loot
---@return boolean
function MonsterType:addLoot(loot) end

---@param type integer
---@param percent integer
---@return boolean
function MonsterType:addReflect(type, percent) end

---@param soundId integer
---@return boolean
function MonsterType:addSound(soundId) end

---@param name string
---@param interval integer
---@param chance integer
---@param count? integer
---@return boolean
function MonsterType:addSummon(name, interval, chance, count) end

---@param sentence string
---@param interval integer
---@param chance integer
---@param yell boolean
---@return boolean
function MonsterType:addVoice(sentence, interval, chance, yell) end

---@param arg2? integer
---@return any
function MonsterType:armor(arg2) end

---@param arg2? integer
---@return any
function MonsterType:baseSpeed(arg2) end

---@param raceId? integer
---@param class? string
---@return any
function MonsterType:bossRace(raceId, class) end

---@param raceId? integer
---@return any
function MonsterType:bossRaceId(raceId) end

---@param arg2? boolean
---@return boolean
function MonsterType:canPushCreatures(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:canPushItems(arg2) end

---@param pos Position
---@return boolean
function MonsterType:canSpawn(pos) end

---@param arg2? boolean
---@return boolean
function MonsterType:canWalkOnEnergy(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:canWalkOnFire(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:canWalkOnPoison(arg2) end

---@param arg2? integer
---@return any
function MonsterType:changeTargetChance(arg2) end

---@param arg2? integer
---@return any
function MonsterType:changeTargetSpeed(arg2) end

---@param immunity? string
---@return table
function MonsterType:combatImmunities(immunity) end

---@param immunity? string
---@return table
function MonsterType:conditionImmunities(immunity) end

---@param arg2? integer
---@return any
function MonsterType:corpseId(arg2) end

---@param arg2 integer
---@return number
function MonsterType:critChance(arg2) end

---@param arg2? integer
---@return any
function MonsterType:deathSound(arg2) end

---@param arg2? integer
---@return any
function MonsterType:defense(arg2) end

---@param faction? integer
---@return table
function MonsterType:enemyFactions(faction) end

---@param event integer
---@return boolean
function MonsterType:eventType(event) end

---@param arg2? integer
---@return any
function MonsterType:experience(arg2) end

---@param arg2? integer
---@return any
function MonsterType:faction(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:familiar(arg2) end

---@return table
function MonsterType:getAttackList() end

---@return number
function MonsterType:getCorpseId() end

---@return table
function MonsterType:getCreatureEvents() end

---@return table
function MonsterType:getDefenseList() end

---@return table
function MonsterType:getElementList() end

---@return any
function MonsterType:getLoot() end

---@param stars any
---@return table
function MonsterType:getMonstersByBestiaryStars(stars) end

---@param race any
---@return table
function MonsterType:getMonstersByRace(race) end

---@return table
function MonsterType:getSounds() end

---@return table
function MonsterType:getSummonList() end

---@return string
function MonsterType:getTypeName() end

---@return table
function MonsterType:getVoices() end

---@param arg2? integer
---@return any
function MonsterType:health(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isAttackable(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isBlockable(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isConvinceable(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isForgeCreature(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isHealthHidden(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isHostile(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isIllusionable(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isPreyExclusive(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isPreyable(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isPushable(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isRewardBoss(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:isSummonable(arg2) end

---@param arg2? integer
---@param arg3? integer
---@return any ...
function MonsterType:light(arg2, arg3) end

---@param arg2? integer
---@return any
function MonsterType:manaCost(arg2) end

---@param arg2? integer
---@return any
function MonsterType:maxHealth(arg2) end

---@param arg2? integer
---@return any
function MonsterType:maxSummons(arg2) end

---@param arg2? number
---@return any
function MonsterType:mitigation(arg2) end

---@param arg2? string
function MonsterType:name(arg2) end

---@param arg2? string
---@return any
function MonsterType:nameDescription(arg2) end

---@param callback function
---@return boolean
function MonsterType:onAppear(callback) end

---@param callback function
---@return boolean
function MonsterType:onDisappear(callback) end

---@param callback function
---@return boolean
function MonsterType:onMove(callback) end

---@param callback function
---@return boolean
function MonsterType:onPlayerAttack(callback) end

---@param callback function
---@return boolean
function MonsterType:onSay(callback) end

---@param callback function
---@return boolean
function MonsterType:onSpawn(callback) end

---@param callback function
---@return boolean
function MonsterType:onThink(callback) end

---@param outfit? table
---@return any
function MonsterType:outfit(outfit) end

---@param race? string
---@return any
function MonsterType:race(race) end

---@param arg2? integer
---@return any
function MonsterType:raceId(arg2) end

---@param name string
---@return boolean
function MonsterType:registerEvent(name) end

---@param arg2? integer
---@return any
function MonsterType:respawnTypeIsUnderground(arg2) end

---@param value1? integer
---@return any
function MonsterType:respawnTypePeriod(value1) end

---@param arg2? integer
---@return any
function MonsterType:runHealth(arg2) end

---@param arg2? integer
---@return any
function MonsterType:soundChance(arg2) end

---@param arg2? integer
---@return any
function MonsterType:soundSpeedTicks(arg2) end

---@param arg2? integer
---@return any
function MonsterType:staticAttackChance(arg2) end

---@param arg2? integer
---@return any
function MonsterType:strategiesTargetDamage(arg2) end

---@param arg2? integer
---@return any
function MonsterType:strategiesTargetHealth(arg2) end

---@param arg2? integer
---@return any
function MonsterType:strategiesTargetNearest(arg2) end

---@param arg2? integer
---@return any
function MonsterType:strategiesTargetRandom(arg2) end

---@param arg2? integer
---@return any
function MonsterType:targetDistance(arg2) end

---@param arg2? boolean
---@return any
function MonsterType:targetPreferMaster(arg2) end

---@param arg2? boolean
---@return boolean
function MonsterType:targetPreferPlayer(arg2) end

---@param arg2? string
---@return any
function MonsterType:variant(arg2) end

---@param arg2? integer
---@return any
function MonsterType:yellChance(arg2) end

---@param arg2? integer
---@return any
function MonsterType:yellSpeedTicks(arg2) end

---@class Mount
Mount = {}

---@return number
function Mount:getClientId() end

---@return number
function Mount:getId() end

---@return string
function Mount:getName() end

---@return number
function Mount:getSpeed() end

---@class MoveEvent
MoveEvent = {}

---@param ids integer
---@return boolean
function MoveEvent:aid(ids) end

---@param ids integer
---@return boolean
function MoveEvent:id(ids) end

---@param lvl integer
---@return boolean
function MoveEvent:level(lvl) end

---@param lvl integer
---@return boolean
function MoveEvent:magicLevel(lvl) end

---@param callback function
---@return boolean
function MoveEvent:onAddItem(callback) end

---@param callback function
---@return boolean
function MoveEvent:onDeEquip(callback) end

---@param callback function
---@return boolean
function MoveEvent:onEquip(callback) end

---@param callback function
---@return boolean
function MoveEvent:onRemoveItem(callback) end

---@param callback function
---@return boolean
function MoveEvent:onStepIn(callback) end

---@param callback function
---@return boolean
function MoveEvent:onStepOut(callback) end

---@param positions Position
---@return boolean
function MoveEvent:position(positions) end

---@param value boolean
---@return boolean
function MoveEvent:premium(value) end

---@return boolean
function MoveEvent:register() end

---@param slot string
---@return boolean
function MoveEvent:slot(slot) end

---@param callback string
---@return boolean
function MoveEvent:type(callback) end

---@param ids integer
---@return boolean
function MoveEvent:uid(ids) end

---@param vocName string
---@param showInDescription? boolean
---@param lastVoc? boolean
---@return boolean
function MoveEvent:vocation(vocName, showInDescription, lastVoc) end

---@class NetworkMessage
NetworkMessage = {}

---@param value integer
---@return boolean
function NetworkMessage:add16(value) end

---@param value integer
---@return boolean
function NetworkMessage:add32(value) end

---@param value integer
---@return boolean
function NetworkMessage:add64(value) end

---@param value integer
---@return boolean
function NetworkMessage:add8(value) end

---@param value integer
---@return boolean
function NetworkMessage:addByte(value) end

---@param value number
---@return boolean
function NetworkMessage:addDouble(value) end

---@param item Item
---@param player? Player
---@return boolean
function NetworkMessage:addItem(item, player) end

---@param position Position
---@return boolean
function NetworkMessage:addPosition(position) end

---@param value string
---@param callback string
---@return boolean
function NetworkMessage:addString(value, callback) end

---@param value integer
---@return boolean
function NetworkMessage:addU16(value) end

---@param value integer
---@return boolean
function NetworkMessage:addU32(value) end

---@param value integer
---@return boolean
function NetworkMessage:addU64(value) end

function NetworkMessage:delete() end

---@return number
function NetworkMessage:getByte() end

---@return Position
function NetworkMessage:getPosition() end

---@return string
function NetworkMessage:getString() end

---@return number
function NetworkMessage:getU16() end

---@return number
function NetworkMessage:getU32() end

---@return number
function NetworkMessage:getU64() end

---@return number
function NetworkMessage:getUnreadBytes() end

---@return boolean
function NetworkMessage:reset() end

---@param player Player
---@return boolean
function NetworkMessage:sendToPlayer(player) end

---@param value integer
---@return boolean
function NetworkMessage:skipBytes(value) end

---@class Npc: Creature
Npc = {}

---@param player Player
---@return boolean
function Npc:closeShopWindow(player) end

---@param player Player
---@return boolean
function Npc:follow(player) end

---@return number
function Npc:getCurrency() end

---@param uid number
---@return any
function Npc:getDistanceTo(uid) end

---@return number
function Npc:getId() end

---@return string
function Npc:getName() end

---@param itemId? integer
---@return boolean
function Npc:getShopItem(itemId) end

---@return number
function Npc:getSpeechBubble() end

---@param position Position
---@param range? integer
---@return boolean
function Npc:isInTalkRange(position, range) end

---@param creature Creature
---@return boolean
function Npc:isInteractingWithPlayer(creature) end

---@param playerGUID? integer
---@return boolean
function Npc:isMerchant(playerGUID) end

---@return boolean
function Npc:isNpc() end

---@param creature Creature
---@param topicId? integer
---@return boolean
function Npc:isPlayerInteractingOnTopic(creature, topicId) end

---@param direction integer
function Npc:move(direction) end

---@param player Player
---@return boolean
function Npc:openShopWindow(player) end

---@param player Player
---@param items? table
---@return boolean
function Npc:openShopWindowTable(player, items) end

---@param position Position
---@param extended? boolean
---@param force? boolean
---@return Npc
function Npc:place(position, extended, force) end

---@param creature Creature
---@return boolean
function Npc:removePlayerInteraction(creature) end

---@param text string
---@param type? integer
---@param ghost? boolean
---@param target? Creature
---@param position? Position
---@return boolean
function Npc:say(text, type, ghost, target, position) end

---@param player Player
---@param itemId integer
---@param amount number
---@param subtype? integer
---@param actionId? integer
---@param ignoreCap? boolean
---@param inBackpacks? boolean
---@return boolean
function Npc:sellItem(player, itemId, amount, subtype, actionId, ignoreCap, inBackpacks) end

---@param arg2 integer
---@return boolean
function Npc:setCurrency(arg2) end

---@param pos Position
---@return boolean
function Npc:setMasterPos(pos) end

---@param name string
---@return any
function Npc:setName(name) end

---@param creature Creature
---@param topic? integer
---@return boolean
function Npc:setPlayerInteraction(creature, topic) end

---@param speechBubble integer
---@return any
function Npc:setSpeechBubble(speechBubble) end

---@param direction integer
function Npc:turn(direction) end

---@param creature Creature
---@param arg2? boolean
---@return boolean
function Npc:turnToCreature(creature, arg2) end

---@class NpcType
NpcType = {}

---@param shop Shop
---@return boolean
function NpcType:addShopItem(shop) end

---@param soundId integer
---@return boolean
function NpcType:addSound(soundId) end

---@param sentence string
---@param interval integer
---@param chance integer
---@param yell boolean
---@return boolean
function NpcType:addVoice(sentence, interval, chance, yell) end

---@param arg2? integer
---@return any
function NpcType:baseSpeed(arg2) end

---@param arg2? boolean
---@return boolean
function NpcType:canPushCreatures(arg2) end

---@param arg2? boolean
---@return boolean
function NpcType:canPushItems(arg2) end

---@param pos Position
---@return boolean
function NpcType:canSpawn(pos) end

---@param arg2? integer
---@return any
function NpcType:currency(arg2) end

---@param event integer
---@return boolean
function NpcType:eventType(event) end

---@param arg2? boolean
---@return boolean
function NpcType:floorChange(arg2) end

---@return table
function NpcType:getCreatureEvents() end

---@return table
function NpcType:getSounds() end

---@return table
function NpcType:getVoices() end

---@param arg2? integer
---@return any
function NpcType:health(arg2) end

---@param arg2? boolean
---@return boolean
function NpcType:isPushable(arg2) end

---@param arg2? integer
---@param arg3? integer
---@return any ...
function NpcType:light(arg2, arg3) end

---@param arg2? integer
---@return any
function NpcType:maxHealth(arg2) end

---@param arg2? string
function NpcType:name(arg2) end

---@param arg2? string
---@return any
function NpcType:nameDescription(arg2) end

---@param callback function
---@return boolean
function NpcType:onAppear(callback) end

---@param callback function
---@return boolean
function NpcType:onBuyItem(callback) end

---@param callback function
---@return boolean
function NpcType:onCheckItem(callback) end

---@param callback function
---@return boolean
function NpcType:onCloseChannel(callback) end

---@param callback function
---@return boolean
function NpcType:onDisappear(callback) end

---@param callback function
---@return boolean
function NpcType:onMove(callback) end

---@param callback function
---@return boolean
function NpcType:onSay(callback) end

---@param callback function
---@return boolean
function NpcType:onSellItem(callback) end

---@param callback function
---@return boolean
function NpcType:onThink(callback) end

---@param outfit? table
---@return any
function NpcType:outfit(outfit) end

---@param name string
---@return boolean
function NpcType:registerEvent(name) end

---@param arg2? integer
---@return any
function NpcType:respawnTypeIsUnderground(arg2) end

---@param arg2? integer
---@return any
function NpcType:respawnTypePeriod(arg2) end

---@param arg2? integer
---@return any
function NpcType:soundChance(arg2) end

---@param arg2? integer
---@return any
function NpcType:soundSpeedTicks(arg2) end

---@param arg2? integer
---@return any
function NpcType:speechBubble(arg2) end

---@param arg2? integer
---@return any
function NpcType:walkInterval(arg2) end

---@param arg2? integer
---@return any
function NpcType:walkRadius(arg2) end

---@param arg2? integer
---@return any
function NpcType:yellChance(arg2) end

---@param arg2? integer
---@return any
function NpcType:yellSpeedTicks(arg2) end

---@class Party
Party = {}

---@param player Player
---@return boolean
function Party:addInvite(player) end

---@param player Player
---@return boolean
function Party:addMember(player) end

---@return boolean
function Party:disband() end

---@return number
function Party:getInviteeCount() end

---@return table
function Party:getInvitees() end

---@return Player
function Party:getLeader() end

---@return number
function Party:getMemberCount() end

---@return table
function Party:getMembers() end

---@return number
function Party:getUniqueVocationsCount() end

---@return boolean
function Party:isSharedExperienceActive() end

---@return boolean
function Party:isSharedExperienceEnabled() end

---@param player Player
---@return boolean
function Party:removeInvite(player) end

---@param player Player
---@return boolean
function Party:removeMember(player) end

---@param player Player
---@return boolean
function Party:setLeader(player) end

---@param active boolean
---@return boolean
function Party:setSharedExperience(active) end

---@param experience integer
---@return boolean
function Party:shareExperience(experience) end

---@class Player: Creature
Player = {}

---@param idOrName any
---@param sendMessage? boolean
---@return boolean
function Player:addAchievement(idOrName, sendMessage) end

---@param amount integer
---@return boolean
function Player:addAchievementPoints(amount) end

---@param monsterType string
---@return any
function Player:addAnimusMastery(monsterType) end

--- Kept while the player is in the game; not saved.
---@param id? integer
---@return boolean
function Player:addBadge(id) end

---@param name string
---@param amount? integer
---@return boolean
function Player:addBestiaryKill(name, amount) end

---@param blessing integer
---@return boolean
function Player:addBlessing(blessing) end

---@param name string
---@param amount? integer
---@return boolean
function Player:addBosstiaryKill(name, amount) end

---@param charms integer
---@return boolean
function Player:addCharmPoints(charms) end

---@param type string
---@param idOrName? any
---@return boolean
function Player:addCustomOutfit(type, idOrName) end

---@param experience integer
---@param sendText? boolean
---@return boolean
function Player:addExperience(experience, sendText) end

---@param lookType integer
---@return boolean
function Player:addFamiliar(lookType) end

---@param amount? integer
---@return boolean
function Player:addForgeDustLevel(amount) end

---@param amount? integer
---@return boolean
function Player:addForgeDusts(amount) end

---@param itemId any
---@param count? integer
---@param canDropOnMap? boolean
---@param subType? integer
---@param slot? integer
---@param tier? integer
---@return table
function Player:addItem(itemId, count, canDropOnMap, subType, slot, tier) end

---@param container Container
---@param itemId integer
---@param count? integer
---@param tier? integer
---@param flags? integer
---@return number
function Player:addItemBatchToPaginedContainer(container, itemId, count, tier, flags) end

---@param item Item
---@param canDropOnMap? boolean
---@param indexOrSlot? integer
---@param flags? integer
---@return number
function Player:addItemEx(item, canDropOnMap, indexOrSlot, flags) end

---@param itemId integer
---@param count? integer
---@return boolean
function Player:addItemStash(itemId, count) end

---@param manaChange integer
---@param animationOnLoss? boolean
---@return boolean
function Player:addMana(manaChange, animationOnLoss) end

---@param amount integer
---@return boolean
function Player:addManaSpent(amount) end

---@param position Position
---@param type integer
---@param description string
---@return boolean
function Player:addMapMark(position, type, description) end

---@param charms integer
---@return boolean
function Player:addMinorCharmEchoes(charms) end

---@param money integer
---@param flags? integer
---@return any ...
function Player:addMoney(money, flags) end

---@param mountIdOrMountName any
---@return boolean
function Player:addMount(mountIdOrMountName) end

---@param time integer
---@return boolean
function Player:addOfflineTrainingTime(time) end

---@param skillType integer
---@param tries integer
---@return boolean
function Player:addOfflineTrainingTries(skillType, tries) end

---@param lookTypeOrName any
---@param addon? integer
---@return boolean
function Player:addOutfit(lookTypeOrName, addon) end

---@param lookType integer
---@param addon integer
---@return boolean
function Player:addOutfitAddon(lookType, addon) end

---@param days integer
---@return boolean
function Player:addPremiumDays(days) end

---@param amount? integer
---@return boolean
function Player:addPreyCards(amount) end

---@param skillType integer
---@param tries integer
---@return boolean
function Player:addSkillTries(skillType, tries) end

---@param soulChange integer
---@return boolean
function Player:addSoul(soulChange) end

---@param amount integer
---@return number
function Player:addTaskHuntingPoints(amount) end

---@param coins integer
---@return boolean
function Player:addTibiaCoins(coins) end

---@param id? integer
---@return boolean
function Player:addTitle(id) end

---@param coins integer
---@return boolean
function Player:addTransferableCoins(coins) end

---@param experience integer
---@param itemId? integer
---@return boolean
function Player:addWeaponExperience(experience, itemId) end

---@param item Item
---@param scrollItem? Item
---@return boolean
function Player:applyImbuementScroll(item, scrollItem) end

---@param value? integer
---@return any
function Player:avatarTimer(value) end

---@return number
function Player:calculateFlatDamageHealing() end

---@param spell any
---@return boolean
function Player:canCast(spell) end

---@param spellName string
---@return boolean
function Player:canLearnSpell(spellName) end

---@return boolean
function Player:canReceiveLoot() end

---@param newName string
---@return boolean
function Player:changeName(newName) end

---@param speaker Creature
---@param type integer
---@param text string
---@param channelId integer
---@return boolean
function Player:channelSay(speaker, type, text, channelId) end

---@param arg2? boolean
---@return boolean
function Player:charmExpansion(arg2) end

---@param item Item
---@return boolean
function Player:clearAllImbuements(item) end

---@param spenders? boolean
---@param builder? boolean
---@return boolean
function Player:clearSpellCooldowns(spenders, builder) end

--- No client is told: the server's role doesn't write this message.
---@return boolean
function Player:closeForge() end

---@return boolean
function Player:closeImbuementWindow() end

--- Kept while the player is in the game; not saved.
---@param type? integer
---@param amount? integer
---@param id? string
---@return boolean
function Player:createTransactionSummary(type, amount, id) end

---@return boolean
function Player:fillHarmony() end

---@param spellName string
---@return boolean
function Player:forgetSpell(spellName) end

---@return number
function Player:getAccountId() end

---@return number
function Player:getAccountType() end

---@return number
function Player:getAchievementPoints() end

---@return Container
function Player:getBackpack() end

---@return number
function Player:getBankBalance() end

---@return number
function Player:getBaseMagicLevel() end

---@return number
function Player:getBaseMaxHealth() end

---@return number
function Player:getBaseMaxMana() end

---@return number
function Player:getBaseXpGain() end

---@param index integer
---@param storeCount? boolean
---@return number
function Player:getBlessingCount(index, storeCount) end

---@param slotId integer
---@return number
function Player:getBossBonus(slotId) end

---@param name string
---@return number
function Player:getBosstiaryKills(name) end

---@param name string
---@return number
function Player:getBosstiaryLevel(name) end

---@return number
function Player:getCapacity() end

---@param charmId integer
---@return number
function Player:getCharmChance(charmId) end

---@param arg1 integer
---@return MonsterType
function Player:getCharmMonsterType(arg1) end

---@param charmId integer
---@return number
function Player:getCharmTier(charmId) end

---@return table
function Player:getClient() end

---@param id integer
---@return Container
function Player:getContainerById(id) end

---@param container Container
---@return number
function Player:getContainerId(container) end

---@param id integer
---@return number
function Player:getContainerIndex(id) end

---@return number
function Player:getDeathPenalty() end

---@param depotId integer
---@param autoCreate? boolean
---@return Item
function Player:getDepotChest(depotId, autoCreate) end

---@param depotId integer
---@return Item
function Player:getDepotLocker(depotId) end

---@param skillType integer
---@return number
function Player:getEffectiveSkillLevel(skillType) end

---@return number
function Player:getExperience() end

---@return number
function Player:getFaction() end

---@return number
function Player:getFamiliarLooktype() end

---@return number
function Player:getFightMode() end

---@return number
function Player:getForgeCores() end

---@return number
function Player:getForgeDustLevel() end

---@return number
function Player:getForgeDusts() end

---@return number
function Player:getForgeSlivers() end

---@return number
function Player:getFreeBackpackSlots() end

---@return number
function Player:getFreeCapacity() end

---@return number
function Player:getGrindingXpBoost() end

---@return Group
function Player:getGroup() end

---@return number
function Player:getGuid() end

---@return Guild
function Player:getGuild() end

---@return number
function Player:getGuildLevel() end

---@return string
function Player:getGuildNick() end

---@return number
function Player:getHarmony() end

---@param baseMin integer
---@param baseMax integer
---@return any ...
function Player:getHarmonyDamage(baseMin, baseMax) end

---@return number
function Player:getHazardSystemPoints() end

---@return House
function Player:getHouse() end

---@return number
function Player:getIdleTime() end

---@return Item
function Player:getInbox() end

---@return table
function Player:getInstantSpells() end

---@return number
function Player:getIp() end

---@param itemId any
---@param deepSearch boolean
---@param subType? integer
---@return Item
function Player:getItemById(itemId, deepSearch, subType) end

---@param itemId any
---@param subType? integer
---@return number
function Player:getItemCount(itemId, subType) end

---@return table
function Player:getKills() end

---@return number
function Player:getLastLoginSaved() end

---@return number
function Player:getLastLogout() end

---@return number
function Player:getLevel() end

---@return table
function Player:getLivestreamViewers() end

---@return number
function Player:getLivestreamViewersCount() end

---@return Container
function Player:getLootPouch() end

---@return number
function Player:getLoyaltyBonus() end

---@return number
function Player:getLoyaltyPoints() end

---@return string
function Player:getLoyaltyTitle() end

---@return number
function Player:getMagicLevel() end

---@param useCharges? boolean
---@return number
function Player:getMagicShieldCapacityFlat(useCharges) end

---@param useCharges? boolean
---@return number
function Player:getMagicShieldCapacityPercent(useCharges) end

---@return number
function Player:getMana() end

---@return number
function Player:getManaSpent() end

---@return string
function Player:getMapShader() end

---@return number
function Player:getMaxMana() end

---@return number
function Player:getMaxSoul() end

---@return number
function Player:getMoney() end

---@return string
function Player:getName() end

---@return number
function Player:getOfflineTrainingSkill() end

---@return number
function Player:getOfflineTrainingTime() end

---@return Party
function Player:getParty() end

---@return number
function Player:getPremiumDays() end

---@return number
function Player:getPreyCards() end

---@param raceId? integer
---@return number
function Player:getPreyExperiencePercentage(raceId) end

---@param raceId? integer
---@return number
function Player:getPreyLootPercentage(raceId) end

---@return number
function Player:getPronoun() end

---@return number
function Player:getPvpMode() end

---@param rewardId integer
---@param autoCreate? boolean
---@return Item
function Player:getReward(rewardId, autoCreate) end

---@return table
function Player:getRewardList() end

---@return number
function Player:getSex() end

---@param skillType integer
---@return number
function Player:getSkillLevel(skillType) end

---@param skillType integer
---@return number
function Player:getSkillPercent(skillType) end

---@param skillType integer
---@return number
function Player:getSkillTries(skillType) end

---@return number
function Player:getSkullTime() end

---@param slotId integer
---@return number
function Player:getSlotBossId(slotId) end

---@param slot integer
---@return Item
function Player:getSlotItem(slot) end

---@return number
function Player:getSoul() end

---@return number
function Player:getStamina() end

---@return number
function Player:getStaminaXpBoost() end

---@return number
function Player:getStashCount() end

---@param itemId any
---@return number
function Player:getStashItemCount(itemId) end

---@param key integer
---@return number
function Player:getStorageValue(key) end

---@return Item
function Player:getStoreInbox() end

---@return number
function Player:getTaskHuntingPoints() end

---@return number
function Player:getTibiaCoins() end

---@return table
function Player:getTitles() end

---@return Town
function Player:getTown() end

---@return number
function Player:getTransferableCoins() end

---@return number
function Player:getVipDays() end

---@return number
function Player:getVipTime() end

---@return number
function Player:getVirtue() end

---@return Vocation
function Player:getVocation() end

---@return number
function Player:getVoucherXpBoost() end

---@param spellname string
---@return boolean
function Player:getWheelSpellAdditionalArea(spellname) end

---@param spellname string
---@return number
function Player:getWheelSpellAdditionalDuration(spellname) end

---@param spellname string
---@return number
function Player:getWheelSpellAdditionalTarget(spellname) end

---@return number
function Player:getXpBoostPercent() end

---@return number
function Player:getXpBoostTime() end

---@param idOrName any
---@return boolean
function Player:hasAchievement(idOrName) end

---@param monsterType string
---@return boolean
function Player:hasAnimusMastery(monsterType) end

---@param targetPlayer Player
---@return boolean
function Player:hasAttacked(targetPlayer) end

---@param blessing integer
---@return boolean
function Player:hasBlessing(blessing) end

---@return boolean
function Player:hasChaseMode() end

---@param lookType integer
---@return boolean
function Player:hasFamiliar(lookType) end

---@param flag integer
---@return boolean
function Player:hasGroupFlag(flag) end

---@param spellName string
---@return boolean
function Player:hasLearnedSpell(spellName) end

---@param mountIdOrMountName any
---@return boolean
function Player:hasMount(mountIdOrMountName) end

---@param lookType integer
---@param addon? integer
---@return boolean
function Player:hasOutfit(lookType, addon) end

---@return boolean
function Player:hasSecureMode() end

--- Gems of the wheel bring nothing, and no client can set its points here.
---@param name string
---@param value? boolean
---@return boolean
function Player:instantSkillWOD(name, value) end

---@return boolean
function Player:isLivestreamViewer() end

---@param raceId? integer
---@return boolean
function Player:isMonsterBestiaryUnlocked(raceId) end

---@param raceId? integer
---@return boolean
function Player:isMonsterPrey(raceId) end

---@return boolean
function Player:isOffline() end

---@return boolean
function Player:isPlayer() end

---@return boolean
function Player:isPromoted() end

---@return boolean
function Player:isPzLocked() end

---@return number
function Player:isTraining() end

---@param time integer
---@return boolean
function Player:isUIExhausted(time) end

---@return boolean
function Player:isVip() end

---@return KV
function Player:kv() end

---@param spellName string
---@return boolean
function Player:learnSpell(spellName) end

---@param force? boolean
---@return boolean
function Player:onThinkWheelOfDestiny(force) end

---@param channelId integer
---@return boolean
function Player:openChannel(channelId) end

--- No client is told: the server's role doesn't write this message.
---@return boolean
function Player:openForge() end

--- Clients of 11.00 and 13.10 have no window without an item: they are told so, as by the server.
---@param action? integer
---@param item? Item
---@return boolean
function Player:openImbuementWindow(action, item) end

--- No client is told: the server's role doesn't write this message.
---@return boolean
function Player:openMarket() end

--- No client is told: the server's role doesn't write this message.
---@param isNpc? boolean
---@return boolean
function Player:openStash(isNpc) end

---@param message string
---@return boolean
function Player:popupFYI(message) end

---@param arg2? boolean
---@return boolean
function Player:preyThirdSlot(arg2) end

---@return boolean
function Player:reloadData() end

---@param idOrName any
---@return boolean
function Player:removeAchievement(idOrName) end

---@param amount integer
---@return boolean
function Player:removeAchievementPoints(amount) end

---@param monsterType string
---@return any
function Player:removeAnimusMastery(monsterType) end

---@param blessing integer
---@return boolean
function Player:removeBlessing(blessing) end

---@param type string
---@param idOrName? any
---@return boolean
function Player:removeCustomOutfit(type, idOrName) end

---@param experience integer
---@param sendText? boolean
---@return boolean
function Player:removeExperience(experience, sendText) end

---@param lookType integer
---@return boolean
function Player:removeFamiliar(lookType) end

---@param amount? integer
---@return boolean
function Player:removeForgeDustLevel(amount) end

---@param amount? integer
---@return boolean
function Player:removeForgeDusts(amount) end

---@param flag integer
---@return boolean
function Player:removeGroupFlag(flag) end

--- Kept. No client is told: the server's role doesn't write this message.
---@param iconType? integer
---@return boolean
function Player:removeIconBakragore(iconType) end

---@param itemId any
---@param count integer
---@param subType? integer
---@param ignoreEquipped? boolean
---@return boolean
function Player:removeItem(itemId, count, subType, ignoreEquipped) end

---@param money integer
---@param flags? integer
---@param useBank? boolean
---@return boolean
function Player:removeMoney(money, flags, useBank) end

---@param mountIdOrMountName any
---@return boolean
function Player:removeMount(mountIdOrMountName) end

---@param time integer
---@return boolean
function Player:removeOfflineTrainingTime(time) end

---@param lookType integer
---@return boolean
function Player:removeOutfit(lookType) end

---@param lookType integer
---@param addon integer
---@return boolean
function Player:removeOutfitAddon(lookType, addon) end

---@param days integer
---@return boolean
function Player:removePremiumDays(days) end

---@param amount? integer
---@return boolean
function Player:removePreyStamina(amount) end

---@param rewardId integer
---@return boolean
function Player:removeReward(rewardId) end

---@param itemId any
---@param count integer
---@return boolean
function Player:removeStashItem(itemId, count) end

---@param amount? integer
---@return boolean
function Player:removeTaskHuntingPoints(amount) end

---@param coins integer
---@return boolean
function Player:removeTibiaCoins(coins) end

---@param coins integer
---@return boolean
function Player:removeTransferableAndTibiaCoins(coins) end

---@param coins integer
---@return boolean
function Player:removeTransferableCoins(coins) end

---@return boolean
function Player:resetCharmsBestiary() end

---@return boolean
function Player:resetOldCharms() end

--- Gems of the wheel bring nothing, and no client can set its points here.
---@param name? string
---@param set? integer
---@return any
function Player:revelationStageWOD(name, set) end

---@return boolean
function Player:save() end

---@param id integer
---@return boolean
function Player:sendAmbientSoundEffect(id) end

---@return boolean
function Player:sendBlessStatus() end

---@return boolean
function Player:sendBosstiaryCooldownTimer() end

---@param author string
---@param text string
---@param type integer
---@param channelId integer
---@return boolean
function Player:sendChannelMessage(author, text, type, channelId) end

---@param container Container
---@return boolean
function Player:sendContainer(container) end

---@param isLogin? boolean
---@return boolean
function Player:sendCreatureAppear(isLogin) end

---@param mainSoundId integer
---@param secondarySoundId integer
---@param actor? boolean
---@return boolean
function Player:sendDoubleSoundEffect(mainSoundId, secondarySoundId, actor) end

---@param house House
---@param listId integer
---@return boolean
function Player:sendHouseWindow(house, listId) end

--- Kept. No client is told: the server's role doesn't write this message.
---@param iconType integer
---@return boolean
function Player:sendIconBakragore(iconType) end

---@return boolean
function Player:sendInventory() end

---@param item Item
---@param count? integer
---@return boolean
function Player:sendLootStats(item, count) end

---@param id integer
---@return boolean
function Player:sendMusicSoundEffect(id) end

---@return boolean
function Player:sendOutfitWindow() end

---@param speaker Player
---@param text string
---@param type? integer
---@return boolean
function Player:sendPrivateMessage(speaker, text, type) end

---@param soundId integer
---@param actor? boolean
---@return boolean
function Player:sendSingleSoundEffect(soundId, actor) end

---@param spellId? integer
---@param time? integer
---@return boolean
function Player:sendSpellCooldown(spellId, time) end

---@param groupId? integer
---@param time? integer
---@return boolean
function Player:sendSpellGroupCooldown(groupId, time) end

---@param type integer
---@param text string
---@param position? any
---@param primaryValue? integer
---@param primaryColor? integer
---@param secondaryValue? integer
---@param secondaryColor? integer
---@return boolean
function Player:sendTextMessage(type, text, position, primaryValue, primaryColor, secondaryValue, secondaryColor) end

---@param tutorialId integer
---@return boolean
function Player:sendTutorial(tutorialId) end

---@param container Container
---@return boolean
function Player:sendUpdateContainer(container) end

---@param accountType integer
---@return boolean
function Player:setAccountType(accountType) end

---@param bankBalance integer
---@return boolean
function Player:setBankBalance(bankBalance) end

---@param value integer
---@return boolean
function Player:setBaseXpGain(value) end

---@param arg2? integer
---@return boolean
function Player:setBossPoints(arg2) end

---@param capacity integer
---@return boolean
function Player:setCapacity(capacity) end

---@param id? integer
---@return boolean
function Player:setCurrentTitle(id) end

---@param value integer
---@return boolean
function Player:setDailyReward(value) end

---@param house House
---@param listId integer
---@return boolean
function Player:setEditHouse(house, listId) end

---@param factionId integer
---@return boolean
function Player:setFaction(factionId) end

---@param lookType integer
---@return boolean
function Player:setFamiliarLooktype(lookType) end

---@param arg2? integer
---@return boolean
function Player:setForgeDusts(arg2) end

---@param enabled boolean
---@return boolean
function Player:setGhostMode(enabled) end

---@param value integer
---@return boolean
function Player:setGrindingXpBoost(value) end

---@param group Group
---@return boolean
function Player:setGroup(group) end

---@param flag integer
---@return boolean
function Player:setGroupFlag(flag) end

---@param guild Guild
---@return boolean
function Player:setGuild(guild) end

---@param level integer
---@return boolean
function Player:setGuildLevel(level) end

---@param nick string
---@return boolean
function Player:setGuildNick(nick) end

---@param amount? integer
---@return boolean
function Player:setHazardSystemPoints(amount) end

---@param kills any
---@return boolean
function Player:setKills(kills) end

---@param level integer
---@return boolean
function Player:setLevel(level) end

---@param data table
---@return boolean
function Player:setLivestreamViewers(data) end

---@param amount integer
---@return boolean
function Player:setLoyaltyBonus(amount) end

---@param name string
---@return boolean
function Player:setLoyaltyTitle(name) end

---@param level integer
---@param manaSpent? integer
---@return boolean
function Player:setMagicLevel(level, manaSpent) end

--- Kept. No client is told: the server's role doesn't write this message.
---@param shaderName string
---@param temporary? any
---@return boolean
function Player:setMapShader(shaderName, temporary) end

---@param maxMana integer
---@return boolean
function Player:setMaxMana(maxMana) end

---@param skillId integer
---@return boolean
function Player:setOfflineTrainingSkill(skillId) end

---@param newPronoun integer
---@return boolean
function Player:setPronoun(newPronoun) end

---@param arg2? integer
---@return boolean
function Player:setRemoveBossTime(arg2) end

---@param value? boolean
---@param ticks? integer
---@return boolean
function Player:setSerene(value, ticks) end

---@param newSex integer
---@return boolean
function Player:setSex(newSex) end

---@param skillType integer
---@param level integer
---@param tries? integer
---@return boolean
function Player:setSkillLevel(skillType, level, tries) end

---@param skullTime integer
---@return boolean
function Player:setSkullTime(skullTime) end

---@param stashMenu? boolean
---@param marketMenu? boolean
---@param depotSearchMenu? boolean
---@return boolean
function Player:setSpecialContainersAvailable(stashMenu, marketMenu, depotSearchMenu) end

---@param speed integer
---@return boolean
function Player:setSpeed(speed) end

---@param stamina integer
---@return any
function Player:setStamina(stamina) end

---@param value integer
---@return boolean
function Player:setStaminaXpBoost(value) end

---@param key integer
---@param value integer
---@return boolean
function Player:setStorageValue(key, value) end

---@param town Town
---@return boolean
function Player:setTown(town) end

---@param value? boolean
---@return boolean
function Player:setTraining(value) end

---@param virtue? integer
---@return boolean
function Player:setVirtue(virtue) end

---@param idOrNameOrUserdata any
---@return boolean
function Player:setVocation(idOrNameOrUserdata) end

---@param value integer
---@return boolean
function Player:setVoucherXpBoost(value) end

---@param value integer
---@return boolean
function Player:setXpBoostPercent(value) end

---@param timeLeft integer
---@return boolean
function Player:setXpBoostTime(timeLeft) end

---@param idOrNameOrUserdata any
---@param text? string
---@param canWrite? boolean
---@param length? integer
---@return boolean
function Player:showTextDialog(idOrNameOrUserdata, text, canWrite, length) end

---@param screenshotType integer
---@param skillId? integer
---@param skillLevel? integer
---@param achievementName? string
---@param raceId? integer
---@param bestiaryStep? integer
---@return boolean
function Player:takeScreenshot(screenshotType, skillId, skillLevel, achievementName, raceId, bestiaryStep) end

---@param arg2? boolean
---@return boolean
function Player:taskHuntingThirdSlot(arg2) end

---@return boolean
function Player:unlockAllCharmRunes() end

--- Kept. No client is told: the server's role doesn't write this message.
---@param itemId integer
---@param timeLeft integer
---@return boolean
function Player:updateConcoction(itemId, timeLeft) end

--- Kept. No client is told: the server's role doesn't write this message.
---@param itemId integer
---@param timeLeft integer
---@return boolean
function Player:updateFood(itemId, timeLeft) end

---@param creature Creature
---@param corpse? Container
---@return boolean
function Player:updateKillTracker(creature, corpse) end

---@param item Item
---@return boolean
function Player:updateSupplyTracker(item) end

---@param exhaustionTime number
---@return boolean
function Player:updateUIExhausted(exhaustionTime) end

--- Gems of the wheel bring nothing, and no client can set its points here.
---@param name? string
---@param add? boolean
---@return any
function Player:upgradeSpellsWOD(name, add) end

---@param scrollName string
---@return boolean
function Player:wheelUnlockScroll(scrollName) end

---@class Position
Position = {}

---@param positionEx Position
---@return number
function Position:getDistance(positionEx) end

---@param pos Position
---@param minTargetDist? integer
---@param maxTargetDist? integer
---@param fullPathSearch? boolean
---@param clearSight? boolean
---@param maxSearchDist? integer
---@return table
function Position:getPathTo(pos, minTargetDist, maxTargetDist, fullPathSearch, clearSight, maxSearchDist) end

---@return any
function Position:getTile() end

---@return table
function Position:getZones() end

---@param positionEx Position
---@param sameFloor? boolean
---@return boolean
function Position:isSightClear(positionEx, sameFloor) end

---@param magicEffect integer
---@param player? Player
---@return boolean
function Position:removeMagicEffect(magicEffect, player) end

---@param positionEx Position
---@param distanceEffect integer
---@param player? Player
---@return boolean
function Position:sendDistanceEffect(positionEx, distanceEffect, player) end

---@param mainSoundId integer
---@param secondarySoundId integer
---@param actor? Creature
---@return boolean
function Position:sendDoubleSoundEffect(mainSoundId, secondarySoundId, actor) end

---@param magicEffect integer
---@param player? Player
---@return boolean
function Position:sendMagicEffect(magicEffect, player) end

---@param soundId integer
---@param actor? Creature
---@return boolean
function Position:sendSingleSoundEffect(soundId, actor) end

---@return string
function Position:toString() end

---@class Shop
Shop = {}

---@param shop Shop
---@return any
function Shop:addChildShop(shop) end

---@param price integer
---@return boolean
function Shop:setBuyPrice(price) end

---@param count integer
---@return boolean
function Shop:setCount(count) end

---@param id integer
---@return boolean
function Shop:setId(id) end

---@param name string
---@return boolean
function Shop:setIdFromName(name) end

---@param name string
---@return boolean
function Shop:setNameItem(name) end

---@param chance integer
---@return boolean
function Shop:setSellPrice(chance) end

---@param storage integer
---@return boolean
function Shop:setStorageKey(storage) end

---@param value integer
---@return boolean
function Shop:setStorageValue(value) end

---@class Spell
Spell = {}

---@param value? boolean
---@return boolean
function Spell:allowFarUse(value) end

---@param value? boolean
---@return boolean
function Spell:allowOnSelf(value) end

---@param value? boolean
---@return boolean
function Spell:blockWalls(value) end

---@param arg2? integer
---@return any
function Spell:castSound(arg2) end

---@param charges? integer
---@return any
function Spell:charges(charges) end

---@param value? boolean
---@return boolean
function Spell:checkFloor(value) end

---@param cooldown? integer
---@return any
function Spell:cooldown(cooldown) end

---@param primaryGroup? string
---@param secondaryGroup? string
---@return any ...
function Spell:group(primaryGroup, secondaryGroup) end

---@param primaryGroupCd? integer
---@param secondaryGroupCd? integer
---@return any ...
function Spell:groupCooldown(primaryGroupCd, secondaryGroupCd) end

---@param value? boolean
---@return boolean
function Spell:hasParams(value) end

---@param value? boolean
---@return boolean
function Spell:hasPlayerNameParam(value) end

---@param id? integer
---@return any
function Spell:id(id) end

---@param arg2? integer
---@return any
function Spell:impactSound(arg2) end

---@param value? boolean
---@return boolean
function Spell:isAggressive(value) end

---@param blockingSolid? boolean
---@param blockingCreature? boolean
---@return any ...
function Spell:isBlocking(blockingSolid, blockingCreature) end

---@param value? boolean
---@return boolean
function Spell:isBlockingWalls(value) end

---@param value? boolean
---@return boolean
function Spell:isEnabled(value) end

---@param value? boolean
---@return boolean
function Spell:isPremium(value) end

---@param value? boolean
---@return boolean
function Spell:isSelfTarget(value) end

---@param lvl? integer
---@return any
function Spell:level(lvl) end

---@param lvl? integer
---@return any
function Spell:magicLevel(lvl) end

---@param mana? integer
---@return any
function Spell:mana(mana) end

---@param percent? integer
---@return any
function Spell:manaPercent(percent) end

---@param type? integer
---@return any
function Spell:monkSpellType(type) end

---@param name? string
---@return any
function Spell:name(name) end

---@param value? boolean
---@return boolean
function Spell:needCasterTargetOrDirection(value) end

---@param value? boolean
---@return boolean
function Spell:needDirection(value) end

---@param value? boolean
---@return boolean
function Spell:needLearn(value) end

---@param value? boolean
---@return boolean
function Spell:needTarget(value) end

---@param value? boolean
---@return boolean
function Spell:needWeapon(value) end

---@param callback function
---@return boolean
function Spell:onCastSpell(callback) end

---@param range? integer
---@return any
function Spell:range(range) end

---@return boolean
function Spell:register() end

---@param id? integer
---@return any
function Spell:runeId(id) end

---@param value? boolean
---@return boolean
function Spell:setPzLocked(value) end

---@param soul? integer
---@return any
function Spell:soul(soul) end

---@param vocation any
---@return table
function Spell:vocation(vocation) end

---@param words? string
---@param separator? string
---@return any ...
function Spell:words(words, separator) end

---@class TalkAction
TalkAction = {}

---@return string
function TalkAction:getDescription() end

---@return number
function TalkAction:getGroupType() end

---@return string
function TalkAction:getName() end

---@param groupType any
---@return boolean
function TalkAction:groupType(groupType) end

---@param callback function
---@return boolean
function TalkAction:onSay(callback) end

---@return boolean
function TalkAction:register() end

---@param sep string
---@return boolean
function TalkAction:separator(sep) end

---@param arg2 string
---@return boolean
function TalkAction:setDescription(arg2) end

---@class Teleport: Item
Teleport = {}

---@return Position
function Teleport:getDestination() end

---@param position Position
---@return boolean
function Teleport:setDestination(position) end

---@class Tile
Tile = {}

---@param itemId any
---@param countOrSubType? integer
---@param flags? integer
---@return Item
function Tile:addItem(itemId, countOrSubType, flags) end

---@param item Item
---@param flags? integer
---@return number
function Tile:addItemEx(item, flags) end

---@return any
function Tile:getBottomCreature() end

---@param creature Creature
---@return any
function Tile:getBottomVisibleCreature(creature) end

---@return number
function Tile:getCreatureCount() end

---@return table
function Tile:getCreatures() end

---@return number
function Tile:getDownItemCount() end

---@return Item
function Tile:getFieldItem() end

---@return Item
function Tile:getGround() end

---@return House
function Tile:getHouse() end

---@param itemId any
---@param subType? integer
---@return Item
function Tile:getItemById(itemId, subType) end

---@param topOrder integer
---@return Item
function Tile:getItemByTopOrder(topOrder) end

---@param itemType integer
---@return Item
function Tile:getItemByType(itemType) end

---@return number
function Tile:getItemCount() end

---@param itemId any
---@param subType? integer
---@return number
function Tile:getItemCountById(itemId, subType) end

---@return table
function Tile:getItems() end

---@return Position
function Tile:getPosition() end

---@param index integer
---@return any
function Tile:getThing(index) end

---@return number
function Tile:getThingCount() end

---@param thing any
---@return number
function Tile:getThingIndex(thing) end

---@return Creature
function Tile:getTopCreature() end

---@return Item
function Tile:getTopDownItem() end

---@return number
function Tile:getTopItemCount() end

---@return Item
function Tile:getTopTopItem() end

---@param creature Creature
---@return Creature
function Tile:getTopVisibleCreature(creature) end

---@param creature Creature
---@return any
function Tile:getTopVisibleThing(creature) end

---@param flag integer
---@return boolean
function Tile:hasFlag(flag) end

---@param property integer
---@param item? Item
---@return boolean
function Tile:hasProperty(property, item) end

---@param thing any
---@param flags? integer
---@return number
function Tile:queryAdd(thing, flags) end

---@param actor Player
---@return boolean
function Tile:sweep(actor) end

---@class Town
Town = {}

---@return number
function Town:getId() end

---@return string
function Town:getName() end

---@return Position
function Town:getTemplePosition() end

---@class Variant
Variant = {}

---@return number
function Variant:getNumber() end

---@return Position
function Variant:getPosition() end

---@return string
function Variant:getString() end

---@class Vocation
Vocation = {}

---@return number
function Vocation:getAttackSpeed() end

---@return number
function Vocation:getBaseAttackSpeed() end

---@return number
function Vocation:getBaseId() end

---@return number
function Vocation:getBaseSpeed() end

---@return number
function Vocation:getCapacityGain() end

---@return number
function Vocation:getClientId() end

---@return Vocation
function Vocation:getDemotion() end

---@return string
function Vocation:getDescription() end

---@return number
function Vocation:getHealthGain() end

---@return number
function Vocation:getHealthGainAmount() end

---@return number
function Vocation:getHealthGainTicks() end

---@return number
function Vocation:getId() end

---@return number
function Vocation:getManaGain() end

---@return number
function Vocation:getManaGainAmount() end

---@return number
function Vocation:getManaGainTicks() end

---@return number
function Vocation:getMaxSoul() end

---@return string
function Vocation:getName() end

---@return Vocation
function Vocation:getPromotion() end

---@param magicLevel integer
---@return number
function Vocation:getRequiredManaSpent(magicLevel) end

---@param skillType integer
---@param skillLevel integer
---@return number
function Vocation:getRequiredSkillTries(skillType, skillLevel) end

---@return number
function Vocation:getSoulGainTicks() end

---@class Weapon
Weapon = {}

---@param callback string
---@return boolean
function Weapon:action(callback) end

---@param type string
---@return boolean
function Weapon:ammoType(type) end

---@param atk integer
---@return boolean
function Weapon:attack(atk) end

---@param percent integer
---@return boolean
function Weapon:breakChance(percent) end

---@param charges? integer
---@param showCharges? boolean
---@return boolean
function Weapon:charges(charges, showCharges) end

---@param damage? integer
---@param max? integer
---@return boolean
function Weapon:damage(damage, max) end

---@param arg2? integer
---@return boolean
function Weapon:decayTo(arg2) end

---@param defense? integer
---@param extraDefense? integer
---@return boolean
function Weapon:defense(defense, extraDefense) end

---@param duration? integer
---@param showDuration? boolean
---@return boolean
function Weapon:duration(duration, showDuration) end

---@param combatType string
---@return boolean
function Weapon:element(combatType) end

---@param atk integer
---@param combatType string
---@return boolean
function Weapon:extraElement(atk, combatType) end

---@param health integer
---@return boolean
function Weapon:health(health) end

---@param percent integer
---@return boolean
function Weapon:healthPercent(percent) end

---@param chance integer
---@return boolean
function Weapon:hitChance(chance) end

---@param id integer
---@return boolean
function Weapon:id(id) end

---@param lvl integer
---@return boolean
function Weapon:level(lvl) end

---@param lvl integer
---@return boolean
function Weapon:magicLevel(lvl) end

---@param mana integer
---@return boolean
function Weapon:mana(mana) end

---@param percent integer
---@return boolean
function Weapon:manaPercent(percent) end

---@param max integer
---@return boolean
function Weapon:maxHitChance(max) end

---@param callback function
---@return boolean
function Weapon:onUseWeapon(callback) end

---@param value boolean
---@return boolean
function Weapon:premium(value) end

---@param range integer
---@return boolean
function Weapon:range(range) end

---@return boolean
function Weapon:register() end

---@param type integer
---@return boolean
function Weapon:shootType(type) end

---@param slot string
---@return boolean
function Weapon:slotType(slot) end

---@param soul integer
---@return boolean
function Weapon:soul(soul) end

---@param itemId integer
---@return boolean
function Weapon:transformDeEquipTo(itemId) end

---@param itemId integer
---@return boolean
function Weapon:transformEquipTo(itemId) end

---@param vocName string
---@param showInDescription? boolean
---@param lastVoc? boolean
---@return boolean
function Weapon:vocation(vocName, showInDescription, lastVoc) end

---@param value boolean
---@return boolean
function Weapon:wieldUnproperly(value) end

---@class Zone
Zone = {}

---@param fromPos Position
---@param toPos? Position
---@return boolean
function Zone:addArea(fromPos, toPos) end

---@param ... any
---@return table
function Zone:getAll(...) end

---@param name string
---@return Zone
function Zone:getByName(name) end

---@param pos Position
---@return table
function Zone:getByPosition(pos) end

---@return table
function Zone:getCreatures() end

---@return table
function Zone:getItems() end

---@return table
function Zone:getMonsters() end

---@return string
function Zone:getName() end

---@return table
function Zone:getNpcs() end

---@return table
function Zone:getPlayers() end

---@return table
function Zone:getPositions() end

---@return Position
function Zone:getRemoveDestination() end

---@return any
function Zone:refresh() end

---@return boolean
function Zone:removeMonsters() end

---@return boolean
function Zone:removeNpcs() end

---@return boolean
function Zone:removePlayers() end

---@param variant string
---@return boolean
function Zone:setMonsterVariant(variant) end

---@param pos Position
---@return any
function Zone:setRemoveDestination(pos) end

---@param fromPos Position
---@param toPos? Position
---@return boolean
function Zone:subtractArea(fromPos, toPos) end

Bank = {}

---@param playerOrGuild any
---@param amount? integer
---@return any
function Bank.balance(playerOrGuild, amount) end

---@param playerOrGuild any
---@param amount integer
---@return boolean
function Bank.credit(playerOrGuild, amount) end

---@param playerOrGuild any
---@param amount integer
---@return boolean
function Bank.debit(playerOrGuild, amount) end

---@param player Player
---@param amount integer
---@param destination? any
---@return boolean
function Bank.deposit(player, amount, destination) end

---@param playerOrGuild any
---@param amount integer
---@return boolean
function Bank.hasBalance(playerOrGuild, amount) end

---@param fromPlayerOrGuild any
---@param toPlayerOrGuild any
---@param amount integer
---@return boolean
function Bank.transfer(fromPlayerOrGuild, toPlayerOrGuild, amount) end

---@param fromPlayerOrGuild any
---@param toGuild any
---@param amount integer
---@return boolean
function Bank.transferToGuild(fromPlayerOrGuild, toGuild, amount) end

---@param player Player
---@param amount integer
---@param source? any
---@return boolean
function Bank.withdraw(player, amount, source) end

EventsScheduler = {}

---@param ... any
---@return number
function EventsScheduler.getEventSBossLoot(...) end

---@param ... any
---@return number
function EventsScheduler.getEventSExp(...) end

---@param ... any
---@return number
function EventsScheduler.getEventSLoot(...) end

---@param ... any
---@return number
function EventsScheduler.getEventSSkill(...) end

---@param ... any
---@return number
function EventsScheduler.getSpawnMonsterSchedule(...) end

Game = {}

---@param monster Monster
---@param stack? integer
---@return boolean
function Game.addInfluencedMonster(monster, stack) end

---@param id? integer
---@return Charm
function Game.createBestiaryCharm(id) end

---@param itemIdOrName any
---@param size integer
---@param position? Position
---@return Container
function Game.createContainer(itemIdOrName, size, position) end

---@param itemIdOrName any
---@param count? integer
---@param position? Position
---@return table
function Game.createItem(itemIdOrName, count, position) end

---@param id integer
---@return any
function Game.createItemClassification(id) end

---@param monsterName string
---@param position? Position
---@param extended? boolean
---@param force? boolean
---@param master? Creature
---@return Monster
function Game.createMonster(monsterName, position, extended, force, master) end

---@param name string
---@param variant? string
---@param alternateName? string
---@return any
function Game.createMonsterType(name, variant, alternateName) end

---@param npcName string
---@param position? Position
---@param extended? boolean
---@param force? boolean
---@return Npc
function Game.createNpc(npcName, position, extended, force) end

---@param ... any
---@return any
function Game.createNpcType(...) end

---@param monsterName string
---@param position? Position
---@param stack? integer
---@param extended? boolean
---@param force? boolean
---@param master? Creature
---@return Monster
function Game.createSoulPitMonster(monsterName, position, stack, extended, force, master) end

---@param x integer
---@param y? integer
---@param z? integer
---@param isDynamic? boolean
---@return any
function Game.createTile(x, y, z, isDynamic) end

---@param npcName string
---@return Npc
function Game.generateNpc(npcName) end

---@param id integer
---@return table
function Game.getAchievementInfoById(id) end

---@param name string
---@return table
function Game.getAchievementInfoByName(name) end

---@param ... any
---@return table
function Game.getAchievements(...) end

---@param ... any
---@return table
function Game.getBestiaryCharm(...) end

---@param arg1? any
---@return table
function Game.getBestiaryList(arg1) end

---@param ... any
---@return string
function Game.getBoostedBoss(...) end

---@param ... any
---@return string
function Game.getBoostedCreature(...) end

---@param ... any
---@return table
function Game.getClientVersion(...) end

---@param ... any
---@return table
function Game.getDummies(...) end

---@param ... any
---@return table
function Game.getEventCallbacks(...) end

---@param level integer
---@return number
function Game.getExperienceForLevel(level) end

---@param ... any
---@return table
function Game.getFiendishMonsters(...) end

---@param ... any
---@return number
function Game.getGameState(...) end

---@param ... any
---@return table
function Game.getHouses(...) end

---@param ... any
---@return table
function Game.getInfluencedMonsters(...) end

---@param ... any
---@return table
function Game.getLadderIds(...) end

---@param ... any
---@return number
function Game.getMonsterCount(...) end

---@param name string
---@return MonsterType
function Game.getMonsterTypeByName(name) end

---@param ... any
---@return table
function Game.getMonsterTypes(...) end

---@param stars integer
---@return table
function Game.getMonstersByBestiaryStars(stars) end

---@param race integer
---@return table
function Game.getMonstersByRace(race) end

---@param name string
---@return string
function Game.getNormalizedGuildName(name) end

---@param name string
---@param isNewName? boolean
---@return string
function Game.getNormalizedPlayerName(name, isNewName) end

---@param ... any
---@return number
function Game.getNpcCount(...) end

---@param nameOrId any
---@return Player
function Game.getOfflinePlayer(nameOrId) end

---@param ... any
---@return number
function Game.getPlayerCount(...) end

---@param ... any
---@return table
function Game.getPlayers(...) end

---@param ... any
---@return table
function Game.getPublicAchievements(...) end

---@param value integer
---@return string
function Game.getReturnMessage(value) end

---@param ... any
---@return table
function Game.getSecretAchievements(...) end

---@param ... any
---@return table
function Game.getSoulCoreItems(...) end

---@param position Position
---@param multifloor? boolean
---@param onlyPlayer? boolean
---@param minRangeX? integer
---@param maxRangeX? integer
---@param minRangeY? integer
---@param maxRangeY? integer
---@return table
function Game.getSpectators(position, multifloor, onlyPlayer, minRangeX, maxRangeX, minRangeY, maxRangeY) end

---@param ... any
---@return table
function Game.getTalkActions(...) end

---@param ... any
---@return table
function Game.getTowns(...) end

---@param ... any
---@return number
function Game.getWorldType(...) end

---@param effectId integer
---@return boolean
function Game.hasDistanceEffect(effectId) end

---@param effectId integer
---@return boolean
function Game.hasEffect(effectId) end

---@param path string
function Game.loadMap(path) end

---@param path string
---@param position? Position
---@param remove? any
function Game.loadMapChunk(path, position, remove) end

---@param monsterId? integer
---@return number
function Game.makeFiendishMonster(monsterId) end

---@param id integer
---@param name string
---@param description string
---@param secret boolean
---@param grade integer
---@param points integer
---@return boolean
function Game.registerAchievement(id, name, description, secret, grade, points) end

---@param reloadType integer
---@return boolean
function Game.reload(reloadType) end

---@param monsterId integer
---@return number
function Game.removeFiendishMonster(monsterId) end

---@param monsterId integer
---@return number
function Game.removeInfluencedMonster(monsterId) end

---@param state integer
---@return boolean
function Game.setGameState(state) end

---@param type integer
---@return boolean
function Game.setWorldType(type) end

---@param raidName string
---@return number
function Game.startRaid(raidName) end

Result = {}

---@param resultId number
---@return boolean
function Result.free(resultId) end

---@param resultId integer
---@param column string
---@return number
function Result.getNumber(resultId, column) end

---@param resultId integer
---@param column string
---@return any ...
function Result.getStream(resultId, column) end

---@param resultId integer
---@param column string
---@return string
function Result.getString(resultId, column) end

---@param resultId number
---@return boolean
function Result.next(resultId) end

Spdlog = {}

---@param text string
---@return any
function Spdlog.debug(text) end

---@param text string
---@return any
function Spdlog.error(text) end

---@param text string
---@return any
function Spdlog.info(text) end

---@param text string
---@return any
function Spdlog.warn(text) end

Webhook = {}

--- Kept for tests; nothing is sent.
---@param title string
---@param message string
---@param color? integer
---@param url? string
---@return any
function Webhook.sendMessage(title, message, color, url) end

configManager = {}

---@param key integer
---@return boolean
function configManager.getBoolean(key) end

---@param key integer
---@param shouldRound? boolean
---@return number
function configManager.getFloat(key, shouldRound) end

---@param key integer
---@return number
function configManager.getNumber(key) end

---@param key integer
---@return string
function configManager.getString(key) end

db = {}

---@param query string
---@param callback? function
function db.asyncQuery(query, callback) end

---@param query string
---@param callback? function
function db.asyncStoreQuery(query, callback) end

---@param value string
---@param length integer
---@return string
function db.escapeBlob(value, length) end

---@param value string
---@return string
function db.escapeString(value) end

---@param ... any
---@return number
function db.lastInsertId(...) end

---@param query string
---@return boolean
function db.query(query) end

---@param query string
---@return number
function db.storeQuery(query) end

---@param tableName string
---@return boolean
function db.tableExists(tableName) end

kv = {}

---@param key KV
---@param forceLoad? boolean
---@return any
function kv.get(key, forceLoad) end

---@param prefix? KV
---@return table
function kv.keys(prefix) end

---@param key KV
---@return any
function kv.remove(key) end

---@param key KV
---@return KV
function kv.scoped(key) end

---@param key KV
---@param value number
---@return boolean
function kv.set(key, value) end

logger = {}

---@param text string
---@param ... any
---@return any
function logger.debug(text, ...) end

---@param text string
---@param ... any
---@return any
function logger.error(text, ...) end

---@param text string
---@param ... any
---@return any
function logger.info(text, ...) end

---@param text string
---@param ... any
---@return any
function logger.trace(text, ...) end

---@param text string
---@param ... any
---@return any
function logger.warn(text, ...) end

metrics = {}

---@param name string
---@param value number
---@param attributes? any
---@return any
function metrics.addCounter(name, value, attributes) end

---@param callback any
---@param delay? any
---@param ... any
---@return number
function addEvent(callback, delay, ...) end

---@return number
function cleanMap() end

---@param area table
---@param optional? table
---@return number
function createCombatArea(area, optional) end

---@param arrayLength integer
---@param keyLength integer
---@return table
function createTable(arrayLength, keyLength) end

---@param text string
function debugPrint(text) end

---@param uid integer
---@param itemid integer
---@param optional? integer
---@return number
function doAddContainerItem(uid, itemid, optional) end

---@param cid any
---@param pos Position
---@param area integer
---@param condition Condition
---@param effect integer
---@return boolean
function doAreaCombatCondition(cid, pos, area, condition, effect) end

---@param cid any
---@param pos Position
---@param area integer
---@param type integer
---@param effect integer
---@return boolean
function doAreaCombatDispel(cid, pos, area, type, effect) end

---@param cid any
---@param type integer
---@param pos Position
---@param area integer
---@param min integer
---@param max integer
---@param effect integer
---@param origin? integer
---@param value9? string
---@param value10? string
---@return boolean
function doAreaCombatHealth(cid, type, pos, area, min, max, effect, origin, value9, value10) end

---@param cid any
---@param pos Position
---@param area integer
---@param min integer
---@param max integer
---@param effect integer
---@param origin? integer
---@param value8? string
---@param value9? string
---@return boolean
function doAreaCombatMana(cid, pos, area, min, max, effect, origin, value8, value9) end

---@param cid Creature
---@param target? Creature
---@param targetChangeCooldown? integer
---@return boolean
function doChallengeCreature(cid, target, targetChangeCooldown) end

---@param cid Player
---@param itemid integer
---@param optional? integer
---@param optional2? boolean
---@param value5? integer
---@return number
function doPlayerAddItem(cid, itemid, optional, optional2, value5) end

---@param cid any
---@param target Creature
---@param condition Condition
---@param effect integer
---@return boolean
function doTargetCombatCondition(cid, target, condition, effect) end

---@param cid any
---@param target Creature
---@param type integer
---@param effect integer
---@return boolean
function doTargetCombatDispel(cid, target, type, effect) end

---@param cid any
---@param target Creature
---@param type integer
---@param min integer
---@param max integer
---@param effect integer
---@param origin? integer
---@param value8? any
---@param value9? string
---@param value10? string
---@return boolean
function doTargetCombatHealth(cid, target, type, min, max, effect, origin, value8, value9, value10) end

---@param cid any
---@param target Creature
---@param min integer
---@param max integer
---@param effect integer
---@param origin? integer
---@param value7? string
---@param value8? string
---@return boolean
function doTargetCombatMana(cid, target, min, max, effect, origin, value7, value8) end

---@param uid integer
---@return number
function getDepotId(uid) end

---@param time integer
---@return string
function getFormattedTimeRemaining(time) end

---@param name string
---@return Position
function getWaypointPositionByName(name) end

---@return any ...
function getWorldLight() end

---@return number
function getWorldTime() end

---@return number
function getWorldUpTime() end

---@param uid integer
---@return boolean
function isDepot(uid) end

---@param cid Player
---@param target? Player
---@return boolean
function isInWar(cid, target) end

---@param uid integer
---@return boolean
function isMovable(uid) end

---@param derived any
---@param base? any
---@return boolean
function isType(derived, base) end

---@param uid integer
---@return boolean
function isValidUID(uid) end

---@param metatableName string
---@return any
function rawgetmetatable(metatableName) end

---@param errorDescription string
---@return any
function reportError(errorDescription) end

---@return boolean
function saveServer() end

---@param channelId integer
---@param type integer
---@param message string
---@return boolean
function sendChannelMessage(channelId, type, message) end

---@param guildId integer
---@param type integer
---@param message string
---@return boolean
function sendGuildChannelMessage(guildId, type, message) end

---@param eventid integer
---@return boolean
function stopEvent(eventid) end

---@return number
function systemTime() end
