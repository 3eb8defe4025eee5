"""What the attributes of `items.xml` mean: read as the servers read them, into the fields that Lua works with."""

from __future__ import annotations

from collections.abc import Mapping

from tibicen.realms.canary.item_attributes import (
    Attribute,
    Fields,
    Handler,
    ability,
    augments,
    clamped,
    imbuement_slot,
    listed,
    nothing,
    number_of,
    regeneration,
    script,
    setter,
    sleeper,
    truth_of,
    wrapable,
    writeable,
)

# Where each kind of damage stands in the servers' lists.
_DAMAGES = {
    "canary": "physical fire earth energy undefined lifedrain manadrain healing drown ice holy death agony neutral",
    "tfs": "physical energy earth fire undefined lifedrain manadrain healing drown ice holy death",
}
_ELEMENTS = ("energy", "fire", "earth", "ice")
_MAGIC = (*_ELEMENTS, "holy", "death")
_SKILLS = {"fist": 0, "club": 1, "sword": 2, "axe": 3, "dist": 4, "shield": 5, "fish": 6}
_STATS = {
    "maxhitpoints": ("stats", 0),
    "maxmanapoints": ("stats", 1),
    "magicpoints": ("stats", 3),
    "magiclevelpoints": ("stats", 3),
    "maxhitpointspercent": ("stats_percent", 0),
    "maxmanapointspercent": ("stats_percent", 1),
    "magicpointspercent": ("stats_percent", 3),
}
_LEECH = ("criticalhitchance", "criticalhitamount", "lifeleechchance", "lifeleechamount")
_LEECH_TFS = (*_LEECH, "manaleechchance", "manaleechamount")
_LEECH_CANARY = ("criticalhitchance", "criticalhitdamage", *_LEECH_TFS[2:])
_SLOTS = {
    "head": 1,
    "necklace": 2,
    "backpack": 4,
    "body": 8,
    "legs": 64,
    "feet": 128,
    "ring": 256,
    "ammo": 512,
    "two-handed": 2048,
    "hand": 48,
}
_RIGHT, _LEFT, _HAND = 16, 32, 48
_EFFECTS = {
    "redspark": "DRAWBLOOD",
    "bluebubble": "LOSEENERGY",
    "yellowspark": "BLOCKHIT",
    "explosion": "EXPLOSIONHIT",
    "yellowbubble": "YELLOW_RINGS",
    "greenbubble": "GREEN_RINGS",
    "blackspark": "HITAREA",
    "energy": "ENERGYHIT",
    "blueshimmer": "MAGIC_BLUE",
    "redshimmer": "MAGIC_RED",
    "greenshimmer": "MAGIC_GREEN",
    "fire": "HITBYFIRE",
    "greenspark": "HITBYPOISON",
    "poison": "POISONAREA",
    "dice": "CRAPS",
    "plugingfish": "PLUNGING_FISH",
    "criticaldagame": "CRITICAL_DAMAGE",
    "bonecapsule": "RAGIAZ_BONECAPSULE",
}
_AMMUNITION = ("arrow", "bolt", "spear", "throwingknife", "snowball")
_RACES = {"venom": 1, "blood": 2, "undead": 3, "fire": 4, "energy": 5, "ink": 6}
_FLOORS = {"down": 1, "north": 2, "south": 4, "east": 8, "west": 16, "southalt": 32, "eastalt": 64}
_DIRECTIONS = {"north": 0, "east": 1, "south": 2, "west": 3, "southwest": 4, "southeast": 5, "northwest": 6}
_SUPPRESSED = {
    "drunk": "DRUNK",
    "energy": "ENERGY",
    "fire": "FIRE",
    "poison": "POISON",
    "drown": "DROWN",
    "physical": "BLEEDING",
    "freeze": "FREEZING",
    "dazzle": "DAZZLED",
    "curse": "CURSED",
}
_FIELDS = {"fire": "FIRE", "energy": "ENERGY", "poison": "POISON", "drown": "DROWN", "physical": "BLEEDING"}
# Item types that scripts have no name for.
_CANARY_TYPES = {"carpet": 38, "soulcore": 26, "ladder": 42, "dummy": 43}

# Plain attributes: key to field.
_NUMBERS = {
    "armor": "armor",
    "defense": "defense",
    "extradef": "extra_defense",
    "attack": "attack",
    "attackspeed": "attack_speed",
    "mantra": "mantra",
    "weight": "weight",
    "rotateto": "rotate_to",
    "containersize": "max_items",
    "maxtextlen": "max_text_length",
    "writeonceitemid": "write_once_id",
    "range": "shoot_range",
    "decayto": "decay_to",
    "transformequipto": "transform_equip_to",
    "transformdeequipto": "transform_deequip_to",
    "charges": "charges",
    "leveldoor": "level_door",
    "destroyto": "destroy_to",
    "transformto": "transform_to_free",
    "transformonuse": "transform_on_use",
    "bedpartof": "bed_part_of",
    "stacksize": "stack_size",
    "worth": "worth",
    "proficiency": "proficiency",
}
_TRUTHS = {
    "showcount": "show_count",
    "wrapcontainer": "wrap_container",
    "blockprojectile": "block_projectile",
    "stopduration": "stop_time",
    "showduration": "show_duration",
    "showcharges": "show_charges",
    "showattributes": "show_attributes",
    "replaceable": "replaceable",
    "walkstack": "walk_stack",
    "blocking": "block_solid",
    "readable": "can_read_text",
    "forceserialize": "force_serialize",
    "forcesave": "force_serialize",
    "usedbyhouseguests": "usable_by_guests",
    "supply": "supply",
    "movable": "movable",
    "moveable": "movable",
}
_TEXTS = {"description": "description", "runespellname": "rune_spell_name", "primarytype": "primary_type"}


def _loose_truth_of(text: str) -> bool:
    return bool(text) and text[0].lower() not in "fn0"


class Reader:
    """Reads attributes of one server's items.

    Args:
        dialect: canary or tfs.
        enums: the server's constants, by name.
    """

    def __init__(self, dialect: str, enums: Mapping[str, int]) -> None:
        self.dialect = dialect
        self._enums = enums
        self._damages = {name: index for index, name in enumerate(_DAMAGES[dialect].split())}
        self._damages["poison"] = self._damages["earth"]
        self._effects = _by_suffix(enums, "CONST_ME_")
        self._shots = _by_suffix(enums, "CONST_ANI_")
        self._handlers: dict[str, Handler] = {}
        self._declare()

    def read(self, fields: Fields, attribute: Attribute) -> bool:
        """Adds what an attribute says; False when the server does not know it."""
        handler = self._handlers.get(attribute.key)
        if handler is None:
            return False
        if self.dialect == "canary" and "abilities" not in fields:
            fields["abilities"] = {}
        handler(fields, attribute)
        return True

    # What there is ------------------------------------------------------------------------------------------

    def _declare(self) -> None:
        on = self._handlers
        for key, name in _NUMBERS.items():
            on[key] = setter(name, number_of)
        for key, name in _TRUTHS.items():
            on[key] = setter(name, truth_of)
        for key, name in _TEXTS.items():
            on[key] = setter(name, str)
        tfs = self.dialect == "tfs"
        own = ("attackspeed", "worth", "supply", "forceserialize", "forcesave", "moveable", "transformto")
        other = ("mantra", "wrapcontainer", "stacksize", "transformonuse", "bedpartof", "usedbyhouseguests")
        for key in (*other, "primarytype", "proficiency") if tfs else own:
            del on[key]
        on["allowpickupable"] = on["pickupable"] = setter("allow_pickupable" if tfs else "pickupable", truth_of)
        on["allowdistread"] = setter("allow_dist_read", _loose_truth_of)
        on["type"] = self._type
        on["floorchange"] = self._floor_change
        on["fluidsource"] = self._fluid_source
        on["writeable"] = writeable
        on["weapontype"] = self._weapon_type
        on["slottype"] = self._slot_type
        on["ammotype"] = self._ammo_type
        on["shoottype"] = self._shoot_type
        on["effect"] = self._effect
        on["duration"] = self._duration
        on["hitchance"] = clamped("hit_chance", -100, 100)
        on["maxhitchance"] = clamped("max_hit_chance", 0, 100)
        on["field"] = self._field
        on["partnerdirection"] = setter("bed_partner_direction", lambda text: _DIRECTIONS.get(text.lower(), 0))
        for sex in ("male", "female"):
            on[f"{sex}transformto"] = on[f"{sex}sleeper"] = sleeper(sex)
        if tfs:
            on["corpsetype"] = setter("corpse_type", lambda text: _RACES.get(text.lower(), 0))
            on["storeitem"] = setter("store_item", _loose_truth_of)
        else:
            on["wrapableto"] = wrapable
            on["loottype"] = self._loot_type
            on["imbuementslot"] = imbuement_slot
            on["augments"] = augments
            on["elementalbond"] = self._elemental_bond
            on["script"] = script
            on["bedpart"] = setter("bed_part", lambda text: {"pillow": 1, "blanket": 2}.get(text.lower(), 0))
        self._declare_abilities()

    def _declare_abilities(self) -> None:
        on, damages = self._handlers, self._damages
        tfs = self.dialect == "tfs"
        on["invisible"] = ability("invisible", truth_of)
        on["manashield"] = ability("mana_shield", truth_of)
        on["speed"] = ability("speed", number_of)
        for key, name in (("healthgain", "health_gain"), ("healthticks", "health_ticks")):
            on[key] = regeneration(name)
        for key, name in (("managain", "mana_gain"), ("manaticks", "mana_ticks")):
            on[key] = regeneration(name)
        for skill, index in _SKILLS.items():
            on[f"skill{skill}"] = listed("skills", [index])
        for at, key in enumerate(_LEECH_TFS if tfs else _LEECH_CANARY):
            on[key] = listed("special_skills", [at]) if tfs else listed("skills", [7 + at])
        for key, (name, index) in _STATS.items():
            on[key] = listed(name, [index])
        for kind in ("energy", "fire", "poison", "earth"):
            on[f"fieldabsorbpercent{kind}"] = listed("field_absorb", [damages[kind]], add=True)
        groups = {"all": list(range(len(_DAMAGES[self.dialect].split())))}
        groups["elements"] = [damages[kind] for kind in _ELEMENTS]
        groups["magic"] = [damages[kind] for kind in _MAGIC]
        if tfs:
            groups["allelements"] = groups["all"]
        known = [
            "energy",
            "fire",
            "poison",
            "earth",
            "ice",
            "holy",
            "death",
            "lifedrain",
            "manadrain",
            "drown",
            "physical",
            "healing",
        ]
        every = {**groups, **{kind: [damages[kind]] for kind in known}}
        absorbed = {**every, "undefined": [damages["undefined"]]} if tfs else every
        for kind, indexes in absorbed.items():
            on[f"absorbpercent{kind}"] = listed("absorb", indexes, add=True)
        for key, condition in _SUPPRESSED.items():
            on[f"suppress{key}"] = self._suppress(self._enums.get(f"CONDITION_{condition}", 0))
        for kind in ("ice", "earth", "fire", "energy", "death", "holy"):
            on[f"element{kind}"] = self._element(self._enums.get(f"COMBAT_{kind.upper()}DAMAGE", 0))
        if tfs:
            for kind, indexes in every.items():
                on[f"reflectpercent{kind}"] = listed("reflect_percent", indexes, add=True)
                on[f"reflectchance{kind}"] = listed("reflect_chance", indexes, add=True)
                on[f"boostpercent{kind}"] = listed("boost", indexes, add=True)
            for kind in (*known, "undefined"):
                on[f"magiclevel{kind}"] = listed("magic_level", [damages[kind]], add=True)
            return
        # Keys that this server knows, and does nothing with.
        for key in ("absorbpercentallelements", "fieldabsorbpercentearth", "magicpointspercent", "malesleeper"):
            on[key] = nothing
        on["femalesleeper"] = on["unwrapableto"] = nothing
        for kind in ("death", "energy", "earth", "fire", "healing", "holy", "ice", "physical"):
            on[f"{kind}magiclevelpoints"] = self._specialized(kind)
        on["magicshieldcapacitypercent"] = ability("magic_shield_percent", number_of, add=True)
        on["magicshieldcapacityflat"] = ability("magic_shield_flat", number_of, add=True)
        on["perfectshotdamage"] = ability("perfect_shot_damage", number_of)
        on["perfectshotrange"] = ability("perfect_shot_range", number_of)
        on["cleavepercent"] = ability("cleave_percent", number_of, add=True)
        on["reflectdamage"] = listed("reflect_flat", [damages["physical"]], add=True)
        on["reflectpercentall"] = listed("reflect_percent", groups["all"], add=True)

    # Attributes of their own --------------------------------------------------------------------------------

    def _type(self, fields: Fields, attribute: Attribute) -> None:
        name = attribute.value.lower()
        kind = self._enums.get(f"ITEM_TYPE_{name.upper()}")
        if self.dialect == "canary":
            kind = _CANARY_TYPES.get(name, kind)
            if name == "magicshieldpotion":
                fields["magic_shield_potion"] = True
        if kind is None:
            return
        fields["type"] = kind
        if name == "container":
            fields["group"] = 2
        elif name == "dummy":
            for inner in attribute.children:
                if inner.key == "rate":
                    fields["dummy_rate"] = number_of(inner.value)

    def _loot_type(self, fields: Fields, attribute: Attribute) -> None:
        fields["type"] = self._enums.get(f"ITEM_TYPE_{attribute.value.upper()}", 0)

    def _floor_change(self, fields: Fields, attribute: Attribute) -> None:
        change = _FLOORS.get(attribute.value.lower(), 0)
        fields["floor_change"] = fields.get("floor_change", 0) | change if self.dialect == "tfs" else change

    def _fluid_source(self, fields: Fields, attribute: Attribute) -> None:
        name = {"coconut": "COCONUTMILK", "candyfluid": "CANDY"}.get(attribute.value.lower(), attribute.value.upper())
        # TFS has ink as a fluid, but no name for it in scripts.
        fields["fluid_source"] = self._enums.get(f"FLUID_{name}", 8 if name == "INK" else 0)

    def _weapon_type(self, fields: Fields, attribute: Attribute) -> None:
        name = {"spellbook": "shield", "ammunition": "ammo"}.get(attribute.value.lower(), attribute.value.lower())
        fields["weapon_type"] = self._enums.get(f"WEAPON_{name.upper()}", 0)

    def _slot_type(self, fields: Fields, attribute: Attribute) -> None:
        name = attribute.value.lower()
        position = fields.get("slot_position", _HAND) if self.dialect == "tfs" else _HAND
        if name == "dualwielding" and self.dialect == "canary":
            name = "two-handed"
        if name == "right-hand":
            position &= ~_LEFT
        elif name == "left-hand":
            position &= ~_RIGHT
        else:
            position |= _SLOTS.get(name, 0)
        fields["slot_position"] = position

    def _ammo_type(self, fields: Fields, attribute: Attribute) -> None:
        name = attribute.value.lower()
        kind = next((kind for kind in _AMMUNITION if name.endswith(kind)), "")
        if not kind and name.endswith("star"):
            kind = "throwingstar"
        elif not kind and name.endswith(("stone", "rock")):
            kind = "stone"
        fields["ammo_type"] = self._enums.get(f"AMMO_{kind.upper()}", 0)

    def _shoot_type(self, fields: Fields, attribute: Attribute) -> None:
        shot = self._shots.get(attribute.value.lower())
        if shot:
            fields["shoot_type"] = shot

    def _effect(self, fields: Fields, attribute: Attribute) -> None:
        name = attribute.value.lower()
        effect = self._effects.get(_EFFECTS.get(name, name).replace("_", "").lower())
        for part, prefix in (("note", "SOUND_"), ("firework", "FIREWORK_")):
            if effect is None and name.endswith(part):
                effect = self._enums.get(f"CONST_ME_{prefix}{name[: -len(part)].upper()}")
        if effect:
            fields["magic_effect"] = effect

    def _duration(self, fields: Fields, attribute: Attribute) -> None:
        shortest = number_of(attribute.value)
        fields["decay_time"] = shortest
        fields["decay_time_max"] = number_of(attribute.given.get("maxvalue", attribute.value))

    def _field(self, fields: Fields, attribute: Attribute) -> None:
        kind = attribute.value.lower()
        damage = {"poison": "EARTHDAMAGE"}.get(kind, f"{kind.upper()}DAMAGE")
        if self.dialect == "tfs":
            fields["group"], fields["type"] = 8, self._enums.get("ITEM_TYPE_MAGICFIELD", 6)
        elif kind == "agony":
            fields["combat_type"] = self._enums.get("COMBAT_AGONYDAMAGE", 12)
        if kind not in _FIELDS:
            return
        fields["combat_type"] = self._enums.get(f"COMBAT_{damage}", 0)
        fields["field_condition"] = self._enums.get(f"CONDITION_{_FIELDS[kind]}", 0)
        # Ticks, counts, starts and damages, in their order: the condition is made of them when it is first needed.
        fields["field_damage"] = [{"key": inner.key, "value": number_of(inner.value)} for inner in attribute.children]

    def _elemental_bond(self, fields: Fields, attribute: Attribute) -> None:
        if attribute.value in ("energy", "earth", "physical"):
            fields["elemental_bond"] = self._enums.get(f"COMBAT_{attribute.value.upper()}DAMAGE", 255)

    def _suppress(self, condition: int) -> Handler:
        def handle(fields: Fields, attribute: Attribute) -> None:
            if truth_of(attribute.value):
                suppressed = fields.setdefault("abilities", {}).setdefault("suppressed", [])
                suppressed.append(condition)

        return handle

    def _element(self, combat: int) -> Handler:
        def handle(fields: Fields, attribute: Attribute) -> None:
            abilities = fields.setdefault("abilities", {})
            abilities["element_damage"], abilities["element_type"] = number_of(attribute.value) & 0xFFFF, combat

        return handle

    def _specialized(self, kind: str) -> Handler:
        combat = self._enums.get("COMBAT_HEALING" if kind == "healing" else f"COMBAT_{kind.upper()}DAMAGE", 0)
        add = listed("specialized", [self._damages[kind]], add=True)

        def handle(fields: Fields, attribute: Attribute) -> None:
            add(fields, attribute)
            fields["abilities"]["element_type"] = combat

        return handle


def _by_suffix(enums: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {
        name[len(prefix) :].replace("_", "").lower(): value for name, value in enums.items() if name.startswith(prefix)
    }
